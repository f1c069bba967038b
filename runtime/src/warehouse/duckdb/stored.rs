//! What DuckDB keeps of a table or view, with the comments in which the rest stands

use duckdb::Connection;
use googlesql::{
    Column, ColumnMetadata, PhysicalName, StoredColumn, StoredTable, TableMetadata, Type,
    quote_string,
};

use super::catalog::TEMPORARY;

/// A table or view, as far as it is known without its columns
pub struct Listed {
    /// Its name, case as it was made
    pub name: String,
    /// Whether it is a view
    pub view: bool,
    /// DuckDB's comment on it
    pub comment: Option<String>,
}

/// The table or view with a name, whatever its case: names in a DuckDB file do not differ by case alone
///
/// # Errors
/// The engine cannot be asked
pub fn listed(connection: &Connection, name: &PhysicalName) -> duckdb::Result<Option<Listed>> {
    match listed_as(connection, name, false)? {
        Some(table) => Ok(Some(table)),
        None => listed_as(connection, name, true),
    }
}

/// The same, of tables or of views alone. The engine plans two plain questions faster than their union, and
/// constants faster than parameters
fn listed_as(
    connection: &Connection,
    name: &PhysicalName,
    view: bool,
) -> duckdb::Result<Option<Listed>> {
    let wanted = quote_string(&name.name);
    let sql = match view {
        false => format!(
            "SELECT table_name, comment FROM duckdb_tables() \
             WHERE {} AND lower(table_name) = lower({wanted})",
            with_temporary(&name.schema)
        ),
        true => format!(
            "SELECT view_name, comment FROM duckdb_views() \
             WHERE {} AND lower(view_name) = lower({wanted})",
            in_schema(&name.schema)
        ),
    };
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query_map([], |row| {
        Ok(Listed {
            name: row.get(0)?,
            view,
            comment: row.get(1)?,
        })
    })?;
    found.next().transpose()
}

/// The table or view with a name; columns of types that GoogleSQL lacks are left out
///
/// # Errors
/// The engine cannot be asked
pub fn stored(connection: &Connection, name: &PhysicalName) -> duckdb::Result<Option<StoredTable>> {
    match listed(connection, name)? {
        Some(found) if found.name == name.name => Ok(Some(StoredTable {
            view: found.view,
            comment: found.comment,
            columns: columns(connection, name)?,
        })),
        _ => Ok(None),
    }
}

fn columns(connection: &Connection, name: &PhysicalName) -> duckdb::Result<Vec<StoredColumn>> {
    let mut statement = connection.prepare(&format!(
        "SELECT column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns() \
         WHERE {} AND table_name = {} ORDER BY column_index",
        with_temporary(&name.schema),
        quote_string(&name.name)
    ))?;
    let rows = statement.query_map([], |row| {
        let ty: String = row.get(1)?;
        let nullable: bool = row.get(2)?;
        let default: Option<String> = row.get(3)?;
        let column = Type::from_duckdb(&ty).map(|(ty, _)| Column::new("", ty));
        Ok((
            row.get::<_, String>(0)?,
            column,
            nullable,
            default,
            row.get(4)?,
        ))
    })?;
    let mut columns = Vec::new();
    for row in rows {
        let (name, column, nullable, default, comment) = row?;
        if let Some(Column { ty, .. }) = column {
            columns.push(StoredColumn {
                column: Column::new(name, ty),
                not_null: !nullable,
                default: default.filter(|text| text != "NULL"),
                comment,
            });
        }
    }
    Ok(columns)
}

/// The column by which a table is partitioned, if it may only be read with a filter over it
///
/// # Errors
/// The engine cannot be asked
pub fn filtered_by(connection: &Connection, name: &PhysicalName) -> duckdb::Result<Option<String>> {
    let sql = format!(
        "SELECT comment FROM duckdb_tables() WHERE NOT temporary AND {} AND table_name = {} \
         AND comment LIKE '%\"require_partition_filter\"%'",
        in_schema(&name.schema),
        quote_string(&name.name)
    );
    let mut statement = connection.prepare(&sql)?;
    let comment: Option<Option<String>> = statement
        .query_map([], |row| row.get(0))?
        .next()
        .transpose()?;
    let metadata = TableMetadata::read(comment.flatten().as_deref());
    let required = metadata
        .option("require_partition_filter")
        .is_some_and(|option| option.value.eq_ignore_ascii_case("true"));
    Ok(metadata
        .partition
        .filter(|_| required)
        .map(|partition| partition.column))
}

/// The condition that a row of DuckDB's own catalog is about a schema of the file
pub fn in_schema(schema: &str) -> String {
    let schema = quote_string(schema);
    format!("database_name = current_database() AND schema_name = {schema}")
}

/// The same, where temporary tables have a schema of their own
pub fn with_temporary(schema: &str) -> String {
    let own = in_schema(schema);
    match schema == TEMPORARY {
        true => format!("(database_name = 'temp' OR {own})"),
        false => own,
    }
}

/// Notes when a table or view was made, if that is not known yet
///
/// # Errors
/// The engine refuses
pub fn note_creation(
    connection: &Connection,
    name: &PhysicalName,
    view: bool,
) -> duckdb::Result<()> {
    let found = listed_as(connection, name, view)?;
    let Some(table) = found.filter(|found| found.name == name.name) else {
        return Ok(());
    };
    let metadata = TableMetadata::read(table.comment.as_deref());
    let foreign = metadata == TableMetadata::default() && table.comment.is_some();
    if metadata.created.is_some() || foreign {
        return Ok(());
    }
    let metadata = TableMetadata {
        created: Some(jiff::Timestamp::now().as_microsecond()),
        ..metadata
    };
    connection.execute_batch(&metadata.statement(name, table.view))
}

/// What is kept with a column
pub fn metadata(column: &StoredColumn) -> ColumnMetadata {
    ColumnMetadata::read(column.comment.as_deref())
}
