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
        let mut lines: Vec<String> = difference
            .columns
            .iter()
            .flat_map(|column| self.column(column))
            .collect();
        if difference.columns.is_empty() {
            lines.extend(self.rows(difference));
        }
        lines.push(format!(
            "  {} expected, {} given",
            rows(difference.expected_rows),
            rows(difference.given_rows)
        ));
        lines
    }

    fn column(&self, column: &ColumnDifference) -> Vec<String> {
        let expected = |name: &str, ty: &str| self.minus(&format!("{name} {ty}"));
        let given = |name: &str, ty: &str| self.plus(&format!("{name} {ty}"));
        match column {
            ColumnDifference::Missing {
                column,
                expected: ty,
            } => vec![expected(column, ty)],
            ColumnDifference::Unexpected { column, given: ty } => vec![given(column, ty)],
            ColumnDifference::Type {
                column,
                expected: wanted,
                given: found,
            } => vec![expected(column, wanted), given(column, found)],
        }
    }

    /// The rows under the names of their columns, all in step
    fn rows(&self, difference: &Difference) -> Vec<String> {
        let shown = &difference.rows[..difference.rows.len().min(SHOWN)];
        let mut widths: Vec<usize> = difference.names.iter().map(|name| width(name)).collect();
        let all = shown.iter().flat_map(|row| match row {
            RowDifference::Changed {
                expected, given, ..
            } => vec![expected, given],
            RowDifference::Missing { expected: values }
            | RowDifference::Unexpected { given: values } => {
                vec![values]
            }
        });
        for values in all {
            for (widest, value) in widths.iter_mut().zip(values) {
                *widest = (*widest).max(width(&clipped(value)));
            }
        }
        let set = |values: &[String]| {
            let cells = values.iter().zip(&widths).map(|(value, wanted)| {
                let text = clipped(value);
                let gap = wanted.saturating_sub(width(&text));
                format!("{text}{}", " ".repeat(gap))
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        };
        let mut lines = vec![
            self.printer
                .paint(Style::Strong, &format!("    {}", set(&difference.names))),
        ];
        for row in shown {
            match row {
                RowDifference::Changed {
                    expected,
                    given,
                    columns,
                } => {
                    lines.push(self.minus(&set(expected)));
                    lines.push(format!(
                        "{}  {}",
                        self.plus(&set(given)),
                        self.printer
                            .paint(Style::Dim, &format!("(differs in {})", columns.join(", ")))
                    ));
                }
                RowDifference::Missing { expected } => lines.push(self.minus(&set(expected))),
                RowDifference::Unexpected { given } => lines.push(self.plus(&set(given))),
            }
        }
        let hidden = difference.rows.len() - shown.len();
        if hidden > 0 {
            lines.push(format!("    and {hidden} more"));
        }
        lines
    }

    fn minus(&self, text: &str) -> String {
        self.printer.paint(Style::Bad, &format!("  - {text}"))
    }

    fn plus(&self, text: &str) -> String {
        self.printer.paint(Style::Good, &format!("  + {text}"))
    }

    fn say(&self, line: &str) {
        if !self.printer.is_json() {
            self.printer.note(line);
        }
    }
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
