//! A pipeline of Vertex AI: KFP's `PipelineSpec`, schema 2.1.0, of Google's pipeline components 2.22.0
//!
//! `components/` has the interface of each component that is used: its inputs, its outputs and the command line of
//! its container, without which the service could not start it.

mod task;

use std::collections::BTreeMap;

use diagnostic::Diagnostic;
use serde_json::{Map, Value, json};

use super::{Pipeline, unwritable};
use task::Tasks;

/// The components, by name
const COMPONENTS: [(&str, &str); 9] = [
    (
        "bigquery-query-job",
        include_str!("components/bigquery-query-job.json"),
    ),
    (
        "bigquery-create-model-job",
        include_str!("components/bigquery-create-model-job.json"),
    ),
    (
        "bigquery-evaluate-model-job",
        include_str!("components/bigquery-evaluate-model-job.json"),
    ),
    (
        "bigquery-predict-model-job",
        include_str!("components/bigquery-predict-model-job.json"),
    ),
    (
        "bigquery-export-model-job",
        include_str!("components/bigquery-export-model-job.json"),
    ),
    ("model-upload", include_str!("components/model-upload.json")),
    (
        "endpoint-create",
        include_str!("components/endpoint-create.json"),
    ),
    ("model-deploy", include_str!("components/model-deploy.json")),
    (
        "model-batch-predict",
        include_str!("components/model-batch-predict.json"),
    ),
];

/// The version of KFP whose shape this is
const SDK: &str = "kfp-2.17.0";

/// The parameters of every pipeline: where it bills, where BigQuery's jobs run, where Vertex AI's resources are
const PARAMETERS: [&str; 3] = ["project", "location", "region"];

/// The specification
pub fn spec(pipeline: &Pipeline<'_>) -> Result<Value, Diagnostic> {
    let tasks = Tasks::of(pipeline)?;
    let mut components = BTreeMap::new();
    let mut executors = BTreeMap::new();
    for (name, _) in COMPONENTS {
        if !tasks.uses(name) {
            continue;
        }
        let (mut component, container) = component_of(name)?;
        component.insert("executorLabel".to_owned(), format!("exec-{name}").into());
        components.insert(format!("comp-{name}"), Value::Object(component));
        executors.insert(format!("exec-{name}"), json!({"container": container}));
    }
    for (name, component, executor) in tasks.own_components {
        components.insert(format!("comp-{name}"), component);
        executors.insert(format!("exec-{name}"), executor);
    }
    let mut parameters = Map::new();
    let values = [&pipeline.project, &pipeline.location, &pipeline.region];
    for (name, value) in PARAMETERS.into_iter().zip(values) {
        parameters.insert(
            name.to_owned(),
            json!({"defaultValue": value, "isOptional": true, "parameterType": "STRING"}),
        );
    }
    let mut spec = json!({
        "components": components,
        "deploymentSpec": {"executors": executors},
        "pipelineInfo": {"name": pipeline.name},
        "root": {
            "dag": {"tasks": tasks.tasks},
            "inputDefinitions": {"parameters": parameters},
        },
        "schemaVersion": "2.1.0",
        "sdkVersion": SDK,
    });
    if let Some(root) = &pipeline.root {
        spec["defaultPipelineRoot"] = root.clone().into();
    }
    Ok(spec)
}

/// The definition of a component, and its container
fn component_of(name: &str) -> Result<(Map<String, Value>, Value), Diagnostic> {
    let found = COMPONENTS.iter().find(|(known, _)| *known == name);
    let text = found.map_or("", |(_, text)| text);
    let read: Component =
        serde_json::from_str(text).map_err(|error| unwritable(&format!("{name}: {error}")))?;
    Ok((read.component, read.container))
}

/// A component as its file has it
#[derive(serde::Deserialize)]
struct Component {
    component: Map<String, Value>,
    container: Value,
}
