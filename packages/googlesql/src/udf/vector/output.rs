//! Results of all rows, written where DuckDB wants them
//!
//! Texts of up to twelve bytes stand in the vector itself. Longer ones are gathered and given to DuckDB as
//! one text, which it copies once; the rows then point into that copy, which lives as long as the vector.
//!
//! Safety: as in the module above
#![expect(
    unsafe_code,
    reason = "DuckDB's vector accessors are unsafe; see the head of the module above"
)]

use duckdb::core::{FlatVector, Inserter};
use duckdb::ffi::{duckdb_interval, duckdb_string_t};
use duckdb::vtab::arrow::WritableVector;

use super::INLINED;
use crate::udf::{Answer, Cell, TextBody};
use crate::value::big_decimal;

/// How many bytes are gathered before DuckDB gets them
const GATHERED: usize = 1 << 20;

/// A vector that is filled
pub struct Output<'a> {
    vector: FlatVector<'a>,
    data: *mut u8,
    /// The texts that are too long for the vector itself, one after the other
    gathered: String,
    /// Their rows, and where they start
    long: Vec<(usize, usize)>,
}

impl<'a> Output<'a> {
    /// The vector of a result
    pub fn of(vector: FlatVector<'a>) -> Self {
        // Safety: the pointer is used by the methods below only
        let data = unsafe { vector.as_mut_ptr() };
        Self {
            vector,
            data,
            gathered: String::new(),
            long: Vec::new(),
        }
    }

    /// Writes a row's result
    pub fn write(&mut self, at: usize, answer: Answer) {
        // Safety: see the module's head
        unsafe {
            match answer {
                Answer::Null | Answer::List(_) => self.null(at),
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
                Answer::Text(text) => {
                    let start = self.gathered.len();
                    self.gathered.push_str(&text);
                    self.text(at, start);
                }
                Answer::Blob(bytes) => self.bytes(at, bytes.as_slice()),
            }
        }
    }

    /// Writes NULL
    pub fn null(&mut self, at: usize) {
        self.vector.set_null(at);
    }

    /// Lets a function write a row's text
    ///
    /// # Errors
    /// The function's
    pub fn write_text(&mut self, at: usize, body: TextBody, cells: &[Cell]) -> Result<(), String> {
        let start = self.gathered.len();
        body(cells, &mut self.gathered)?;
        self.text(at, start);
        Ok(())
    }

    /// A row's text is what was gathered from `start` on
    fn text(&mut self, at: usize, start: usize) {
        let written = &self.gathered.as_bytes()[start..];
        if written.len() <= INLINED {
            self.inline(at, start);
            self.gathered.truncate(start);
            return;
        }
        self.long.push((at, start));
        if self.gathered.len() >= GATHERED {
            self.finish();
        }
    }

    /// A short text: its length, and its bytes up to the rest of zeros
    fn inline(&mut self, at: usize, start: usize) {
        let written = &self.gathered.as_bytes()[start..];
        let mut cell = [0; 4 + INLINED];
        cell[..4].copy_from_slice(&(written.len() as u32).to_ne_bytes());
        cell[4..4 + written.len()].copy_from_slice(written);
        // Safety: see the module's head; a text is 16 bytes
        unsafe { *self.data.cast::<[u8; 4 + INLINED]>().add(at) = cell };
    }

    /// Gives DuckDB the texts that were gathered
    pub fn finish(&mut self) {
        let Some((first, _)) = self.long.first().copied() else {
            return;
        };
        self.vector.insert(first, self.gathered.as_str());
        let texts = self.data.cast::<duckdb_string_t>();
        // Safety: DuckDB has just written the first of the rows: a text that is too long for the vector itself,
        // so that it points to a copy of all that was gathered
        unsafe {
            let copy = (*texts.add(first)).value.pointer.ptr;
            let ends = self.long.iter().skip(1).map(|(_, start)| *start);
            let ends = ends.chain([self.gathered.len()]);
            for ((at, start), end) in self.long.iter().zip(ends) {
                let text = &mut (*texts.add(*at)).value.pointer;
                text.length = (end - start) as u32;
                text.ptr = copy.add(*start);
                text.prefix
                    .copy_from_slice(std::slice::from_raw_parts(text.ptr, 4));
            }
        }
        self.gathered.clear();
        self.long.clear();
    }

    /// Bytes that need not be a text
    fn bytes(&self, at: usize, bytes: &[u8]) {
        self.vector.insert(at, bytes);
    }
}

/// Items of all rows go into one child vector, which moves when it grows: so it is filled at last
///
/// # Errors
/// The function's, or there is no room for so many items
pub fn write_lists(
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
    child.finish();
    Ok(())
}
