//! A JavaScript-like value, in which settings, configs and arguments travel

use std::collections::HashMap;
use std::fmt::Write as _;

/// What YAML, JSON and JavaScript objects are read into
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Value {
    /// JavaScript's `undefined`
    #[default]
    Undefined,
    /// `null`
    Null,
    /// A truth value
    Bool(bool),
    /// Any number
    Number(f64),
    /// A text
    String(String),
    /// A time, as JSON writes it
    Date(String),
    /// A list
    Array(Vec<Value>),
    /// Values by name, in order
    Object(Object),
    /// A function of project code, by its number in the script host
    Function(u32),
}

/// Up to so many names are looked through one by one
const FEW: usize = 16;

/// Values by name; integer names come first, as in JavaScript
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Object(Vec<(String, Value)>);

impl Object {
    /// The value of a name
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The value of a name, to be changed
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        self.0
            .iter_mut()
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Whether the name is there, even with an undefined value
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Appends, or replaces in place
    pub fn set(&mut self, name: impl Into<String>, value: Value) {
        let name = name.into();
        match self.0.iter_mut().find(|(key, _)| *key == name) {
            Some(entry) => entry.1 = value,
            None => self.0.push((name, value)),
        }
    }

    /// Takes a name out
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let at = self.0.iter().position(|(key, _)| key == name)?;
        Some(self.0.remove(at).1)
    }

    /// Names and values, in order
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Names and values, in order, given away
    pub fn into_entries(self) -> Vec<(String, Value)> {
        self.0
    }

    /// Whether there are none
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// From entries in the order of insertion; of several with one name, the last value counts, in the
    /// place of the first
    pub fn from_entries(entries: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut places: HashMap<String, usize> = HashMap::new();
        let mut unique: Vec<(String, Value)> = Vec::new();
        for (name, value) in entries {
            let known = if unique.len() < FEW {
                unique.iter().position(|(key, _)| *key == name)
            } else {
                if places.is_empty() {
                    let numbered = unique.iter().enumerate();
                    places.extend(numbered.map(|(at, (key, _))| (key.clone(), at)));
                }
                let next = unique.len();
                let at = *places.entry(name.clone()).or_insert(next);
                (at != next).then_some(at)
            };
            match known {
                Some(at) => unique[at].1 = value,
                None => unique.push((name, value)),
            }
        }
        Self::from_ordered(unique)
    }

    /// From entries that are in the order of insertion and have unique names
    pub fn from_ordered(entries: Vec<(String, Value)>) -> Self {
        let mut object = Self(entries);
        if object.0.iter().any(|(key, _)| index(key).is_some()) {
            object
                .0
                .sort_by_key(|(key, _)| index(key).unwrap_or(u64::MAX));
        }
        object
    }
}

/// The number that a JavaScript engine sorts a property name by
fn index(name: &str) -> Option<u64> {
    let canonical = name == "0" || !name.starts_with('0');
    name.parse::<u32>()
        .ok()
        .filter(|index| canonical && !name.starts_with('+') && *index != u32::MAX)
        .map(u64::from)
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl Value {
    /// The text, if it is one
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The list, if it is one
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The object, if it is one
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The value of a property that is there and not undefined
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?
            .get(name)
            .filter(|value| !matches!(value, Self::Undefined))
    }

    /// The value of a property that JavaScript takes for true
    pub fn truthy(&self, name: &str) -> Option<&Self> {
        self.get(name).filter(|value| value.is_truthy())
    }

    /// Whether JavaScript takes it for true
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::String(value) => !value.is_empty(),
            Self::Date(_) | Self::Array(_) | Self::Object(_) | Self::Function(_) => true,
        }
    }

    /// What JavaScript's `typeof` says
    pub fn type_of(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null | Self::Date(_) | Self::Array(_) | Self::Object(_) => "object",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Function(_) => "function",
        }
    }

    /// What JavaScript's `String` makes of it
    pub fn to_text(&self) -> String {
        match self {
            Self::Undefined => "undefined".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Number(value) => number(*value),
            Self::String(value) | Self::Date(value) => value.clone(),
            Self::Array(items) => {
                let texts = items.iter().map(|item| match item {
                    Self::Undefined | Self::Null => String::new(),
                    other => other.to_text(),
                });
                texts.collect::<Vec<_>>().join(",")
            }
            Self::Object(_) => "[object Object]".to_owned(),
            Self::Bool(_) | Self::Function(_) => self.to_json(),
        }
    }

    /// What `JSON.stringify` writes, without spaces; undefined properties are left out
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text);
        text
    }

    fn write_json(&self, text: &mut String) {
        match self {
            Self::Undefined | Self::Null | Self::Function(_) => text.push_str("null"),
            Self::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
            Self::Number(value) if value.is_finite() => text.push_str(&number(*value)),
            Self::Number(_) => text.push_str("null"),
            Self::String(value) | Self::Date(value) => text.push_str(&quoted(value)),
            Self::Array(items) => {
                text.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        text.push(',');
                    }
                    item.write_json(text);
                }
                text.push(']');
            }
            Self::Object(object) => {
                text.push('{');
                let mut first = true;
                for (key, value) in object.iter() {
                    if matches!(value, Self::Undefined | Self::Function(_)) {
                        continue;
                    }
                    if !first {
                        text.push(',');
                    }
                    first = false;
                    text.push_str(&quoted(key));
                    text.push(':');
                    value.write_json(text);
                }
                text.push('}');
            }
        }
    }

    /// The same as a `serde_json` value; whole numbers become integers
    pub fn to_serde(&self) -> serde_json::Value {
        match self {
            Self::Undefined | Self::Null | Self::Function(_) => serde_json::Value::Null,
            Self::Bool(value) => (*value).into(),
            Self::Number(value) => serde_number(*value),
            Self::String(value) | Self::Date(value) => value.as_str().into(),
            Self::Array(items) => items.iter().map(Self::to_serde).collect(),
            Self::Object(object) => object
                .iter()
                .filter(|(_, value)| !matches!(value, Self::Undefined | Self::Function(_)))
                .map(|(key, value)| (key.to_owned(), value.to_serde()))
                .collect(),
        }
    }

    /// From a `serde_json` value
    pub fn from_serde(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(value) => Self::Bool(*value),
            serde_json::Value::Number(value) => Self::Number(value.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(value) => Self::String(value.clone()),
            serde_json::Value::Array(items) => {
                Self::Array(items.iter().map(Self::from_serde).collect())
            }
            serde_json::Value::Object(entries) => Self::Object(Object::from_ordered(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::from_serde(value)))
                    .collect(),
            )),
        }
    }
}

/// A number as a JSON number: whole ones without a fraction
pub fn serde_number(value: f64) -> serde_json::Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole and within the range of exact integers"
        )]
        let whole = value as i64;
        whole.into()
    } else {
        value.into()
    }
}

/// A number as JavaScript writes it
pub fn number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let magnitude = value.abs();
    if (1e-6..1e21).contains(&magnitude) {
        return format!("{value}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) if !exponent.starts_with('-') => {
            format!("{mantissa}e+{exponent}")
        }
        _ => text,
    }
}

/// A text as a JSON string
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            control if control < ' ' => {
                // writing to a string cannot fail
                let _ = write!(out, "\\u{:04x}", control as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_javascript_does() {
        for (value, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (123_456_789_012.0, "123456789012"),
        ] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn integer_names_come_first() {
        let object = Object::from_ordered(vec![
            ("b".to_owned(), Value::Null),
            ("10".to_owned(), Value::Null),
            ("2".to_owned(), Value::Null),
        ]);
        let names: Vec<_> = object.iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["2", "10", "b"]);
    }

    #[test]
    fn the_last_value_of_a_name_counts() {
        let entries = (0..100).map(|at| (format!("k{}", at % 50), Value::Number(f64::from(at))));
        let object = Object::from_entries(entries);
        assert_eq!(object.iter().count(), 50);
        assert_eq!(object.iter().next(), Some(("k0", &Value::Number(50.0))));
        assert_eq!(object.get("k49"), Some(&Value::Number(99.0)));
    }
}
