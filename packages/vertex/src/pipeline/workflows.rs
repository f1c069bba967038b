//! A workflow of Google Cloud Workflows: a step for each action, those that wait for nothing of each other side by side

use std::collections::BTreeMap;

use diagnostic::Diagnostic;
use handlebars::Handlebars;
use serde_json::{Value, json};
use sqlx_compiler::{Target, VertexAction};

use super::call::{Call, call};
use super::{Pipeline, Step, Work, identifier, unwritable};

const TEMPLATE: &str = include_str!("workflows.yaml.hbs");

/// How many steps a level of one workflow may have side by side, by Workflows' limits
const BRANCHES: usize = 10;

/// The workflow's YAML file
pub fn workflow(pipeline: &Pipeline<'_>) -> Result<String, Diagnostic> {
    let mut levels: Vec<Vec<Value>> = Vec::new();
    if let Some(sql) = pipeline.create_datasets() {
        levels.push(vec![query("datasets", &sql)]);
    }
    let first = levels.len();
    let mut depths: BTreeMap<String, usize> = BTreeMap::new();
    for step in &pipeline.steps {
        let before = pipeline.before(step);
        let depth = before.iter().filter_map(|id| depths.get(id)).max();
        let mut depth = depth.map_or(first, |depth| depth + 1);
        while levels
            .get(depth)
            .is_some_and(|level| level.len() >= BRANCHES)
        {
            depth += 1;
        }
        depths.insert(step.id.clone(), depth);
        while levels.len() <= depth {
            levels.push(Vec::new());
        }
        levels[depth].push(match &step.work {
            Work::Query { sql }
            | Work::CreateModel { sql, .. }
            | Work::Ml { sql, .. }
            | Work::Export { sql, .. } => query(&step.id, sql),
            Work::Vertex(action) => vertex(pipeline, step, action)?,
        });
    }
    let made: Vec<String> = pipeline
        .steps
        .iter()
        .filter(|step| matches!(step.work, Work::Vertex(_)))
        .map(|step| variable(&step.id))
        .collect();
    let levels: Vec<Value> = levels
        .into_iter()
        .filter(|level| !level.is_empty())
        .enumerate()
        .map(|(number, steps)| match steps.len() {
            1 => json!({"single": steps[0]}),
            _ => json!({"number": number + 1, "shared": made, "branches": steps}),
        })
        .collect();
    let context = json!({
        "project": quoted(&pipeline.project),
        "location": quoted(&pipeline.location),
        "made": made,
        "levels": levels,
    });
    let mut engine = Handlebars::new();
    engine.register_escape_fn(handlebars::no_escape);
    let text = engine.render_template(TEMPLATE, &context);
    text.map_err(|error| unwritable(&error.to_string()))
}

fn query(id: &str, sql: &str) -> Value {
    let body = json!({
        "jobReference": {"location": "${location}"},
        "configuration": {"query": {"query": literal(sql), "useLegacySql": false}},
    });
    let arguments = json!({"projectId": "${project}", "body": body});
    step(id, "googleapis.bigquery.v2.jobs.insert", &arguments)
}

fn vertex(
    pipeline: &Pipeline<'_>,
    own: &Step<'_>,
    action: &VertexAction,
) -> Result<Value, Diagnostic> {
    let named = |target: &Target| {
        let found = pipeline.vertex_step(target);
        let field = match found.map(|(_, _, made)| made.resource.word()) {
            Some("model") => "model",
            _ => "name",
        };
        let id = found
            .map(|(_, step, _)| variable(&step.id))
            .unwrap_or_default();
        format!("${{{id}.{field}}}")
    };
    let parent = format!(
        "projects/{}/locations/{}",
        pipeline.project, action.location
    );
    let region = &action.location;
    let service = "googleapis.aiplatform.v1.projects.locations";
    let (method, arguments) = match call(pipeline, action, &named)? {
        Call::Upload { model, parent: of } => {
            let mut body = json!({"model": model});
            if let Some(of) = of {
                body["parentModel"] = of.into();
            }
            (
                "models.upload",
                json!({"parent": parent, "region": region, "body": body}),
            )
        }
        Call::CreateEndpoint(body) => (
            "endpoints.create",
            json!({"parent": parent, "region": region, "body": body}),
        ),
        Call::Deploy {
            endpoint,
            deployed_model,
            traffic_split,
        } => {
            let body = json!({"deployedModel": deployed_model, "trafficSplit": traffic_split});
            (
                "endpoints.deployModel",
                json!({"endpoint": endpoint, "region": region, "body": body}),
            )
        }
        Call::BatchPrediction(body) => (
            "batchPredictionJobs.create",
            json!({"parent": parent, "region": region, "body": body}),
        ),
        Call::Monitor(body) => (
            "modelDeploymentMonitoringJobs.create",
            json!({"parent": parent, "region": region, "body": body}),
        ),
    };
    Ok(step(&own.id, &format!("{service}.{method}"), &arguments))
}

fn step(id: &str, method: &str, arguments: &Value) -> Value {
    json!({
        "id": identifier(id).replace('-', "_"),
        "call": method,
        // JSON is YAML
        "arguments": arguments.to_string(),
        "result": variable(id),
    })
}

/// The variable that holds what a step made
fn variable(id: &str) -> String {
    format!("made_{}", identifier(id).replace('-', "_"))
}

/// A text in which `${` begins no expression of Workflows
fn literal(text: &str) -> String {
    text.replace("${", "$${")
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
