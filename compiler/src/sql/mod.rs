//! The SQL that a run sends for an action, given what stands in the warehouse under its name: as
//! text that BigQuery accepts, byte for byte what Dataform sends

mod comments;
mod create;
mod incremental;
mod schema_change;
mod script;

use crate::graph::{ActionRef, Assertion, Operation, Table, TableType, Target};
pub use crate::sqlx::SqlPart;
use schema_change::Declarations;
use script::Text;
pub use script::{Part, Piece, Role, Statement};

/// What the warehouse has under an action's name
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing<'a> {
    /// Nothing
    None,
    /// A table with these top-level columns, in their order
    Table(&'a [String]),
    /// A view
    View,
    /// A materialized view
    MaterializedView,
}

/// One thing that a run sends and waits for
#[derive(Debug, Clone, PartialEq)]
pub enum Task {
    /// A script to execute
    Statement(Statement),
    /// A query whose first value is the number of failing rows, or NULL for none
    Assertion(Statement),
}

impl Task {
    /// What is sent
    pub fn statement(&self) -> &Statement {
        match self {
            Self::Statement(statement) | Self::Assertion(statement) => statement,
        }
    }
}

/// What Dataform sends for an action, in order
///
/// A table, view or incremental table is one task, an operation one per query, an assertion its view
/// and then the check. Disabled actions and those of other kinds have none. `unique` makes the ids in
/// the names of temporary tables and procedures.
pub fn tasks(
    action: ActionRef<'_>,
    existing: Existing<'_>,
    full_refresh: bool,
    unique: &mut dyn FnMut() -> String,
) -> Vec<Task> {
    make(
        action,
        existing,
        full_refresh,
        Declarations::WhereUsed,
        unique,
    )
}

/// The same, of statements that mean the same and that BigQuery's grammar has
///
/// Dataform declares variables in the middle of a procedure, where BigQuery refuses declarations.
pub fn sound_tasks(
    action: ActionRef<'_>,
    existing: Existing<'_>,
    full_refresh: bool,
    unique: &mut dyn FnMut() -> String,
) -> Vec<Task> {
    make(action, existing, full_refresh, Declarations::First, unique)
}

fn make(
    action: ActionRef<'_>,
    existing: Existing<'_>,
    full_refresh: bool,
    declarations: Declarations,
    unique: &mut dyn FnMut() -> String,
) -> Vec<Task> {
    if action.disabled() {
        return Vec::new();
    }
    match action {
        ActionRef::Table(table) => vec![Task::Statement(build(
            table,
            existing,
            full_refresh,
            declarations,
            unique,
        ))],
        ActionRef::Operation(operation) => run(operation),
        ActionRef::Assertion(assertion) => check(assertion),
        ActionRef::Declaration(_)
        | ActionRef::Notebook(_)
        | ActionRef::DataPreparation(_)
        | ActionRef::PropertyGraph(_)
        | ActionRef::Vertex(_) => Vec::new(),
    }
}

/// The query of an incremental run of a table, under the condition of `incremental_where`
pub fn incremental_query(table: &Table) -> String {
    let text = incremental::query(table);
    script::single(Role::Build, text).sql
}

/// A target as SQL names it; where no dataset is known its place stays empty, as Dataform has it
pub fn quoted(target: &Target) -> String {
    let dataset = target.schema.as_deref().unwrap_or_default();
    match target
        .database
        .as_deref()
        .filter(|project| !project.is_empty())
    {
        Some(project) => format!("`{project}.{dataset}.{}`", target.name),
        None => format!("`{dataset}.{}`", target.name),
    }
}

fn build(
    table: &Table,
    existing: Existing<'_>,
    full_refresh: bool,
    declarations: Declarations,
    unique: &mut dyn FnMut() -> String,
) -> Statement {
    let rebuild = full_refresh && table.protected != Some(true);
    let grown = match existing {
        Existing::Table(columns) if !rebuild && is_incremental(table) => Some(columns),
        _ => None,
    };
    let (before, after) = match grown {
        Some(_) => (&table.incremental_pre_ops, &table.incremental_post_ops),
        None => (&table.pre_ops, &table.post_ops),
    };
    let mut pieces: Vec<(Role, Text)> = Vec::new();
    for (index, operation) in before.iter().enumerate() {
        let text = Text::of_part(operation, SqlPart::PreOperation(index));
        pieces.push((Role::Operation, text));
    }
    if let Some(kind) = misfit(table, existing) {
        let drop = format!("drop {kind} if exists {}", quoted(&table.target));
        pieces.push((Role::Drop, Text::of(&drop)));
    }
    match grown {
        Some(columns) => {
            for text in schema_change::statements(table, declarations, unique) {
                pieces.push((Role::SchemaChange, text));
            }
            pieces.push((Role::Build, incremental::statement(table, columns, unique)));
        }
        None => pieces.push((Role::Build, create::statement(table))),
    }
    for (index, operation) in after.iter().enumerate() {
        let text = Text::of_part(operation, SqlPart::PostOperation(index));
        pieces.push((Role::Operation, text));
    }
    script::join(pieces)
}

/// The kind of thing that stands in the way, if it is not what the action makes
fn misfit(table: &Table, existing: Existing<'_>) -> Option<&'static str> {
    let view = table.enum_type == Some(TableType::View);
    match existing {
        Existing::Table(_) if view => Some("table"),
        Existing::View if !view => Some("view"),
        Existing::MaterializedView if !view => Some("materialized view"),
        _ => None,
    }
}

fn is_incremental(table: &Table) -> bool {
    table.enum_type == Some(TableType::Incremental)
}

fn run(operation: &Operation) -> Vec<Task> {
    operation
        .queries
        .iter()
        .enumerate()
        .map(|(index, query)| {
            let text = Text::of_part(query, SqlPart::Operation(index));
            Task::Statement(script::single(Role::Operation, text))
        })
        .collect()
}

fn check(assertion: &Assertion) -> Vec<Task> {
    let target = quoted(&assertion.target);
    let mut view = Text::of(&format!("\n      create or replace view {target} as "));
    view.push_part(
        assertion.query.as_deref().unwrap_or_default(),
        SqlPart::Query,
    );
    let count = Text::of(&format!("select sum(1) as row_count from {target}"));
    vec![
        Task::Statement(script::single(Role::Build, view)),
        Task::Assertion(script::single(Role::Check, count)),
    ]
}
