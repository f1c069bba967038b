//! JSON values: parsing, normal form, conversions
//!
//! GoogleSQL's JSON keeps an object's members sorted by name, without white space.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A JSON text's value; of members with one name the first counts
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str::<First>(&without_negative_zero(text))
        .map(|first| first.0)
        .map_err(|error| error.to_string())
}

/// The whole number `-0` is 0, unlike `-0.0`
fn without_negative_zero(text: &str) -> Cow<'_, str> {
    if !text.contains("-0") {
        return Cow::Borrowed(text);
    }
    let mut zeros = numbers(text)
        .filter(|number| *number == "-0")
        .map(|number| number.as_ptr() as usize - text.as_ptr() as usize);
    let Some(first) = zeros.next() else {
        return Cow::Borrowed(text);
    };
    let mut changed = text[..first].to_owned();
    let mut from = first + 1;
    for zero in zeros {
        changed.push_str(&text[from..zero]);
        from = zero + 1;
    }
    changed.push_str(&text[from..]);
    Cow::Owned(changed)
}

/// As [`parse`], where every number is exactly a 64-bit integer or a double
///
/// # Errors
/// The text is no JSON, or a number in it has no such form
pub fn parse_exact(text: &str) -> Result<Value, String> {
    let value = parse(text)?;
    for number in numbers(text) {
        if !is_exact(number) {
            return Err(format!("the number {number} has no exact form"));
        }
    }
    Ok(value)
}

/// The numbers of a valid JSON text as they are written
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest
                .find(|letter: char| letter == '"' || letter == '-' || letter.is_ascii_digit())?;
            rest = &rest[start..];
            if !rest.starts_with('"') {
                break;
            }
            let mut escaped = false;
            let end = rest[1..].find(|letter: char| {
                let closes = letter == '"' && !escaped;
                escaped = letter == '\\' && !escaped;
                closes
            })?;
            rest = &rest[end + 2..];
        }
        let end = rest
            .find(|letter: char| !(letter.is_ascii_alphanumeric() || "+-.".contains(letter)))
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        rest = after;
        Some(number)
    })
}

fn is_exact(number: &str) -> bool {
    if number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return true;
    }
    let Ok(value) = number.parse::<f64>() else {
        return false;
    };
    value.is_finite() && digits(number) == digits(&format!("{value:e}"))
}

/// Significant digits and the power of ten of the last
fn digits(number: &str) -> (String, i64) {
    let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
    let exponent: i64 = exponent.trim_start_matches('+').parse().unwrap_or(0);
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = format!("{}{rest}", whole.trim_start_matches('-'));
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    let zeros = all.len() - all.trim_end_matches('0').len();
    match significant.is_empty() {
        true => (String::new(), 0),
        false => (
            significant.to_owned(),
            exponent - rest.len() as i64 + zeros as i64,
        ),
    }
}

struct First(Value);

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstVisitor).map(First)
    }
}

struct FirstVisitor;

impl<'de> Visitor<'de> for FirstVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(First(value)) = items.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = serde_json::Map::new();
        while let Some((name, First(value))) = members.next_entry::<String, First>()? {
            values.entry(name).or_insert(value);
        }
        Ok(Value::Object(values))
    }
}

/// Normal form: members sorted by name
pub fn write(value: &Value) -> String {
    let mut text = String::new();
    put(value, &mut text);
    text
}

/// Valid JSON text without white space over several lines, with two spaces a level
pub fn pretty(text: &str) -> String {
    let mut out = String::new();
    let mut level = 0;
    let (mut quoted, mut escaped) = (false, false);
    let line = |out: &mut String, level: usize| {
        out.push('\n');
        out.push_str(&"  ".repeat(level));
    };
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        if quoted {
            out.push(letter);
            quoted = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
            continue;
        }
        match letter {
            '{' | '[' => {
                out.push(letter);
                match letters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(close) => out.push(close),
                    None => {
                        level += 1;
                        line(&mut out, level);
                    }
                }
            }
            '}' | ']' => {
                level = level.saturating_sub(1);
                line(&mut out, level);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                line(&mut out, level);
            }
            ':' => out.push_str(": "),
            letter => {
                quoted = letter == '"';
                out.push(letter);
            }
        }
    }
    out
}

fn put(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            text.push('{');
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&quote(name));
                text.push(':');
                put(&members[name], text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                put(item, text);
            }
            text.push(']');
        }
        Value::String(content) => text.push_str(&quote(content)),
        Value::Number(number) => text.push_str(&number_text(number)),
        other => text.push_str(&other.to_string()),
    }
}

fn number_text(number: &serde_json::Number) -> String {
    match (number.as_i64(), number.as_u64(), number.as_f64()) {
        (Some(value), ..) => value.to_string(),
        (_, Some(value), _) => value.to_string(),
        (_, _, Some(value)) if value == 0.0 && value.is_sign_negative() => "-0.0".to_owned(),
        (_, _, Some(value)) => float_text(value),
        _ => number.to_string(),
    }
}

/// A double in JSON keeps a point or an exponent
pub fn float_text(value: f64) -> String {
    let text = super::number::format_float(value);
    match value.is_finite() && !text.contains(['.', 'e']) {
        true => format!("{text}.0"),
        false => text,
    }
}

/// A JSON string literal
pub fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if u32::from(letter) < 0x20 || matches!(letter, '\u{2028}' | '\u{2029}') => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// The text of a scalar; `None` for null, objects and arrays
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(number_text(number)),
        _ => None,
    }
}
