//! Documentation of columns: by name, or as a list with paths

use super::{Raise, Session};
use crate::graph::ColumnDescriptor;
use crate::value::{Object, Value};

/// A list with paths, nested columns after the one that they are in; the items of a list have their
/// numbers for names
pub fn columns_to_list(columns: &Value) -> Result<Value, Raise> {
    let mut list = Vec::new();
    collect(columns, &[], &mut list)?;
    Ok(Value::Array(list))
}

fn collect(columns: &Value, parents: &[Value], list: &mut Vec<Value>) -> Result<(), Raise> {
    let named: Vec<(String, &Value)> = match columns {
        Value::Object(columns) => columns
            .iter()
            .map(|(name, column)| (name.to_owned(), column))
            .collect(),
        Value::Array(columns) => columns
            .iter()
            .enumerate()
            .map(|(at, column)| (at.to_string(), column))
            .collect(),
        _ => Vec::new(),
    };
    for (name, column) in named {
        let mut path = parents.to_vec();
        path.push(Value::String(name));
        let mut entry = Object::default();
        entry.set("path", Value::Array(path.clone()));
        match column {
            Value::Object(details) => {
                let description = details.get("description").filter(|text| text.is_truthy());
                entry.set(
                    "description",
                    description.cloned().unwrap_or(Value::from("")),
                );
                for key in ["tags", "bigqueryPolicyTags"] {
                    match details.get(key).filter(|tags| tags.is_truthy()) {
                        Some(Value::String(tag)) => {
                            entry.set(key, Value::Array(vec![Value::from(tag.as_str())]));
                        }
                        Some(tags) => entry.set(key, tags.clone()),
                        None => {}
                    }
                }
                list.push(Value::Object(entry));
                if let Some(nested) = details.get("columns") {
                    collect(nested, &path, list)?;
                }
            }
            Value::String(_) => {
                entry.set("description", column.clone());
                list.push(Value::Object(entry));
            }
            other if other.is_truthy() => {
                entry.set("description", Value::from(""));
                list.push(Value::Object(entry));
            }
            Value::Undefined | Value::Null => {
                let word = column.to_text();
                let message = format!("cannot read properties of {word} (reading 'columns')");
                return Err(Raise::type_error(message));
            }
            _ => {}
        }
    }
    Ok(())
}

impl Session {
    /// The columns of a list with paths
    pub fn columns(&mut self, list: &Value) -> Vec<ColumnDescriptor> {
        let items = list.as_array().unwrap_or_default();
        items
            .iter()
            .map(|item| ColumnDescriptor {
                description: item.get("description").and_then(|text| self.text(text)),
                path: item
                    .get("path")
                    .map(|path| self.texts(path))
                    .unwrap_or_default(),
                tags: item
                    .get("tags")
                    .map(|tags| self.texts(tags))
                    .unwrap_or_default(),
                bigquery_policy_tags: item
                    .get("bigqueryPolicyTags")
                    .map(|tags| self.texts(tags))
                    .unwrap_or_default(),
            })
            .collect()
    }
}
