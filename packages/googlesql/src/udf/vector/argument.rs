//! Arguments of all rows as cells, read where DuckDB keeps them
//!
//! Safety: as in the module above
#![expect(
    unsafe_code,
    reason = "DuckDB's vector accessors are unsafe; see the head of the module above"
)]

use std::marker::PhantomData;

use duckdb::core::{DataChunkHandle, ListVector};
use duckdb::ffi::{
    duckdb_data_chunk_get_vector, duckdb_interval, duckdb_list_vector_get_child, duckdb_string_t,
    duckdb_vector, duckdb_vector_get_data, duckdb_vector_get_validity,
};

use super::INLINED;
use crate::udf::{Cell, Kind};
use crate::value::interval::Interval;

/// An argument of all rows
pub enum Column<'a> {
    Flat(Flat<'a>),
    /// Where each row's items lie, and the items of all rows
    List(&'a ListVector<'a>, &'a [Option<Cell<'a>>]),
}

impl<'a> Column<'a> {
    /// The cell of a row, unless it is NULL
    pub fn cell(&self, at: usize) -> Option<Cell<'a>> {
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
pub struct List<'a> {
    /// Where each row's items lie
    pub entries: ListVector<'a>,
    child: Flat<'a>,
}

impl<'a> List<'a> {
    /// The argument at an index, if it is a list
    pub fn of(input: &'a DataChunkHandle, at: usize, kind: Kind) -> Option<Self> {
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

    /// The items of all rows
    pub fn items(&self) -> Vec<Option<Cell<'a>>> {
        (0..self.entries.len())
            .map(|at| self.child.cell(at))
            .collect()
    }
}

/// The cells of a vector, where they are
pub struct Flat<'a> {
    kind: Kind,
    data: *const u8,
    /// A bit for each row, from the lowest on; none where no row is NULL
    validity: *const u64,
    chunk: PhantomData<&'a DataChunkHandle>,
}

impl<'a> Flat<'a> {
    /// The argument at an index, which is no list
    pub fn argument(input: &'a DataChunkHandle, at: usize, kind: Kind) -> Self {
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
    unsafe {
        let length = string.value.inlined.length as usize;
        let start = match length <= INLINED {
            true => string.value.inlined.inlined.as_ptr(),
            false => string.value.pointer.ptr.cast_const(),
        };
        std::slice::from_raw_parts(start.cast(), length)
    }
}
