//! Plain values in the types of their fields, as protobuf converts what stands in YAML

use super::verify::{Field, Message};
use crate::value::{Object, Value};

/// Fields of numbers
const NUMBERS: &[&str] = &["partitionExpirationDays"];

/// Fields of yes and no
const BOOLEANS: &[&str] = &[
    "dependOnDependencyAssertions",
    "disabled",
    "hasOutput",
    "hermetic",
    "includeDependentAssertions",
    "materialized",
    "preserveGovernanceControls",
    "protected",
    "requirePartitionFilter",
];

/// The object with every value in the type of its field: `name: 1` is the text `1`
pub fn converted(value: &Value, message: &'static Message) -> Value {
    let Value::Object(object) = value else {
        return value.clone();
    };
    let mut out = Object::default();
    for (key, value) in object.iter() {
        let value = match message.field(key) {
            Some(field) => convert(key, value, field),
            None => value.clone(),
        };
        out.set(key, value);
    }
    Value::Object(out)
}

fn convert(key: &str, value: &Value, field: Field) -> Value {
    match (field, value) {
        (_, Value::Null | Value::Undefined) => value.clone(),
        (Field::Scalar, _) if BOOLEANS.contains(&key) => Value::Bool(value.is_truthy()),
        (Field::Scalar, _) if NUMBERS.contains(&key) => value.clone(),
        (Field::Scalar, _) => text(value),
        (Field::List, Value::Array(items)) => Value::Array(items.iter().map(text).collect()),
        (Field::Map, Value::Object(entries)) => {
            let mut out = Object::default();
            for (key, value) in entries.iter() {
                out.set(key, text(value));
            }
            Value::Object(out)
        }
        (Field::Message(message), _) => converted(value, message),
        (Field::Messages(message), Value::Array(items)) => {
            let items = items.iter().map(|item| converted(item, message));
            Value::Array(items.collect())
        }
        _ => value.clone(),
    }
}

/// A plain value as its text
fn text(value: &Value) -> Value {
    match value {
        Value::Number(_) | Value::Bool(_) => Value::String(value.to_json()),
        _ => value.clone(),
    }
}
