//! A DAG of Apache Airflow, of the operators in its provider package for Google

use diagnostic::Diagnostic;
use handlebars::Handlebars;
use serde_json::{Map, Value, json};
use sqlx_compiler::{Target, VertexAction};

use super::call::{Call, call};
use super::{Pipeline, Step, Work, identifier, unwritable};

const TEMPLATE: &str = include_str!("airflow.py.hbs");

/// The DAG's Python file
pub fn dag(pipeline: &Pipeline<'_>) -> Result<String, Diagnostic> {
    let mut tasks = Vec::new();
    let mut edges = Vec::new();
    if let Some(sql) = pipeline.create_datasets() {
        tasks.push(query("datasets", &sql));
    }
    for step in &pipeline.steps {
        tasks.push(match &step.work {
            Work::Query { sql }
            | Work::CreateModel { sql, .. }
            | Work::Ml { sql, .. }
            | Work::Export { sql, .. } => query(&step.id, sql),
            Work::Vertex(action) => vertex(pipeline, step, action)?,
        });
        let before = pipeline.before(step);
        let before = before.iter().map(String::as_str);
        edges.extend(before.map(|from| json!({"from": variable(from), "to": variable(&step.id)})));
    }
    let context = json!({
        "name": python(&pipeline.name),
        "project": python(&pipeline.project),
        "location": python(&pipeline.location),
        "tasks": tasks,
        "edges": edges,
    });
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    let text = engine.render_template(TEMPLATE, &context);
    text.map_err(|error| unwritable(&error.to_string()))
}

fn query(id: &str, sql: &str) -> Value {
    let configuration = json!({"query": {"query": sql, "useLegacySql": false}});
    operator(
        id,
        "BigQueryInsertJobOperator",
        vec![
            ("project_id", "PROJECT".to_owned()),
            ("location", "LOCATION".to_owned()),
            ("configuration", literal(&configuration)),
        ],
    )
}

fn vertex(
    pipeline: &Pipeline<'_>,
    step: &Step<'_>,
    action: &VertexAction,
) -> Result<Value, Diagnostic> {
    let pulled = |target: &Target| {
        let id = pipeline
            .vertex_step(target)
            .map(|(_, step, _)| step.id.clone());
        let id = id.unwrap_or_default();
        let made = pipeline
            .vertex_step(target)
            .map(|(_, _, made)| made.resource.word());
        match made {
            Some("endpoint") => {
                format!("{{{{ ti.xcom_pull(task_ids='{id}', key='endpoint_id') }}}}")
            }
            _ => format!("{{{{ ti.xcom_pull(task_ids='{id}')['model'] }}}}"),
        }
    };
    let common = [
        ("project_id", "PROJECT".to_owned()),
        ("region", python(&action.location)),
    ];
    let with = |operator_name: &str, own: Vec<(&'static str, String)>| {
        let arguments = common.iter().cloned().chain(own).collect();
        operator(&step.id, operator_name, arguments)
    };
    Ok(match call(pipeline, action, &pulled)? {
        Call::Upload { model, parent } => {
            let mut own = vec![("model", literal(&snake(model)))];
            own.extend(parent.map(|parent| ("parent_model", python(&parent))));
            with("UploadModelOperator", own)
        }
        Call::CreateEndpoint(endpoint) => with(
            "CreateEndpointOperator",
            vec![("endpoint", literal(&snake(endpoint)))],
        ),
        Call::Deploy {
            endpoint,
            deployed_model,
            traffic_split,
        } => {
            let id = endpoint.rsplit('/').next().unwrap_or_default();
            let id = if endpoint.starts_with("projects/") {
                id
            } else {
                &endpoint
            };
            let own = vec![
                ("endpoint_id", python(id)),
                ("deployed_model", literal(&snake(deployed_model))),
                ("traffic_split", literal(&traffic_split)),
            ];
            with("DeployModelOperator", own)
        }
        Call::BatchPrediction(job) => {
            let text = |pointer: &str| job.pointer(pointer).map(literal).unwrap_or_default();
            let own = vec![
                ("job_display_name", text("/displayName")),
                ("model_name", text("/model")),
                ("instances_format", text("/inputConfig/instancesFormat")),
                (
                    "predictions_format",
                    text("/outputConfig/predictionsFormat"),
                ),
                (
                    "bigquery_source",
                    text("/inputConfig/bigquerySource/inputUri"),
                ),
                (
                    "bigquery_destination_prefix",
                    text("/outputConfig/bigqueryDestination/outputUri"),
                ),
                (
                    "machine_type",
                    text("/dedicatedResources/machineSpec/machineType"),
                ),
                (
                    "starting_replica_count",
                    text("/dedicatedResources/startingReplicaCount"),
                ),
                (
                    "max_replica_count",
                    text("/dedicatedResources/maxReplicaCount"),
                ),
            ];
            with("CreateBatchPredictionJobOperator", own)
        }
        // the provider has no operator for monitors: they are created through the REST interface
        Call::Monitor(mut job) => {
            let endpoint = job["endpoint"].as_str().unwrap_or_default().to_owned();
            if !endpoint.starts_with("projects/") {
                let parent = format!(
                    "projects/{}/locations/{}",
                    pipeline.project, action.location
                );
                job["endpoint"] = format!("{parent}/endpoints/{endpoint}").into();
            }
            let own = vec![
                ("python_callable", "create_monitor".to_owned()),
                (
                    "op_kwargs",
                    format!(
                        "{{\"region\": {}, \"job\": {}}}",
                        python(&action.location),
                        literal(&job)
                    ),
                ),
            ];
            operator(&step.id, "PythonOperator", own)
        }
    })
}

fn operator(id: &str, name: &str, arguments: Vec<(&str, String)>) -> Value {
    let arguments: Vec<Value> = arguments
        .into_iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    json!({
        "variable": variable(id),
        "id": python(id),
        "operator": name,
        "arguments": arguments,
    })
}

/// The operators take the fields of Google's Python clients
fn snake(value: Value) -> Value {
    match value {
        Value::Object(entries) => {
            let entries = entries.into_iter();
            let map: Map<String, Value> = entries
                .map(|(key, value)| match key.as_str() {
                    "labels" => (key, value),
                    _ => (snake_case(&key), snake(value)),
                })
                .collect();
            map.into()
        }
        Value::Array(items) => items.into_iter().map(snake).collect(),
        other => other,
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for sign in name.chars() {
        if sign.is_uppercase() {
            snake.push('_');
        }
        snake.extend(sign.to_lowercase());
    }
    snake
}

/// A name of a Python variable
fn variable(id: &str) -> String {
    format!("task_{}", identifier(id).replace('-', "_"))
}

/// A text as Python writes it: JSON's escapes are Python's, too
fn python(text: &str) -> String {
    Value::from(text).to_string()
}

/// A value as Python writes it
fn literal(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(literal).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries = entries.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{}: {}", python(key), literal(value)))
                .collect();
            format!("{{{}}}", entries.join(", "))
        }
        other => other.to_string(),
    }
}
