//! What BigQuery's tables and columns have that DuckDB has no place for
//!
//! It is kept as JSON in DuckDB's own comments on the table, view or column, so that it is part of the
//! transaction that makes the table, follows it when it is renamed, and can be read in any DuckDB shell.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{PhysicalName, quote_identifier, quote_string};

/// What a table or view has besides columns and rows
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableMetadata {
    /// `MATERIALIZED VIEW`, `EXTERNAL`, `SNAPSHOT` or `CLONE`; nothing for plain tables and views
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `OPTIONS`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<StoredOption>,
    /// `PARTITION BY`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<Partition>,
    /// `CLUSTER BY`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cluster: Vec<String>,
    /// `PRIMARY KEY` and `FOREIGN KEY`, not enforced
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<StoredKey>,
    /// A view's query in GoogleSQL
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// A view's columns, where it names them itself
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// The table that a clone or snapshot was made of
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Microseconds since 1970 at which it was made
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
}

/// What a column has besides name and type
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnMetadata {
    /// `OPTIONS`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<StoredOption>,
    /// `DEFAULT` in GoogleSQL
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// `OPTIONS` of the fields of a record, by their path below the column in lower case
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Vec<StoredOption>>,
    /// The type as written, where it has parameters such as `STRING(10)`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_type: Option<String>,
}

/// An option with its GoogleSQL type and its value as written
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredOption {
    /// Lower case
    pub name: String,
    /// Such as `STRING`
    #[serde(rename = "type")]
    pub ty: String,
    /// A GoogleSQL expression
    pub value: String,
}

/// How a table is partitioned
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    /// The expression of `PARTITION BY`
    pub by: String,
    /// Its column
    pub column: String,
    /// `HOUR`, `DAY`, `MONTH`, `YEAR`; nothing for ranges of whole numbers
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// A key that is not enforced
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredKey {
    /// As given, or made up as BigQuery does
    pub name: String,
    /// The key's columns
    pub columns: Vec<String>,
    /// A foreign key's table, in dots, and its columns
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<(String, Vec<String>)>,
}

impl TableMetadata {
    /// Out of a comment; a comment that is not ours has nothing
    pub fn read(comment: Option<&str>) -> Self {
        read(comment)
    }

    /// The option with this name
    pub fn option(&self, name: &str) -> Option<&StoredOption> {
        self.options.iter().find(|option| option.name == name)
    }

    /// The DuckDB statement that keeps it with a table (or with a view)
    pub fn statement(&self, name: &PhysicalName, view: bool) -> String {
        let word = if view { "VIEW" } else { "TABLE" };
        let place = format!(
            "{}.{}",
            quote_identifier(&name.schema),
            quote_identifier(&name.name)
        );
        comment(word, &place, self)
    }
}

impl ColumnMetadata {
    /// Out of a comment; a comment that is not ours has nothing
    pub fn read(comment: Option<&str>) -> Self {
        read(comment)
    }

    /// The DuckDB statement that keeps it with a column
    pub fn statement(&self, table: &PhysicalName, column: &str) -> String {
        let place = format!(
            "{}.{}.{}",
            quote_identifier(&table.schema),
            quote_identifier(&table.name),
            quote_identifier(column)
        );
        comment("COLUMN", &place, self)
    }
}

fn read<T: Default + serde::de::DeserializeOwned>(comment: Option<&str>) -> T {
    comment
        .and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

fn comment<T: Default + PartialEq + Serialize>(word: &str, place: &str, value: &T) -> String {
    let text = match serde_json::to_string(value) {
        Ok(text) if *value != T::default() => quote_string(&text),
        _ => "NULL".to_owned(),
    };
    format!("COMMENT ON {word} {place} IS {text}")
}
