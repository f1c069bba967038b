//! What statements gave, in the format that was asked for

use std::io::IsTerminal;

use serde_json::Value as Json;
use sqlx_runtime::warehouse::{Outcome, Rows};

use super::table::as_table;
use crate::arguments::RowFormat;
use crate::printer::Printer;

/// Prints what statements gave: rows on standard output, counts and news beside it
pub struct Printing<'p> {
    format: RowFormat,
    printer: &'p Printer,
    /// Whether a result stands above
    follows: bool,
}

impl<'p> Printing<'p> {
    /// With nothing printed so far
    pub fn new(format: RowFormat, printer: &'p Printer) -> Self {
        Self {
            format,
            printer,
            follows: false,
        }
    }

    /// Prints the next statement's result, a line apart from the one above
    pub fn outcome(&mut self, outcome: &Outcome) {
        if self.follows && self.format == RowFormat::Table {
            self.printer.data("\n");
        }
        self.follows = true;
        one(outcome, self.format, self.printer);
    }
}

fn one(outcome: &Outcome, format: RowFormat, printer: &Printer) {
    match outcome {
        Outcome::Rows(rows) => printer.data(&match format {
            RowFormat::Table => as_table(rows, width()),
            RowFormat::Json => {
                let text = serde_json::to_string_pretty(&rows.to_document());
                text.map_or_else(|_| String::new(), |text| text + "\n")
            }
            RowFormat::Jsonl => rows
                .to_encoded_rows()
                .map(|row| format!("{row}\n"))
                .collect(),
            RowFormat::Csv => as_csv(rows),
        }),
        Outcome::Changed(1) => printer.note("1 row"),
        Outcome::Changed(number) => printer.note(&format!("{number} rows")),
        Outcome::Trained {
            iterations,
            loss,
            warnings,
        } => {
            printer.note(&format!(
                "trained in {iterations} iterations, loss {loss:.4}"
            ));
            for warning in warnings {
                printer.note(warning);
            }
        }
        Outcome::Done => printer.note("done"),
    }
}

/// The columns of the terminal, where people read on one
fn width() -> Option<usize> {
    let stdout = std::io::stdout();
    stdout
        .is_terminal()
        .then(|| console::Term::stdout().size().1.into())
}

fn as_csv(rows: &Rows) -> String {
    let field = |text: &str| {
        if text.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let mut lines: Vec<String> = vec![
        rows.columns
            .iter()
            .map(|column| field(&column.name))
            .collect::<Vec<_>>()
            .join(","),
    ];
    lines.extend(rows.rows.iter().map(|row| {
        row.iter()
            .map(|cell| match cell.to_json() {
                // an empty text differs from NULL
                Json::String(text) if text.is_empty() => "\"\"".to_owned(),
                _ => field(&cell.to_text("")),
            })
            .collect::<Vec<_>>()
            .join(",")
    }));
    lines.join("\n") + "\n"
}
