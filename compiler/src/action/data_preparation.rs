//! Data preparations, from YAML or SQLX

use serde_json::{Map, json};

use super::config::check;
use super::target::{Home, raw_target};
use super::{Action, ActionId, Body, Raise, Session};
use crate::config::messages::DATA_PREPARATION;
use crate::graph::{DataPreparation, Target};
use crate::project::yaml_dump;
use crate::value::{Object, Value};

impl Session {
    /// Makes a data preparation from the config of a SQLX file, whose keys nobody checks; the caller defines it
    pub fn sqlx_data_preparation(&mut self, config: &Value) -> Result<ActionId, Raise> {
        let load = load_mode(config.get("loadMode"))?;
        let mut raw = raw_target(config, "dataset")?;
        let file = self.file_of(config);
        let of_preparation = file
            .as_deref()
            .is_some_and(|file| file.ends_with(".dp.sqlx"));
        if let Some(name) = raw.name.strip_suffix(".dp").filter(|_| of_preparation) {
            raw.name = name.to_owned();
        }
        let (target, canonical) = self.targets(&raw, Home::Dataset, file.as_deref());
        // Dataform applies suffixes here, and once more when it makes the graph.
        let target = self.finalize(&target);
        let mut preparation = DataPreparation {
            targets: vec![target.clone()],
            canonical_targets: vec![canonical.clone()],
            load: Some(load),
            ..DataPreparation::default()
        };
        if let Some(error_table) = config
            .get("errorTable")
            .filter(|table| !matches!(table, Value::Null))
        {
            let raw = raw_target(error_table, "dataset")?;
            let (error_target, error_canonical) =
                self.targets(&raw, Home::Dataset, file.as_deref());
            let error_target = self.finalize(&error_target);
            preparation.targets.push(error_target.clone());
            preparation.canonical_targets.push(error_canonical);
            preparation.error_table = Some(error_target);
            preparation.error_table_retention_days = Some(
                error_table
                    .get("retentionDays")
                    .map(super::bigquery::whole)
                    .unwrap_or_default(),
            );
        }
        self.add_data_preparation(target, canonical, preparation, file, config)
    }

    /// Makes a data preparation from the YAML of its file; the caller defines it
    pub fn yaml_data_preparation(
        &mut self,
        config: &Value,
        file: &str,
        definition: &Value,
    ) -> Result<ActionId, Raise> {
        check(config, &DATA_PREPARATION)?;
        let destinations = destinations(definition);
        let mut named = Vec::new();
        for raw in &destinations {
            named.push(self.targets(raw, Home::Dataset, Some(file)));
        }
        let finalized = !named.is_empty();
        if named.is_empty() {
            let mut raw = raw_target(config, "dataset")?;
            if raw.name.is_empty() {
                let base = crate::sqlx::base_name(file);
                raw.name = base.strip_suffix(".dp").unwrap_or(base).to_owned();
            }
            raw.schema = Some(String::new());
            raw.database = Some(String::new());
            named.push(self.targets(&raw, Home::Dataset, Some(file)));
        }
        let targets: Vec<Target> = named
            .iter()
            .map(|(target, _)| self.finalize(target))
            .collect();
        let (own, canonical) = named[0].clone();
        // Dataform applies suffixes to the one target here, and once more when it makes the graph.
        let own = if finalized { own } else { targets[0].clone() };
        let preparation = DataPreparation {
            targets,
            canonical_targets: named.into_iter().map(|(_, canonical)| canonical).collect(),
            data_preparation_yaml: Some(yaml_dump::dump(&self.with_tables(definition))),
            ..DataPreparation::default()
        };
        self.add_data_preparation(own, canonical, preparation, Some(file.to_owned()), config)
    }

    fn add_data_preparation(
        &mut self,
        target: Target,
        canonical: Target,
        preparation: DataPreparation,
        file: Option<String>,
        config: &Value,
    ) -> Result<ActionId, Raise> {
        let body = Body::DataPreparation(Box::new(preparation));
        let mut action = Action::new(target, canonical, body);
        action.file_name = file;
        if config.truthy("disabled").is_some() {
            action.disabled = Some(true);
        }
        let id = self.add(action);
        self.shared_config(id, config)?;
        Ok(id)
    }

    /// The definition with its table references completed
    fn with_tables(&self, definition: &Value) -> Value {
        let mut definition = definition.clone();
        let Value::Object(object) = &mut definition else {
            return definition;
        };
        if let Some(Value::Object(configuration)) = object.get_mut("configuration") {
            self.complete(configuration, "errorTable");
        }
        if let Some(Value::Array(nodes)) = object.get_mut("nodes") {
            for node in nodes {
                let Value::Object(node) = node else { continue };
                for key in ["source", "destination"] {
                    if let Some(Value::Object(end)) = node.get_mut(key) {
                        self.complete(end, "table");
                    }
                }
            }
        }
        definition
    }

    fn complete(&self, object: &mut Object, key: &str) {
        if let Some(table) = object.get_mut(key)
            && table.is_truthy()
        {
            let (target, _) = self.unchecked_targets(&table_reference(table), Home::Dataset);
            *table = self.finalized_reference(&target);
        }
    }

    fn finalized_reference(&self, target: &Target) -> Value {
        let target = self.finalize(target);
        let mut out = Object::default();
        if let Some(database) = target.database {
            out.set("project", Value::String(database));
        }
        if let Some(schema) = target.schema {
            out.set("dataset", Value::String(schema));
        }
        out.set("table", Value::String(target.name));
        Value::Object(out)
    }
}

/// The tables that the nodes of a definition write
fn destinations(definition: &Value) -> Vec<Target> {
    let nodes = definition.get("nodes").and_then(Value::as_array);
    nodes
        .unwrap_or_default()
        .iter()
        .filter_map(|node| node.get("destination")?.truthy("table"))
        .map(table_reference)
        .collect()
}

fn table_reference(table: &Value) -> Target {
    let part = |key: &str| {
        let text = table.truthy(key).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    Target {
        schema: Some(part("dataset")),
        name: part("table"),
        database: Some(part("project")),
    }
}

fn load_mode(value: Option<&Value>) -> Result<Map<String, serde_json::Value>, Raise> {
    let mode = value.and_then(|value| value.truthy("mode"));
    let column = || {
        let column = value.and_then(|value| value.truthy("incrementalColumn"));
        let column = column.ok_or_else(|| {
            Raise::error("columnName is required for MAXIMUM and UNIQUE load modes.")
        })?;
        Ok::<_, Raise>(json!({ "columnName": column.to_serde() }))
    };
    let name = mode.map_or_else(String::new, |mode| mode.to_text().to_uppercase());
    let (key, load) = match name.as_str() {
        "" | "REPLACE_TABLE" => ("replace", json!({})),
        "APPEND" => ("append", json!({})),
        "MAXIMUM" => ("maximum", column()?),
        "UNIQUE" => ("unique", column()?),
        "MERGE" => {
            let keys = value.and_then(|value| value.get("uniqueKey"));
            let keys = keys
                .filter(|keys| keys.as_array().is_none_or(|keys| !keys.is_empty()))
                .ok_or_else(|| Raise::error("uniqueKey is required for MERGE load mode."))?;
            ("merge", json!({ "uniqueKey": keys.to_serde() }))
        }
        _ => {
            let mode = mode.map(Value::to_text).unwrap_or_default();
            let message = format!("LoadMode value \"{mode}\" is not supported");
            return Err(Raise::error(message));
        }
    };
    let mut out = Map::new();
    out.insert(key.to_owned(), load);
    Ok(out)
}
