//! Unit tests as people see them: a line per test, what differs row by row, and the counts

use console::measure_text_width;
use sqlx_compiler::Test;
use sqlx_runtime::{ColumnDifference, Difference, RowDifference, TestResult, TestStatus};

use crate::printer::{Printer, Style};

/// Rows of a difference that are shown
const SHOWN: usize = 20;

/// Longest text of a value that is shown
const WIDEST: usize = 60;

/// Prints how tests fare
pub struct TestReport<'a> {
    printer: &'a Printer,
    name_width: usize,
}

impl<'a> TestReport<'a> {
    /// Begins with how many tests there are
    pub fn new(printer: &'a Printer, tests: &[&Test], in_project: usize) -> Self {
        let names = tests.iter().filter_map(|test| test.name.as_deref());
        let report = Self {
            printer,
            name_width: names.map(measure_text_width).max().unwrap_or_default(),
        };
        let line = format!("{} of {in_project} tests selected", tests.len());
        report.say(&printer.paint(Style::Strong, &line));
        report
    }

    /// A test that has run
    pub fn line(&self, result: &TestResult) {
        let (mark, style) = match result.status {
            TestStatus::Passed => ("✓", Style::Good),
            TestStatus::Failed | TestStatus::Error => ("✗", Style::Bad),
        };
        let status = format!("{mark} {:6}", result.status.as_str());
        let time = format!("{:.2}s", result.seconds);
        self.say(&format!(
            "{}  {:name$}  {time:>8}  {}",
            self.printer.paint(style, &status),
            result.test,
            self.printer.paint(Style::Dim, &result.action),
            name = self.name_width,
        ));
    }

    /// What failed and why, what is odd, and the counts
    pub fn summary(&self, results: &[TestResult], seconds: f64) {
        for result in results {
            if let Some(failure) = &result.diagnostic {
                self.say("");
                let heading = format!("{} failed", result.test);
                self.say(&self.printer.paint(Style::Bad, &heading));
                self.printer.diagnostic(failure);
            }
            if let Some(difference) = &result.difference {
                for line in self.difference(difference) {
                    self.say(&line);
                }
            }
            self.printer.diagnostics(&result.warnings);
        }
        let count = |status: TestStatus, word: &str, style: Style| {
            let number = results.iter().filter(|one| one.status == status).count();
            (number > 0).then(|| self.printer.paint(style, &format!("{number} {word}")))
        };
        let parts: Vec<String> = [
            count(TestStatus::Passed, "passed", Style::Good),
            count(TestStatus::Failed, "failed", Style::Bad),
            count(TestStatus::Error, "with an error", Style::Bad),
        ]
        .into_iter()
        .flatten()
        .collect();
        self.say("");
        self.say(&format!("{} in {seconds:.2}s", parts.join(", ")));
    }

    fn difference(&self, difference: &Difference) -> Vec<String> {
        let lines = Line::of(difference).into_iter();
        let painted = lines.map(|line| match line.style {
            Some(style) => self.printer.paint(style, &line.text),
            None => line.text,
        });
        painted.collect()
    }

    /// How two results differ, without colours
    pub fn plain(difference: &Difference) -> Vec<String> {
        let lines = Line::of(difference).into_iter();
        lines.map(|line| line.text).collect()
    }

    fn say(&self, line: &str) {
        if self.printer.speaks_to_people() {
            self.printer.note(line);
        }
    }
}

/// A line about a difference
struct Line {
    text: String,
    style: Option<Style>,
}

impl Line {
    fn of(difference: &Difference) -> Vec<Self> {
        let mut lines: Vec<Self> = difference.columns.iter().flat_map(Self::column).collect();
        if difference.columns.is_empty() {
            lines.extend(Self::rows(difference));
        }
        lines.push(Self::plain(format!(
            "  {} expected, {} given",
            rows(difference.expected_rows),
            rows(difference.given_rows)
        )));
        lines
    }

    fn column(column: &ColumnDifference) -> Vec<Self> {
        match column {
            ColumnDifference::Missing { column, expected } => {
                vec![Self::minus(&format!("{column} {expected}"))]
            }
            ColumnDifference::Unexpected { column, given } => {
                vec![Self::plus(&format!("{column} {given}"))]
            }
            ColumnDifference::Type {
                column,
                expected,
                given,
            } => vec![
                Self::minus(&format!("{column} {expected}")),
                Self::plus(&format!("{column} {given}")),
            ],
        }
    }

    /// The rows under the names of their columns, all in step
    fn rows(difference: &Difference) -> Vec<Self> {
        let shown = &difference.rows[..difference.rows.len().min(SHOWN)];
        let widths = widths(difference, shown);
        let set = |values: &[String]| {
            let cells = values.iter().zip(&widths).map(|(value, wanted)| {
                let text = clipped(value);
                let gap = wanted.saturating_sub(width(&text));
                format!("{text}{}", " ".repeat(gap))
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let mut lines = vec![Self {
            text: format!("    {}", set(&difference.names)),
            style: Some(Style::Strong),
        }];
        for row in shown {
            match row {
                RowDifference::Changed {
                    expected,
                    given,
                    columns,
                } => {
                    let columns = columns.join(", ");
                    lines.push(Self::minus(&set(expected)));
                    lines.push(Self::plus(&format!(
                        "{}  (differs in {columns})",
                        set(given)
                    )));
                }
                RowDifference::Missing { expected } => lines.push(Self::minus(&set(expected))),
                RowDifference::Unexpected { given } => lines.push(Self::plus(&set(given))),
            }
        }
        let hidden = difference.rows.len() - shown.len();
        if hidden > 0 {
            lines.push(Self::plain(format!("    and {hidden} more")));
        }
        lines
    }

    fn plain(text: String) -> Self {
        Self { text, style: None }
    }

    fn minus(text: &str) -> Self {
        Self {
            text: format!("  - {text}"),
            style: Some(Style::Bad),
        }
    }

    fn plus(text: &str) -> Self {
        Self {
            text: format!("  + {text}"),
            style: Some(Style::Good),
        }
    }
}

/// How wide each column has to be
fn widths(difference: &Difference, shown: &[RowDifference]) -> Vec<usize> {
    let mut widths: Vec<usize> = difference.names.iter().map(|name| width(name)).collect();
    let all = shown.iter().flat_map(|row| match row {
        RowDifference::Changed {
            expected, given, ..
        } => vec![expected, given],
        RowDifference::Missing { expected: values }
        | RowDifference::Unexpected { given: values } => vec![values],
    });
    for values in all {
        for (widest, value) in widths.iter_mut().zip(values) {
            *widest = (*widest).max(width(&clipped(value)));
        }
    }
    widths
}

fn rows(number: usize) -> String {
    match number {
        1 => "1 row".to_owned(),
        number => format!("{number} rows"),
    }
}

fn width(text: &str) -> usize {
    measure_text_width(text)
}

fn clipped(text: &str) -> String {
    console::truncate_str(&text.replace('\n', "⏎"), WIDEST, "…").into_owned()
}
