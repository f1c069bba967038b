//! `query`: GoogleSQL on the warehouse

use std::io::Read;

use diagnostic::{Diagnostic, Location, code};
use serde_json::Value as Json;
use sqlx_runtime::warehouse::{Outcome, Rows, SqlError, Warehouse};

use crate::arguments::{GlobalArguments, QueryArguments, RowFormat};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, is_project, open_without_project, root};

/// Runs the statements and prints each one's rows
pub fn query(global: &GlobalArguments, arguments: &QueryArguments, printer: &Printer) -> u8 {
    let fail = |diagnostic: Diagnostic| {
        printer.diagnostic(&diagnostic);
        exit::of(&diagnostic)
    };
    let sql = match text(&arguments.sql) {
        Ok(sql) => sql,
        Err(diagnostic) => return fail(diagnostic),
    };
    let folder = root(global);
    let warehouse = if is_project(&folder) || global.directory.is_some() {
        // what an action has wrong does not keep anyone from asking the warehouse; settings do
        match Project::compile(global, folder) {
            Ok(project) if project.compilation.thrown.is_some() => {
                printer.diagnostics(&project.compilation.diagnostics);
                return exit::USAGE;
            }
            Ok(project) => {
                let file = project.warehouse_file(global);
                project.open_warehouse(global, Some(file))
            }
            Err(diagnostic) => Err(diagnostic),
        }
    } else {
        open_without_project(global)
    };
    let outcome = warehouse.and_then(|warehouse| {
        let mut session = warehouse.session()?;
        session
            .execute(&sql, &mut |news| {
                if printer.is_terminal() {
                    printer.note(&news.message);
                }
            })
            .map_err(|failure| located(&sql, failure))
    });
    match outcome {
        Ok(outcomes) => {
            for (index, outcome) in outcomes.iter().enumerate() {
                if index > 0 && arguments.format == RowFormat::Table {
                    printer.data("\n");
                }
                print(outcome, arguments.format, printer);
            }
            exit::OK
        }
        Err(diagnostic) => fail(diagnostic),
    }
}

fn text(argument: &str) -> Result<String, Diagnostic> {
    if argument.trim().is_empty() {
        return Err(Diagnostic::error(code::USAGE, "there is no statement")
            .help("write GoogleSQL, such as `sqlx-run query 'SELECT 1'`"));
    }
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut sql = String::new();
    std::io::stdin()
        .read_to_string(&mut sql)
        .map(|_| sql)
        .map_err(|error| {
            Diagnostic::error(
                code::USAGE,
                format!("standard input cannot be read: {error}"),
            )
        })
}

fn located(sql: &str, failure: SqlError) -> Diagnostic {
    let span = failure.span.clone().or_else(|| failure.statement.clone());
    let diagnostic = failure.into_diagnostic();
    match span {
        Some(span) => diagnostic.at(Location::new("query", sql, span)),
        None => diagnostic,
    }
}

fn print(outcome: &Outcome, format: RowFormat, printer: &Printer) {
    match outcome {
        Outcome::Rows(rows) => printer.data(&match format {
            RowFormat::Table => as_table(rows),
            RowFormat::Json => {
                let text = serde_json::to_string_pretty(&rows.to_json());
                text.map_or_else(|_| String::new(), |text| text + "\n")
            }
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

/// Columns set under their names, numbers flush right
fn as_table(rows: &Rows) -> String {
    let mut texts: Vec<Vec<String>> = vec![
        rows.columns
            .iter()
            .map(|column| column.name.clone())
            .collect(),
    ];
    texts.extend(rows.rows.iter().map(|row| {
        row.iter()
            .map(|cell| cell.to_text("NULL").replace('\n', "⏎"))
            .collect()
    }));
    let widths: Vec<usize> = (0..rows.columns.len())
        .map(|column| {
            texts
                .iter()
                .map(|row| console::measure_text_width(&row[column]))
                .max()
                .unwrap_or_default()
        })
        .collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, text)| {
                let padding = " ".repeat(widths[column] - console::measure_text_width(text));
                if rows.is_numeric(column) {
                    format!("{padding}{text}")
                } else {
                    format!("{text}{padding}")
                }
            })
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let rule: Vec<String> = widths.iter().map(|&width| "─".repeat(width)).collect();
    let mut output = texts.first().map(line).unwrap_or_default();
    output.push_str(&rule.join("  "));
    output.push('\n');
    output.extend(texts.iter().skip(1).map(line));
    output
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
