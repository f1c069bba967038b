//! Checks an object against the fields of a message, with Dataform's wording

use crate::value::{Object, Value};

/// What may stand under a key
#[derive(Debug, Clone, Copy)]
pub enum Field {
    /// Any plain value; its type is not checked
    Scalar,
    /// The name of an enum's value
    Enum,
    /// A list of plain values
    List,
    /// Texts by name
    Map,
    /// Anything, as a protobuf `Struct`
    Struct,
    /// A nested object
    Message(&'static Message),
    /// A list of nested objects
    Messages(&'static Message),
}

/// The keys of an object
#[derive(Debug)]
pub struct Message {
    /// The name in links to the reference, such as `ActionConfig-TableConfig`
    pub name: &'static str,
    /// The keys
    pub fields: &'static [(&'static str, Field)],
}

impl Message {
    /// What may stand under `key`
    pub fn field(&self, key: &str) -> Option<Field> {
        self.fields
            .iter()
            .find_map(|(name, field)| (*name == key).then_some(*field))
    }
}

/// The first thing wrong in an object
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Dataform's message, without the link to the reference
    pub message: String,
    /// The keys from the top down to the wrong one; empty for the object itself
    pub path: Vec<String>,
    /// The keys that may stand in its place
    pub known: Vec<&'static str>,
}

/// Checks `value` against `message`.
///
/// # Errors
/// The first issue in the order of the keys.
pub fn verify(value: &Value, message: &'static Message) -> Result<(), Issue> {
    match value {
        Value::Array(_) => Err(Issue {
            message: "Expected a top-level object, but found an array".to_owned(),
            path: Vec::new(),
            known: Vec::new(),
        }),
        Value::Object(object) => check(object, Some(message), &mut Vec::new()),
        _ => Ok(()),
    }
}

fn check(
    object: &Object,
    message: Option<&'static Message>,
    path: &mut Vec<String>,
) -> Result<(), Issue> {
    for (key, value) in object.iter() {
        path.push(key.to_owned());
        let field = message.and_then(|message| message.field(key));
        check_field(key, value, field, path).map_err(|mut issue| {
            if issue.known.is_empty() && issue.path.len() == path.len() {
                issue.known = message
                    .map(|message| message.fields.iter().map(|(name, _)| *name).collect())
                    .unwrap_or_default();
            }
            issue
        })?;
        path.pop();
    }
    Ok(())
}

fn check_field(
    key: &str,
    value: &Value,
    field: Option<Field>,
    path: &mut Vec<String>,
) -> Result<(), Issue> {
    if matches!(value, Value::Undefined) {
        return Ok(());
    }
    let Some(field) = field else {
        return unknown(key, value, path);
    };
    match (field, value) {
        (_, Value::Null) => unknown(key, value, path),
        (Field::Scalar | Field::Struct, _) => Ok(()),
        (Field::Enum, Value::Number(_)) => unexpected(key, value, path),
        (Field::Enum, _) => Ok(()),
        (Field::List, Value::Array(_)) | (Field::Map, Value::Object(_) | Value::Array(_)) => Ok(()),
        (Field::Message(message), Value::Object(nested)) => check(nested, Some(message), path),
        (Field::Message(_), Value::Array(items)) => check_items(items, None, path),
        (Field::Messages(message), Value::Array(items)) => check_items(items, Some(message), path),
        _ => unknown(key, value, path),
    }
}

fn check_items(
    items: &[Value],
    message: Option<&'static Message>,
    path: &mut Vec<String>,
) -> Result<(), Issue> {
    for (at, item) in items.iter().enumerate() {
        let key = at.to_string();
        path.push(key.clone());
        match (message, item) {
            (Some(_), Value::Object(object)) => check(object, message, path)?,
            (Some(_), Value::Undefined) => {}
            _ => unknown(&key, item, path)?,
        }
        path.pop();
    }
    Ok(())
}

/// A value where none of its kind is expected: nothing if it is an empty list or object
fn unknown(key: &str, value: &Value, path: &[String]) -> Result<(), Issue> {
    match value {
        Value::Array(items) if items.is_empty() => Ok(()),
        Value::Object(object) if object.is_empty() => Ok(()),
        _ if value.is_truthy() => unexpected(key, value, path),
        _ => issue(format!("Unexpected empty value for \"{key}\"."), path),
    }
}

fn unexpected(key: &str, value: &Value, path: &[String]) -> Result<(), Issue> {
    issue(
        format!(
            "Unexpected property \"{key}\", or property value type of \"{}\" is incorrect.",
            value.type_of()
        ),
        path,
    )
}

fn issue(message: String, path: &[String]) -> Result<(), Issue> {
    Err(Issue {
        message,
        path: path.to_vec(),
        known: Vec::new(),
    })
}
