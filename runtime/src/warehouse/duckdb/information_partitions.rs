//! `PARTITIONS` of the information schema
//!
//! <https://cloud.google.com/bigquery/docs/information-schema-partitions>

use googlesql::{Partition, PhysicalName, TableMetadata, quote_identifier};

use super::information_schema::{Source, Value};

/// Rows of `PARTITIONS`: a table that is not partitioned is one without a name
///
/// # Errors
/// The engine cannot be asked
pub fn partitions(source: &Source, dataset: &str) -> duckdb::Result<Vec<Vec<Value>>> {
    let mut rows = Vec::new();
    for (name, table) in source.tables(dataset)? {
        if table.view {
            continue;
        }
        let layout = TableMetadata::read(table.comment.as_deref());
        let mut add = |id: Value, count: i64| {
            let mut row = source.place(&name);
            row.extend([id, Value::Int(count)]);
            rows.push(row);
        };
        let Some(id) = layout.partition.as_ref().and_then(identifier) else {
            add(Value::Null, source.count(&name)?);
            continue;
        };
        for (id, count) in counted(source, &name, &id)? {
            add(Value::Text(id), count);
        }
    }
    Ok(rows)
}

/// The DuckDB expression of a row's partition
fn identifier(partition: &Partition) -> Option<String> {
    let column = quote_identifier(&partition.column);
    let Some(unit) = partition.unit.as_deref() else {
        let (start, end, step) = bounds(&partition.by)?;
        return Some(format!(
            "CASE WHEN {column} IS NULL THEN '__NULL__' \
             WHEN {column} < {start} OR {column} >= {end} THEN '__UNPARTITIONED__' \
             ELSE CAST({start} + ({column} - {start}) // {step} * {step} AS VARCHAR) END"
        ));
    };
    let picture = match unit {
        "HOUR" => "%Y%m%d%H",
        "MONTH" => "%Y%m",
        "YEAR" => "%Y",
        _ => "%Y%m%d",
    };
    Some(format!(
        "coalesce(strftime(CAST({column} AS TIMESTAMP), '{picture}'), '__NULL__')"
    ))
}

/// Start, end and step in `RANGE_BUCKET(column, GENERATE_ARRAY(start, end, step))`
fn bounds(by: &str) -> Option<(i64, i64, i64)> {
    let (_, inner) = by.rsplit_once('(')?;
    let numbers: Option<Vec<i64>> = inner
        .trim_end_matches(')')
        .split(',')
        .map(|number| number.trim().parse().ok())
        .collect();
    match numbers?.as_slice() {
        [start, end] => Some((*start, *end, 1)),
        [start, end, step] => Some((*start, *end, *step)).filter(|_| *step != 0),
        _ => None,
    }
}

fn counted(source: &Source, name: &PhysicalName, id: &str) -> duckdb::Result<Vec<(String, i64)>> {
    let table = super::catalog::qualified(name);
    let sql = format!("SELECT {id}, count(*) FROM {table} GROUP BY 1 ORDER BY 1");
    let mut statement = source.connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
