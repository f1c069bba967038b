//! Brings configs in the words of older versions into the words of the reference

use super::columns::columns_to_list;
use super::{Raise, Written};
use crate::config::messages::Message;
use crate::config::{Issue, verify};
use crate::value::{Object, Value};

use super::Detail;

/// The options that tables take under `bigquery`
pub const TABLE_OPTIONS: &[&str] = &[
    "partitionBy",
    "clusterBy",
    "updatePartitionFilter",
    "labels",
    "partitionExpirationDays",
    "requirePartitionFilter",
    "additionalOptions",
    "incrementalPredicates",
    "iceberg",
];

/// The options that views take under `bigquery`
pub const VIEW_OPTIONS: &[&str] = &["labels", "additionalOptions", "partitionBy", "clusterBy"];

/// What a type of action understands beside its own keys
#[derive(Debug, Clone, Copy, Default)]
pub struct OldWords {
    /// `dependencies`
    pub dependencies: bool,
    /// `columns` by name
    pub columns: bool,
    /// `bigquery`, with the word for the type in messages
    pub bigquery: Option<(&'static str, &'static [&'static str])>,
    /// The short forms of `assertions`
    pub assertions: bool,
}

/// The config in the words of the reference
pub fn modernize(config: &Value, words: OldWords) -> Result<Object, Raise> {
    let mut config = config.as_object().cloned().unwrap_or_default();
    if words.dependencies && truthy(&config, "dependencies") {
        let dependencies = match config.take("dependencies") {
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match &item {
                    Value::String(text) => Written::split_dotted(text),
                    _ => Ok(item),
                })
                .collect::<Result<Vec<_>, _>>()?,
            _ => return Err(Raise::type_error("dependencies.map is not a function")),
        };
        config.set("dependencyTargets", Value::Array(dependencies));
    }
    for (old, new) in [
        ("database", "project"),
        ("schema", "dataset"),
        ("fileName", "filename"),
    ] {
        if truthy(&config, old)
            && let Some(value) = config.take(old)
        {
            config.set(new, value);
        }
    }
    config.take("type");
    if words.columns
        && let Some(columns @ (Value::Object(_) | Value::Array(_))) = config.get("columns")
    {
        let list = columns_to_list(columns)?;
        config.set("columns", list);
    }
    if let Some((word, known)) = words.bigquery {
        hoist(&mut config, word, known)?;
    }
    if words.assertions
        && let Some(Value::Object(assertions)) = config.get("assertions")
    {
        let assertions = expand_assertions(assertions.clone());
        config.set("assertions", Value::Object(assertions));
    }
    Ok(config)
}

fn truthy(config: &Object, key: &str) -> bool {
    config.get(key).is_some_and(Value::is_truthy)
}

fn hoist(config: &mut Object, word: &str, known: &[&'static str]) -> Result<(), Raise> {
    if !truthy(config, "bigquery") {
        return Ok(());
    }
    let Some(Value::Object(mut options)) = config.take("bigquery") else {
        return Ok(());
    };
    for key in known {
        if truthy(&options, key)
            && let Some(value) = options.take(key)
        {
            config.set(*key, value);
        }
    }
    let unknown = options
        .iter()
        .map(|(key, _)| key)
        .find(|key| !known.contains(key))
        .map(str::to_owned);
    match unknown {
        // what is set to nothing stays where it does not belong
        None => {
            if options.iter().next().is_some() {
                config.set("bigquery", Value::Object(options));
            }
            Ok(())
        }
        Some(key) => {
            let list: Vec<String> = known.iter().map(|key| crate::value::quoted(key)).collect();
            let message = format!(
                "Unexpected property \"{key}\" in BigQuery {word} config. Supported properties are: [{}]",
                list.join(",")
            );
            let issue = Issue {
                message: message.clone(),
                path: vec!["bigquery".to_owned(), key],
                known: known.to_vec(),
                expected: None,
            };
            Err(Raise::error(message).with(Detail::Config(vec![issue])))
        }
    }
}

fn expand_assertions(mut assertions: Object) -> Object {
    for key in ["uniqueKey", "nonNull"] {
        if let Some(Value::String(_)) = assertions.get(key)
            && let Some(text) = assertions.take(key)
        {
            assertions.set(key, Value::Array(vec![text]));
        }
    }
    if let Some(Value::Array(keys)) = assertions.get("uniqueKeys")
        && keys.first().is_some_and(has_length)
    {
        let keys = keys
            .iter()
            .map(|key| {
                let mut entry = Object::default();
                entry.set("uniqueKey", key.clone());
                Value::Object(entry)
            })
            .collect();
        assertions.set("uniqueKeys", Value::Array(keys));
    }
    assertions
}

fn has_length(value: &Value) -> bool {
    match value {
        Value::Array(items) => !items.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => false,
    }
}

/// What Dataform leaves of the config of a table: the options are gone, and the row conditions have those of
/// `nonNull` beside them
pub fn left_over(mut config: Value) -> Value {
    let Value::Object(object) = &mut config else {
        return config;
    };
    object.take("bigquery");
    if let Some(Value::Object(assertions)) = object.get("assertions").cloned() {
        let mut assertions = expand_assertions(assertions);
        let columns = assertions.get("nonNull").and_then(Value::as_array);
        let added: Vec<Value> = columns
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_str)
            .map(|column| Value::String(format!("{column} IS NOT NULL")))
            .collect();
        if let Some(Value::Array(conditions)) = assertions.get("rowConditions").cloned() {
            assertions.set("rowConditions", Value::Array([conditions, added].concat()));
        }
        object.set("assertions", Value::Object(assertions));
    }
    config
}

/// Checks a config; the message has a link to the reference of its type
pub fn check(config: &Value, message: &'static Message) -> Result<(), Raise> {
    verify(config, message).map_err(|issues| {
        let first = issues.first();
        let link = if first.is_none_or(|issue| issue.path.is_empty()) {
            String::new()
        } else {
            format!(
                " See https://dataform-co.github.io/dataform/docs/configs-reference#dataform-{} for allowed properties.",
                message.name
            )
        };
        let words = first.map_or("", |issue| issue.message.as_str());
        Raise::reference_error(format!("{words}{link}")).with(Detail::Config(issues))
    })
}
