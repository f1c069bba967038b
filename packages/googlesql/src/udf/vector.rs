//! DuckDB's vectors as cells: the one module with unsafe code
//!
//! Safety: DuckDB hands a callback flat vectors of the types that the function was registered with,
//! valid for `len` rows during the call, and writable ones of as many rows. Every read and write here uses
//! the physical type that belongs to the registered kind, stays below `len`, and nothing is kept past
//! the call.
#![expect(
    unsafe_code,
    reason = "DuckDB's vector accessors are unsafe; see the module's head"
)]

use std::cell::RefCell;
use std::marker::PhantomData;

use duckdb::Connection;
use duckdb::core::{
    DataChunkHandle, FlatVector, Inserter, ListVector, LogicalTypeHandle, LogicalTypeId,
};
use duckdb::ffi::{
    duckdb_data_chunk_get_vector, duckdb_interval, duckdb_list_vector_get_child, duckdb_string_t,
    duckdb_vector, duckdb_vector_get_data, duckdb_vector_get_validity,
};
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
        let lists: Vec<Option<List>> = (row.parameters.iter().enumerate())
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
                _ => Column::Flat(Flat::argument(input, at, *kind)),
            })
            .collect();
        let mut cells = Vec::with_capacity(columns.len());
        let mut answer = |at: usize| {
            cells.clear();
            for column in &columns {
                match column.cell(at) {
                    Some(cell) => cells.push(cell),
                    None => return Ok(Answer::Null),
                }
            }
            (row.body)(&cells)
        };
        match row.result {
            Kind::List(_) => write_lists(output, rows, answer)?,
            _ => {
                let mut output = Output::of(output.flat_vector());
                for at in 0..rows {
                    output.write(at, answer(at)?);
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
    Flat(Flat<'a>),
    /// Where each row's items lie, and the items of all rows
    List(&'a ListVector<'a>, &'a [Option<Cell<'a>>]),
}

impl<'a> Column<'a> {
    fn cell(&self, at: usize) -> Option<Cell<'a>> {
        match self {
            Self::Flat(flat) => flat.cell(at),
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
    child: Flat<'a>,
}

impl<'a> List<'a> {
    fn of(input: &'a DataChunkHandle, at: usize, kind: Kind) -> Option<Self> {
        let Kind::List(kind) = kind else {
            return None;
        };
        // Safety: see the module's head; the argument is a list
        let child = unsafe {
            let list = duckdb_data_chunk_get_vector(input.get_ptr(), at as u64);
            Flat::of(duckdb_list_vector_get_child(list), *kind)
        };
        Some(Self {
            entries: input.list_vector(at),
            child,
        })
    }

    fn items(&self) -> Vec<Option<Cell<'a>>> {
        (0..self.entries.len())
            .map(|at| self.child.cell(at))
            .collect()
    }
}

/// The cells of a vector, where they are
struct Flat<'a> {
    kind: Kind,
    data: *const u8,
    /// A bit for each row, from the lowest on; none where no row is NULL
    validity: *const u64,
    chunk: PhantomData<&'a DataChunkHandle>,
}

impl<'a> Flat<'a> {
    fn argument(input: &'a DataChunkHandle, at: usize, kind: Kind) -> Self {
        // Safety: see the module's head
        unsafe {
            Self::of(
                duckdb_data_chunk_get_vector(input.get_ptr(), at as u64),
                kind,
            )
        }
    }

    /// Safety: the vector holds cells of this kind, and lives for `'a`
    unsafe fn of(vector: duckdb_vector, kind: Kind) -> Self {
        unsafe {
            Self {
                kind,
                data: duckdb_vector_get_data(vector).cast(),
                validity: duckdb_vector_get_validity(vector),
                chunk: PhantomData,
            }
        }
    }

    fn cell(&self, at: usize) -> Option<Cell<'a>> {
        // Safety: see the module's head
        unsafe {
            let valid =
                self.validity.is_null() || *self.validity.add(at / 64) >> (at % 64) & 1 == 1;
            valid.then(|| self.read(at))
        }
    }

    /// Safety: `at` is below the vector's rows, and not NULL there
    unsafe fn read(&self, at: usize) -> Cell<'a> {
        unsafe {
            match self.kind {
                Kind::Bool => Cell::Int(i64::from(*self.data.add(at))),
                Kind::Int => Cell::Int(*self.data.cast::<i64>().add(at)),
                Kind::Double => Cell::Double(*self.data.cast::<f64>().add(at)),
                // DuckDB aligns its 128-bit numbers to 8 bytes: low half, then high half
                Kind::Decimal => {
                    let [low, high] = *self.data.cast::<[u64; 2]>().add(at);
                    Cell::Decimal((u128::from(high) << 64 | u128::from(low)) as i128)
                }
                Kind::Text | Kind::Blob | Kind::Big => {
                    Cell::Bytes(bytes(&*self.data.cast::<duckdb_string_t>().add(at)))
                }
                Kind::Interval => {
                    let parts = *self.data.cast::<duckdb_interval>().add(at);
                    Cell::Interval(Interval {
                        months: parts.months,
                        days: parts.days,
                        micros: parts.micros,
                    })
                }
                Kind::Date => Cell::Date(*self.data.cast::<i32>().add(at)),
                Kind::Time | Kind::Civil => Cell::Micros(*self.data.cast::<i64>().add(at)),
                // Lists hold no lists; whole columns of lists are read by [`List`]
                Kind::List(_) => Cell::List(&[]),
            }
        }
    }
}

/// The bytes of a text: in its place up to twelve of them, elsewhere where there are more
///
/// Safety: the text is one that DuckDB wrote
unsafe fn bytes(string: &duckdb_string_t) -> &[u8] {
    const INLINED: usize = 12;
    unsafe {
        let length = string.value.inlined.length as usize;
        let start = match length <= INLINED {
            true => string.value.inlined.inlined.as_ptr(),
            false => string.value.pointer.ptr.cast_const(),
        };
        std::slice::from_raw_parts(start.cast(), length)
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

/// A vector that is filled
struct Output<'a> {
    vector: FlatVector<'a>,
    data: *mut u8,
}

impl<'a> Output<'a> {
    fn of(vector: FlatVector<'a>) -> Self {
        // Safety: the pointer is used by [`Output::write`] only
        let data = unsafe { vector.as_mut_ptr() };
        Self { vector, data }
    }

    fn write(&mut self, at: usize, answer: Answer) {
        // Safety: see the module's head
        unsafe {
            match answer {
                Answer::Null | Answer::List(_) => self.vector.set_null(at),
                Answer::Bool(value) => *self.data.add(at) = u8::from(value),
                Answer::Int(value) | Answer::Micros(value) => {
                    *self.data.cast::<i64>().add(at) = value;
                }
                Answer::Double(value) => *self.data.cast::<f64>().add(at) = value,
                Answer::Decimal(value) => {
                    let halves = [value as u64, (value >> 64) as u64];
                    *self.data.cast::<[u64; 2]>().add(at) = halves;
                }
                Answer::Interval(parts) => {
                    *self.data.cast::<duckdb_interval>().add(at) = duckdb_interval {
                        months: parts.months,
                        days: parts.days,
                        micros: parts.micros,
                    };
                }
                Answer::Date(days) => *self.data.cast::<i32>().add(at) = days,
                Answer::Big(value) => self.bytes(at, big_decimal::encode(&value).as_slice()),
                Answer::Text(text) => self.bytes(at, text.as_bytes()),
                Answer::Blob(bytes) => self.bytes(at, bytes.as_slice()),
            }
        }
    }

    fn bytes(&self, at: usize, bytes: &[u8]) {
        self.vector.insert(at, bytes);
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
    let mut child = Output::of(lists.child(count));
    for (at, item) in items.into_iter().enumerate() {
        child.write(at, item);
    }
    Ok(())
}
