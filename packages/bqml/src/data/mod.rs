//! The training rows in memory, column by column, in an order that depends on their values only

mod load;
mod order;
mod split;
mod vector;

use serde::{Deserialize, Serialize};

pub use load::{ColumnBuilder, FrameQuery, load};
pub use order::order;
pub use split::{Split, SplitMethod};

/// The code of NULL in [`FrameColumn::Category`] and of a NULL array in [`FrameColumn::Categories`]
pub const NULL: u32 = u32::MAX;

/// The training query's rows with a label
#[derive(Debug, Clone)]
pub struct Frame {
    /// Number of rows
    pub rows: usize,
    /// The label's values, never NULL: text of classes, or numbers; none without a label
    pub labels: Option<FrameColumn>,
    /// One per feature, in order
    pub columns: Vec<FrameColumn>,
    /// What the split needs: the rank of a `SEQ` column, or 1 (evaluation) and 0 of a `CUSTOM` one
    pub split: Option<Vec<f64>>,
}

/// A feature's values before encoding
#[derive(Debug, Clone, PartialEq)]
pub enum FrameColumn {
    /// Finite numbers, NaN for NULL
    Number(Vec<f64>),
    /// A code per row into a dictionary
    Category {
        /// Index into `dictionary`, or [`NULL`]
        codes: Vec<u32>,
        /// Different values in ascending byte order
        dictionary: Vec<String>,
    },
    /// A set of codes per row
    Categories {
        /// Where each row's codes begin; one more than rows
        offsets: Vec<u32>,
        /// Codes, row after row, ascending and without repetition inside a row
        codes: Vec<u32>,
        /// Different values in ascending byte order
        dictionary: Vec<String>,
    },
    /// A vector per row, none where it is NULL
    Vector {
        /// Where each row's values begin; one more than rows
        offsets: Vec<u32>,
        /// Indexes from 0, row after row, ascending and without repetition inside a row
        indexes: Vec<u32>,
        /// The value at each index: finite, NaN for NULL
        values: Vec<f64>,
    },
}

/// Which rows a model learned from, whatever order they came in
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Rows with a label, of training and evaluation
    pub rows: u64,
    /// 32 hexadecimal digits: the sum of the rows' hashes
    pub hash: String,
}
