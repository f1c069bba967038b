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
use duckdb::core::{
    DataChunkHandle, FlatVector, Inserter, ListVector, LogicalTypeHandle, LogicalTypeId,
};
use duckdb::ffi::{duckdb_interval, duckdb_string_t};
use duckdb::types::DuckString;
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::WritableVector;

use super::{Answer, Cell, Function, Kind};
use crate::value::big_decimal;
use crate::value::interval::Interval;

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
        let lists: Vec<Option<List>> = row
            .parameters
            .iter()
            .enumerate()
            .map(|(at, kind)| List::of(input, at, *kind))
            .collect();
        let items: Vec<Option<Vec<Option<Cell>>>> = lists
            .iter()
            .map(|list| list.as_ref().map(List::items))
            .collect();
        let columns: Vec<Column> = row
            .parameters
            .iter()
            .enumerate()
            .map(|(at, kind)| match (&lists[at], &items[at]) {
                (Some(list), Some(items)) => Column::List(&list.entries, items),
                _ => Column::Flat(input.flat_vector(at), *kind),
            })
            .collect();
        let mut cells = Vec::with_capacity(columns.len());
        let mut answer = |at: usize| {
            cells.clear();
            for column in &columns {
                match column.cell(at, rows) {
                    Some(cell) => cells.push(cell),
                    None => return Ok(Answer::Null),
                }
            }
            (row.body)(&cells)
        };
        match row.result {
            Kind::List(_) => write_lists(output, rows, answer)?,
            _ => {
                let mut output = output.flat_vector();
                for at in 0..rows {
                    write(&mut output, at, rows, answer(at)?);
                }
            }
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

/// An argument of all rows
enum Column<'a> {
    Flat(FlatVector<'a>, Kind),
    /// Where each row's items lie, and the items of all rows
    List(&'a ListVector<'a>, &'a [Option<Cell<'a>>]),
}

impl<'a> Column<'a> {
    fn cell(&'a self, at: usize, rows: usize) -> Option<Cell<'a>> {
        match self {
            Self::Flat(vector, kind) => {
                (!vector.row_is_null(at as u64)).then(|| read(vector, *kind, at, rows))
            }
            Self::List(entries, items) => {
                if entries.row_is_null(at as u64) {
                    return None;
                }
                let (offset, length) = entries.get_entry(at);
                Some(Cell::List(&items[offset..offset + length]))
            }
        }
    }
}

/// A list argument of all rows
struct List<'a> {
    entries: ListVector<'a>,
    child: FlatVector<'a>,
    kind: Kind,
}

impl<'a> List<'a> {
    fn of(input: &'a DataChunkHandle, at: usize, kind: Kind) -> Option<Self> {
        let Kind::List(kind) = kind else {
            return None;
        };
        let entries = input.list_vector(at);
        let child = entries.child(entries.len());
        Some(Self {
            entries,
            child,
            kind: *kind,
        })
    }

    fn items(&self) -> Vec<Option<Cell<'_>>> {
        let count = self.entries.len();
        (0..count)
            .map(|at| {
                let valid = !self.child.row_is_null(at as u64);
                valid.then(|| read(&self.child, self.kind, at, count))
            })
            .collect()
    }
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
            Kind::Text | Kind::Blob | Kind::Big => {
                let strings = column.as_mut_ptr::<duckdb_string_t>();
                let mut string = DuckString::new(&mut *strings.add(at));
                let bytes: *const [u8] = string.as_bytes();
                Cell::Bytes(&*bytes)
            }
            Kind::Interval => {
                let parts = column.as_slice_with_len::<duckdb_interval>(rows)[at];
                Cell::Interval(Interval {
                    months: parts.months,
                    days: parts.days,
                    micros: parts.micros,
                })
            }
            Kind::Date => Cell::Date(column.as_slice_with_len::<i32>(rows)[at]),
            Kind::Time | Kind::Civil => Cell::Micros(column.as_slice_with_len::<i64>(rows)[at]),
            // Lists hold no lists; whole columns of lists are read by [`List`]
            Kind::List(_) => Cell::List(&[]),
        }
    }
}

fn write(output: &mut FlatVector, at: usize, rows: usize, answer: Answer) {
    // Safety: see the module's head
    unsafe {
        match answer {
            Answer::Null | Answer::List(_) => output.set_null(at),
            Answer::Bool(value) => output.as_mut_slice_with_len::<u8>(rows)[at] = u8::from(value),
            Answer::Int(value) | Answer::Micros(value) => {
                output.as_mut_slice_with_len::<i64>(rows)[at] = value;
            }
            Answer::Double(value) => output.as_mut_slice_with_len::<f64>(rows)[at] = value,
            Answer::Decimal(value) => {
                let halves = [value as u64, (value >> 64) as u64];
                output.as_mut_slice_with_len::<[u64; 2]>(rows)[at] = halves;
            }
            Answer::Interval(parts) => {
                output.as_mut_slice_with_len::<duckdb_interval>(rows)[at] = duckdb_interval {
                    months: parts.months,
                    days: parts.days,
                    micros: parts.micros,
                };
            }
            Answer::Big(value) => output.insert(at, big_decimal::encode(&value).as_slice()),
            Answer::Date(days) => output.as_mut_slice_with_len::<i32>(rows)[at] = days,
            Answer::Text(text) => output.insert(at, text.as_bytes()),
            Answer::Blob(bytes) => output.insert(at, bytes.as_slice()),
        }
    }
}

/// Items of all rows go into one child vector, which moves when it grows: so it is filled at last
fn write_lists(
    output: &mut dyn WritableVector,
    rows: usize,
    mut answer: impl FnMut(usize) -> Result<Answer, String>,
) -> Result<(), Box<dyn std::error::Error>> {
    let mut lists = output.list_vector();
    let mut items = Vec::new();
    for at in 0..rows {
        match answer(at)? {
            Answer::List(own) => {
                lists.set_entry(at, items.len(), own.len());
                items.extend(own);
            }
            _ => {
                lists.set_entry(at, items.len(), 0);
                lists.set_null(at);
            }
        }
    }
    let count = items.len();
    lists.try_set_len(count)?;
    let mut child = lists.child(count);
    for (at, item) in items.into_iter().enumerate() {
        write(&mut child, at, count, item);
    }
    Ok(())
}
