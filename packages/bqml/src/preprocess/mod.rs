//! From columns to numbers: which features a column gives, how each is encoded, and the design
//! matrix that training works on

mod design;
mod distribution;
mod expand;
mod fit;
mod inputs;
mod summary;

use serde::{Deserialize, Serialize};

pub use design::{Design, DesignColumn, encode_each};
pub use distribution::Distribution;
pub use expand::{Plan, expand};
pub use fit::fit;
pub use inputs::distributions;
pub use summary::{FeatureSummary, NumberSummary, summarize};

use googlesql::Type;

/// How a kind of model wants its features as numbers
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Encodings {
    /// What becomes of numbers
    pub numbers: NumberEncoding,
    /// What becomes of categories; arrays of them are always multi-hot
    pub categories: CategoryEncoding,
}

/// What becomes of numbers
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberEncoding {
    /// [`Encoding::Standardized`]
    #[default]
    Standardized,
    /// [`Encoding::Number`]
    AsIs,
}

/// What becomes of categories
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CategoryEncoding {
    /// [`Encoding::OneHot`]
    #[default]
    OneHot,
    /// [`Encoding::OneHot`] without the most frequent category
    Dummy,
    /// [`Encoding::Label`]
    Label,
}

/// A processed input of a model: a column, a field of a struct, or a part of a timestamp
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// `processed_input` of `ML.WEIGHTS`, such as `country`, `device_category` for the field
    /// `category` of `device`, or `_TS_DOM_created`
    pub name: String,
    /// The column it comes from
    pub column: String,
    /// The fields that lead to it inside the column; empty for the column itself
    pub path: Vec<String>,
    /// The type of the column or field
    #[serde(rename = "type")]
    pub ty: Type,
    /// Which part of the value it is
    pub part: Part,
    /// How it becomes numbers
    pub encoding: Encoding,
}

/// The part of a value that a feature is made of
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// All of it
    Whole,
    /// Seconds since 1970 of a timestamp
    UnixSeconds,
    /// 1 to 31
    DayOfMonth,
    /// 1 (Sunday) to 7
    DayOfWeek,
    /// 1 to 12
    MonthOfYear,
    /// 0 to 23
    HourOfDay,
    /// 0 to 59
    MinuteOfHour,
    /// 0 to 53, weeks begin on Sunday
    WeekOfYear,
    /// The year
    Year,
}

/// How a feature becomes numbers
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Encoding {
    /// One slot: (value − mean) / standard deviation, 0 for NULL
    Standardized {
        /// Mean of the training rows without NULLs
        mean: f64,
        /// Population standard deviation of the training rows, NULLs counted as the mean;
        /// 0 for a constant, whose slot is always 0
        deviation: f64,
    },
    /// One slot: the number itself, the mean for NULL
    Number {
        /// Mean of the training rows without NULLs
        mean: f64,
    },
    /// One slot: the category's place from 1 on, 0 for NULL and for a category never seen
    Label {
        /// In ascending byte order
        categories: Vec<String>,
    },
    /// One slot per category and, after them, one for NULL; all 0 for a category never seen
    OneHot {
        /// In ascending byte order
        categories: Vec<String>,
        /// The slot that `DUMMY_ENCODING` leaves out
        dropped: Option<usize>,
    },
    /// As one-hot, with every different element of an array setting its slot; NULL elements are
    /// ignored, the slot after the categories stands for a NULL array
    MultiHot {
        /// In ascending byte order
        categories: Vec<String>,
        /// The slot that `DUMMY_ENCODING` leaves out
        dropped: Option<usize>,
    },
    /// One slot per index of a vector of numbers, with the values as they are: an `ARRAY` of numbers,
    /// whose positions are the indexes, or an `ARRAY<STRUCT<INT64, number>>` of (index, value), as
    /// `ML.ONE_HOT_ENCODER` and its like give; 0 where the vector or a value is NULL or has no such
    /// index, and indexes beyond those of training count nothing
    Vector {
        /// One more than the largest index of the training rows
        dimension: usize,
    },
}

impl Feature {
    /// Number of slots in the weight vector
    pub fn width(&self) -> usize {
        match &self.encoding {
            Encoding::Standardized { .. } | Encoding::Number { .. } | Encoding::Label { .. } => 1,
            Encoding::OneHot { categories, .. } | Encoding::MultiHot { categories, .. } => {
                categories.len() + 1
            }
            Encoding::Vector { dimension } => *dimension,
        }
    }

    /// The DuckDB expression of this feature's raw value, see [`Plan::sql`]
    pub fn sql(&self, column: &str) -> String {
        Plan::of(self).sql(column)
    }
}
