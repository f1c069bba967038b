//! JSON text: parsing, normal form, paths
//!
//! GoogleSQL's JSON keeps an object's members sorted by name, without white space.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A JSON text's value; of members with one name the first counts
pub fn parse(text: &str) -> Result<Value, String> {
    serde_json::from_str::<First>(text)
        .map(|first| first.0)
        .map_err(|error| error.to_string())
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
    put(value, true, &mut text);
    text
}

/// JSON text over several lines, with two spaces a level
pub fn pretty(text: &str) -> Result<String, String> {
    let mut out = String::new();
    put_pretty(&parse(text)?, 0, &mut out);
    Ok(out)
}

fn put_pretty(value: &Value, level: usize, out: &mut String) {
    let (open, close, parts): (_, _, Vec<(Option<&String>, &Value)>) = match value {
        Value::Object(members) if !members.is_empty() => {
            ('{', '}', members.iter().map(|(name, value)| (Some(name), value)).collect())
        }
        Value::Array(items) if !items.is_empty() => {
            ('[', ']', items.iter().map(|item| (None, item)).collect())
        }
        value => return put(value, false, out),
    };
    out.push(open);
    for (at, (name, value)) in parts.into_iter().enumerate() {
        out.push_str(if at > 0 { ",\n" } else { "\n" });
        out.push_str(&"  ".repeat(level + 1));
        if let Some(name) = name {
            out.push_str(&quote(name));
            out.push_str(": ");
        }
        put_pretty(value, level + 1, out);
    }
    out.push('\n');
    out.push_str(&"  ".repeat(level));
    out.push(close);
}

/// Members in the order of the source
pub fn write_as_is(value: &Value) -> String {
    let mut text = String::new();
    put(value, false, &mut text);
    text
}

fn put(value: &Value, sorted: bool, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            if sorted {
                names.sort_unstable();
            }
            text.push('{');
            for (at, name) in names.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                text.push_str(&quote(name));
                text.push(':');
                put(&members[name], sorted, text);
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                put(item, sorted, text);
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

/// A step of a JSONPath
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    Member(String),
    Element(usize),
}

/// The steps of `$.a.b[0]`; quoted members as `."a.b"` or, with `legacy`, `['a.b']`
pub fn path(text: &str, legacy: bool) -> Result<Vec<Step>, String> {
    let bad = || format!("invalid JSONPath `{text}`");
    let mut rest = text.strip_prefix('$').ok_or_else(bad)?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (step, after) = bracket(after, legacy).ok_or_else(bad)?;
            steps.push(step);
            rest = after;
        } else if let Some(after) = rest.strip_prefix('.') {
            let (name, after) = match after.strip_prefix('"') {
                Some(quoted) if !legacy => quoted_name(quoted, '"').ok_or_else(bad)?,
                _ => {
                    let end = after.find(['.', '[']).unwrap_or(after.len());
                    (after[..end].to_owned(), &after[end..])
                }
            };
            if name.is_empty() {
                return Err(bad());
            }
            steps.push(Step::Member(name));
            rest = after;
        } else {
            return Err(bad());
        }
    }
    Ok(steps)
}

fn bracket(after: &str, legacy: bool) -> Option<(Step, &str)> {
    for quote in ['\'', '"'] {
        if let Some(quoted) = after.strip_prefix(quote) {
            if !legacy {
                return None;
            }
            let (name, rest) = quoted_name(quoted, quote)?;
            return Some((Step::Member(name), rest.strip_prefix(']')?));
        }
    }
    let (number, rest) = after.split_once(']')?;
    let number = number.trim();
    match number.parse() {
        Ok(index) => Some((Step::Element(index), rest)),
        Err(_) => None,
    }
}

fn quoted_name(text: &str, quote: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        if letter == quote {
            return Some((name, &text[at + 1..]));
        }
        if letter == '\\' {
            name.push(letters.next()?.1);
        } else {
            name.push(letter);
        }
    }
    None
}

pub fn at<'v>(value: &'v Value, steps: &[Step]) -> Option<&'v Value> {
    steps.iter().try_fold(value, |value, step| match step {
        Step::Member(name) => value.as_object()?.get(name),
        Step::Element(index) => value.as_array()?.get(*index),
    })
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
