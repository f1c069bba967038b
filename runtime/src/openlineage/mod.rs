//! A run as OpenLineage events: one job per action below a job for the run, with the datasets that it reads
//! and writes, their columns, and what each column is made of
//!
//! <https://openlineage.io/spec/2-0-2/OpenLineage.json>; each facet names the version of its own schema.

mod datasets;
mod facets;
mod identifier;
mod sender;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use diagnostic::Diagnostic;
use serde_json::{Map, Value as Json, json};
use sqlx_compiler::ActionRef;

use crate::event::{ActionResult, ActionStatus, Event, Observer, RunStatus};
use crate::plan::Plan;
use crate::warehouse::Warehouse;
use datasets::Datasets;
pub use datasets::Engine as LineageEngine;
use facets::facet;
use identifier::run_id;
pub use sender::Destination;
use sender::Sender;

/// What stands in every event as its producer
const PRODUCER: &str = concat!(
    "https://crates.io/crates/sqlx-run/",
    env!("CARGO_PKG_VERSION")
);
const SCHEMA: &str = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

/// Tells a run's events to an OpenLineage endpoint or file; nothing that goes wrong there touches the run
pub struct OpenLineage {
    plan: Arc<Plan>,
    datasets: Datasets,
    namespace: String,
    sender: Sender,
    run: String,
    /// Positions of actions in the plan, by name
    positions: HashMap<String, usize>,
    started: HashSet<String>,
}

impl OpenLineage {
    /// Gets ready; `engine` tells where the datasets are, `warehouse` the columns of declared sources
    ///
    /// # Errors
    /// The file cannot be written, or the columns of the project cannot be found out
    pub fn new(
        plan: Arc<Plan>,
        engine: LineageEngine,
        warehouse: &dyn Warehouse,
        destination: &Destination,
    ) -> Result<Self, Diagnostic> {
        let config = plan.compilation.graph.project_config.as_ref();
        let namespace = config
            .and_then(|config| config.default_database.clone())
            .unwrap_or_else(|| "sqlx-run".to_owned());
        let positions = plan
            .actions
            .iter()
            .enumerate()
            .map(|(index, action)| (action.name.clone(), index))
            .collect();
        Ok(Self {
            datasets: Datasets::new(&plan, engine, warehouse)?,
            sender: Sender::start(destination)?,
            plan,
            namespace,
            run: String::new(),
            positions,
            started: HashSet::new(),
        })
    }

    /// Waits until all is sent, but not for long; a warning when something was not
    pub fn close(self) -> Option<Diagnostic> {
        self.sender.close()
    }

    fn send(&mut self, kind: &str, run: Json, job: Json, inputs: Vec<Json>, outputs: Vec<Json>) {
        self.sender.send(json!({
            "eventType": kind,
            "eventTime": jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            "run": run,
            "job": job,
            "inputs": inputs,
            "outputs": outputs,
            "producer": PRODUCER,
            "schemaURL": SCHEMA,
        }));
    }

    /// The job that stands for the whole run
    fn parent_job(&self) -> Json {
        json!({ "namespace": self.namespace, "name": "sqlx-run" })
    }

    fn tell_run(&mut self, kind: &str) {
        let mut job = self.parent_job();
        job["facets"] = json!({ "jobType": job_type("RUN") });
        let run = json!({ "runId": run_id(&self.run, ""), "facets": {} });
        self.send(kind, run, job, Vec::new(), Vec::new());
    }

    fn tell_action(&mut self, kind: &str, name: &str, result: Option<&ActionResult>) {
        let plan = Arc::clone(&self.plan);
        let Some(index) = self.positions.get(name).copied() else {
            return;
        };
        let Some(action) = plan.action(index) else {
            return;
        };
        let mut run_facets = Map::new();
        run_facets.insert(
            "parent".to_owned(),
            facet(
                "1-1-0/ParentRunFacet",
                json!({ "run": { "runId": run_id(&self.run, "") }, "job": self.parent_job() }),
            ),
        );
        if let Some(failure) = result.and_then(|result| result.diagnostic.as_ref())
            && kind == "FAIL"
        {
            let message = failure.to_string();
            run_facets.insert(
                "errorMessage".to_owned(),
                facet(
                    "1-0-1/ErrorMessageRunFacet",
                    json!({ "message": message, "programmingLanguage": "SQL" }),
                ),
            );
        }
        let kind_of_job = action.kind().as_str().to_uppercase().replace(' ', "_");
        let mut job_facets = Map::new();
        job_facets.insert("jobType".to_owned(), job_type(&kind_of_job));
        if let Some(sql) = sql(action) {
            let query = json!({ "query": sql });
            job_facets.insert("sql".to_owned(), facet("1-0-1/SQLJobFacet", query));
        }
        let run = json!({ "runId": run_id(&self.run, name), "facets": run_facets });
        let job = json!({ "namespace": self.namespace, "name": name, "facets": job_facets });
        let inputs = self.datasets.inputs(action, result);
        let outputs = self.datasets.outputs(action, result);
        self.send(kind, run, job, inputs, outputs);
    }
}

impl Observer for OpenLineage {
    fn observe(&mut self, event: &Event) {
        match event {
            Event::RunStarted { run, .. } => {
                self.run.clone_from(run);
                self.tell_run("START");
            }
            Event::ActionStarted { action, .. } => {
                self.started.insert(action.clone());
                self.tell_action("START", action, None);
            }
            Event::ActionFinished(result) if self.started.remove(&result.action) => {
                let kind = match result.status {
                    ActionStatus::Failed => "FAIL",
                    ActionStatus::Cancelled => "ABORT",
                    _ => "COMPLETE",
                };
                self.tell_action(kind, &result.action, Some(result));
            }
            Event::RunFinished { status, .. } => self.tell_run(match status {
                RunStatus::Succeeded => "COMPLETE",
                RunStatus::Failed => "FAIL",
                RunStatus::Cancelled | RunStatus::TimedOut => "ABORT",
            }),
            _ => {}
        }
    }
}

fn job_type(kind: &str) -> Json {
    facet(
        "2-0-3/JobTypeJobFacet",
        json!({ "processingType": "BATCH", "integration": "SQLX_RUN", "jobType": kind }),
    )
}

/// The SQL of an action as its author wrote it, compiled
fn sql(action: ActionRef<'_>) -> Option<String> {
    match action {
        ActionRef::Table(table) => table.query.clone(),
        ActionRef::Assertion(assertion) => assertion.query.clone(),
        ActionRef::Operation(operation) => {
            Some(operation.queries.join(";\n")).filter(|sql| !sql.is_empty())
        }
        _ => None,
    }
    .map(|sql| sql.trim().to_owned())
}
