//! What DuckDB keeps of a table or view, with the comments in which the rest stands

use duckdb::Connection;
use googlesql::{
    Column, ColumnMetadata, PhysicalName, StoredColumn, StoredTable, TableMetadata, Type,
};

/// The table or view with a name; columns of types that GoogleSQL lacks are left out
///
/// # Errors
/// The engine cannot be asked
pub fn stored(connection: &Connection, name: &PhysicalName) -> duckdb::Result<Option<StoredTable>> {
    let found: Option<(bool, Option<String>)> = connection
        .prepare_cached(
            "SELECT FALSE, comment FROM duckdb_tables() \
             WHERE CASE WHEN temporary THEN $1 = 'temp' \
             ELSE database_name = current_database() AND schema_name = $1 END AND table_name = $2 \
             UNION ALL SELECT TRUE, comment FROM duckdb_views() \
             WHERE database_name = current_database() AND schema_name = $1 AND view_name = $2",
        )?
        .query_map([&name.schema, &name.name], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .next()
        .transpose()?;
    let Some((view, comment)) = found else {
        return Ok(None);
    };
    Ok(Some(StoredTable {
        view,
        comment,
        columns: columns(connection, name)?,
    }))
}

fn columns(connection: &Connection, name: &PhysicalName) -> duckdb::Result<Vec<StoredColumn>> {
    let mut statement = connection.prepare_cached(
        "SELECT column_name, data_type, is_nullable, column_default, comment FROM duckdb_columns() \
         WHERE CASE WHEN database_name = 'temp' THEN $1 = 'temp' \
         ELSE database_name = current_database() AND schema_name = $1 END AND table_name = $2 \
         ORDER BY column_index",
    )?;
    let rows = statement.query_map([&name.schema, &name.name], |row| {
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
    let comment: Option<Option<String>> = connection
        .prepare_cached(
            "SELECT comment FROM duckdb_tables() WHERE NOT temporary \
             AND database_name = current_database() AND schema_name = $1 AND table_name = $2 \
             AND comment LIKE '%\"require_partition_filter\"%'",
        )?
        .query_map([&name.schema, &name.name], |row| row.get(0))?
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

/// Notes when a table or view was made, if that is not known yet
///
/// # Errors
/// The engine refuses
pub fn note_creation(connection: &Connection, name: &PhysicalName) -> duckdb::Result<()> {
    let Some(table) = stored(connection, name)? else {
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
