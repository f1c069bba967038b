//! DuckDB's error texts as errors of ours

use std::path::Path;

use diagnostic::{Diagnostic, code};

use crate::lock::RunLock;
use crate::warehouse::SqlError;

/// A statement that failed while it ran
pub fn execution(error: &duckdb::Error) -> SqlError {
    SqlError {
        transient: is_conflict(&error.to_string()),
        ..SqlError::new(code::EXECUTION_FAILED, message(error))
    }
}

/// Whether another session changed the same rows or names at the same time, and has won
fn is_conflict(text: &str) -> bool {
    [
        "write-write conflict",
        "Transaction conflict",
        "Conflict on ",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// A question to the engine that failed
pub fn unavailable(error: &duckdb::Error) -> Diagnostic {
    Diagnostic::error(code::WAREHOUSE_UNAVAILABLE, message(error))
}

/// The file of routines that cannot be read or written
pub fn unreadable_routines(failure: &std::io::Error) -> Diagnostic {
    let message = format!("the routines of the warehouse cannot be stored: {failure}");
    Diagnostic::error(code::WAREHOUSE_UNAVAILABLE, message)
}

/// A warehouse file that does not open
pub fn opening(error: &duckdb::Error, file: &Path) -> Diagnostic {
    let text = error.to_string();
    let name = file.display();
    let (message, help) = if text.contains("Could not set lock") {
        let process = text
            .split("(PID ")
            .nth(1)
            .and_then(|rest| rest.split(')').next());
        let run = RunLock::holder(&RunLock::beside(file))
            .filter(|holder| process == Some(holder.process.to_string().as_str()));
        let message = match (run, process) {
            (Some(run), _) => format!("{run} is at work on the warehouse `{name}`"),
            (None, Some(id)) => {
                format!("another process (id {id}) has the warehouse `{name}` open")
            }
            (None, None) => format!("another process has the warehouse `{name}` open"),
        };
        (
            message,
            "wait until it ends, close it, or name another file with `--warehouse FILE`",
        )
    } else if text.contains("not a valid DuckDB database") {
        (
            format!("`{name}` is not a DuckDB database"),
            "name another file with `--warehouse FILE`",
        )
    } else {
        (
            format!(
                "the warehouse `{name}` cannot be opened: {}",
                first_line(&text)
            ),
            "check that the folder is writable, or name another file with `--warehouse FILE`",
        )
    };
    Diagnostic::error(code::WAREHOUSE_UNAVAILABLE, message).help(help)
}

/// DuckDB's message without the class in front and the hints behind, as a fragment
pub fn message(error: &duckdb::Error) -> String {
    fragment(&googlesql::without_mark(&raw(error)))
}

/// DuckDB's message as it is
pub fn raw(error: &duckdb::Error) -> String {
    match error {
        duckdb::Error::DuckDBFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    }
}

fn fragment(text: &str) -> String {
    // what is wrong with a line of CSV stands in the lines after the first
    let told: Vec<&str> = text.lines().take(3).map(str::trim).collect();
    let joined = told.join(", ");
    let mut line = if text.contains("CSV Error on Line") {
        joined.as_str()
    } else {
        first_line(text)
    };
    if let Some((class, rest)) = line.split_once(" Error: ")
        && class
            .chars()
            .all(|letter| letter.is_ascii_alphabetic() || letter == ' ')
    {
        line = rest;
    }
    let line = line.trim_end_matches(['.', '!']);
    if let Some(told) = in_our_terms(line) {
        return told;
    }
    let mut letters = line.chars();
    match letters.next() {
        // an acronym or a quoted name keeps its case
        Some(first) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => line.to_owned(),
    }
}

/// What the engine says of datasets, groups and required columns, in GoogleSQL's terms
fn in_our_terms(line: &str) -> Option<String> {
    let between = |front: &str, behind: &str| line.strip_prefix(front)?.split(behind).next();
    if line.ends_with("does not exist")
        && let Some(name) = between("Schema with name ", " does not exist")
    {
        return Some(format!("no dataset `{name}` in this warehouse"));
    }
    if line.contains("because there are entries that depend on it")
        && let Some(name) = between("Cannot drop entry \"", "\"")
    {
        return Some(format!(
            "dataset `{name}` is not empty; DROP SCHEMA … CASCADE drops what is in it too"
        ));
    }
    if line.contains("must appear in the GROUP BY clause")
        && let Some(name) = between("column \"", "\"")
    {
        return Some(format!("column `{name}` is neither grouped nor aggregated"));
    }
    if line.starts_with("GROUPING child ") {
        return Some("GROUPING takes an expression that is grouped".to_owned());
    }
    if let Some(column) = line.strip_prefix("NOT NULL constraint failed: ") {
        let name = column.rsplit('.').next().unwrap_or(column);
        return Some(format!("column `{name}` is required and cannot be NULL"));
    }
    if let Some((value, ty)) = line
        .split_once(" can't be cast because the value is out of range for the destination type ")
    {
        let value = value.rsplit(" with value ").next().unwrap_or(value);
        let ty = ty.split(' ').next().unwrap_or(ty);
        return Some(format!("{value} is out of range for {ty}"));
    }
    if let Some(value) = between("Overflow on abs(", ")") {
        return Some(format!(
            "the absolute value of {value} is out of range for INT64"
        ));
    }
    if line.starts_with("Max expression depth limit of ") {
        return Some("the statement nests too deeply for the embedded engine".to_owned());
    }
    line.starts_with("More than one row returned by a subquery")
        .then(|| "a scalar subquery gave more than one row".to_owned())
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_fragments() {
        for (text, expected) in [
            (
                "Out of Range Error: Overflow in addition!",
                "overflow in addition",
            ),
            (
                "IO Error: No files found that match \"x\"\nLINE 1: …",
                "no files found that match \"x\"",
            ),
            ("Conversion Error: CSV is odd.", "CSV is odd"),
            (
                "Catalog Error: Schema with name d does not exist!",
                "no dataset `d` in this warehouse",
            ),
            (
                "Binder Error: column \"x\" must appear in the GROUP BY clause or must be part of an aggregate function.",
                "column `x` is neither grouped nor aggregated",
            ),
            (
                "Binder Error: GROUPING child \"g\" must be a grouping column",
                "GROUPING takes an expression that is grouped",
            ),
            (
                "Constraint Error: NOT NULL constraint failed: t.id",
                "column `id` is required and cannot be NULL",
            ),
            (
                "Conversion Error: Type INT128 with value 9223372036854775808 can't be cast because the value is out of range for the destination type INT64 when casting from source column sum(x)",
                "9223372036854775808 is out of range for INT64",
            ),
            (
                "Out of Range Error: Overflow on abs(-9223372036854775808)",
                "the absolute value of -9223372036854775808 is out of range for INT64",
            ),
            (
                "Invalid Input Error: bad INT64 value: x\u{1}gs_int_of_text",
                "bad INT64 value: x",
            ),
            (
                "Invalid Input Error: More than one row returned by a subquery used as an expression - scalar subqueries can only return a single row.",
                "a scalar subquery gave more than one row",
            ),
        ] {
            assert_eq!(fragment(&googlesql::without_mark(text)), expected);
        }
    }
}
