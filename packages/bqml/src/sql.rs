//! DuckDB SQL text: literals and names

use googlesql::Type;

pub use googlesql::{quote_identifier, quote_string};

/// A `DOUBLE` literal that reads back as the same number; the exponent keeps DuckDB from taking it
/// for a `DECIMAL`
pub fn double(value: f64) -> String {
    if value.is_nan() {
        "CAST('NaN' AS DOUBLE)".to_owned()
    } else if value.is_infinite() {
        let sign = if value > 0.0 { "" } else { "-" };
        format!("CAST('{sign}Infinity' AS DOUBLE)")
    } else if value.is_sign_negative() {
        format!("({value:e})")
    } else {
        format!("{value:e}")
    }
}

/// A `DOUBLE` literal, or a typed NULL
pub fn optional_double(value: Option<f64>) -> String {
    value.map_or_else(|| "CAST(NULL AS DOUBLE)".to_owned(), double)
}

/// A `BIGINT` literal
pub fn bigint(value: i64) -> String {
    format!("CAST({value} AS BIGINT)")
}

/// Text cast to a scalar type
pub fn typed(value: &str, ty: &Type) -> String {
    match ty {
        Type::String => quote_string(value),
        ty => format!("CAST({} AS {})", quote_string(value), ty.duckdb()),
    }
}

/// A NULL of a type
pub fn null(ty: &Type) -> String {
    format!("CAST(NULL AS {})", ty.duckdb())
}

/// INT64, FLOAT64, NUMERIC: types that a standardized feature may have, one for another
pub fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Int64 | Type::Float64 | Type::Numeric)
}
