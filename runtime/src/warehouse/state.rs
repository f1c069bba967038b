//! What stands at a target

use googlesql::Column;
use serde::{Deserialize, Serialize};

/// What stands at a target, as far as an action's statements depend on it
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existing {
    /// Nothing
    None,
    /// A table, with its top-level column names in order
    Table(Vec<String>),
    /// A view
    View,
    /// A materialized view
    MaterializedView,
}

impl Existing {
    /// The same as the statements of an action are made by
    pub fn as_sql(&self) -> sqlx_compiler::sql::Existing<'_> {
        use sqlx_compiler::sql::Existing as Sql;
        match self {
            Self::None => Sql::None,
            Self::Table(columns) => Sql::Table(columns),
            Self::View => Sql::View,
            Self::MaterializedView => Sql::MaterializedView,
        }
    }
}

/// A table, view or whatever else holds rows
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableState {
    /// What it is
    pub kind: TableKind,
    /// Its columns, in order
    pub columns: Vec<Column>,
    /// A text that changes whenever its rows or its schema change; `None` where the engine cannot tell
    pub version: Option<String>,
    /// The run that made it, where that is known
    pub created_by: Option<String>,
}

impl TableState {
    /// What changes with it, where the engine tells
    pub fn version(&self) -> Option<Version> {
        let is_view = matches!(self.kind, TableKind::View | TableKind::MaterializedView);
        let text = self.version.clone()?;
        Some(Version { text, is_view })
    }

    /// What the statements of an action depend on
    pub fn existing(&self) -> Existing {
        match self.kind {
            TableKind::View => Existing::View,
            TableKind::MaterializedView => Existing::MaterializedView,
            TableKind::Table | TableKind::External | TableKind::Snapshot => {
                let names = self.columns.iter().map(|column| column.name.clone());
                Existing::Table(names.collect())
            }
        }
    }
}

/// What tells one content of a table from another
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Equal texts, equal contents
    pub text: String,
    /// Whether it is a view: then the text stands for its query only, and not for what the query reads
    pub is_view: bool,
}

/// The kinds of what holds rows
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    /// A table
    Table,
    /// A view
    View,
    /// A materialized view
    MaterializedView,
    /// A table over files elsewhere
    External,
    /// A table as it was at some time
    Snapshot,
}

impl TableKind {
    /// As `DROP` names it
    pub fn sql(self) -> &'static str {
        match self {
            Self::Table => "TABLE",
            Self::View => "VIEW",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::External => "EXTERNAL TABLE",
            Self::Snapshot => "SNAPSHOT TABLE",
        }
    }
}
