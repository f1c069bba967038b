//! What the suite asks of an engine, beside the program itself

use std::path::Path;

use anyhow::Result;
use serde_json::Value as Json;

/// An engine on which histories run
pub trait Engine: Sync {
    /// `embedded` or `emulator`
    fn name(&self) -> &'static str;

    /// The project's `sqlx-run.toml`, with which it runs on this engine
    fn settings(&self) -> String;

    /// Runs a script as somebody else would, not through a run of the project
    ///
    /// # Errors
    /// The script fails
    fn execute(&self, project: &Project<'_>, sql: &str) -> Result<()>;

    /// Runs queries, and gives the rows of each
    ///
    /// # Errors
    /// One of them fails
    fn ask(&self, project: &Project<'_>, queries: &[String]) -> Result<Vec<Rows>>;
}

/// Where a history runs
#[derive(Debug, Clone, Copy)]
pub struct Project<'p> {
    /// The default project of its names
    pub name: &'p str,
    /// Its folder
    pub folder: &'p Path,
}

/// Rows in the encoding of `docs/query-json.md`
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Each column as `name TYPE`
    pub columns: Vec<String>,
    /// Each row as an object
    pub rows: Vec<Json>,
}

impl Rows {
    /// A column as `name TYPE`, of a field of a schema
    pub fn column(field: &Json) -> String {
        format!(
            "{} {}",
            field["name"].as_str().unwrap_or_default(),
            type_name(field)
        )
    }
}

/// The type's name in GoogleSQL: BigQuery's interface has older ones for some
fn type_name(field: &Json) -> String {
    let name = match field["type"].as_str().unwrap_or_default() {
        "INTEGER" => "INT64",
        "FLOAT" => "FLOAT64",
        "BOOLEAN" => "BOOL",
        "RECORD" | "STRUCT" => {
            let fields = field["fields"].as_array().into_iter().flatten();
            let fields: Vec<_> = fields.map(Rows::column).collect();
            return in_array(field, &format!("STRUCT<{}>", fields.join(", ")));
        }
        other => other,
    };
    in_array(field, name)
}

fn in_array(field: &Json, name: &str) -> String {
    match field["mode"] == "REPEATED" {
        true => format!("ARRAY<{name}>"),
        false => name.to_owned(),
    }
}
