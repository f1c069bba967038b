//! DuckDB's error texts as errors of ours

use std::path::Path;

use diagnostic::{Diagnostic, code};

use crate::warehouse::SqlError;

/// A statement that failed while it ran
pub fn execution(error: &duckdb::Error) -> SqlError {
    SqlError {
        code: code::EXECUTION_FAILED,
        message: message(error),
        span: None,
        statement: None,
        help: None,
    }
}

/// A question to the engine that failed
pub fn unavailable(error: &duckdb::Error) -> Diagnostic {
    Diagnostic::error(code::WAREHOUSE_UNAVAILABLE, message(error))
}

/// A warehouse file that does not open
pub fn opening(error: &duckdb::Error, file: &Path) -> Diagnostic {
    let text = error.to_string();
    let name = file.display();
    let (message, help) = if text.contains("Could not set lock") {
        let holder = text
            .split("(PID ")
            .nth(1)
            .and_then(|rest| rest.split(')').next())
            .map_or_else(
                || "another process".to_owned(),
                |id| format!("another process (id {id})"),
            );
        (
            format!("{holder} has the warehouse `{name}` open"),
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
    let text = match error {
        duckdb::Error::DuckDBFailure(_, Some(text)) => text.clone(),
        other => other.to_string(),
    };
    fragment(&text)
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
    let mut letters = line.chars();
    match letters.next() {
        // an acronym or a quoted name keeps its case
        Some(first) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => line.to_owned(),
    }
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
        ] {
            assert_eq!(fragment(text), expected);
        }
    }
}
