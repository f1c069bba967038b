//! JSON: values, paths, arrays

use serde_json::Value;

use super::Kind::{Bool, Decimal, Double, Int, Text};
use super::{Answer, Cell, Function};
use crate::value::json::{Step, at, float_text, parse, path, quote, scalar, write, write_as_is};

macro_rules! function {
    ($name:literal, [$($kind:ident),*], $result:ident, $body:expr) => {
        Function { name: $name, parameters: &[$($kind),*], result: $result, body: $body }
    };
}

/// Every whole number up to it is a double
const WIDEST: u64 = 1 << 53;

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
    function!("gs_json_of_int", [Int], Text, |cells| {
        let value = cells[0].int();
        Ok(Answer::Text(match value.unsigned_abs() <= WIDEST {
            true => value.to_string(),
            false => format!("\"{value}\""),
        }))
    }),
    function!("gs_json_of_numeric", [Decimal], Text, |cells| {
        let value = cells[0].decimal();
        let text = crate::value::decimal::format(value);
        let whole = value % crate::value::decimal::ONE == 0;
        let narrow =
            value.unsigned_abs() <= u128::from(WIDEST) * crate::value::decimal::ONE.unsigned_abs();
        Ok(Answer::Text(if whole && narrow {
            text
        } else {
            format!("\"{text}\"")
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
    function!("gs_json_remove", [Text, Text], Text, |cells| {
        let mut value = parse(cells[0].text())?;
        let steps = path(cells[1].text(), false)?;
        let Some((last, parents)) = steps.split_last() else {
            return Err("JSON_REMOVE cannot remove the whole value".to_owned());
        };
        match (at_mut(&mut value, parents), last) {
            (Some(Value::Object(members)), Step::Member(name)) => {
                members.remove(name);
            }
            (Some(Value::Array(items)), Step::Element(index)) if *index < items.len() => {
                items.remove(*index);
            }
            _ => {}
        }
        Ok(Answer::Text(write(&value)))
    }),
    function!("gs_json_set", [Text, Text, Text], Text, |cells| {
        let mut value = parse(cells[0].text())?;
        let steps = path(cells[1].text(), false)?;
        set_at(&mut value, &steps, parse(cells[2].text())?);
        Ok(Answer::Text(write(&value)))
    }),
    function!("gs_json_strip_nulls", [Text], Text, |cells| {
        let mut value = parse(cells[0].text())?;
        strip_nulls(&mut value);
        Ok(Answer::Text(write(&value)))
    }),
    function!("gs_json_keys", [Text, Int], Text, |cells| {
        let mut keys = Vec::new();
        collect_keys(&parse(cells[0].text())?, "", cells[1].int(), &mut keys);
        keys.sort();
        keys.dedup();
        let keys: Vec<_> = keys.iter().map(|key| quote(key)).collect();
        Ok(Answer::Text(format!("[{}]", keys.join(","))))
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
    let found = find(cells, text, legacy)?;
    let Some(written) = found.as_ref().and_then(scalar) else {
        return Ok(Answer::Null);
    };
    // A number in text is given as it is written there
    if text && matches!(found, Some(Value::Number(_))) && !cells[0].text().contains(&written) {
        return Err("a JSON number written in this way is not supported".to_owned());
    }
    Ok(Answer::Text(written))
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

fn at_mut<'v>(value: &'v mut Value, steps: &[Step]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.as_object_mut()?.get_mut(name),
        Step::Element(index) => value.as_array_mut()?.get_mut(*index),
    })
}

/// Sets what the path names, making members and elements on the way; nothing where it does not fit
fn set_at(value: &mut Value, steps: &[Step], new: Value) {
    const LONGEST: usize = 100_000;
    let Some((first, rest)) = steps.split_first() else {
        *value = new;
        return;
    };
    if value.is_null() {
        *value = match first {
            Step::Member(_) => Value::Object(serde_json::Map::new()),
            Step::Element(_) => Value::Array(Vec::new()),
        };
    }
    match (value, first) {
        (Value::Object(members), Step::Member(name)) => {
            set_at(
                members.entry(name.clone()).or_insert(Value::Null),
                rest,
                new,
            );
        }
        (Value::Array(items), Step::Element(index)) if *index < LONGEST => {
            if *index >= items.len() {
                items.resize(index + 1, Value::Null);
            }
            set_at(&mut items[*index], rest, new);
        }
        _ => {}
    }
}

fn strip_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(strip_nulls);
            members.retain(|_, member| !member.is_null());
        }
        Value::Array(items) => {
            items.iter_mut().for_each(strip_nulls);
            items.retain(|item| !item.is_null());
        }
        _ => {}
    }
}

/// Members' paths down to a depth; members inside arrays do not count
fn collect_keys(value: &Value, prefix: &str, depth: i64, keys: &mut Vec<String>) {
    if let (Value::Object(members), 1..) = (value, depth) {
        for (name, member) in members {
            let plain = name
                .chars()
                .all(|letter| letter.is_alphanumeric() || letter == '_');
            let own = if plain { name.clone() } else { quote(name) };
            let path = format!("{prefix}{own}");
            collect_keys(member, &format!("{path}."), depth - 1, keys);
            keys.push(path);
        }
    }
}
