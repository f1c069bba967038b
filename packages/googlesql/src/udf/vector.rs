//! DuckDB's vectors as cells: the one module with unsafe code
//!
//! Safety: DuckDB hands a callback flat vectors of the types that the function was registered with,
//! valid for `len` rows during the call. Every read here uses the physical type that belongs to the
//! registered kind, stays below `len`, and nothing is kept past the call.
#![expect(
    unsafe_code,
    reason = "DuckDB's vector accessors are unsafe; see the module's head"
)]

use std::cell::RefCell;

use duckdb::Connection;
use duckdb::core::{DataChunkHandle, FlatVector, Inserter, LogicalTypeHandle, LogicalTypeId};
use duckdb::ffi::duckdb_string_t;
use duckdb::types::DuckString;
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::WritableVector;

use super::{Answer, Cell, Function, Kind};

thread_local! {
    /// What [`Rows::signatures`], which has no argument, is asked for
    static CURRENT: RefCell<&'static [Function]> = const { RefCell::new(&[]) };
}

/// Registers the signatures of one name
pub fn register(connection: &Connection, rows: &'static [Function]) -> duckdb::Result<()> {
    for row in rows {
        CURRENT.replace(std::slice::from_ref(row));
        connection.register_scalar_function_with_state::<Rows>(row.name, &State { row })?;
    }
    Ok(())
}

#[derive(Clone)]
struct State {
    row: &'static Function,
}

struct Rows;

impl VScalar for Rows {
    type State = State;

    fn invoke(
        state: &State,
        input: &mut DataChunkHandle,
        output: &mut dyn WritableVector,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let rows = input.len();
        let row = state.row;
        let columns: Vec<FlatVector> = (0..row.parameters.len())
            .map(|at| input.flat_vector(at))
            .collect();
        let mut output = output.flat_vector();
        let mut cells = Vec::with_capacity(columns.len());
        for at in 0..rows {
            cells.clear();
            for (column, kind) in columns.iter().zip(row.parameters) {
                if column.row_is_null(at as u64) {
                    break;
                }
                cells.push(read(column, *kind, at, rows));
            }
            let answer = match cells.len() == columns.len() {
                true => (row.body)(&cells)?,
                false => Answer::Null,
            };
            write(&mut output, at, rows, answer);
        }
        Ok(())
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        CURRENT.with_borrow(|rows| {
            rows.iter()
                .map(|row| {
                    let parameters = row.parameters.iter().map(|kind| handle(*kind)).collect();
                    ScalarFunctionSignature::exact(parameters, handle(row.result))
                })
                .collect()
        })
    }
}

fn handle(kind: Kind) -> LogicalTypeHandle {
    match kind {
        Kind::Bool => LogicalTypeId::Boolean.into(),
        Kind::Int => LogicalTypeId::Bigint.into(),
        Kind::Double => LogicalTypeId::Double.into(),
        Kind::Decimal => LogicalTypeHandle::decimal(38, 9),
        Kind::Text => LogicalTypeId::Varchar.into(),
        Kind::Blob => LogicalTypeId::Blob.into(),
        Kind::Date => LogicalTypeId::Date.into(),
        Kind::Time => LogicalTypeId::Time.into(),
        Kind::Civil => LogicalTypeId::Timestamp.into(),
    }
}

fn read<'a>(column: &'a FlatVector<'_>, kind: Kind, at: usize, rows: usize) -> Cell<'a> {
    // Safety: see the module's head
    unsafe {
        match kind {
            Kind::Bool => Cell::Int(i64::from(column.as_slice_with_len::<u8>(rows)[at])),
            Kind::Int => Cell::Int(column.as_slice_with_len::<i64>(rows)[at]),
            Kind::Double => Cell::Double(column.as_slice_with_len::<f64>(rows)[at]),
            // DuckDB aligns its 128-bit numbers to 8 bytes: low half, then high half
            Kind::Decimal => {
                let [low, high] = column.as_slice_with_len::<[u64; 2]>(rows)[at];
                Cell::Decimal((u128::from(high) << 64 | u128::from(low)) as i128)
            }
            Kind::Text | Kind::Blob => {
                let strings = column.as_mut_ptr::<duckdb_string_t>();
                let mut string = DuckString::new(&mut *strings.add(at));
                let bytes: *const [u8] = string.as_bytes();
                Cell::Bytes(&*bytes)
            }
            Kind::Date => Cell::Date(column.as_slice_with_len::<i32>(rows)[at]),
            Kind::Time | Kind::Civil => Cell::Micros(column.as_slice_with_len::<i64>(rows)[at]),
        }
    }
}

fn write(output: &mut FlatVector, at: usize, rows: usize, answer: Answer) {
    // Safety: see the module's head
    unsafe {
        match answer {
            Answer::Null => output.set_null(at),
            Answer::Bool(value) => output.as_mut_slice_with_len::<u8>(rows)[at] = u8::from(value),
            Answer::Int(value) | Answer::Micros(value) => {
                output.as_mut_slice_with_len::<i64>(rows)[at] = value;
            }
            Answer::Double(value) => output.as_mut_slice_with_len::<f64>(rows)[at] = value,
            Answer::Decimal(value) => {
                let halves = [value as u64, (value >> 64) as u64];
                output.as_mut_slice_with_len::<[u64; 2]>(rows)[at] = halves;
            }
            Answer::Date(days) => output.as_mut_slice_with_len::<i32>(rows)[at] = days,
            Answer::Text(text) => output.insert(at, text.as_bytes()),
            Answer::Blob(bytes) => output.insert(at, bytes.as_slice()),
        }
    }
}
