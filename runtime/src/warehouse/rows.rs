//! Query results as typed cells, and their texts

use googlesql::{Column, Type};
use serde_json::{Map, Number, Value as Json};

/// The rows of a query
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Names and types, in order
    pub columns: Vec<Column>,
    /// One cell per column in each row
    pub rows: Vec<Vec<Cell>>,
}

/// A value; dates and times are already in GoogleSQL's text form
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// `NULL`
    Null,
    /// BOOL
    Bool(bool),
    /// INT64
    Int64(i64),
    /// FLOAT64
    Float64(f64),
    /// Every type whose value is a text: STRING, NUMERIC, DATE, TIMESTAMP, JSON and so on
    Text(String),
    /// BYTES
    Bytes(Vec<u8>),
    /// ARRAY
    Array(Vec<Cell>),
    /// STRUCT: names as in the type
    Struct(Vec<(String, Cell)>),
}

impl Cell {
    /// As JSON: INT64 outside ±2^53, NaN and infinities as strings, BYTES in base64
    pub fn to_json(&self) -> Json {
        const EXACT: i64 = 1 << 53;
        match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int64(value) if (-EXACT..=EXACT).contains(value) => Json::from(*value),
            Self::Int64(value) => Json::String(value.to_string()),
            Self::Float64(value) => Number::from_f64(*value)
                .map_or_else(|| Json::String(float_text(*value)), Json::Number),
            Self::Text(text) => Json::String(text.clone()),
            Self::Bytes(bytes) => Json::String(base64_text(bytes)),
            Self::Array(cells) => Json::Array(cells.iter().map(Self::to_json).collect()),
            Self::Struct(fields) => Json::Object(
                fields
                    .iter()
                    .map(|(name, cell)| (name.clone(), cell.to_json()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }

    /// As text for a table or a CSV field; `NULL` is given as `null`
    pub fn to_text(&self, null: &str) -> String {
        match self {
            Self::Null => null.to_owned(),
            Self::Bool(value) => value.to_string(),
            Self::Int64(value) => value.to_string(),
            Self::Float64(value) => float_text(*value),
            Self::Text(text) => text.clone(),
            Self::Bytes(bytes) => base64_text(bytes),
            Self::Array(_) | Self::Struct(_) => self.to_json().to_string(),
        }
    }
}

impl Rows {
    /// Whether a column's texts are set flush right
    pub fn is_numeric(&self, column: usize) -> bool {
        self.columns.get(column).is_some_and(|column| {
            matches!(
                column.ty,
                Type::Int64 | Type::Float64 | Type::Numeric | Type::BigNumeric
            )
        })
    }

    /// Rows as JSON objects by column name
    pub fn to_json(&self) -> Json {
        let object = |row: &Vec<Cell>| {
            Json::Object(
                self.columns
                    .iter()
                    .zip(row)
                    .map(|(column, cell)| (column.name.clone(), cell.to_json()))
                    .collect(),
            )
        };
        Json::Array(self.rows.iter().map(object).collect())
    }
}

/// A FLOAT64 as GoogleSQL prints it when cast to STRING
fn float_text(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 { "inf" } else { "-inf" }.to_owned()
    } else if value != 0.0 && (value.abs() >= 1e15 || value.abs() < 1e-5) {
        scientific(value)
    } else {
        value.to_string()
    }
}

/// `1e+20`: the shortest digits that read back, an exponent with a sign and at least two digits
fn scientific(value: f64) -> String {
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = match exponent.strip_prefix('-') {
                Some(rest) => ('-', rest),
                None => ('+', exponent),
            };
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => text,
    }
}

fn base64_text(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_as_in_bigquery() {
        for (value, text) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (1e20, "1e+20"),
            (1.5e-7, "1.5e-07"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(Cell::Float64(value).to_text(""), text);
        }
    }

    #[test]
    fn whole_numbers_beyond_doubles_are_json_strings() {
        assert_eq!(Cell::Int64(7).to_json(), Json::from(7));
        assert_eq!(
            Cell::Int64(i64::MAX).to_json(),
            Json::from("9223372036854775807")
        );
    }
}
