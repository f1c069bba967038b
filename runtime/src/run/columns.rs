//! The columns that an incremental table will have once its schema has followed its query
//!
//! Dataform names the columns that the table had before, and so leaves new ones empty in the run that adds
//! them, and fails where one was dropped. Here rows are added by the columns that the table has by then.

use sqlx_compiler::sql::incremental_query;
use sqlx_compiler::{ActionRef, OnSchemaChange, Table, TableType};

use crate::functions::only_creates;
use crate::warehouse::{Existing, Outcome, Session};

/// What stands at an action's target, with the columns that rows are to be added by; `open` gives a session
/// to find them out in
pub fn after_schema_change(
    open: impl FnOnce() -> Option<Box<dyn Session>>,
    action: ActionRef<'_>,
    full_refresh: bool,
    existing: Existing,
) -> Existing {
    let (ActionRef::Table(table), Existing::Table(columns)) = (action, &existing) else {
        return existing;
    };
    let rebuilt = full_refresh && table.protected != Some(true);
    let grows = table.enum_type == Some(TableType::Incremental) && !rebuilt;
    let removes = match table.on_schema_change {
        Some(OnSchemaChange::Extend) => false,
        Some(OnSchemaChange::Synchronize) => true,
        _ => return existing,
    };
    // what is wrong with the query is told by the statement that has it
    let probed = grows.then(open).flatten();
    let Some(found) = probed.and_then(|mut session| columns_of(&mut *session, table)) else {
        return existing;
    };
    let is_in = |list: &[String], name: &str| list.iter().any(|own| own.eq_ignore_ascii_case(name));
    let kept = columns
        .iter()
        .filter(|name| !removes || is_in(&found, name));
    let new = found.iter().filter(|name| !is_in(columns, name));
    Existing::Table(kept.chain(new).cloned().collect())
}

/// The columns of the incremental query; no engine reads rows for them
fn columns_of(session: &mut dyn Session, table: &Table) -> Option<Vec<String>> {
    let probe = format!(
        "SELECT * FROM (\n{}\n) WHERE FALSE",
        incremental_query(table)
    );
    for operation in &table.incremental_pre_ops {
        if only_creates(operation) {
            session.execute(operation, &mut |_| {}).ok()?;
        }
    }
    let outcomes = session.execute(&probe, &mut |_| {}).ok()?;
    outcomes.into_iter().find_map(|outcome| match outcome {
        Outcome::Rows(rows) => Some(rows.columns.into_iter().map(|one| one.name).collect()),
        _ => None,
    })
}
