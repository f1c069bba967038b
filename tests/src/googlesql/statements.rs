//! Files of statements with their results, in the format of sqllogictest, as any GoogleSQL engine can
//! run them
//!
//! A column's type is a letter (see [`letter`]); a row is a line, its values separated by one space and
//! written as [`text`] says. `query error` and `statement error` name no message, since messages are an
//! engine's own. Names stand in the dataset `t`, which exists. What only one engine has a word for is
//! skipped elsewhere: `skipif reference`, since the reference evaluator has no tables.

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use googlesql::Type;
use sqllogictest::{ColumnType, DB, DBOutput, Runner};
use sqlx_runtime::warehouse::Cell;

use super::Engine;

/// The type of a column
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter(char);

/// An engine's error
#[derive(Debug, Clone)]
pub struct Failure(pub String);

/// Runs a file's statements on an engine, in order.
///
/// # Errors
/// The first record that gives something else than the file says, with its place
pub fn run<D: DB<ColumnType = Letter, Error = Failure> + Send + 'static>(
    database: D,
    file: &Path,
) -> Result<()> {
    runner(database)
        .run_file(file)
        .map_err(|error| anyhow!("{error}"))
}

/// Writes what an engine answers into a file of statements.
///
/// # Errors
/// The file cannot be read or written
pub fn update<D: DB<ColumnType = Letter, Error = Failure> + Send + 'static>(
    database: D,
    file: &Path,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut runner = runner(database);
    let written = runner.update_test_file(
        file,
        " ",
        sqllogictest::default_validator,
        exact,
        same_types,
    );
    runtime
        .block_on(written)
        .map_err(|error| anyhow!("{error}"))
        .with_context(|| file.display().to_string())?;
    // messages are the engine's own
    let text = std::fs::read_to_string(file)?;
    let lines = text.lines().map(|line| match line.split(" error ").next() {
        Some(head @ ("query" | "statement")) => format!("{head} error\n"),
        _ => format!("{line}\n"),
    });
    Ok(std::fs::write(file, lines.collect::<String>())?)
}

/// Runs records on an engine, and compares what it answers with what they say
pub fn runner<D: DB<ColumnType = Letter, Error = Failure> + Send + 'static>(
    database: D,
) -> Runner<D, impl sqllogictest::MakeConnection<Conn = D>> {
    let mut place = Some(database);
    let mut runner = Runner::new(move || {
        let database = place
            .take()
            .ok_or_else(|| Failure("a file has one connection".to_owned()));
        async { database }
    });
    runner.with_normalizer(exact);
    runner.with_column_validator(same_types);
    runner
}

/// White space counts
#[expect(clippy::ptr_arg, reason = "the runner's own signature")]
fn exact(text: &String) -> String {
    text.trim_end().to_owned()
}

/// As many columns of the same types; `?` stands for any
#[expect(clippy::ptr_arg, reason = "the runner's own signature")]
fn same_types(found: &Vec<Letter>, expected: &Vec<Letter>) -> bool {
    let fits = |(found, expected): (&Letter, &Letter)| expected.0 == '?' || found == expected;
    found.len() == expected.len() && found.iter().zip(expected).all(fits)
}

/// The letter of a type: `I` INT64, `R` FLOAT64, `N` NUMERIC, `G` BIGNUMERIC, `B` BOOL, `T` STRING,
/// `Y` BYTES, `D` DATE, `M` DATETIME, `C` TIME, `S` TIMESTAMP, `V` INTERVAL, `J` JSON, `E` RANGE,
/// `A` ARRAY, `O` STRUCT
pub fn letter(ty: &str) -> Letter {
    let name = ty.split('<').next().unwrap_or_default();
    Letter(match name {
        "INT64" => 'I',
        "FLOAT64" => 'R',
        "NUMERIC" => 'N',
        "BIGNUMERIC" => 'G',
        "BOOL" => 'B',
        "STRING" => 'T',
        "BYTES" => 'Y',
        "DATE" => 'D',
        "DATETIME" => 'M',
        "TIME" => 'C',
        "TIMESTAMP" => 'S',
        "INTERVAL" => 'V',
        "JSON" => 'J',
        "RANGE" => 'E',
        "ARRAY" => 'A',
        "STRUCT" => 'O',
        _ => '?',
    })
}

/// A value as a file has it: `NULL`; numbers, dates and times as a cast to STRING gives them; BYTES in
/// base64; `[1, NULL]`; `{1, x}`. A text is in double quotes, with the escapes of JSON, where it is empty,
/// reads NULL, begins with a double quote, or has control characters or white space at an end
pub fn text(cell: &Cell, ty: &Type) -> String {
    match (cell, ty) {
        (Cell::Array(items), Type::Array(element)) => {
            let items: Vec<_> = items.iter().map(|item| text(item, element)).collect();
            format!("[{}]", items.join(", "))
        }
        (Cell::Struct(cells), Type::Struct(fields)) => {
            let cells: Vec<_> = cells
                .iter()
                .zip(fields)
                .map(|((_, cell), field)| text(cell, &field.ty))
                .collect();
            format!("{{{}}}", cells.join(", "))
        }
        (Cell::Text(value), Type::String) => quoted(value),
        (Cell::Text(value), Type::Timestamp) => {
            clock(&format!("{}+00", value.trim_end_matches('Z')))
        }
        (Cell::Text(value), Type::DateTime) => clock(value),
        _ => cell.to_text("NULL"),
    }
}

/// A text as it is, or in quotes
pub fn quoted(value: &str) -> String {
    let plain = !value.is_empty()
        && value != "NULL"
        && !value.starts_with('"')
        && value.trim() == value
        && !value.contains(char::is_control);
    match plain {
        true => value.to_owned(),
        false => serde_json::Value::from(value).to_string(),
    }
}

/// `2024-02-29T10:20:30` with a space
pub fn clock(text: &str) -> String {
    text.replacen('T', " ", 1)
}

impl DB for Engine {
    type Error = Failure;
    type ColumnType = Letter;

    fn run(&mut self, sql: &str) -> Result<DBOutput<Letter>, Failure> {
        let found = Engine::run(self, sql)
            .map_err(|error| Failure(format!("{}: {}", error.code, error.message)))?;
        let Some(found) = found else {
            return Ok(DBOutput::StatementComplete(0));
        };
        let types: Vec<_> = found.columns.iter().map(|column| &column.ty).collect();
        Ok(DBOutput::Rows {
            types: types.iter().map(|ty| letter(&ty.to_string())).collect(),
            rows: found
                .rows
                .iter()
                .map(|row| {
                    row.iter()
                        .zip(&types)
                        .map(|(cell, ty)| text(cell, ty))
                        .collect()
                })
                .collect(),
        })
    }

    fn engine_name(&self) -> &str {
        "embedded"
    }
}

impl ColumnType for Letter {
    fn from_char(value: char) -> Option<Self> {
        Some(Self(value))
    }

    fn to_char(&self) -> char {
        self.0
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}
