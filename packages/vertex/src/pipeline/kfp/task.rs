//! The tasks of a pipeline: one for each step, and beside it what imports that which Vertex AI does not make itself

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Diagnostic;
use serde_json::{Map, Value, json};
use sqlx_compiler::{
    Target, VertexAction, VertexBatchPrediction, VertexDeployment, VertexModel, VertexMonitor,
    VertexReference, VertexResource,
};

use super::super::call::{container, deployed_id, objectives, outside, remote, traffic};
use super::super::ml::{MlQuery, Work, names};
use super::super::{DATASETS, Pipeline, Step};
use super::component_of;

/// What the root of a specification holds, as far as it is made
#[derive(Default)]
pub struct Tasks {
    /// By name
    pub tasks: BTreeMap<String, Value>,
    /// Components that only one task uses: name, component, executor
    pub own_components: Vec<(String, Value, Value)>,
    used: BTreeSet<&'static str>,
}

impl Tasks {
    /// Of all steps
    pub fn of(pipeline: &Pipeline<'_>) -> Result<Self, Diagnostic> {
        let mut tasks = Self::default();
        if let Some(sql) = pipeline.create_datasets() {
            let task = Task::new("bigquery-query-job")
                .bigquery()
                .text("query", &sql_text(&sql));
            tasks.add(DATASETS, "create datasets", task);
        }
        for step in &pipeline.steps {
            tasks.add_step(pipeline, step)?;
        }
        Ok(tasks)
    }

    /// Whether a component is used
    pub fn uses(&self, component: &str) -> bool {
        self.used.contains(component)
    }

    fn add(&mut self, id: &str, name: &str, task: Task) {
        self.used.insert(task.component);
        self.insert(id, name, task.component, &task);
    }

    fn insert(&mut self, id: &str, name: &str, component: &str, task: &Task) {
        let mut inputs = Map::new();
        if !task.artifacts.is_empty() {
            inputs.insert("artifacts".to_owned(), json!(task.artifacts));
        }
        if !task.parameters.is_empty() {
            inputs.insert("parameters".to_owned(), json!(task.parameters));
        }
        let mut json = json!({
            "cachingOptions": {},
            "componentRef": {"name": format!("comp-{component}")},
            "taskInfo": {"name": name},
        });
        if !inputs.is_empty() {
            json["inputs"] = inputs.into();
        }
        if !task.after.is_empty() {
            json["dependentTasks"] = json!(task.after);
        }
        self.tasks.insert(id.to_owned(), json);
    }

    fn add_step(&mut self, pipeline: &Pipeline<'_>, step: &Step<'_>) -> Result<(), Diagnostic> {
        let before = pipeline.before(step);
        let after = |mut task: Task| {
            task.after.extend(before.iter().cloned());
            task
        };
        let query = |sql: &str| {
            Task::new("bigquery-query-job")
                .bigquery()
                .text("query", &sql_text(sql))
        };
        let task = match &step.work {
            Work::Query { sql } => after(query(sql)),
            Work::CreateModel { sql, .. } => {
                let task = Task::new("bigquery-create-model-job").bigquery();
                after(task.text("query", &sql_text(sql)))
            }
            Work::Ml {
                query: asked,
                table,
                sql,
            } => match producer(pipeline, &asked.model) {
                Some(model) => after(ask(asked, table, &model)),
                None => after(query(sql)),
            },
            Work::Export { model, uri, sql } => match producer(pipeline, model) {
                Some(model) => {
                    let task = Task::new("bigquery-export-model-job").bigquery();
                    let task = task.artifact("model", &model, "model");
                    after(task.text("model_destination_path", uri))
                }
                None => after(query(sql)),
            },
            Work::Vertex(action) => return self.add_vertex(pipeline, step, action, before),
        };
        self.add(&step.id, &step.name, task);
        Ok(())
    }

    fn add_vertex(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
        after: BTreeSet<String>,
    ) -> Result<(), Diagnostic> {
        let mut component = None;
        let mut task = match &action.resource {
            VertexResource::Model(model) => self.upload(pipeline, step, action, model, &after)?,
            VertexResource::Endpoint(endpoint) => {
                let task = Task::new("endpoint-create").vertex();
                task.text("display_name", &action.display_name)
                    .optional("description", action.description.as_deref())
                    .optional("network", endpoint.network.as_deref())
                    .labels(action)
            }
            VertexResource::Deployment(deployment) => {
                component = self.named_deployment(pipeline, step, action)?;
                self.deploy(pipeline, step, action, deployment)?
            }
            VertexResource::BatchPrediction(batch) => {
                self.predict(pipeline, step, action, batch)?
            }
            VertexResource::Monitor(monitor) => {
                return self.watch(pipeline, step, action, monitor, after);
            }
        };
        task.after.extend(after);
        match component {
            Some(component) => self.insert(&step.id, &step.name, &component, &task),
            None => self.add(&step.id, &step.name, task),
        }
        Ok(())
    }

    /// A component that deploys under a given id, where deployments name it in their traffic split, or a monitor does
    fn named_deployment(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
    ) -> Result<Option<String>, Diagnostic> {
        let VertexResource::Deployment(own) = &action.resource else {
            return Ok(None);
        };
        let named_later = pipeline.steps.iter().any(|other| match other.work {
            Work::Vertex(other) => match &other.resource {
                VertexResource::Deployment(it) => {
                    it.endpoint == own.endpoint && other.target != action.target
                }
                VertexResource::Monitor(monitor) => monitor.endpoint == own.endpoint,
                _ => false,
            },
            _ => false,
        });
        if !named_later {
            return Ok(None);
        }
        let name = format!("{}-deploy", step.id);
        let (mut component, mut container) = component_of("model-deploy")?;
        component.insert("executorLabel".to_owned(), format!("exec-{name}").into());
        let payload = container.pointer_mut("/args/3");
        if let Some(payload) = payload
            && let Ok(mut parts) =
                serde_json::from_str::<Value>(payload.as_str().unwrap_or_default())
            && let Some(list) = parts["Concat"].as_array_mut()
        {
            let opens = |part: &Value| part == ", \"deployed_model\": {";
            let at = list.iter().position(opens).map_or(list.len(), |at| at + 1);
            list.insert(at, format!("\"id\": \"{}\", ", deployed_id(action)).into());
            *payload = parts.to_string().into();
        }
        self.own_components.push((
            name.clone(),
            component.into(),
            json!({"container": container}),
        ));
        Ok(Some(name))
    }

    fn upload(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
        model: &VertexModel,
        after: &BTreeSet<String>,
    ) -> Result<Task, Diagnostic> {
        remote(action, model)?;
        let import = format!("{}-import", step.id);
        let metadata = json!({"containerSpec": container(model)});
        let schema = "google.UnmanagedContainerModel";
        self.import(
            &import,
            &model.artifact_uri,
            schema,
            metadata,
            after.clone(),
        );
        let mut task = Task::new("model-upload")
            .vertex()
            .artifact("unmanaged_container_model", &import, "artifact")
            .text("display_name", &action.display_name)
            .optional("description", action.description.as_deref())
            .labels(action);
        if !model.version_aliases.is_empty() {
            task = task.value("version_aliases", json!(model.version_aliases));
        }
        if let Some(paths) = model.explanation_path_count {
            let parameters = json!({"sampledShapleyAttribution": {"pathCount": f64::from(paths)}});
            task = task.value("explanation_parameters", parameters);
        }
        match &model.parent_model {
            None => Ok(task),
            Some(parent) => {
                let (producer, key) = self.resource(pipeline, step, action, parent, "model")?;
                Ok(task.artifact("parent_model", &producer, key))
            }
        }
    }

    fn deploy(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
        deployment: &VertexDeployment,
    ) -> Result<Task, Diagnostic> {
        let traffic: Map<String, Value> = traffic(pipeline, action, deployment.traffic)
            .into_iter()
            .map(|(id, percent)| (id, f64::from(percent).into()))
            .collect();
        let machines = &deployment.machines;
        let (model, model_key) =
            self.resource(pipeline, step, action, &deployment.model, "model")?;
        let (endpoint, endpoint_key) =
            self.resource(pipeline, step, action, &deployment.endpoint, "endpoint")?;
        let mut task = Task::new("model-deploy")
            .artifact("model", &model, model_key)
            .artifact("endpoint", &endpoint, endpoint_key)
            .text("deployed_model_display_name", &action.display_name)
            .text("dedicated_resources_machine_type", &machines.machine_type)
            .count(
                "dedicated_resources_min_replica_count",
                machines.min_replica_count,
            )
            .count(
                "dedicated_resources_max_replica_count",
                machines.max_replica_count,
            )
            .optional(
                "dedicated_resources_accelerator_type",
                machines.accelerator_type.as_deref(),
            )
            .optional("service_account", deployment.service_account.as_deref())
            .value("traffic_split", traffic.into());
        if let Some(count) = machines.accelerator_count {
            task = task.count("dedicated_resources_accelerator_count", count);
        }
        Ok(task)
    }

    fn predict(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
        batch: &VertexBatchPrediction,
    ) -> Result<Task, Diagnostic> {
        let machines = &batch.machines;
        let (model, key) = self.resource(pipeline, step, action, &batch.model, "model")?;
        let mut task = Task::new("model-batch-predict")
            .vertex()
            .artifact("model", &model, key)
            .text("job_display_name", &action.display_name)
            .text("instances_format", "bigquery")
            .text("predictions_format", "bigquery")
            .text(
                "bigquery_source_input_uri",
                &format!("bq://{}", batch.input),
            )
            .text(
                "bigquery_destination_output_uri",
                &format!("bq://{}", batch.output),
            )
            .text("machine_type", &machines.machine_type)
            .count("starting_replica_count", machines.min_replica_count)
            .count("max_replica_count", machines.max_replica_count)
            .labels(action);
        if batch.explain {
            task = task.value("generate_explanation", true.into());
        }
        if !batch.excluded_fields.is_empty() {
            task = task.value("excluded_fields", json!(batch.excluded_fields));
        }
        Ok(task)
    }

    /// Google has no component for monitors: its command-line program creates them
    fn watch(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
        monitor: &VertexMonitor,
        after: BTreeSet<String>,
    ) -> Result<(), Diagnostic> {
        let (endpoint, key) =
            self.resource(pipeline, step, action, &monitor.endpoint, "endpoint")?;
        let config = json!({
            "modelDeploymentMonitoringObjectiveConfigs": objectives(pipeline, monitor),
        });
        let hours = monitor.interval_seconds.div_ceil(3600);
        let mut words = vec![
            "gcloud ai model-monitoring-jobs create".to_owned(),
            "--project='{{$.inputs.parameters['project']}}'".to_owned(),
            "--region='{{$.inputs.parameters['location']}}'".to_owned(),
            "--endpoint='{{$.inputs.artifacts['endpoint'].metadata['resourceName']}}'".to_owned(),
            format!("--display-name={}", shell(&action.display_name)),
            format!("--prediction-sampling-rate={}", monitor.sampling_rate),
            format!("--monitoring-frequency={hours}"),
            "--monitoring-config-from-file=/tmp/config.yaml".to_owned(),
        ];
        for (flag, values) in [
            ("--emails", &monitor.alert_emails),
            ("--notification-channels", &monitor.notification_channels),
        ] {
            if !values.is_empty() {
                words.push(format!("{flag}={}", shell(&values.join(","))));
            }
        }
        let script = format!(
            "printf '%s' {} > /tmp/config.yaml && {}",
            shell(&config.to_string()),
            words.join(" ")
        );
        let name = format!("{}-monitor", step.id);
        let component = json!({
            "executorLabel": format!("exec-{name}"),
            "inputDefinitions": {
                "artifacts": {"endpoint": {"artifactType": {"schemaTitle": "google.VertexEndpoint", "schemaVersion": "0.0.1"}}},
                "parameters": {"project": {"parameterType": "STRING"}, "location": {"parameterType": "STRING"}},
            },
        });
        let executor = json!({"container": {
            "args": [script],
            "command": ["sh", "-c"],
            "image": "gcr.io/google.com/cloudsdktool/google-cloud-cli:slim",
        }});
        let mut task = Task::new("").vertex().artifact("endpoint", &endpoint, key);
        task.after.extend(after);
        self.insert(&step.id, &step.name, &name, &task);
        self.own_components.push((name, component, executor));
        Ok(())
    }

    /// The task, and its output, that has a resource: that of the action, or one that imports what is there already
    fn resource(
        &mut self,
        pipeline: &Pipeline<'_>,
        step: &Step<'_>,
        action: &VertexAction,
        reference: &VertexReference,
        what: &'static str,
    ) -> Result<(String, &'static str), Diagnostic> {
        match reference {
            VertexReference::Action(target) => match pipeline.vertex_step(target) {
                Some((_, step, _)) => Ok((step.id.clone(), what)),
                None => Err(outside(action, target)),
            },
            VertexReference::Name(name) => {
                let import = format!("{}-{what}", step.id);
                let schema = match what {
                    "model" => "google.VertexModel",
                    _ => "google.VertexEndpoint",
                };
                let region = name.split('/').nth(3).unwrap_or_default();
                let uri = format!("https://{region}-aiplatform.googleapis.com/v1/{name}");
                self.import(
                    &import,
                    &uri,
                    schema,
                    json!({"resourceName": name}),
                    BTreeSet::new(),
                );
                Ok((import, "artifact"))
            }
        }
    }

    fn import(
        &mut self,
        id: &str,
        uri: &str,
        schema: &str,
        metadata: Value,
        after: BTreeSet<String>,
    ) {
        let kind = json!({"schemaTitle": schema, "schemaVersion": "0.0.1"});
        let component = json!({
            "executorLabel": format!("exec-{id}"),
            "inputDefinitions": {"parameters": {"uri": {"parameterType": "STRING"}}},
            "outputDefinitions": {"artifacts": {"artifact": {"artifactType": kind}}},
        });
        let executor = json!({"importer": {
            "artifactUri": {"constant": uri},
            "metadata": metadata,
            "typeSchema": kind,
        }});
        let mut task = Task::new("").text("uri", uri);
        task.after = after;
        self.insert(id, id, id, &task);
        self.own_components
            .push((id.to_owned(), component, executor));
    }
}

/// The task that trains the model of a name, if one in the pipeline does
fn producer(pipeline: &Pipeline<'_>, model: &[String]) -> Option<String> {
    let at = pipeline.steps.iter().position(|step| match &step.work {
        Work::CreateModel { model: own, .. } => names(model, own),
        _ => false,
    })?;
    Some(pipeline.steps[at].id.clone())
}

/// A word of a shell
fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn ask(asked: &MlQuery, table: &Target, model: &str) -> Task {
    let component = match asked.function.as_str() {
        "EVALUATE" => "bigquery-evaluate-model-job",
        _ => "bigquery-predict-model-job",
    };
    Task::new(component)
        .bigquery()
        .artifact("model", model, "model")
        .text("query_statement", &sql_text(&asked.rows))
        .value(
            "job_configuration_query",
            json!({
                "destinationTable": {
                    "projectId": table.database,
                    "datasetId": table.schema,
                    "tableId": table.name,
                },
                "writeDisposition": "WRITE_TRUNCATE",
            }),
        )
}

/// The components put the text into a text of JSON as it is
fn sql_text(sql: &str) -> String {
    sql.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A task's inputs, and what it waits for
struct Task {
    component: &'static str,
    parameters: BTreeMap<String, Value>,
    artifacts: BTreeMap<String, Value>,
    after: BTreeSet<String>,
}

impl Task {
    fn new(component: &'static str) -> Self {
        Self {
            component,
            parameters: BTreeMap::new(),
            artifacts: BTreeMap::new(),
            after: BTreeSet::new(),
        }
    }

    /// Where BigQuery's jobs run
    fn bigquery(self) -> Self {
        self.input("project", "project")
            .input("location", "location")
    }

    /// Where Vertex AI's resources are
    fn vertex(self) -> Self {
        self.input("project", "project").input("location", "region")
    }

    fn input(mut self, name: &str, parameter: &str) -> Self {
        let value = json!({"componentInputParameter": parameter});
        self.parameters.insert(name.to_owned(), value);
        self
    }

    fn value(mut self, name: &str, value: Value) -> Self {
        let value = json!({"runtimeValue": {"constant": value}});
        self.parameters.insert(name.to_owned(), value);
        self
    }

    fn text(self, name: &str, value: &str) -> Self {
        self.value(name, value.into())
    }

    fn optional(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    fn count(self, name: &str, value: u32) -> Self {
        self.value(name, f64::from(value).into())
    }

    fn labels(self, action: &VertexAction) -> Self {
        match action.labels.is_empty() {
            true => self,
            false => self.value("labels", json!(action.labels)),
        }
    }

    /// What another task makes; it is waited for, too
    fn artifact(mut self, name: &str, producer: &str, key: &str) -> Self {
        let value =
            json!({"taskOutputArtifact": {"outputArtifactKey": key, "producerTask": producer}});
        self.artifacts.insert(name.to_owned(), value);
        self.after.insert(producer.to_owned());
        self
    }
}
