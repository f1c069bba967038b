//! Wildcard tables: which tables a prefix stands for, and the columns that they give
//!
//! <https://cloud.google.com/bigquery/docs/querying-wildcard-tables>

use std::ops::Range;

use diagnostic::code;
use googlesql::{
    Column, Error, PhysicalName, StoredColumn, StoredTable, TableMetadata, quote_identifier,
};

use super::Names;
use super::catalog::INGESTION_TIME;

/// Tables with a common prefix, as one
pub struct Parts {
    /// Each table, and for each column of the whole what it is there
    pub tables: Vec<(PhysicalName, Vec<String>)>,
    /// The columns of the table that was made last
    pub columns: Vec<Column>,
}

/// The whole that tables and views with a prefix make
///
/// # Errors
/// A view among them, or a column that has another type in one of them, positioned at `span`
pub fn parts(
    names: &Names,
    prefix: &str,
    found: Vec<(PhysicalName, StoredTable)>,
    span: &Range<usize>,
) -> Result<Parts, Error> {
    let view = |(name, table): &&(PhysicalName, StoredTable)| {
        table.view && !names.declarations.contains(name)
    };
    if let Some((name, _)) = found.iter().find(view) {
        let message = format!(
            "`{prefix}*` stands for tables only, and `{}` is a view",
            name.name
        );
        return Err(Error::new(code::SQL_INVALID, message, span.clone()));
    }
    let created = |table: &StoredTable| TableMetadata::read(table.comment.as_deref()).created;
    // where the time is not known, the last by name is taken: suffixes are dates most often
    let newest = found
        .iter()
        .max_by_key(|(name, table)| (created(table), name.name.clone()));
    let columns: Vec<Column> = newest.map_or_else(Vec::new, |(_, table)| {
        let columns = table.columns.iter().map(|column| column.column.clone());
        columns
            .filter(|column| column.name != INGESTION_TIME)
            .collect()
    });
    let mut tables = Vec::new();
    for (name, table) in &found {
        let values = columns
            .iter()
            .map(|column| value(column, name, table, span))
            .collect::<Result<_, Error>>()?;
        tables.push((name.clone(), values));
    }
    Ok(Parts { tables, columns })
}

/// A column of the whole in one table: its own, or NULL where it has none
fn value(
    column: &Column,
    name: &PhysicalName,
    table: &StoredTable,
    span: &Range<usize>,
) -> Result<String, Error> {
    let quoted = quote_identifier(&column.name);
    let same = |own: &&StoredColumn| own.column.name.eq_ignore_ascii_case(&column.name);
    match table.columns.iter().find(same) {
        None => Ok(format!("CAST(NULL AS {}) AS {quoted}", column.ty.duckdb())),
        Some(own) if own.column.ty == column.ty => Ok(format!(
            "{} AS {quoted}",
            quote_identifier(&own.column.name)
        )),
        Some(own) => {
            let message = format!(
                "column `{}` is {} in `{}` and {} in the newest table with this prefix",
                column.name, own.column.ty, name.name, column.ty
            );
            Err(Error::new(code::TYPE_MISMATCH, message, span.clone()))
        }
    }
}
