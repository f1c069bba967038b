//! One task: what Google's component of that launcher would do, done here

use std::sync::Arc;

use reqwest::Method;
use serde_json::{Value, json};

use super::inputs::Given;
use crate::action::Tables;
use crate::client::{Client, Failure, Stop};
use crate::pipeline::ml::created_model;

/// Metadata of what a task made, by output
type Made = Vec<(&'static str, Value)>;

/// What tasks are done with
pub struct Worker {
    /// The warehouse
    pub tables: Arc<dyn Tables>,
    /// The server
    pub client: Client,
    /// Ends requests
    pub stop: Stop,
}

impl Worker {
    /// Does a task
    ///
    /// # Errors
    /// It failed, or is of a component that is not known here
    pub fn run(&self, given: &Given<'_>) -> Result<Made, String> {
        if let Some(importer) = given.executor.get("importer") {
            return Ok(vec![("artifact", imported(importer))]);
        }
        let command = given.executor["container"]["command"].as_array();
        let words = command.into_iter().flatten().filter_map(Value::as_str);
        let launcher = words
            .filter_map(|word| word.strip_prefix("google_cloud_pipeline_components.container.v1."))
            .find_map(|word| word.strip_suffix(".launcher"));
        match launcher.unwrap_or_default() {
            "bigquery.query_job" => {
                self.sql(given.text("query"))?;
                Ok(Vec::new())
            }
            "bigquery.create_model" => self.create_model(given),
            "bigquery.evaluate_model" => self.ask(given, "EVALUATE"),
            "bigquery.predict_model" => self.ask(given, "PREDICT"),
            "bigquery.export_model" => {
                let uri = quoted(given.text("model_destination_path"));
                self.sql(&format!("EXPORT MODEL {} OPTIONS (URI = {uri})", model(given)?))?;
                Ok(Vec::new())
            }
            "model.upload_model" => self.upload(given),
            "endpoint.create_endpoint" => self.create_endpoint(given),
            "endpoint.deploy_model" => self.deploy(given),
            "" => Err("its container is not one of Google's pipeline components, and no containers are run on this machine".to_owned()),
            other => Err(format!("the component `{other}` is not run on this machine")),
        }
    }

    fn sql(&self, sql: &str) -> Result<(), String> {
        let sql = unescaped(sql);
        self.tables.execute(&sql).map_err(told)
    }

    fn create_model(&self, given: &Given<'_>) -> Result<Made, String> {
        let sql = given.text("query");
        let name = created_model(&unescaped(sql)).ok_or("its query is no `CREATE MODEL`")?;
        self.sql(sql)?;
        let mut parts = name.into_iter().rev();
        let model = parts.next().unwrap_or_default();
        let dataset = parts.next().unwrap_or_default();
        let project = parts
            .next()
            .unwrap_or_else(|| given.text("project").to_owned());
        let metadata = json!({"projectId": project, "datasetId": dataset, "modelId": model});
        Ok(vec![("model", metadata)])
    }

    fn ask(&self, given: &Given<'_>, function: &str) -> Result<Made, String> {
        let rows = match given.text("query_statement") {
            "" => format!("SELECT * FROM `{}`", given.text("table_name")),
            query => query.to_owned(),
        };
        let query = format!(
            "SELECT * FROM ML.{function}(MODEL {}, ({rows}))",
            model(given)?
        );
        let table = given.parameters.get("job_configuration_query");
        let table = table.map(|configuration| &configuration["destinationTable"]);
        let part = |key: &str| {
            let part = table.and_then(|table| table[key].as_str());
            part.filter(|part| !part.is_empty())
        };
        let name = [part("projectId"), part("datasetId"), part("tableId")];
        let name: Vec<&str> = name.into_iter().flatten().collect();
        match name.is_empty() {
            true => self.sql(&query)?,
            false => self.sql(&format!(
                "CREATE OR REPLACE TABLE `{}` AS {query}",
                name.join(".")
            ))?,
        }
        let made = json!({
            "projectId": part("projectId"), "datasetId": part("datasetId"), "tableId": part("tableId"),
        });
        Ok(vec![
            ("destination_table", made.clone()),
            ("evaluation_metrics", made),
        ])
    }

    fn upload(&self, given: &Given<'_>) -> Result<Made, String> {
        let artifact = given.artifacts.get("unmanaged_container_model");
        let artifact = artifact.ok_or("it is given no model")?;
        let mut model = json!({
            "displayName": given.text("display_name"),
            "artifactUri": artifact["uri"],
            "containerSpec": artifact["containerSpec"],
        });
        for (key, input) in [
            ("description", "description"),
            ("labels", "labels"),
            ("versionAliases", "version_aliases"),
        ] {
            if let Some(value) = given.value(input) {
                model[key] = value.clone();
            }
        }
        if let Some(parameters) = given.value("explanation_parameters") {
            model["explanationSpec"] = json!({"parameters": parameters});
        }
        let mut body = json!({"model": model});
        if given.artifacts.contains_key("parent_model") {
            body["parentModel"] = given.metadata("parent_model", "resourceName")?.into();
        }
        let path = format!("{}/models:upload", parent(given));
        let answer: Value = self.operate(&path, &body)?;
        let version = answer["modelVersionId"].as_str().unwrap_or("1");
        let name = answer["model"].as_str().unwrap_or_default();
        Ok(vec![(
            "model",
            json!({"resourceName": format!("{name}@{version}")}),
        )])
    }

    fn create_endpoint(&self, given: &Given<'_>) -> Result<Made, String> {
        let mut endpoint = json!({"displayName": given.text("display_name")});
        for key in ["description", "labels", "network"] {
            if let Some(value) = given.value(key) {
                endpoint[key] = value.clone();
            }
        }
        let answer = self.operate(&format!("{}/endpoints", parent(given)), &endpoint)?;
        Ok(vec![("endpoint", json!({"resourceName": answer["name"]}))])
    }

    fn deploy(&self, given: &Given<'_>) -> Result<Made, String> {
        let endpoint = given.metadata("endpoint", "resourceName")?;
        let count = |name: &str| {
            let value = given.parameters.get(name).and_then(Value::as_f64);
            value.filter(|value| *value > 0.0).unwrap_or(1.0)
        };
        let mut deployed = json!({
            "model": given.metadata("model", "resourceName")?,
            "displayName": given.text("deployed_model_display_name"),
            "dedicatedResources": {
                "machineSpec": {"machineType": given.text("dedicated_resources_machine_type")},
                "minReplicaCount": whole(count("dedicated_resources_min_replica_count")),
                "maxReplicaCount": whole(count("dedicated_resources_max_replica_count")),
            },
        });
        if let Some(id) = fixed_id(given.executor) {
            deployed["id"] = id.into();
        }
        let split = given.value("traffic_split").and_then(Value::as_object);
        let split: serde_json::Map<String, Value> = split
            .into_iter()
            .flatten()
            .map(|(id, share)| (id.clone(), whole(share.as_f64().unwrap_or_default())))
            .collect();
        let body = json!({"deployedModel": deployed, "trafficSplit": split});
        self.operate(&format!("{endpoint}:deployModel"), &body)?;
        Ok(Vec::new())
    }

    fn operate(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.client
            .operate(Method::POST, path, body, &self.stop)
            .map_err(told)
    }
}

/// What an importer gives: where something is, and what is said of it
fn imported(importer: &Value) -> Value {
    let mut metadata = importer["metadata"].clone();
    if !metadata.is_object() {
        metadata = json!({});
    }
    let uri = importer["artifactUri"]["constant"].as_str();
    metadata["uri"] = uri.unwrap_or_default().into();
    metadata
}

/// The id that this program gives deployed models which other tasks name
fn fixed_id(executor: &Value) -> Option<String> {
    let payload = executor.pointer("/container/args/3")?.as_str()?;
    let parts: Value = serde_json::from_str(payload).ok()?;
    let mut texts = parts["Concat"].as_array()?.iter().filter_map(Value::as_str);
    let id = texts.find_map(|text| text.strip_prefix("\"id\": \""))?;
    id.split('"').next().map(str::to_owned)
}

/// The model that a task is given
fn model(given: &Given<'_>) -> Result<String, String> {
    let part = |key: &str| given.metadata("model", key);
    Ok(format!(
        "`{}.{}.{}`",
        part("projectId")?,
        part("datasetId")?,
        part("modelId")?
    ))
}

fn parent(given: &Given<'_>) -> String {
    format!(
        "projects/{}/locations/{}",
        given.text("project"),
        given.text("location")
    )
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "counts and percents are small"
)]
fn whole(number: f64) -> Value {
    (number as i64).into()
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// Texts stand in a text of JSON in the components' payloads, so that quotes in them are escaped
fn unescaped(sql: &str) -> String {
    let text = format!(
        "\"{}\"",
        sql.replace('\n', "\\n")
            .replace('\t', "\\t")
            .replace('\r', "\\r")
    );
    serde_json::from_str(&text).unwrap_or_else(|_| sql.to_owned())
}

fn told(failure: Failure) -> String {
    match failure.help {
        Some(help) => format!("{}; {help}", failure.message),
        None => failure.message,
    }
}
