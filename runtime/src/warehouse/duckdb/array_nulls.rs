//! Arrays with NULL elements: BigQuery computes with them, but gives none as a result
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls>

use diagnostic::code;

use crate::warehouse::{Cell, Rows, SqlError};

/// Refuses rows in which an array has a NULL element
///
/// # Errors
/// Names the column
pub fn refuse(rows: &Rows) -> Result<(), SqlError> {
    for row in &rows.rows {
        let found = row.iter().position(has_null_element);
        if let Some(column) = found.and_then(|at| rows.columns.get(at)) {
            return Err(SqlError {
                code: code::EXECUTION_FAILED,
                message: format!("an array in column `{}` has a NULL element", column.name),
                span: None,
                statement: None,
                help: Some(
                    "BigQuery refuses such a result; leave NULLs out, for example with `ARRAY_AGG(x IGNORE NULLS)`"
                        .to_owned(),
                ),
                transient: false,
            });
        }
    }
    Ok(())
}

fn has_null_element(cell: &Cell) -> bool {
    match cell {
        Cell::Array(cells) => cells
            .iter()
            .any(|cell| *cell == Cell::Null || has_null_element(cell)),
        Cell::Struct(fields) => fields.iter().any(|(_, cell)| has_null_element(cell)),
        _ => false,
    }
}
