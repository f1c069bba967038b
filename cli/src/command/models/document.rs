//! The documents of `models`, for other programs

use std::collections::BTreeMap;

use bqml::{Model, RemoteModel, Version};
use googlesql::PhysicalName;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

/// The version of the JSON
pub const VERSION: u32 = 1;

/// `models --output-format json`; with `jsonl` each of `models` stands on a line
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelsDocument {
    /// The version of this shape
    pub version: u32,
    /// By dataset and name
    pub models: Vec<ListedModel>,
}

/// A model as the list has it
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedModel {
    /// `dataset`, or `project.dataset` outside of the default project
    pub dataset: String,
    /// The model's own name
    pub name: String,
    /// Such as `LOGISTIC_REG`; `REMOTE` of a model that is asked elsewhere
    pub r#type: String,
    /// How often a model of this name was made
    pub version: u64,
    /// The versions that are kept, this one among them
    pub versions: Vec<u64>,
    /// When it was made, RFC 3339; a remote model has none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// When it or its options last changed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// How many rows it learned from and was evaluated on
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// The column that it predicts
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Metrics at training, by the names that `ML.EVALUATE` has; NaN is `null`
    pub metrics: BTreeMap<String, Option<f64>>,
}

/// `models show MODEL --output-format json`
#[derive(Debug, Serialize, JsonSchema)]
pub struct ModelDocument {
    /// The version of this shape
    pub version: u32,
    /// What the list has of it
    pub model: ListedModel,
    /// The options as they were given, by lower-case name
    pub options: BTreeMap<String, Json>,
    /// The training query, in GoogleSQL
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The select list of `TRANSFORM`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transform: Option<String>,
    /// The same with the training's statistics in the place of analytic functions
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fitted_transform: Option<String>,
    /// The columns of the training query: names and types
    pub columns: BTreeMap<String, String>,
    /// How many weights the features have
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<usize>,
    /// A digest of the rows that it learned from, whatever order they came in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// How many iterations its training took
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iterations: Option<usize>,
    /// Options that had no effect
    pub warnings: Vec<String>,
    /// What hyperparameter tuning tried
    pub trials: Vec<ListedTrial>,
}

/// A model that hyperparameter tuning tried
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedTrial {
    /// From 1
    pub id: i64,
    /// By option
    pub hyperparameters: BTreeMap<String, Json>,
    /// The objective on the evaluation rows; NaN is `null`
    pub metric: Option<f64>,
    /// `SUCCEEDED`, `FAILED` or `INFEASIBLE`
    pub status: Json,
    /// Whether no other one is better
    pub optimal: bool,
}

impl ListedModel {
    /// A model that was trained
    pub fn trained(name: &PhysicalName, version: &Version, versions: Vec<u64>) -> Self {
        let model = &version.model;
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            dataset: name.schema.clone(),
            name: name.name.clone(),
            r#type: model.parameters.kind().to_owned(),
            version: version.number,
            versions,
            created: instant(version.created),
            modified: instant(version.modified),
            rows: Some(model.data.rows),
            label: model.label.as_ref().map(|label| label.column.clone()),
            metrics: model
                .evaluation
                .named()
                .into_iter()
                .map(|(name, value)| (name.to_owned(), finite(value)))
                .collect(),
        }
    }

    /// A model that is asked elsewhere
    pub fn remote(name: &PhysicalName, number: u64, versions: Vec<u64>) -> Self {
        Self {
            dataset: name.schema.clone(),
            name: name.name.clone(),
            r#type: "REMOTE".to_owned(),
            version: number,
            versions,
            created: None,
            modified: None,
            rows: None,
            label: None,
            metrics: BTreeMap::new(),
        }
    }
}

impl ModelDocument {
    /// Of a model that was trained
    pub fn trained(listed: ListedModel, model: &Model) -> Self {
        let columns = model.input_columns.iter();
        Self {
            version: VERSION,
            model: listed,
            options: model.options.clone(),
            query: Some(model.query.clone()),
            transform: model.transform.clone(),
            fitted_transform: model.fitted_transform.clone(),
            columns: columns
                .map(|column| (column.name.clone(), column.ty.to_string()))
                .collect(),
            slots: Some(model.features.iter().map(bqml::Feature::width).sum()),
            fingerprint: Some(model.data.hash.clone()),
            iterations: Some(model.training.len()),
            warnings: model.warnings.clone(),
            trials: model
                .tuning
                .iter()
                .flat_map(|tuning| &tuning.trials)
                .map(|trial| ListedTrial {
                    id: trial.id,
                    hyperparameters: trial.hyperparameters.clone(),
                    metric: trial.metric.is_finite().then_some(trial.metric),
                    status: serde_json::to_value(trial.status).unwrap_or_default(),
                    optimal: trial.optimal,
                })
                .collect(),
        }
    }

    /// Of a model that is asked elsewhere
    pub fn remote(listed: ListedModel, remote: &RemoteModel) -> Self {
        let mut options = remote.options.clone();
        options.insert("connection".to_owned(), remote.connection.clone().into());
        let columns = remote.inputs.iter();
        Self {
            version: VERSION,
            model: listed,
            options,
            query: None,
            transform: None,
            fitted_transform: None,
            columns: columns
                .map(|column| (column.name.clone(), column.ty.to_string()))
                .collect(),
            slots: None,
            fingerprint: None,
            iterations: None,
            warnings: Vec::new(),
            trials: Vec::new(),
        }
    }
}

fn instant(milliseconds: i64) -> Option<String> {
    let instant = Timestamp::from_millisecond(milliseconds).ok()?;
    (milliseconds > 0).then(|| instant.to_string())
}

#[cfg(test)]
mod tests {
    use super::{ModelDocument, ModelsDocument};

    /// `UPDATE_DOCS=1 cargo test -p sqlx-run` writes the schemas
    #[test]
    fn the_schemas_are_those_of_the_documents() {
        let schemas = [
            ("models", schemars::schema_for!(ModelsDocument)),
            ("model", schemars::schema_for!(ModelDocument)),
        ];
        for (name, schema) in schemas {
            let schema = serde_json::to_string_pretty(&schema).unwrap();
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema");
            let path = format!("{folder}/{name}.json");
            if std::env::var_os("UPDATE_DOCS").is_some() {
                std::fs::write(&path, format!("{schema}\n")).unwrap();
            }
            assert_eq!(std::fs::read_to_string(path).unwrap().trim_end(), schema);
        }
    }
}
