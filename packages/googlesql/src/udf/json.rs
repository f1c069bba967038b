//! JSON: parsing, writing and looking into values

use serde_json::Value;

use super::Kind::{Bool, Decimal, Double, Int, List, Text};
use super::{Answer, Cell, Function};
use crate::value::json::{float_text, parse, parse_exact, pretty, quote, scalar, write};
use crate::value::json_path::{Mode, Style, all_at, at, path, path_with_mode};
use crate::value::json_text::{compact, elements, find};
use crate::value::{decimal, json_text};

macro_rules! function {
    ($name:literal, [$($kind:expr),*], $result:expr, $body:expr) => {
        Function { name: $name, parameters: &[$($kind),*], result: $result, body: $body }
    };
}

/// Every whole number up to it is a double
const WIDEST: u64 = 1 << 53;

pub const TABLE: &[Function] = &[
    function!("gs_json_parse", [Text, Text], Text, |cells| {
        let value = match cells[1].text() {
            "exact" => parse_exact(cells[0].text()),
            "round" => parse(cells[0].text()),
            other => return Err(format!("wide_number_mode is exact or round, not {other}")),
        };
        let value = value.map_err(|reason| format!("the text is no JSON: {reason}"))?;
        Ok(Answer::Text(write(&value)))
    }),
    function!("gs_json_normal", [Text], Text, |cells| Ok(Answer::Text(
        write(&parse(cells[0].text())?)
    ))),
    function!("gs_json_pretty", [Text], Text, |cells| Ok(Answer::Text(
        pretty(cells[0].text())
    ))),
    function!("gs_json_quote", [Text], Text, |cells| Ok(Answer::Text(
        quote(cells[0].text())
    ))),
    // The second argument: as TO_JSON_STRING does, without a point where none is needed
    function!("gs_json_of_float", [Double, Bool], Text, |cells| {
        let value = cells[0].double();
        let named = |name: &str| format!("\"{name}\"");
        Ok(Answer::Text(
            match (value.is_finite(), cells[1].int() != 0) {
                (true, true) if value == 0.0 => "0".to_owned(),
                (true, true) => float_text(value).trim_end_matches(".0").to_owned(),
                (true, false) => float_text(value),
                (false, _) if value.is_nan() => named("NaN"),
                (false, _) if value > 0.0 => named("Infinity"),
                (false, _) => named("-Infinity"),
            },
        ))
    }),
    function!("gs_json_of_int", [Int], Text, |cells| {
        let value = cells[0].int();
        Ok(Answer::Text(match value.unsigned_abs() <= WIDEST {
            true => value.to_string(),
            false => format!("\"{value}\""),
        }))
    }),
    // The second argument: as TO_JSON_STRING does, every number with a point as a string
    function!("gs_json_of_numeric", [Decimal, Bool], Text, |cells| {
        let value = cells[0].decimal();
        let text = decimal::format(value);
        let whole = value % decimal::ONE == 0;
        let narrow = value.unsigned_abs() <= u128::from(WIDEST) * decimal::ONE.unsigned_abs();
        let plain = match (whole, cells[1].int() != 0) {
            (true, _) => narrow,
            (false, true) => false,
            (false, false) => parse_exact(&text).is_ok(),
        };
        Ok(Answer::Text(if plain {
            text
        } else {
            format!("\"{text}\"")
        }))
    }),
    function!("gs_json_array", [List(&Text)], Text, |cells| {
        let items: Vec<&str> = cells[0].items().iter().flatten().map(Cell::text).collect();
        let value = parse(&format!("[{}]", items.join(",")))?;
        Ok(Answer::Text(write(&value)))
    }),
    // Keys and JSON texts of values
    function!(
        "gs_json_object",
        [List(&Text), List(&Text)],
        Text,
        |cells| {
            let (keys, values) = (cells[0].items(), cells[1].items());
            if keys.len() != values.len() {
                return Err("JSON_OBJECT takes as many keys as values".to_owned());
            }
            let mut members = serde_json::Map::new();
            for (key, value) in keys.iter().zip(values) {
                let Some(key) = key else {
                    return Err("a key of JSON_OBJECT is NULL".to_owned());
                };
                let value = parse(value.as_ref().map_or("null", Cell::text))?;
                members.entry(key.text()).or_insert(value);
            }
            Ok(Answer::Text(write(&Value::Object(members))))
        }
    ),
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
        cells,
        Style::Standard
    )),
    function!("gs_json_extract_value", [Text, Text], Text, |cells| {
        value_at(cells, Style::Legacy)
    }),
    function!("gs_json_text_value", [Text, Text], Text, |cells| {
        text_value_at(cells, Style::Standard)
    }),
    function!("gs_json_text_extract_value", [Text, Text], Text, |cells| {
        text_value_at(cells, Style::Legacy)
    }),
    function!("gs_json_query", [Text, Text], Text, |cells| {
        let (mode, steps) = path_with_mode(cells[1].text())?;
        let value = parse(cells[0].text())?;
        Ok(match mode {
            Mode::Strict => written(at(&value, &steps)),
            mode => {
                let found = all_at(&value, &steps, mode).into_iter().cloned();
                Answer::Text(write(&Value::Array(found.collect())))
            }
        })
    }),
    function!("gs_json_extract", [Text, Text], Text, |cells| {
        let steps = path(cells[1].text(), Style::Legacy)?;
        Ok(written(at(&parse(cells[0].text())?, &steps)))
    }),
    function!("gs_json_text_query", [Text, Text], Text, |cells| {
        text_query_at(cells, Style::Standard)
    }),
    function!("gs_json_text_extract", [Text, Text], Text, |cells| {
        text_query_at(cells, Style::Legacy)
    }),
    function!("gs_json_values", [Text, Text], List(&Text), |cells| {
        array_at(cells, Style::Standard, true)
    }),
    function!(
        "gs_json_extract_values",
        [Text, Text],
        List(&Text),
        |cells| { array_at(cells, Style::Legacy, true) }
    ),
    function!("gs_json_items", [Text, Text], List(&Text), |cells| {
        array_at(cells, Style::Standard, false)
    }),
    function!(
        "gs_json_extract_items",
        [Text, Text],
        List(&Text),
        |cells| { array_at(cells, Style::Legacy, false) }
    ),
    function!("gs_json_text_values", [Text, Text], List(&Text), |cells| {
        text_array_at(cells, Style::Standard, true)
    }),
    function!(
        "gs_json_text_extract_values",
        [Text, Text],
        List(&Text),
        |cells| { text_array_at(cells, Style::Legacy, true) }
    ),
    function!("gs_json_text_items", [Text, Text], List(&Text), |cells| {
        text_array_at(cells, Style::Standard, false)
    }),
    function!(
        "gs_json_text_extract_items",
        [Text, Text],
        List(&Text),
        |cells| { text_array_at(cells, Style::Legacy, false) }
    ),
    function!("gs_json_keys", [Text, Int, Text], List(&Text), |cells| {
        let depth = cells[1].int();
        let mode = Mode::of(cells[2].text())?;
        let mut keys = Vec::new();
        collect_keys(&parse(cells[0].text())?, "", depth, mode, false, &mut keys);
        keys.sort();
        keys.dedup();
        Ok(Answer::List(keys.into_iter().map(Answer::Text).collect()))
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
    function!("gs_json_contains", [Text, Text], Bool, |cells| {
        let (outer, inner) = (parse(cells[0].text())?, parse(cells[1].text())?);
        Ok(Answer::Bool(contains(&outer, &inner)))
    }),
    function!("gs_json_flatten", [Text], List(&Text), |cells| {
        let mut leaves = Vec::new();
        flatten(&parse(cells[0].text())?, &mut leaves);
        Ok(Answer::List(leaves))
    }),
    // The texts that a search looks at: values, keys or both
    function!("gs_json_leaves", [Text, Text], List(&Text), |cells| {
        let (keys, values) = match cells[1].text() {
            "JSON_VALUES" => (false, true),
            "JSON_KEYS" => (true, false),
            "JSON_KEYS_AND_VALUES" => (true, true),
            other => return Err(format!("json_scope has no value `{other}`")),
        };
        let mut leaves = Vec::new();
        collect_leaves(&parse(cells[0].text())?, keys, values, &mut leaves);
        Ok(Answer::List(leaves))
    }),
];

fn written(found: Option<&Value>) -> Answer {
    found.map_or(Answer::Null, |found| Answer::Text(write(found)))
}

fn or_null(text: Option<String>) -> Answer {
    text.map_or(Answer::Null, Answer::Text)
}

fn value_at(cells: &[Cell], style: Style) -> Result<Answer, String> {
    let steps = path(cells[1].text(), style)?;
    Ok(or_null(
        at(&parse(cells[0].text())?, &steps).and_then(scalar),
    ))
}

fn text_value_at(cells: &[Cell], style: Style) -> Result<Answer, String> {
    let steps = path(cells[1].text(), style)?;
    let found = find(cells[0].text(), &steps);
    Ok(or_null(found.and_then(json_text::scalar)))
}

fn text_query_at(cells: &[Cell], style: Style) -> Result<Answer, String> {
    let steps = path(cells[1].text(), style)?;
    let found = find(cells[0].text(), &steps).filter(|found| *found != "null");
    Ok(or_null(found.map(compact)))
}

/// Each element as JSON, or as the scalar that it is
fn array_at(cells: &[Cell], style: Style, scalars: bool) -> Result<Answer, String> {
    let steps = path(cells[1].text(), style)?;
    let value = parse(cells[0].text())?;
    let Some(items) = at(&value, &steps).and_then(Value::as_array) else {
        return Ok(Answer::Null);
    };
    let mut texts = Vec::new();
    for item in items {
        texts.push(match (scalars, scalar(item)) {
            (false, _) => Answer::Text(write(item)),
            (true, Some(text)) => Answer::Text(text),
            (true, None) if item.is_null() => Answer::Null,
            (true, None) => return Ok(Answer::Null),
        });
    }
    Ok(Answer::List(texts))
}

fn text_array_at(cells: &[Cell], style: Style, scalars: bool) -> Result<Answer, String> {
    let steps = path(cells[1].text(), style)?;
    let Some(items) = find(cells[0].text(), &steps).and_then(elements) else {
        return Ok(Answer::Null);
    };
    let mut texts = Vec::new();
    for item in items {
        texts.push(match (scalars, json_text::scalar(item)) {
            (false, _) => Answer::Text(compact(item)),
            (true, Some(text)) => Answer::Text(text),
            (true, None) if item == "null" => Answer::Null,
            (true, None) => return Ok(Answer::Null),
        });
    }
    Ok(Answer::List(texts))
}

/// Members' paths down to a depth
fn collect_keys(
    value: &Value,
    prefix: &str,
    depth: i64,
    mode: Mode,
    within: bool,
    keys: &mut Vec<String>,
) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (name, member) in members {
                let special = name.contains(|letter: char| {
                    matches!(letter, '.' | '"' | '\\') || letter.is_control()
                });
                let own = if special { quote(name) } else { name.clone() };
                let path = format!("{prefix}{own}");
                collect_keys(member, &format!("{path}."), depth - 1, mode, false, keys);
                keys.push(path);
            }
        }
        Value::Array(items) if mode == Mode::Recursive || mode == Mode::Lax && !within => {
            for item in items {
                collect_keys(item, prefix, depth, mode, true, keys);
            }
        }
        _ => {}
    }
}

/// Whether all that the inner value says holds for the outer one, too
fn contains(outer: &Value, inner: &Value) -> bool {
    match (outer, inner) {
        (Value::Object(outer), Value::Object(inner)) => inner.iter().all(|(name, value)| {
            outer
                .get(name)
                .is_some_and(|member| contains(member, value))
        }),
        (Value::Array(outer), Value::Array(inner)) => inner
            .iter()
            .all(|value| outer.iter().any(|item| contains(item, value))),
        (Value::Array(outer), inner) => outer.iter().any(|item| contains(item, inner)),
        (Value::Number(left), Value::Number(right)) => {
            left == right || left.as_f64() == right.as_f64()
        }
        (outer, inner) => outer == inner,
    }
}

fn flatten(value: &Value, leaves: &mut Vec<Answer>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, leaves)),
        value => leaves.push(Answer::Text(write(value))),
    }
}

fn collect_leaves(value: &Value, keys: bool, values: bool, leaves: &mut Vec<Answer>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if keys {
                    leaves.push(Answer::Text(name.clone()));
                }
                collect_leaves(member, keys, values, leaves);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| collect_leaves(item, keys, values, leaves)),
        value if values => leaves.extend(scalar(value).map(Answer::Text)),
        _ => {}
    }
}
