//! Runs a compiled pipeline on this machine: BigQuery's jobs on the embedded engine, Vertex AI's on the local server
//!
//! Known are Google's pipeline components by the launcher in their containers' commands, and importers. It does
//! not matter who compiled the pipeline: KFP in Python or this program.

mod inputs;
mod task;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

use crate::action::Tables;
use crate::client::{Client, ClientOptions, Identity, Stop};
use crate::resource::{PipelineJob, PipelineTaskDetail, PipelineTaskState, Status};
use crate::{PipelineProgress, PipelineRunner};
use inputs::Values;
use task::Worker;

/// Opens the warehouse for the time of a pipeline
pub type OpenTables = dyn Fn() -> Result<Arc<dyn Tables>, String> + Send + Sync;

/// Gives the address of the server that runs
pub type FindServer = dyn Fn() -> Result<String, String> + Send + Sync;

/// Runs pipelines on this machine
pub struct LocalPipelines {
    /// Opens the warehouse
    pub tables: Box<OpenTables>,
    /// Finds the server
    pub server: Box<FindServer>,
    /// Who asks it
    pub identity: Identity,
}

impl PipelineRunner for LocalPipelines {
    fn run(&self, job: &PipelineJob, progress: &dyn PipelineProgress) -> Result<(), String> {
        let spec = job
            .pipeline_spec
            .as_ref()
            .ok_or("the job has no pipeline")?;
        let order = order(spec)?;
        let address = (self.server)()?;
        let client = Client::new(ClientOptions {
            identity: self.identity.clone(),
            ..ClientOptions::anonymous(address)
        });
        let worker = Worker {
            tables: (self.tables)()?,
            client: client.map_err(|failure| failure.message)?,
            stop: Stop::default(),
        };
        let mut values = Values::of(job, spec);
        for (number, name) in order.iter().enumerate() {
            if progress.is_cancelled() {
                return Err("the pipeline was cancelled".to_owned());
            }
            let begun = now();
            let detail = |state: PipelineTaskState, error: Option<&str>| PipelineTaskDetail {
                task_id: (number + 1).to_string(),
                task_name: name.clone(),
                create_time: begun.clone(),
                start_time: begun.clone(),
                end_time: match state {
                    PipelineTaskState::Running => String::new(),
                    _ => now(),
                },
                state,
                error: error.map(|message| Status {
                    code: 13,
                    message: message.to_owned(),
                    details: Vec::new(),
                }),
                ..PipelineTaskDetail::default()
            };
            progress.task(detail(PipelineTaskState::Running, None));
            let done = values.task(spec, name).and_then(|task| worker.run(&task));
            match done {
                Ok(artifacts) => values.made(name, artifacts),
                Err(reason) => {
                    progress.task(detail(PipelineTaskState::Failed, Some(&reason)));
                    return Err(format!("task `{name}` failed: {reason}"));
                }
            }
            progress.task(detail(PipelineTaskState::Succeeded, None));
        }
        Ok(())
    }
}

/// The tasks, each after what it waits for
fn order(spec: &Value) -> Result<Vec<String>, String> {
    let tasks = spec["root"]["dag"]["tasks"].as_object();
    let tasks = tasks.ok_or("the pipeline has no tasks")?;
    let mut waiting: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, task) in tasks {
        let after = task["dependentTasks"].as_array().into_iter().flatten();
        waiting.insert(name, after.filter_map(Value::as_str).collect());
    }
    let mut order: Vec<String> = Vec::new();
    while !waiting.is_empty() {
        let free = waiting
            .iter()
            .find(|(_, after)| after.iter().all(|other| !waiting.contains_key(other)));
        let Some((&name, _)) = free else {
            return Err("the tasks of the pipeline wait for each other".to_owned());
        };
        waiting.remove(name);
        order.push(name.to_owned());
    }
    Ok(order)
}

fn now() -> String {
    Timestamp::now().to_string()
}
