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

/// A thing wrong in an object
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Dataform's message, without the link to the reference
    pub message: String,
    /// The keys from the top down to the wrong one; empty for the object itself
    pub path: Vec<String>,
    /// The keys that may stand in its place
    pub known: Vec<&'static str>,
    /// What may stand under the key, if it is known
    pub expected: Option<&'static str>,
}

/// Checks `value` against `message`.
///
/// # Errors
/// All issues in the order of the keys; Dataform reports the first.
pub fn verify(value: &Value, message: &'static Message) -> Result<(), Vec<Issue>> {
    let mut check = Check::default();
    match value {
        Value::Array(_) => {
            check.issue(
                "Expected a top-level object, but found an array".to_owned(),
                None,
            );
        }
        Value::Object(object) => check.object(object, Some(message)),
        _ => {}
    }
    if check.issues.is_empty() {
        Ok(())
    } else {
        Err(check.issues)
    }
}

/// So many issues of one object are told
const MOST: usize = 50;

#[derive(Default)]
struct Check {
    path: Vec<String>,
    issues: Vec<Issue>,
}

impl Check {
    fn object(&mut self, object: &Object, message: Option<&'static Message>) {
        for (key, value) in object.iter() {
            let first = self.issues.len();
            self.path.push(key.to_owned());
            self.field(key, value, message.and_then(|message| message.field(key)));
            for issue in &mut self.issues[first..] {
                if issue.known.is_empty() && issue.path.len() == self.path.len() {
                    issue.known = message
                        .map(|message| message.fields.iter().map(|(name, _)| *name).collect())
                        .unwrap_or_default();
                }
            }
            self.path.pop();
        }
    }

    fn field(&mut self, key: &str, value: &Value, field: Option<Field>) {
        if matches!(value, Value::Undefined) {
            return;
        }
        let Some(field) = field else {
            return self.unknown(key, value, None);
        };
        let expected = Some(expected(field));
        match (field, value) {
            (_, Value::Null) => self.unknown(key, value, expected),
            (Field::Scalar | Field::Struct, _) => {}
            (Field::Enum, _) => {}
            (Field::List, Value::Array(_)) | (Field::Map, Value::Object(_) | Value::Array(_)) => {}
            (Field::Message(message), Value::Object(nested)) => self.object(nested, Some(message)),
            (Field::Message(_), Value::Array(items)) => self.items(items, None, expected),
            (Field::Messages(message), Value::Array(items)) => {
                self.items(items, Some(message), expected);
            }
            _ => self.unknown(key, value, expected),
        }
    }

    fn items(
        &mut self,
        items: &[Value],
        message: Option<&'static Message>,
        expected: Option<&'static str>,
    ) {
        for (at, item) in items.iter().enumerate() {
            let key = at.to_string();
            self.path.push(key.clone());
            match (message, item) {
                (Some(_), Value::Object(object)) => self.object(object, message),
                (Some(_), Value::Undefined) => {}
                _ => self.unknown(&key, item, expected),
            }
            self.path.pop();
        }
    }

    /// A value where none of its kind is expected: nothing if it is an empty list or object
    fn unknown(&mut self, key: &str, value: &Value, expected: Option<&'static str>) {
        match value {
            Value::Array(items) if items.is_empty() => {}
            Value::Object(object) if object.is_empty() => {}
            _ if value.is_truthy() => self.unexpected(key, value, expected),
            _ => self.issue(format!("Unexpected empty value for \"{key}\"."), expected),
        }
    }

    fn unexpected(&mut self, key: &str, value: &Value, expected: Option<&'static str>) {
        let message = format!(
            "Unexpected property \"{key}\", or property value type of \"{}\" is incorrect.",
            value.type_of()
        );
        self.issue(message, expected);
    }

    fn issue(&mut self, message: String, expected: Option<&'static str>) {
        if self.issues.len() == MOST {
            return;
        }
        self.issues.push(Issue {
            message,
            path: self.path.clone(),
            known: Vec::new(),
            expected,
        });
    }
}

/// What may stand under a key, for people
fn expected(field: Field) -> &'static str {
    match field {
        Field::Scalar => "a text, a number, `true` or `false`",
        Field::Enum => "a word in quotes",
        Field::List => "a list, such as `[\"a\", \"b\"]`",
        Field::Map => "texts by name, such as `{ name: \"value\" }`",
        Field::Struct => "a value",
        Field::Message(_) => "keys and values, in braces",
        Field::Messages(_) => "a list of keys and values, such as `[{ … }]`",
    }
}
