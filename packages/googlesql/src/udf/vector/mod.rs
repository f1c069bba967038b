//! DuckDB's vectors as cells: the one module with unsafe code
//!
//! Safety: DuckDB hands a callback flat vectors of the types that the function was registered with,
//! valid for `len` rows during the call, and writable ones of as many rows. Every read and write here uses
//! the physical type that belongs to the registered kind, stays below `len`, and nothing is kept past
//! the call.

mod argument;
mod output;

use std::cell::Cell as Slot;

use duckdb::Connection;
use duckdb::core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId};
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::WritableVector;

use super::{Answer, Cell, Function, Kind, TextFunction};
use crate::sites::MARK;
use argument::{Column, Flat, List};
use output::{Output, write_lists};

/// How many bytes of a text stand in its vector itself
const INLINED: usize = 12;

thread_local! {
    /// What [`Rows::signatures`], which has no argument, is asked for
    static CURRENT: Slot<Option<Row>> = const { Slot::new(None) };
}

/// A function of one of the two kinds
#[derive(Debug, Clone, Copy)]
pub enum Row {
    /// It gives values
    Value(&'static Function),
    /// It writes texts
    Text(&'static TextFunction),
}

impl Row {
    fn name(self) -> &'static str {
        match self {
            Self::Value(row) => row.name,
            Self::Text(row) => row.name,
        }
    }

    fn parameters(self) -> &'static [Kind] {
        match self {
            Self::Value(row) => row.parameters,
            Self::Text(row) => row.parameters,
        }
    }

    fn result(self) -> Kind {
        match self {
            Self::Value(row) => row.result,
            Self::Text(_) => Kind::Text,
        }
    }
}

/// Registers a function
///
/// # Errors
/// DuckDB refuses it
pub fn register(connection: &Connection, row: Row) -> duckdb::Result<()> {
    CURRENT.set(Some(row));
    connection.register_scalar_function_with_state::<Rows>(row.name(), &row)
}

struct Rows;

impl VScalar for Rows {
    type State = Row;

    fn invoke(
        row: &Row,
        input: &mut DataChunkHandle,
        output: &mut dyn WritableVector,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let rows = input.len();
        let parameters = row.parameters();
        let lists: Vec<Option<List>> = (parameters.iter().enumerate())
            .map(|(at, kind)| List::of(input, at, *kind))
            .collect();
        let items: Vec<Option<Vec<Option<Cell>>>> = lists
            .iter()
            .map(|list| list.as_ref().map(List::items))
            .collect();
        let columns: Vec<Column> = parameters
            .iter()
            .enumerate()
            .map(|(at, kind)| match (&lists[at], &items[at]) {
                (Some(list), Some(items)) => Column::List(&list.entries, items),
                _ => Column::Flat(Flat::argument(input, at, *kind)),
            })
            .collect();
        let mut cells = Vec::with_capacity(columns.len());
        // the name leads to the expression that failed
        let failed = |message: String| format!("{message}{MARK}{}", row.name());
        match row {
            Row::Value(row) => {
                let mut answer = |at: usize| match gather(&columns, at, &mut cells) {
                    true => (row.body)(&cells).map_err(failed),
                    false => Ok(Answer::Null),
                };
                if let Kind::List(_) = row.result {
                    return write_lists(output, rows, answer);
                }
                let mut output = Output::of(output.flat_vector());
                for at in 0..rows {
                    output.write(at, answer(at)?);
                }
                output.finish();
            }
            Row::Text(row) => {
                let mut output = Output::of(output.flat_vector());
                for at in 0..rows {
                    match gather(&columns, at, &mut cells) {
                        true => output.write_text(at, row.body, &cells).map_err(failed)?,
                        false => output.null(at),
                    }
                }
                output.finish();
            }
        }
        Ok(())
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        let signature = |row: Row| {
            let parameters = row.parameters().iter().map(|kind| handle(*kind)).collect();
            ScalarFunctionSignature::exact(parameters, handle(row.result()))
        };
        CURRENT.get().into_iter().map(signature).collect()
    }
}

/// The arguments of a row; false where one is NULL
fn gather<'a>(columns: &[Column<'a>], at: usize, cells: &mut Vec<Cell<'a>>) -> bool {
    cells.clear();
    for column in columns {
        match column.cell(at) {
            Some(cell) => cells.push(cell),
            None => return false,
        }
    }
    true
}

fn handle(kind: Kind) -> LogicalTypeHandle {
    match kind {
        Kind::List(element) => LogicalTypeHandle::list(&handle(*element)),
        Kind::Bool => LogicalTypeId::Boolean.into(),
        Kind::Int => LogicalTypeId::Bigint.into(),
        Kind::Double => LogicalTypeId::Double.into(),
        Kind::Decimal => LogicalTypeHandle::decimal(38, 9),
        Kind::Text => LogicalTypeId::Varchar.into(),
        Kind::Blob => LogicalTypeId::Blob.into(),
        Kind::Date => LogicalTypeId::Date.into(),
        Kind::Time => LogicalTypeId::Time.into(),
        Kind::Civil => LogicalTypeId::Timestamp.into(),
        Kind::Interval => LogicalTypeId::Interval.into(),
        Kind::Big => LogicalTypeId::Bignum.into(),
    }
}
