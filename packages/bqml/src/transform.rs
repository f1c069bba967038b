//! `TRANSFORM` with analytic functions: their statistics are those of the training rows, and stay

use diagnostic::code;
use duckdb::Connection;
use duckdb::types::Value as Cell;
use googlesql::{Catalog, CreateModel, Error, Value};

/// Computes what the analytic functions of the statement's `TRANSFORM` ask of all its rows, and puts
/// these functions' fitted forms in their place, for the training as for all that is asked of the model
///
/// # Errors
/// `Q010` at the statement when the query fails
pub fn fit_transform(
    connection: &Connection,
    create: &mut CreateModel,
    catalog: &dyn Catalog,
) -> Result<(), Error> {
    let (Some(items), Some(statistics)) = (&create.transform, &create.statistics) else {
        return Ok(());
    };
    let read = || -> duckdb::Result<Vec<Value>> {
        connection.query_row(&statistics.sql, [], |row| {
            (0..statistics.columns.len())
                .map(|at| Ok(value(row.get(at)?)))
                .collect()
        })
    };
    let values = read().map_err(|failure| {
        Error::new(
            code::EXECUTION_FAILED,
            googlesql::without_mark(&failure.to_string()).into_owned(),
            create.span.clone(),
        )
    })?;
    let fitted = statistics.fitted(items, &values)?;
    create.transformed = googlesql::select_over(&fitted, &create.training, catalog)?;
    create.fitted_transform = Some(fitted);
    Ok(())
}

/// Statistics are numbers, texts, and arrays of these
fn value(cell: Cell) -> Value {
    match cell {
        Cell::Double(value) => Value::Float64(value),
        Cell::Float(value) => Value::Float64(f64::from(value)),
        Cell::BigInt(value) => Value::Int64(value),
        Cell::Int(value) => Value::Int64(i64::from(value)),
        Cell::Text(text) => Value::String(text),
        Cell::List(items) | Cell::Array(items) => {
            Value::Array(items.into_iter().map(value).collect())
        }
        _ => Value::Null,
    }
}
