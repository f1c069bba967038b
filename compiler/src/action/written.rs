//! A reference to an action as project code wrote it

use super::Raise;
use crate::graph::Target;
use crate::value::{Value, quoted};

const INVALID: &str = "Invalid input. Accepted inputs include: a single object containing an (optional) 'database', (optional) 'schema', and 'name', or 1-3 inputs consisting of an (optional) database, (optional) schema, and 'name'.";

/// The parts of a name that were given
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// The dataset
    pub schema: Option<String>,
    /// The name
    pub name: String,
    /// The Google Cloud project
    pub database: Option<String>,
    /// Whether the dependency brings its assertions along
    pub with_assertions: Option<bool>,
}

impl Written {
    /// From the arguments of `ref` or `resolve`, with the JSON that messages show
    pub fn from_arguments(arguments: &[Value]) -> Result<(Self, String), Raise> {
        match arguments {
            [] => Err(Raise::type_error(
                "cannot read properties of undefined (reading 'dataset')",
            )),
            [Value::Array(parts)] => Self::from_parts(parts),
            [Value::String(name)] => Ok((Self::named(name), quoted(name))),
            [object @ Value::Object(_)] => Ok((Self::from_value(object)?, object.to_json())),
            [Value::Undefined | Value::Null] => Err(Raise::type_error(
                "cannot read properties of undefined (reading 'dataset')",
            )),
            // Dataform finds no name in it
            [other] => Ok((Self::default(), other.to_json())),
            parts => Self::from_parts(parts),
        }
    }

    fn from_parts(parts: &[Value]) -> Result<(Self, String), Raise> {
        let texts: Option<Vec<&str>> = parts.iter().map(Value::as_str).collect();
        let written = match texts.as_deref() {
            Some([name]) => Self::named(name),
            Some([schema, name]) => Self {
                schema: Some((*schema).to_owned()),
                ..Self::named(name)
            },
            Some([database, schema, name]) => Self {
                schema: Some((*schema).to_owned()),
                database: Some((*database).to_owned()),
                ..Self::named(name)
            },
            _ => return Err(Raise::error(INVALID)),
        };
        let mut parts = Vec::new();
        for (key, part) in [("database", &written.database), ("schema", &written.schema)] {
            if let Some(part) = part {
                parts.push(format!("\"{key}\":{}", quoted(part)));
            }
        }
        parts.push(format!("\"name\":{}", quoted(&written.name)));
        let json = format!("{{{}}}", parts.join(","));
        Ok((written, json))
    }

    /// From what a list of dependencies holds: a name, or an object in old or new words
    pub fn from_value(value: &Value) -> Result<Self, Raise> {
        let text = |keys: [&str; 2]| {
            keys.iter()
                .find_map(|key| value.truthy(key))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        match value {
            Value::String(name) => Ok(Self::named(name)),
            Value::Object(_) => Ok(Self {
                schema: text(["schema", "dataset"]),
                name: text(["name", "name"]).unwrap_or_default(),
                database: text(["database", "project"]),
                with_assertions: value
                    .get("includeDependentAssertions")
                    .map(Value::is_truthy),
            }),
            Value::Array(parts) => Self::from_parts(parts).map(|(written, _)| written),
            _ => Err(Raise::error(INVALID)),
        }
    }

    /// From a text of up to three parts with dots between them, as an object in new words
    pub fn split_dotted(text: &str) -> Result<Value, Raise> {
        let parts: Vec<&str> = text.split('.').collect();
        let mut object = crate::value::Object::default();
        let mut add = |key: &str, part: &str| object.set(key, Value::from(part));
        match parts.as_slice() {
            [name] => add("name", name),
            [schema, name] => {
                add("name", name);
                add("dataset", schema);
            }
            [database, schema, name] => {
                add("name", name);
                add("dataset", schema);
                add("project", database);
            }
            _ => return Err(Raise::error(INVALID)),
        }
        Ok(Value::Object(object))
    }

    fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Whether a target has the parts that were given
    pub fn matches(&self, target: &Target) -> bool {
        let same = |written: &Option<String>, actual: &Option<String>| {
            written
                .as_deref()
                .is_none_or(|written| written.is_empty() || actual.as_deref() == Some(written))
        };
        self.name == target.name
            && same(&self.schema, &target.schema)
            && same(&self.database, &target.database)
    }

    /// The JSON that messages about dependencies show
    pub fn to_json(&self) -> String {
        let mut parts = Vec::new();
        if let Some(schema) = &self.schema {
            parts.push(format!("\"schema\":{}", quoted(schema)));
        }
        parts.push(format!("\"name\":{}", quoted(&self.name)));
        if let Some(database) = &self.database {
            parts.push(format!("\"database\":{}", quoted(database)));
        }
        if let Some(included) = self.with_assertions {
            parts.push(format!("\"includeDependentAssertions\":{included}"));
        }
        format!("{{{}}}", parts.join(","))
    }

    /// The given parts with dots between them
    pub fn readable(&self) -> String {
        [&self.database, &self.schema]
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .chain([&self.name])
            .cloned()
            .collect::<Vec<_>>()
            .join(".")
    }
}

impl From<&Target> for Written {
    fn from(target: &Target) -> Self {
        Self {
            schema: target.schema.clone(),
            name: target.name.clone(),
            database: target.database.clone(),
            with_assertions: None,
        }
    }
}
