//! Rust functions that lowered SQL calls; their names start with `gs_`
//!
//! Each is one row of a table: name, argument kinds, result kind, body. A NULL argument gives NULL;
//! an error of the body is a query error. Lists may hold NULLs: a function that is to see whether an
//! argument is NULL takes a list of it (`gs_f([$0])`), and one over a group's rows takes `list(x)`.

mod aggregate;
mod array;
mod big_decimal;
mod bits;
mod bytes;
mod cast_format;
mod code_points;
mod convert;
mod decimal_math;
mod decimal_statistics;
mod hash;
mod interval;
mod javascript;
mod json;
mod json_change;
mod json_convert;
mod letters;
mod net;
mod number;
mod preprocessing;
mod range;
mod regexp;
mod search;
mod series;
mod temporal;
mod text;
mod vector;

use duckdb::Connection;
use num_bigint::BigInt;

use crate::value::interval::Interval;
use vector::Row;

/// What stands in a cell
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    Int,
    Double,
    /// DECIMAL(38, 9)
    Decimal,
    Text,
    Blob,
    Date,
    /// Microseconds of a day
    Time,
    /// A clock reading (TIMESTAMP)
    Civil,
    Interval,
    /// A BIGNUM, which is a BIGNUMERIC times 10³⁸
    Big,
    /// A list of one of the other kinds; not of lists
    List(&'static Kind),
}

/// A cell that is not NULL
#[derive(Debug, Clone, Copy)]
pub(crate) enum Cell<'a> {
    Int(i64),
    Double(f64),
    Decimal(i128),
    /// Text or bytes
    Bytes(&'a [u8]),
    Date(i32),
    Micros(i64),
    Interval(Interval),
    /// Items, `None` where NULL
    List(&'a [Option<Cell<'a>>]),
}

/// A result
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Decimal(i128),
    Text(String),
    Blob(Vec<u8>),
    Date(i32),
    Micros(i64),
    Interval(Interval),
    Big(BigInt),
    /// Items of the kind that the function's result names, or `Null`
    List(Vec<Answer>),
}

pub(crate) type Body = fn(&[Cell]) -> Result<Answer, String>;

/// A function of the table
#[derive(Debug)]
pub(crate) struct Function {
    pub name: &'static str,
    pub parameters: &'static [Kind],
    pub result: Kind,
    pub body: Body,
}

/// Writes a row's text behind what is there already
pub(crate) type TextBody = fn(&[Cell], &mut String) -> Result<(), String>;

/// A function of the table that writes texts one after the other, with no allocation for each
#[derive(Debug)]
pub(crate) struct TextFunction {
    pub name: &'static str,
    pub parameters: &'static [Kind],
    pub body: TextBody,
}

/// Makes all of the functions known to a connection's database, and sets its session time zone to
/// UTC, which the lowered casts between TIMESTAMP and TIMESTAMPTZ rely on
///
/// # Errors
/// DuckDB refuses a registration
pub fn register(connection: &Connection) -> duckdb::Result<()> {
    for group in [
        aggregate::TABLE,
        array::TABLE,
        big_decimal::TABLE,
        bits::TABLE,
        bytes::TABLE,
        cast_format::TABLE,
        code_points::TABLE,
        convert::TABLE,
        javascript::TABLE,
        decimal_math::TABLE,
        decimal_statistics::TABLE,
        hash::TABLE,
        interval::TABLE,
        json::TABLE,
        json_change::TABLE,
        letters::TABLE,
        net::TABLE,
        range::TABLE,
        number::TABLE,
        preprocessing::TABLE,
        regexp::TABLE,
        search::TABLE,
        series::TABLE,
        temporal::TABLE,
        text::TABLE,
    ]
    .into_iter()
    .chain(json_convert::TABLES)
    {
        for row in group {
            vector::register(connection, Row::Value(row))?;
        }
    }
    for group in [convert::TEXTS, letters::TEXTS, temporal::TEXTS, text::TEXTS] {
        for row in group {
            vector::register(connection, Row::Text(row))?;
        }
    }
    // Without the icu extension there is no such setting, and the zone is UTC
    let _ = connection.execute_batch("SET GLOBAL TimeZone = 'UTC'");
    Ok(())
}

impl<'a> Cell<'a> {
    pub fn text(&self) -> &'a str {
        match self {
            Self::Bytes(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            _ => "",
        }
    }

    pub fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => &[],
        }
    }

    pub fn int(&self) -> i64 {
        match self {
            Self::Int(value) | Self::Micros(value) => *value,
            _ => 0,
        }
    }

    pub fn double(&self) -> f64 {
        match self {
            Self::Double(value) => *value,
            _ => f64::NAN,
        }
    }

    pub fn decimal(&self) -> i128 {
        match self {
            Self::Decimal(value) => *value,
            _ => 0,
        }
    }

    pub fn interval(&self) -> Interval {
        match self {
            Self::Interval(parts) => *parts,
            _ => Interval::default(),
        }
    }

    /// The whole number that a BIGNUM is
    pub fn big(&self) -> BigInt {
        crate::value::big_decimal::decode(self.bytes())
    }

    pub fn date(&self) -> i32 {
        match self {
            Self::Date(days) => *days,
            _ => 0,
        }
    }

    /// The items of a list, `None` where NULL
    pub fn items(&self) -> &'a [Option<Cell<'a>>] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

/// The answer, or an error with this message
pub(crate) fn or_error<T>(
    value: Option<T>,
    answer: fn(T) -> Answer,
    message: impl std::fmt::Display,
) -> Result<Answer, String> {
    value.map(answer).ok_or_else(|| message.to_string())
}
