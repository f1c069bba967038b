//! Declared sources out of local files: each becomes a view at the declaration's own name

use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use duckdb::Connection;
use googlesql::{PhysicalName, Type, quote_identifier, quote_string};

use super::catalog::{describe, qualified};
use super::error;

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

/// Makes the view through which a source is read
///
/// For a wildcard declaration (`events_*`), `_TABLE_SUFFIX` is what stands for the last `*` of the path
///
/// # Errors
/// Missing or broken files, unknown formats, columns of a type that GoogleSQL lacks
pub fn create_view(connection: &Connection, source: &SourceFiles) -> Result<(), Diagnostic> {
    let reader = reader(source)?;
    let broken = |failure: &duckdb::Error| unreadable(source, &error::message(failure));
    let mut columns = Vec::new();
    for (name, ty) in describe(connection, &reader).map_err(|failure| broken(&failure))? {
        let quoted = quote_identifier(&name);
        match Type::from_duckdb(&ty) {
            Some((_, false)) => columns.push(quoted),
            Some((known, true)) => {
                columns.push(format!("CAST({quoted} AS {}) AS {quoted}", known.duckdb()));
            }
            None => {
                return Err(unreadable(
                    source,
                    &format!("column `{name}` has the type {ty}, which GoogleSQL lacks"),
                ));
            }
        }
    }
    if let Some(suffix) = suffix_pattern(source) {
        columns.push(format!(
            "regexp_extract(replace(filename, '\\', '/'), {}, 1) AS {}",
            quote_string(&suffix),
            quote_identifier(TABLE_SUFFIX)
        ));
    }
    let sql = format!(
        "CREATE SCHEMA IF NOT EXISTS {}; CREATE OR REPLACE VIEW {} AS SELECT {} FROM {reader}",
        quote_identifier(&source.name.schema),
        qualified(&source.name),
        columns.join(", "),
    );
    connection
        .execute_batch(&sql)
        .map_err(|failure| broken(&failure))
}

fn reader(source: &SourceFiles) -> Result<String, Diagnostic> {
    let path = source.path.to_string_lossy().replace('\\', "/");
    let lower = path.to_lowercase();
    let lower = lower.trim_end_matches(".gz").trim_end_matches(".zst");
    let function = match Path::new(lower)
        .extension()
        .and_then(|found| found.to_str())
    {
        Some("parquet") => "read_parquet",
        Some("csv" | "tsv") => "read_csv",
        Some("json" | "jsonl" | "ndjson") => "read_json",
        _ => {
            return Err(unreadable(source, "the format is not known by its name")
                .help("name the file `.parquet`, `.csv`, `.tsv`, `.json`, `.jsonl` or `.ndjson`"));
        }
    };
    let mut options = String::new();
    if path.contains(['*', '?', '[']) {
        options.push_str(", union_by_name = true");
    }
    if function == "read_csv" {
        // without these the reader may take odd lines for a preamble and leave them out
        options.push_str(", header = true, skip = 0, strict_mode = true");
    }
    Ok(format!("{function}({}{options})", quote_string(&path)))
}

/// A regular expression whose group is what stands for the last `*` of the path's file name
fn suffix_pattern(source: &SourceFiles) -> Option<String> {
    if !source.name.name.ends_with('*') {
        return None;
    }
    let file = source.path.file_name()?.to_str()?;
    let (before, after) = file.rsplit_once('*')?;
    let escape = |text: &str| {
        text.chars()
            .map(|letter| match letter {
                '*' => "[^/]*".to_owned(),
                '?' => "[^/]".to_owned(),
                letter if letter.is_alphanumeric() || letter == '_' => letter.to_string(),
                letter => format!("\\{letter}"),
            })
            .collect::<String>()
    };
    Some(format!(
        "(?:^|/){}([^/]*){}$",
        escape(before),
        escape(after)
    ))
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
    fn the_suffix_is_what_the_last_star_stands_for() {
        let pattern = |path: &str| {
            suffix_pattern(&SourceFiles {
                name: PhysicalName {
                    schema: "raw".into(),
                    name: "events_*".into(),
                },
                path: path.into(),
                required: true,
            })
        };
        assert_eq!(
            pattern("data/events_*.parquet").as_deref(),
            Some("(?:^|/)events_([^/]*)\\.parquet$")
        );
        assert_eq!(pattern("data/events.parquet"), None);
    }
}
