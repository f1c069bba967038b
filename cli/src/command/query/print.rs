//! What statements gave, in the format that was asked for

use std::io::IsTerminal;

use serde_json::Value as Json;
use sqlx_runtime::warehouse::{Outcome, Rows};

use super::table::as_table;
use crate::arguments::RowFormat;
use crate::printer::Printer;

/// Rows on standard output, counts and news beside it
pub fn outcomes(outcomes: &[Outcome], format: RowFormat, printer: &Printer) {
    for (index, outcome) in outcomes.iter().enumerate() {
        if index > 0 && format == RowFormat::Table {
            printer.data("\n");
        }
        one(outcome, format, printer);
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
