//! GoogleSQL's types and what they are on DuckDB; their serialised form stands in model files

use serde::{Deserialize, Serialize};

/// A GoogleSQL type
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Type {
    /// 64-bit integer, `BIGINT`
    Int64,
    /// Double, `DOUBLE`
    Float64,
    /// 38 digits, 9 after the point, `DECIMAL(38, 9)`
    Numeric,
    /// 76 digits, 38 after the point; the whole number of 10⁻³⁸, `BIGNUM`
    BigNumeric,
    /// `BOOLEAN`
    Bool,
    /// Unicode text, `VARCHAR`
    String,
    /// `BLOB`
    Bytes,
    /// `DATE`
    Date,
    /// Civil date and time without zone, `TIMESTAMP`
    DateTime,
    /// Civil time, `TIME`
    Time,
    /// An instant, `TIMESTAMPTZ`
    Timestamp,
    /// `INTERVAL`
    Interval,
    /// `JSON`
    Json,
    /// A list; never of lists
    Array(Box<Type>),
    /// Fields in order, names optional
    Struct(Vec<Field>),
    /// From a DATE, DATETIME or TIMESTAMP on, up to before another; `STRUCT("[" …, ")" …)` in which
    /// an unbounded end is infinite
    Range(Box<Type>),
    /// Not known, and taken to fit everywhere: only while a statement is checked, never in one that runs
    Unknown,
}

/// A field of a struct
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Field {
    /// Compared without regard to case; `None` for an anonymous field
    pub name: Option<String>,
    /// Its type
    #[serde(rename = "type")]
    pub ty: Type,
}

/// A column of a table or of a query's result
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Column {
    /// Compared without regard to case
    pub name: String,
    /// Its type
    pub ty: Type,
}

/// The name of the column that stands for all columns of a table whose schema is not known
pub(crate) const REST: &str = "*";

impl Column {
    /// All columns of a table whose schema is not known, for [`crate::check`]
    pub fn rest() -> Self {
        Self::new(REST, Type::Unknown)
    }

    /// Whether it is [`Column::rest`]
    pub fn is_rest(&self) -> bool {
        self.name == REST
    }

    /// A column
    pub fn new(name: impl Into<String>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
        }
    }
}
