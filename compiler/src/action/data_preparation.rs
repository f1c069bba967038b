//! Data preparations, from YAML or SQLX

use serde_json::{Map, json};

use super::config::{OldWords, check, modernize};
use super::target::{Home, raw_target};
use super::{Action, ActionId, Body, Raise, Session};
use crate::config::messages::DATA_PREPARATION;
use crate::graph::{DataPreparation, Target};
use crate::project::yaml;
use crate::value::{Object, Value};

impl Session {
    /// Makes a data preparation from the config of a SQLX file; the caller defines it
    pub fn sqlx_data_preparation(&mut self, config: &Value) -> Result<ActionId, Raise> {
        let words = OldWords {
            dependencies: true,
            ..OldWords::default()
        };
        let modern = Value::Object(modernize(config, words)?);
        let load = load_mode(modern.get("loadMode"))?;
        check(&modern, &DATA_PREPARATION)?;
        let mut raw = raw_target(&modern, "dataset")?;
        if let Some(name) = raw.name.strip_suffix(".dp") {
            raw.name = name.to_owned();
        }
        let file = self.file_of(&modern);
        let (target, canonical) = self.targets(&raw, Home::Dataset, file.as_deref());
        // Dataform applies suffixes here, and once more when it makes the graph.
        let target = self.finalize(&target);
        let mut preparation = DataPreparation {
            targets: vec![target.clone()],
            canonical_targets: vec![canonical.clone()],
            load: Some(load),
            ..DataPreparation::default()
        };
        if let Some(error_table) = modern.get("errorTable") {
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
        self.add_data_preparation(target, canonical, preparation, file, &modern)
    }

    /// Makes a data preparation from the YAML of its file; the caller defines it
    pub fn yaml_data_preparation(
        &mut self,
        config: &Value,
        file: &str,
        definition: &Value,
    ) -> Result<ActionId, Raise> {
        check(config, &DATA_PREPARATION)?;
        let mut destinations = Vec::new();
        let resolved = self.resolve_tables(definition, None, &mut destinations);
        let (targets, canonical_targets, own) = if destinations.is_empty() {
            let mut raw = raw_target(config, "dataset")?;
            if raw.name.is_empty() {
                let base = crate::sqlx::base_name(file);
                raw.name = base.strip_suffix(".dp").unwrap_or(base).to_owned();
            }
            let (target, canonical) = self.targets(&raw, Home::Dataset, Some(file));
            let target = self.finalize(&target);
            (vec![target.clone()], vec![canonical], target)
        } else {
            let own = destinations[0].clone();
            let targets = destinations
                .iter()
                .map(|target| self.finalize(target))
                .collect();
            (targets, destinations, own)
        };
        let canonical = canonical_targets[0].clone();
        let preparation = DataPreparation {
            targets,
            canonical_targets,
            data_preparation_yaml: Some(yaml::dump(&resolved)),
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

    /// The definition with every table reference completed; destinations are collected on the way
    fn resolve_tables(
        &mut self,
        value: &Value,
        role: Option<&str>,
        destinations: &mut Vec<Target>,
    ) -> Value {
        match value {
            Value::Array(items) => Value::Array(
                items
                    .iter()
                    .map(|item| self.resolve_tables(item, None, destinations))
                    .collect(),
            ),
            Value::Object(object) => {
                let mut out = Object::default();
                for (key, value) in object.iter() {
                    let reference = (key == "errorTable"
                        || (key == "table" && matches!(role, Some("source" | "destination"))))
                        && value
                            .get("table")
                            .is_some_and(|name| name.as_str().is_some());
                    let value = if reference {
                        let target = self.table_reference(value);
                        if role == Some("destination") {
                            destinations.push(target.clone());
                        }
                        self.finalized_reference(&target)
                    } else {
                        self.resolve_tables(value, Some(key), destinations)
                    };
                    out.set(key, value);
                }
                Value::Object(out)
            }
            other => other.clone(),
        }
    }

    fn table_reference(&mut self, value: &Value) -> Target {
        let part = |key: &str| {
            value
                .truthy(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let raw = Target {
            schema: Some(part("dataset")),
            name: part("table"),
            database: Some(part("project")),
        };
        self.targets(&raw, Home::Dataset, None).0
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

fn load_mode(value: Option<&Value>) -> Result<Map<String, serde_json::Value>, Raise> {
    let mode = value.and_then(|value| value.truthy("mode"));
    let column = || {
        let column = value.and_then(|value| value.get("incrementalColumn"));
        json!({ "columnName": column.map(Value::to_serde).unwrap_or_else(|| "".into()) })
    };
    let (key, load) = match mode.and_then(Value::as_str) {
        None | Some("REPLACE_TABLE") => ("replace", json!({})),
        Some("APPEND") => ("append", json!({})),
        Some("MAXIMUM") => ("maximum", column()),
        Some("UNIQUE") => ("unique", column()),
        Some("MERGE") => {
            let keys = value.and_then(|value| value.get("uniqueKey"));
            match keys.map(Value::to_serde) {
                Some(keys) => ("merge", json!({ "uniqueKey": keys })),
                None => ("merge", json!({})),
            }
        }
        Some(other) => {
            return Err(Raise::error(format!(
                "LoadMode value \"{other}\" is not supported"
            )));
        }
    };
    let mut out = Map::new();
    out.insert(key.to_owned(), load);
    Ok(out)
}
