//! DuckDB SQL text: literals and names

use crate::stored_type::StoredType;

/// A name in double quotes
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as a string expression on one line, since SQL around it may be indented
pub fn quote_string(text: &str) -> String {
    if !text.contains(char::is_control) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let pieces: Vec<String> = text
        .split_inclusive(char::is_control)
        .flat_map(|piece| {
            let plain = piece.trim_end_matches(char::is_control);
            let control = piece[plain.len()..].chars().next();
            let plain = (!plain.is_empty()).then(|| quote_string(plain));
            plain
                .into_iter()
                .chain(control.map(|control| format!("chr({})", u32::from(control))))
        })
        .collect();
    format!("({})", pieces.join(" || "))
}

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
pub fn typed(value: &str, ty: &StoredType) -> String {
    match ty {
        StoredType::String => quote_string(value),
        ty => format!("CAST({} AS {})", quote_string(value), scalar(ty)),
    }
}

/// A NULL of a scalar type
pub fn null(ty: &StoredType) -> String {
    format!("CAST(NULL AS {})", scalar(ty))
}

/// The DuckDB name of a scalar type
fn scalar(ty: &StoredType) -> &'static str {
    match ty {
        StoredType::Int64 => "BIGINT",
        StoredType::Float64 => "DOUBLE",
        StoredType::Numeric => "DECIMAL(38, 9)",
        StoredType::Bool => "BOOLEAN",
        StoredType::Bytes => "BLOB",
        StoredType::Date => "DATE",
        StoredType::DateTime => "TIMESTAMP",
        StoredType::Time => "TIME",
        StoredType::Timestamp => "TIMESTAMPTZ",
        StoredType::Interval => "INTERVAL",
        StoredType::Json => "JSON",
        StoredType::String
        | StoredType::BigNumeric
        | StoredType::Array(_)
        | StoredType::Struct(_) => "VARCHAR",
    }
}
