//! Reads vectors of numbers: arrays of numbers, or of (index, value)

use duckdb::arrow::array::{Array, AsArray, GenericListArray, OffsetSizeTrait};
use duckdb::arrow::datatypes::Int64Type;

use super::FrameColumn;
use super::load::{Reason, read_numbers};

/// The largest index of a vector, below BigQuery's own bound of a million categories
pub const LARGEST_INDEX: i64 = 999_999;

/// Collects the vectors of a column
#[derive(Default)]
pub struct VectorBuilder {
    lengths: Vec<u32>,
    indexes: Vec<u32>,
    values: Vec<f64>,
}

impl VectorBuilder {
    /// Takes a batch of `DOUBLE[]`, or of `STRUCT("index" BIGINT, "value" DOUBLE)[]`
    pub fn read(&mut self, array: &dyn Array) -> Result<(), Reason> {
        if let Some(lists) = array.as_list_opt::<i32>() {
            self.extend(lists)
        } else if let Some(lists) = array.as_list_opt::<i64>() {
            self.extend(lists)
        } else {
            Err(Reason::Type(array.data_type().clone()))
        }
    }

    fn extend<O: OffsetSizeTrait>(&mut self, lists: &GenericListArray<O>) -> Result<(), Reason> {
        for list in lists.iter() {
            let before = self.values.len();
            if let Some(list) = list {
                match list.as_struct_opt() {
                    Some(pairs) => self.pairs(pairs.column(0), pairs.column(1), pairs)?,
                    None => {
                        read_numbers(&list, &mut self.values)?;
                        self.indexes.extend(0..list.len() as u32);
                    }
                }
            }
            self.lengths.push((self.values.len() - before) as u32);
        }
        Ok(())
    }

    /// Elements in the order of their indexes; those that are NULL, or whose index is, are left out
    fn pairs(
        &mut self,
        indexes: &dyn Array,
        values: &dyn Array,
        pairs: &dyn Array,
    ) -> Result<(), Reason> {
        let Some(known) = indexes.as_primitive_opt::<Int64Type>() else {
            return Err(Reason::Type(indexes.data_type().clone()));
        };
        let mut numbers = Vec::new();
        read_numbers(values, &mut numbers)?;
        let mut row = Vec::with_capacity(numbers.len());
        for (at, value) in numbers.into_iter().enumerate() {
            if pairs.is_null(at) || known.is_null(at) {
                continue;
            }
            let index = known.value(at);
            if !(0..=LARGEST_INDEX).contains(&index) {
                return Err(Reason::Index(index));
            }
            row.push((index as u32, value));
        }
        row.sort_by_key(|(index, _)| *index);
        if let Some(twice) = row.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Reason::Index(i64::from(twice[0].0)));
        }
        self.indexes.extend(row.iter().map(|(index, _)| *index));
        self.values.extend(row.iter().map(|(_, value)| *value));
        Ok(())
    }

    /// The column
    pub fn finish(self) -> FrameColumn {
        let mut offsets = Vec::with_capacity(self.lengths.len() + 1);
        let mut end = 0;
        offsets.push(0);
        for length in self.lengths {
            end += length;
            offsets.push(end);
        }
        FrameColumn::Vector {
            offsets,
            indexes: self.indexes,
            values: self.values,
        }
    }
}
