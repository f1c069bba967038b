//! What a run would do to what stands at an action's target, and why

use googlesql::Schema;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx_compiler::{ActionKind, ActionRef, IncrementalStrategy, OnSchemaChange, Table, TableType};

use crate::warehouse::{TableKind, TableState};

/// What a run would do
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Makes a table or view that is not there
    Create,
    /// Puts another table or view in its place
    Replace,
    /// Changes what differs from what is declared
    Update,
    /// Leaves it as it is, which is as declared
    Keep,
    /// Adds rows
    Append,
    /// Adds rows, and changes those with the same keys
    Merge,
    /// Replaces the partitions that it has rows for
    InsertOverwrite,
    /// Fails, as the project says it should
    Fail,
    /// Runs statements of the project, which may do anything
    Run,
    /// Looks for failing rows
    Check,
    /// Nothing
    Skip,
}

impl Change {
    /// All of them, in the order in which they are counted
    pub const ALL: [Self; 11] = [
        Self::Create,
        Self::Replace,
        Self::Update,
        Self::Append,
        Self::Merge,
        Self::InsertOverwrite,
        Self::Run,
        Self::Check,
        Self::Keep,
        Self::Skip,
        Self::Fail,
    ];

    /// The word that people read
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Update => "update",
            Self::Keep => "keep",
            Self::Append => "append",
            Self::Merge => "merge",
            Self::InsertOverwrite => "overwrite",
            Self::Fail => "fail",
            Self::Run => "run",
            Self::Check => "check",
            Self::Skip => "skip",
        }
    }
}

/// How the columns of a table that is there would change
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ColumnChanges {
    /// Columns that are added
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<String>,
    /// Columns that are dropped
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<String>,
    /// Columns of the query that the table does not have, and does not get
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
}

impl ColumnChanges {
    /// Whether there are none
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a run would do, and why
pub struct Found {
    pub change: Change,
    pub reason: String,
    pub columns: ColumnChanges,
}

impl Found {
    /// Without changes of columns
    pub fn new(change: Change, reason: impl Into<String>) -> Self {
        Self {
            change,
            reason: reason.into(),
            columns: ColumnChanges::default(),
        }
    }
}

/// What a run would do for an action, by what stands at its target and the columns its query gives
pub fn of(
    action: ActionRef<'_>,
    state: Option<&TableState>,
    full_refresh: bool,
    schema: Option<&Schema>,
) -> Found {
    if action.disabled() {
        return Found::new(Change::Skip, "the project disables it");
    }
    match action {
        ActionRef::Table(table) => of_table(table, state, full_refresh, schema),
        ActionRef::Operation(_) => Found::new(Change::Run, "operations run every time"),
        ActionRef::Assertion(_) => Found::new(Change::Check, "assertions are checked every time"),
        ActionRef::Declaration(_) => Found::new(Change::Skip, "nothing runs for a declaration"),
        ActionRef::Notebook(_) | ActionRef::DataPreparation(_) | ActionRef::PropertyGraph(_) => {
            Found::new(Change::Skip, "runs in Google Cloud only")
        }
        // Vertex AI is asked where there is something to ask
        ActionRef::Vertex(_) => Found::new(Change::Create, "nothing is on Vertex AI yet"),
    }
}

fn of_table(
    table: &Table,
    state: Option<&TableState>,
    full_refresh: bool,
    schema: Option<&Schema>,
) -> Found {
    let Some(state) = state else {
        return Found::new(Change::Create, "it is not there yet");
    };
    let kind = ActionRef::Table(table).kind();
    let is_view = matches!(state.kind, TableKind::View | TableKind::MaterializedView);
    if is_view != (kind == ActionKind::View) {
        let stands = state.kind.sql().to_lowercase();
        return Found::new(Change::Replace, format!("a {stands} stands in its place"));
    }
    match table.enum_type {
        Some(TableType::View) => Found::new(Change::Replace, "views are written every time"),
        Some(TableType::Incremental) => {
            let protected = table.protected == Some(true);
            if full_refresh && !protected {
                return Found::new(Change::Replace, "`--full-refresh` rebuilds it");
            }
            let mut found = grown(table, state, schema);
            if full_refresh && found.change != Change::Fail {
                found.reason = "it is protected against `--full-refresh`".to_owned();
            }
            found
        }
        _ => Found::new(Change::Replace, "tables are rebuilt every time"),
    }
}

fn grown(table: &Table, state: &TableState, schema: Option<&Schema>) -> Found {
    let mut found = match table.incremental_strategy {
        Some(IncrementalStrategy::InsertOverwrite) => {
            Found::new(Change::InsertOverwrite, "whole partitions are replaced")
        }
        _ if table.unique_key.is_empty() => Found::new(Change::Append, "it has no unique key"),
        _ => Found::new(
            Change::Merge,
            format!("on the unique key {}", table.unique_key.join(", ")),
        ),
    };
    let Some(schema) = schema.filter(|schema| !schema.open) else {
        return found;
    };
    let new: Vec<&str> = schema
        .columns
        .iter()
        .map(|one| one.column.name.as_str())
        .collect();
    let old: Vec<&str> = state
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let added = without(&new, &old);
    let dropped = without(&old, &new);
    match table.on_schema_change {
        None | Some(OnSchemaChange::Ignore) => found.columns.ignored = added,
        Some(OnSchemaChange::Fail) if !added.is_empty() || !dropped.is_empty() => {
            let reason = "`onSchemaChange: \"FAIL\"`, and the columns differ";
            found = Found::new(Change::Fail, reason);
            found.columns = ColumnChanges {
                added,
                dropped,
                ..ColumnChanges::default()
            };
        }
        Some(OnSchemaChange::Extend) if !dropped.is_empty() => {
            let reason = "`onSchemaChange: \"EXTEND\"` drops no columns";
            found = Found::new(Change::Fail, reason);
            found.columns.dropped = dropped;
        }
        Some(_) => {
            let keyed = dropped.iter().find(|name| table.unique_key.contains(name));
            if let Some(key) = keyed {
                let reason = format!("`{key}` is of the unique key and would be dropped");
                found = Found::new(Change::Fail, reason);
            }
            found.columns.added = added;
            found.columns.dropped = dropped;
        }
    }
    found
}

/// Names of the first that the second does not have; BigQuery's names do not tell case
fn without(names: &[&str], others: &[&str]) -> Vec<String> {
    names
        .iter()
        .filter(|name| !others.iter().any(|other| other.eq_ignore_ascii_case(name)))
        .map(|name| (*name).to_owned())
        .collect()
}
