//! Declared sources out of local files: each becomes a view at the declaration's own name

use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use duckdb::Connection;
use googlesql::{PhysicalName, Type, quote_identifier, quote_string};

use super::catalog::{describe, qualified};
use super::error;
use super::transaction::together;

/// The pseudo column of wildcard tables
pub const TABLE_SUFFIX: &str = "_TABLE_SUFFIX";

/// A declaration and the files that hold its rows
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFiles {
    /// Where the declaration lives
    pub name: PhysicalName,
    /// Parquet, CSV or JSON; `*`, `?`, `[…]` and `**` are globs
    pub path: PathBuf,
    /// Whether a source that cannot be read stops everything at once, rather than what reads it
    pub required: bool,
}

impl SourceFiles {
    /// Whether it may be more than one file
    pub fn are_many(&self) -> bool {
        is_glob(&self.path.to_string_lossy())
    }
}

/// Makes the views through which sources are read; gives those that cannot be read, with the reason: missing
/// or broken files, unknown formats, columns of a type that GoogleSQL lacks
pub fn create_views<'s>(
    connection: &Connection,
    sources: &'s [SourceFiles],
) -> Vec<(&'s SourceFiles, Diagnostic)> {
    let (mut views, mut failures) = (Vec::new(), Vec::new());
    for source in sources {
        match view(connection, source) {
            Ok(sql) => views.push((source, sql)),
            Err(failure) => failures.push((source, failure)),
        }
    }
    let statements: Vec<&str> = views.iter().map(|(_, sql)| sql.as_str()).collect();
    if together(connection, &statements).is_ok() {
        return failures;
    }
    for (source, sql) in views {
        if let Err(failure) = connection.execute_batch(&sql) {
            failures.push((source, unreadable(source, &error::message(&failure))));
        }
    }
    failures
}

/// The statements that make the view of a source
///
/// For a wildcard declaration (`events_*`), `_TABLE_SUFFIX` is the name of the row's file without its
/// extensions and without the declaration's prefix; a single file whose name lacks the prefix has none.
/// Times without a zone in CSV and JSON are TIMESTAMP, as in BigQuery's schema detection
fn view(connection: &Connection, source: &SourceFiles) -> Result<String, Diagnostic> {
    let format = Format::of(source)?;
    let reader = format.reader(source);
    let described = describe(connection, &reader)
        .map_err(|failure| unreadable(source, &error::message(&failure)))?;
    let mut columns = Vec::new();
    for (name, ty) in described {
        columns.push(column(source, format, &name, &ty)?);
    }
    if let Some(pattern) = suffix_pattern(source) {
        columns.push(format!(
            "regexp_extract(replace(filename, '\\', '/'), {}, 1) AS {}",
            quote_string(&pattern),
            quote_identifier(TABLE_SUFFIX)
        ));
    }
    Ok(format!(
        "CREATE SCHEMA IF NOT EXISTS {}; CREATE OR REPLACE VIEW {} AS SELECT {} FROM {reader}",
        quote_identifier(&source.name.schema),
        qualified(&source.name),
        columns.join(", "),
    ))
}

/// A column as GoogleSQL has it
fn column(
    source: &SourceFiles,
    format: Format,
    name: &str,
    ty: &str,
) -> Result<String, Diagnostic> {
    let quoted = quote_identifier(name);
    if ty == "TIMESTAMP" && format != Format::Parquet {
        return Ok(format!("CAST({quoted} AS TIMESTAMPTZ) AS {quoted}"));
    }
    match Type::from_duckdb(ty) {
        Some((_, false)) => Ok(quoted),
        Some((known, true)) => Ok(format!("CAST({quoted} AS {}) AS {quoted}", known.duckdb())),
        // objects with ever other keys are what GoogleSQL has JSON for
        None if ty.starts_with("MAP(") && format == Format::Json => {
            Ok(format!("to_json({quoted}) AS {quoted}"))
        }
        // BigQuery loads a map as an array of keys and values
        None if ty.starts_with("MAP(") => Ok(format!("map_entries({quoted}) AS {quoted}")),
        None => Err(unreadable(
            source,
            &format!("column `{name}` has the type {ty}, which GoogleSQL lacks"),
        )),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Parquet,
    Csv,
    Json,
}

impl Format {
    fn of(source: &SourceFiles) -> Result<Self, Diagnostic> {
        let name = source.path.to_string_lossy().to_lowercase();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        match Path::new(name).extension().and_then(|found| found.to_str()) {
            Some("parquet") => Ok(Self::Parquet),
            Some("csv" | "tsv") => Ok(Self::Csv),
            Some("json" | "jsonl" | "ndjson") => Ok(Self::Json),
            _ => Err(unreadable(source, "the format is not known by its name")
                .help("name the file `.parquet`, `.csv`, `.tsv`, `.json`, `.jsonl` or `.ndjson`")),
        }
    }

    fn reader(self, source: &SourceFiles) -> String {
        let path = source.path.to_string_lossy().replace('\\', "/");
        let mut options = String::new();
        if is_glob(&path) {
            options.push_str(", union_by_name = true");
        }
        let function = match self {
            Self::Parquet => "read_parquet",
            Self::Csv => {
                // without these the reader may take odd lines for a preamble and leave them out
                options.push_str(", header = true, skip = 0, strict_mode = true");
                "read_csv"
            }
            Self::Json => "read_json",
        };
        format!("{function}({}{options})", quote_string(&path))
    }
}

fn is_glob(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// A regular expression whose group is the suffix in a file's path
fn suffix_pattern(source: &SourceFiles) -> Option<String> {
    let prefix = source.name.name.strip_suffix('*')?;
    let path = source.path.to_string_lossy();
    let named = source
        .path
        .file_name()
        .is_some_and(|file| file.to_string_lossy().starts_with(prefix));
    if !is_glob(&path) && !named {
        return None;
    }
    let escaped: String = prefix
        .chars()
        .map(|letter| {
            if letter.is_alphanumeric() || letter == '_' {
                letter.to_string()
            } else {
                format!("\\{letter}")
            }
        })
        .collect();
    Some(format!("(?:^|/)(?:{escaped})?([^/]*?)(?:\\.[A-Za-z]+)+$"))
}

fn unreadable(source: &SourceFiles, why: &str) -> Diagnostic {
    Diagnostic::error(
        code::SOURCE_UNREADABLE,
        format!(
            "the source `{}` cannot be read from `{}`: {why}",
            source.name.name,
            source.path.display()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_suffix_is_the_file_without_prefix_and_extensions() {
        let connection = Connection::open_in_memory().unwrap();
        let suffix = |pattern: &str, file: &str| -> Option<String> {
            let source = SourceFiles {
                name: PhysicalName {
                    schema: "raw".into(),
                    name: "events_*".into(),
                },
                path: pattern.into(),
                required: true,
            };
            let pattern = suffix_pattern(&source)?;
            let sql = "SELECT regexp_extract(?, ?, 1)";
            let found = connection.query_row(sql, [file, &pattern], |row| row.get(0));
            Some(found.unwrap())
        };
        let day = Some("20180612".to_owned());
        assert_eq!(
            suffix("d/events_*.parquet", "d/events_20180612.parquet"),
            day
        );
        assert_eq!(
            suffix("d/events_2018*.csv.gz", "/d/events_20180612.csv.gz"),
            day
        );
        assert_eq!(suffix("d/*.parquet", "d/20180612.parquet"), day);
        assert_eq!(suffix("events_20180612.csv", "events_20180612.csv"), day);
        assert_eq!(suffix("d/events.parquet", "d/events.parquet"), None);
    }
}
