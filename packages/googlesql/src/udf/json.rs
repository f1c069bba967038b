//! JSON: values, paths, arrays

use serde_json::Value;

use super::Kind::{Bool, Double, Int, Text};
use super::{Answer, Cell, Function};
use crate::value::json::{at, float_text, parse, path, quote, scalar, write, write_as_is};

macro_rules! function {
    ($name:literal, [$($kind:ident),*], $result:ident, $body:expr) => {
        Function { name: $name, parameters: &[$($kind),*], result: $result, body: $body }
    };
}

pub const TABLE: &[Function] = &[
    function!("gs_json_parse", [Text], Text, |cells| Ok(Answer::Text(
        write(&parse(cells[0].text())?)
    ))),
    function!("gs_json_normal", [Text], Text, |cells| Ok(Answer::Text(
        write(&parse(cells[0].text())?)
    ))),
    function!("gs_json_quote", [Text], Text, |cells| Ok(Answer::Text(
        quote(cells[0].text())
    ))),
    function!("gs_json_of_float", [Double], Text, |cells| {
        let value = cells[0].double();
        Ok(Answer::Text(match value.is_finite() {
            true => float_text(value).trim_end_matches(".0").to_owned(),
            false => match (value.is_nan(), value > 0.0) {
                (true, _) => "\"NaN\"".to_owned(),
                (_, true) => "\"Infinity\"".to_owned(),
                _ => "\"-Infinity\"".to_owned(),
            },
        }))
    }),
    function!("gs_json_field", [Text, Text], Text, |cells| {
        let value = parse(cells[0].text())?;
        let found = value
            .as_object()
            .and_then(|members| members.get(cells[1].text()));
        Ok(found.map_or(Answer::Null, |found| Answer::Text(write(found))))
    }),
    function!("gs_json_element", [Text, Int], Text, |cells| {
        let value = parse(cells[0].text())?;
        let found = usize::try_from(cells[1].int())
            .ok()
            .and_then(|index| value.as_array()?.get(index));
        Ok(found.map_or(Answer::Null, |found| Answer::Text(write(found))))
    }),
    function!("gs_json_value", [Text, Text], Text, |cells| value_at(
        cells, false, false
    )),
    function!("gs_json_text_value", [Text, Text], Text, |cells| value_at(
        cells, true, false
    )),
    function!("gs_json_extract_value", [Text, Text], Text, |cells| {
        value_at(cells, false, true)
    }),
    function!("gs_json_text_extract_value", [Text, Text], Text, |cells| {
        value_at(cells, true, true)
    }),
    function!("gs_json_query", [Text, Text], Text, |cells| query_at(
        cells, false, false
    )),
    function!("gs_json_text_query", [Text, Text], Text, |cells| query_at(
        cells, true, false
    )),
    function!("gs_json_extract", [Text, Text], Text, |cells| query_at(
        cells, false, true
    )),
    function!(
        "gs_json_text_extract",
        [Text, Text],
        Text,
        |cells| query_at(cells, true, true)
    ),
    function!("gs_json_values", [Text, Text], Text, |cells| array_at(
        cells, false, false, true
    )),
    function!("gs_json_text_values", [Text, Text], Text, |cells| array_at(
        cells, true, false, true
    )),
    function!("gs_json_extract_values", [Text, Text], Text, |cells| {
        array_at(cells, false, true, true)
    }),
    function!("gs_json_text_extract_values", [Text, Text], Text, |cells| {
        array_at(cells, true, true, true)
    }),
    function!("gs_json_items", [Text, Text], Text, |cells| array_at(
        cells, false, false, false
    )),
    function!("gs_json_text_items", [Text, Text], Text, |cells| array_at(
        cells, true, false, false
    )),
    function!("gs_json_extract_items", [Text, Text], Text, |cells| {
        array_at(cells, false, true, false)
    }),
    function!("gs_json_text_extract_items", [Text, Text], Text, |cells| {
        array_at(cells, true, true, false)
    }),
    function!("gs_json_type", [Text], Text, |cells| {
        let name = match parse(cells[0].text())? {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        Ok(Answer::Text(name.to_owned()))
    }),
    function!(
        "gs_json_bool",
        [Text],
        Bool,
        |cells| match parse(cells[0].text())? {
            Value::Bool(value) => Ok(Answer::Bool(value)),
            _ => Err("the JSON value is no boolean".to_owned()),
        }
    ),
    function!("gs_json_int64", [Text], Int, |cells| {
        let value = parse(cells[0].text())?;
        match (value.as_i64(), value.as_f64()) {
            (Some(value), _) => Ok(Answer::Int(value)),
            (None, Some(value)) if value.fract() == 0.0 && value.abs() < 9.2e18 => {
                Ok(Answer::Int(value as i64))
            }
            _ => Err("the JSON value is no INT64".to_owned()),
        }
    }),
    function!(
        "gs_json_float64",
        [Text],
        Double,
        |cells| match parse(cells[0].text())?.as_f64() {
            Some(value) => Ok(Answer::Double(value)),
            None => Err("the JSON value is no number".to_owned()),
        }
    ),
    function!(
        "gs_json_string",
        [Text],
        Text,
        |cells| match parse(cells[0].text())? {
            Value::String(text) => Ok(Answer::Text(text)),
            _ => Err("the JSON value is no string".to_owned()),
        }
    ),
    function!("gs_json_lax_bool", [Text], Bool, |cells| Ok(
        match parse(cells[0].text())? {
            Value::Bool(value) => Answer::Bool(value),
            Value::Number(number) => Answer::Bool(number.as_f64() != Some(0.0)),
            Value::String(text) => {
                crate::value::number::parse_bool(&text).map_or(Answer::Null, Answer::Bool)
            }
            _ => Answer::Null,
        }
    )),
    function!("gs_json_lax_int64", [Text], Int, |cells| Ok(
        match parse(cells[0].text())? {
            Value::Bool(value) => Answer::Int(i64::from(value)),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => Answer::Int(value),
                (None, Some(value)) => whole(value),
                _ => Answer::Null,
            },
            Value::String(text) => match crate::value::number::parse_int(&text) {
                Some(value) => Answer::Int(value),
                None => crate::value::number::parse_float(&text).map_or(Answer::Null, whole),
            },
            _ => Answer::Null,
        }
    )),
    function!("gs_json_lax_float64", [Text], Double, |cells| Ok(
        match parse(cells[0].text())? {
            Value::Number(number) => number.as_f64().map_or(Answer::Null, Answer::Double),
            Value::String(text) => {
                crate::value::number::parse_float(&text).map_or(Answer::Null, Answer::Double)
            }
            _ => Answer::Null,
        }
    )),
    function!("gs_json_lax_string", [Text], Text, |cells| {
        Ok(scalar(&parse(cells[0].text())?).map_or(Answer::Null, Answer::Text))
    }),
];

fn whole(value: f64) -> Answer {
    let rounded = value.round();
    match rounded.is_finite()
        && (-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&rounded)
    {
        true => Answer::Int(rounded as i64),
        false => Answer::Null,
    }
}

/// The value at the path; `None` where there is none, or where text is no JSON
fn find(cells: &[Cell], text: bool, legacy: bool) -> Result<Option<Value>, String> {
    let steps = path(cells[1].text(), legacy)?;
    let value = match parse(cells[0].text()) {
        Ok(value) => value,
        Err(_) if text => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(at(&value, &steps).cloned())
}

fn value_at(cells: &[Cell], text: bool, legacy: bool) -> Result<Answer, String> {
    Ok(find(cells, text, legacy)?
        .as_ref()
        .and_then(scalar)
        .map_or(Answer::Null, Answer::Text))
}

fn query_at(cells: &[Cell], text: bool, legacy: bool) -> Result<Answer, String> {
    Ok(match find(cells, text, legacy)? {
        Some(Value::Null) if text => Answer::Null,
        Some(value) => Answer::Text(if text {
            write_as_is(&value)
        } else {
            write(&value)
        }),
        None => Answer::Null,
    })
}

/// A JSON array of texts: each item as JSON, or as the scalar that it is
fn array_at(cells: &[Cell], text: bool, legacy: bool, scalars: bool) -> Result<Answer, String> {
    let Some(Value::Array(items)) = find(cells, text, legacy)? else {
        return Ok(Answer::Null);
    };
    let mut texts = Vec::new();
    for item in &items {
        texts.push(match (scalars, item) {
            (true, Value::Null) => "null".to_owned(),
            (true, item) => match scalar(item) {
                Some(text) => quote(&text),
                None => return Ok(Answer::Null),
            },
            (false, item) => quote(&if text { write_as_is(item) } else { write(item) }),
        });
    }
    Ok(Answer::Text(format!("[{}]", texts.join(","))))
}
