//! Which actions leave the same behind when they run twice

use sqlx_compiler::{ActionRef, IncrementalStrategy, Table, TableType};

/// Whether running the action a second time, after an attempt of which nobody knows how far it came,
/// leaves what running it once leaves
///
/// Operations are the user's own statements, and so are those before and after a table's; rows that are
/// appended would be there twice.
pub fn repeatable(action: ActionRef<'_>, full_refresh: bool) -> bool {
    match action {
        ActionRef::Table(table) => {
            table.pre_ops.is_empty()
                && table.post_ops.is_empty()
                && table.incremental_pre_ops.is_empty()
                && table.incremental_post_ops.is_empty()
                && (is_rebuilt(table, full_refresh) || replaces_its_rows(table))
        }
        ActionRef::Operation(_) => false,
        _ => true,
    }
}

/// Made anew from its query each time
fn is_rebuilt(table: &Table, full_refresh: bool) -> bool {
    table.enum_type != Some(TableType::Incremental)
        || (full_refresh && table.protected != Some(true))
}

/// Rows that arrive a second time take the place of the first
fn replaces_its_rows(table: &Table) -> bool {
    !table.unique_key.is_empty()
        || table.incremental_strategy == Some(IncrementalStrategy::InsertOverwrite)
}
