//! Documentation of columns: by name, or as a list with paths

use super::Session;
use crate::graph::ColumnDescriptor;
use crate::value::{Object, Value};

/// A list with paths, nested columns after the one that they are in
pub fn columns_to_list(columns: &Object) -> Value {
    let mut list = Vec::new();
    collect(columns, &[], &mut list);
    Value::Array(list)
}

fn collect(columns: &Object, parents: &[Value], list: &mut Vec<Value>) {
    for (name, column) in columns.iter() {
        let mut path = parents.to_vec();
        path.push(Value::from(name));
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
                if let Some(Value::Object(nested)) = details.get("columns") {
                    collect(nested, &path, list);
                }
            }
            description => {
                entry.set("description", description.clone());
                list.push(Value::Object(entry));
            }
        }
    }
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
