//! JSON values as values of other types, strictly and leniently

use serde_json::Value;

use super::Kind::{Bool, Double, Int, List, Text};
use super::{Answer, Function};
use crate::value::json::{parse, scalar};
use crate::value::number::{parse_bool, parse_float, parse_int};

macro_rules! both {
    ($name:literal, $array:literal, $kind:ident, $convert:expr, lax) => {
        [
            Function {
                name: $name,
                parameters: &[Text],
                result: $kind,
                body: |cells| Ok($convert(&parse(cells[0].text())?)),
            },
            Function {
                name: $array,
                parameters: &[Text],
                result: List(&$kind),
                body: |cells| {
                    let Value::Array(items) = parse(cells[0].text())? else {
                        return Ok(Answer::Null);
                    };
                    Ok(Answer::List(items.iter().map($convert).collect()))
                },
            },
        ]
    };
    ($name:literal, $array:literal, $kind:ident, $convert:expr) => {
        [
            Function {
                name: $name,
                parameters: &[Text],
                result: $kind,
                body: |cells| $convert(&parse(cells[0].text())?),
            },
            Function {
                name: $array,
                parameters: &[Text],
                result: List(&$kind),
                body: |cells| strict_array(cells[0].text(), $convert),
            },
        ]
    };
}

const BOOL: [Function; 2] = both!("gs_json_bool", "gs_json_bool_array", Bool, to_bool);
const INT64: [Function; 2] = both!("gs_json_int64", "gs_json_int64_array", Int, to_int64);
const STRING: [Function; 2] = both!("gs_json_string", "gs_json_string_array", Text, to_string);
const LAX_BOOL: [Function; 2] = both!(
    "gs_json_lax_bool",
    "gs_json_lax_bool_array",
    Bool,
    lax_bool,
    lax
);
const LAX_INT64: [Function; 2] = both!(
    "gs_json_lax_int64",
    "gs_json_lax_int64_array",
    Int,
    lax_int64,
    lax
);
const LAX_FLOAT64: [Function; 2] = both!(
    "gs_json_lax_float64",
    "gs_json_lax_float64_array",
    Double,
    lax_float64,
    lax
);
const LAX_STRING: [Function; 2] = both!(
    "gs_json_lax_string",
    "gs_json_lax_string_array",
    Text,
    lax_string,
    lax
);

/// FLOAT64 with its mode, `exact` or `round`
const FLOAT64: [Function; 2] = [
    Function {
        name: "gs_json_float64",
        parameters: &[Text, Text],
        result: Double,
        body: |cells| to_float64(&parse(cells[0].text())?, is_exact(cells[1].text())?),
    },
    Function {
        name: "gs_json_float64_array",
        parameters: &[Text, Text],
        result: List(&Double),
        body: |cells| {
            let exact = is_exact(cells[1].text())?;
            strict_array(cells[0].text(), |value| to_float64(value, exact))
        },
    },
];

/// A whole number that lies between two others
const WITHIN: [Function; 1] = [Function {
    name: "gs_json_within",
    parameters: &[Int, Int, Int],
    result: Int,
    body: |cells| {
        let (value, least, most) = (cells[0].int(), cells[1].int(), cells[2].int());
        match (least..=most).contains(&value) {
            true => Ok(Answer::Int(value)),
            false => Err(format!("the JSON number {value} is out of range")),
        }
    },
}];

pub const TABLES: [&[Function]; 9] = [
    &WITHIN,
    &BOOL,
    &INT64,
    &FLOAT64,
    &STRING,
    &LAX_BOOL,
    &LAX_INT64,
    &LAX_FLOAT64,
    &LAX_STRING,
];

fn strict_array(
    text: &str,
    convert: impl Fn(&Value) -> Result<Answer, String>,
) -> Result<Answer, String> {
    match parse(text)? {
        Value::Array(items) => {
            let items = items.iter().map(convert).collect::<Result<_, _>>()?;
            Ok(Answer::List(items))
        }
        _ => Err("the JSON value is no array".to_owned()),
    }
}

fn is_exact(mode: &str) -> Result<bool, String> {
    match mode {
        "exact" => Ok(true),
        "round" => Ok(false),
        other => Err(format!("wide_number_mode is exact or round, not {other}")),
    }
}

fn to_bool(value: &Value) -> Result<Answer, String> {
    match value {
        Value::Bool(value) => Ok(Answer::Bool(*value)),
        _ => Err("the JSON value is no boolean".to_owned()),
    }
}

fn to_int64(value: &Value) -> Result<Answer, String> {
    match (value.as_i64(), value.as_f64()) {
        (Some(value), _) => Ok(Answer::Int(value)),
        (None, Some(value)) if value.fract() == 0.0 && in_int64(value) => {
            Ok(Answer::Int(value as i64))
        }
        _ => Err("the JSON value is no INT64".to_owned()),
    }
}

fn to_float64(value: &Value, exact: bool) -> Result<Answer, String> {
    let Some(float) = value.as_f64() else {
        return Err("the JSON value is no number".to_owned());
    };
    let whole = match (value.as_i64(), value.as_u64()) {
        (Some(whole), _) => Some(i128::from(whole)),
        (_, whole) => whole.map(i128::from),
    };
    match whole {
        Some(whole) if exact && whole != float as i128 => {
            Err(format!("{whole} has no exact FLOAT64"))
        }
        _ => Ok(Answer::Double(float)),
    }
}

fn to_string(value: &Value) -> Result<Answer, String> {
    match value {
        Value::String(text) => Ok(Answer::Text(text.clone())),
        _ => Err("the JSON value is no string".to_owned()),
    }
}

fn lax_bool(value: &Value) -> Answer {
    match value {
        Value::Bool(value) => Answer::Bool(*value),
        Value::Number(number) => Answer::Bool(number.as_f64() != Some(0.0)),
        Value::String(text) => parse_bool(text).map_or(Answer::Null, Answer::Bool),
        _ => Answer::Null,
    }
}

fn lax_int64(value: &Value) -> Answer {
    match value {
        Value::Bool(value) => Answer::Int(i64::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(value), _) => Answer::Int(value),
            (None, Some(value)) => whole(value),
            _ => Answer::Null,
        },
        Value::String(text) if text.contains(['x', 'X']) => Answer::Null,
        Value::String(text) => match parse_int(text) {
            Some(value) => Answer::Int(value),
            None => parse_float(text).map_or(Answer::Null, whole),
        },
        _ => Answer::Null,
    }
}

fn lax_float64(value: &Value) -> Answer {
    match value {
        Value::Number(number) => number.as_f64().map_or(Answer::Null, Answer::Double),
        Value::String(text) => parse_float(text).map_or(Answer::Null, Answer::Double),
        _ => Answer::Null,
    }
}

/// A number without the point that it does not need
fn lax_string(value: &Value) -> Answer {
    let text = scalar(value).map(|text| match value {
        Value::Number(_) if text == "-0.0" => "0".to_owned(),
        Value::Number(_) => text.strip_suffix(".0").unwrap_or(&text).to_owned(),
        _ => text,
    });
    text.map_or(Answer::Null, Answer::Text)
}

fn whole(value: f64) -> Answer {
    let rounded = value.round();
    match in_int64(rounded) {
        true => Answer::Int(rounded as i64),
        false => Answer::Null,
    }
}

fn in_int64(value: f64) -> bool {
    (-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&value)
}
