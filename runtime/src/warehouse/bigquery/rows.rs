//! Rows of an answer, `{"f": [{"v": …}]}`, as cells by the types of its schema

use base64::Engine as _;
use google_cloud_bigquery_v2::model::TableSchema;
use googlesql::{Column, Type};
use jiff::civil::{DateTime, Time};
use serde_json::{Map, Value as Json};

use super::types::columns;
use crate::warehouse::instant::instant_text;
use crate::warehouse::{Cell, Rows};

/// The rows that an answer has, with the columns of its schema
pub fn rows(schema: &TableSchema, answers: &[Map<String, Json>]) -> Rows {
    let columns = columns(schema);
    let row = |answer: &Map<String, Json>| {
        let mut values = values(answer).iter().map(value);
        let cell = |column: &Column| cell(values.next().unwrap_or(&Json::Null), &column.ty);
        columns.iter().map(cell).collect()
    };
    Rows {
        rows: answers.iter().map(row).collect(),
        columns,
    }
}

fn values(row: &Map<String, Json>) -> &[Json] {
    row.get("f")
        .and_then(Json::as_array)
        .map_or(&[], Vec::as_slice)
}

fn value(wrapped: &Json) -> &Json {
    wrapped.get("v").unwrap_or(&Json::Null)
}

fn cell(json: &Json, ty: &Type) -> Cell {
    match (json, ty) {
        (Json::Array(elements), Type::Array(element)) => {
            let cells = elements.iter().map(|one| cell(value(one), element));
            Cell::Array(cells.collect())
        }
        (Json::Null, Type::Array(_)) => Cell::Array(Vec::new()),
        (Json::Null, _) => Cell::Null,
        (Json::Object(row), Type::Struct(fields)) => {
            let cells = values(row).iter().map(value).zip(fields);
            let cells = cells.map(|(json, field)| {
                let name = field.name.clone().unwrap_or_default();
                (name, cell(json, &field.ty))
            });
            Cell::Struct(cells.collect())
        }
        (Json::String(text), ty) => scalar(text, ty),
        // an emulator may write numbers and truth values as such
        (Json::Bool(value), _) => Cell::Bool(*value),
        (other, ty) => scalar(&other.to_string(), ty),
    }
}

/// A value that the answer has as text, always
fn scalar(text: &str, ty: &Type) -> Cell {
    let as_text = || Cell::Text(text.to_owned());
    match ty {
        Type::Int64 => text.parse().map_or_else(|_| as_text(), Cell::Int64),
        Type::Float64 => float(text).map_or_else(as_text, Cell::Float64),
        Type::Bool => match text.to_ascii_lowercase().as_str() {
            "true" => Cell::Bool(true),
            "false" => Cell::Bool(false),
            _ => as_text(),
        },
        Type::Bytes => base64::engine::general_purpose::STANDARD
            .decode(text)
            .map_or_else(|_| as_text(), Cell::Bytes),
        Type::Timestamp => {
            micros(text).map_or_else(as_text, |at| Cell::Text(instant_text(at, "Z")))
        }
        Type::DateTime => {
            let civil = text.replace(' ', "T").parse::<DateTime>();
            civil.map_or_else(|_| as_text(), |civil| Cell::Text(civil.to_string()))
        }
        Type::Time => {
            let time = text.parse::<Time>();
            time.map_or_else(|_| as_text(), |time| Cell::Text(time.to_string()))
        }
        Type::Range(of) => range(text, of).map_or_else(as_text, Cell::Text),
        _ => as_text(),
    }
}

fn float(text: &str) -> Option<f64> {
    match text {
        "NaN" | "nan" => Some(f64::NAN),
        "Infinity" | "Inf" | "+Inf" | "inf" => Some(f64::INFINITY),
        "-Infinity" | "-Inf" | "-inf" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

/// Microseconds since 1970: asked for as such, else seconds with a fraction
fn micros(text: &str) -> Option<i64> {
    if let Ok(micros) = text.parse() {
        return Some(micros);
    }
    let seconds: f64 = text.parse().ok()?;
    Some((seconds * 1e6).round() as i64)
}

/// `[from, to)` with both ends as GoogleSQL prints them
fn range(text: &str, of: &Type) -> Option<String> {
    let (from, to) = text
        .strip_prefix('[')?
        .strip_suffix(')')?
        .split_once(", ")?;
    let end = |end: &str| match end.eq_ignore_ascii_case("UNBOUNDED") || end == "NULL" {
        true => "UNBOUNDED".to_owned(),
        false => scalar(end, of)
            .to_text("")
            .replace('T', " ")
            .replace('Z', "+00"),
    };
    Some(format!("[{}, {})", end(from), end(to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use googlesql::Field;
    use serde_json::json;

    #[test]
    fn values_are_read_by_their_types() {
        let array = Type::Array(Box::new(Type::Int64));
        let nested = Type::Struct(vec![
            Field {
                name: Some("a".to_owned()),
                ty: array.clone(),
            },
            Field {
                name: Some("b".to_owned()),
                ty: Type::String,
            },
        ]);
        let range = Type::Range(Box::new(Type::Timestamp));
        for (json, ty, text) in [
            (json!("7"), Type::Int64, "7"),
            (json!("1.5"), Type::Float64, "1.5"),
            (json!("NaN"), Type::Float64, "nan"),
            (json!("true"), Type::Bool, "true"),
            (json!("1.50"), Type::Numeric, "1.50"),
            (json!("YWI="), Type::Bytes, "YWI="),
            (
                json!("1577836800500000"),
                Type::Timestamp,
                "2020-01-01T00:00:00.5Z",
            ),
            (
                json!("1.5778368005E9"),
                Type::Timestamp,
                "2020-01-01T00:00:00.5Z",
            ),
            (
                json!("2020-01-01T01:02:03.500000"),
                Type::DateTime,
                "2020-01-01T01:02:03.5",
            ),
            (json!("01:02:03.250000"), Type::Time, "01:02:03.25"),
            (json!("0-0 1 0:0:0"), Type::Interval, "0-0 1 0:0:0"),
            (json!("{\"a\":1}"), Type::Json, "{\"a\":1}"),
            (
                json!("[1577836800000000, UNBOUNDED)"),
                range,
                "[2020-01-01 00:00:00+00, UNBOUNDED)",
            ),
            (json!(null), Type::String, "NULL"),
            (json!([{"v": "1"}, {"v": "2"}]), array, "[1,2]"),
            (
                json!({"f": [{"v": [{"v": "1"}]}, {"v": null}]}),
                nested,
                "{\"a\":[1],\"b\":null}",
            ),
        ] {
            assert_eq!(cell(&json, &ty).to_text("NULL"), text);
        }
    }
}
