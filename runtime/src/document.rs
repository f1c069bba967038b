//! A whole run as one document, for those that do not read its events one by one

use std::collections::HashMap;

use diagnostic::Finding;
use schemars::JsonSchema;
use serde::Serialize;

use crate::event::{ActionInfo, ActionResult, Event, Observer, RunStatus, SCHEMA_VERSION};
use crate::warehouse::Statistics;

/// A run that has ended, with all its results
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RunDocument {
    /// Version of the document's shape: it grows when a reader of the old shape would misread the new one
    pub schema_version: u32,
    /// Identifies the run in `.sqlx-run/runs`
    pub run: String,
    /// When it was asked for: RFC 3339, UTC
    pub started: String,
    /// How it ended
    pub status: RunStatus,
    /// Wall-clock seconds
    pub seconds: f64,
    /// What ran the SQL: `embedded` or `bigquery`
    pub engine: String,
    /// The environment of `sqlx-run.toml`, where one was chosen
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// What was asked for, such as `tag:staging`; empty for everything
    pub selection: String,
    /// Actions of the project, selected or not
    pub actions_in_project: usize,
    /// The selected actions in dependency order
    pub actions: Vec<ActionResult>,
    /// What the engine used for all of them
    pub statistics: Statistics,
    /// What went wrong, in the order of the actions
    pub diagnostics: Vec<Finding>,
    /// The file or project that was written to
    pub warehouse: String,
    /// The file with the run's events
    pub record: String,
    /// The command that does what is outstanding, where something is
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<String>,
    /// The actions with their files
    #[serde(skip)]
    infos: Vec<ActionInfo>,
}

/// Makes the document out of a run's events
#[derive(Default)]
pub struct Documenter {
    document: Option<RunDocument>,
    results: HashMap<String, ActionResult>,
}

impl Documenter {
    /// The document; `None` when the run has not begun
    pub fn into_document(mut self) -> Option<RunDocument> {
        let mut document = self.document.take()?;
        for info in &document.infos {
            let Some(result) = self.results.remove(&info.action) else {
                continue;
            };
            document.statistics.add(&result.statistics);
            document
                .diagnostics
                .extend(result.diagnostic.as_ref().map(Finding::from));
            document.actions.push(result);
        }
        Some(document)
    }
}

impl Observer for Documenter {
    fn observe(&mut self, event: &Event) {
        match event {
            Event::RunStarted {
                run,
                started,
                engine,
                environment,
                selection,
                actions_in_project,
                actions,
                ..
            } => {
                self.document = Some(RunDocument {
                    schema_version: SCHEMA_VERSION,
                    run: run.clone(),
                    started: started.clone(),
                    status: RunStatus::Cancelled,
                    seconds: 0.0,
                    engine: engine.clone(),
                    environment: environment.clone(),
                    selection: selection.clone(),
                    actions_in_project: *actions_in_project,
                    actions: Vec::with_capacity(actions.len()),
                    statistics: Statistics::default(),
                    diagnostics: Vec::new(),
                    warehouse: String::new(),
                    record: String::new(),
                    retry: None,
                    infos: actions.clone(),
                });
            }
            Event::ActionFinished(result) => {
                self.results
                    .insert(result.action.clone(), (**result).clone());
            }
            Event::RunFinished {
                status, seconds, ..
            } => {
                if let Some(document) = &mut self.document {
                    document.status = *status;
                    document.seconds = *seconds;
                }
            }
            Event::ActionStarted { .. }
            | Event::ActionProgress { .. }
            | Event::ActionRetried { .. } => {}
        }
    }
}

impl RunDocument {
    /// The file that defines each action
    pub fn files(&self) -> HashMap<&str, &str> {
        self.infos
            .iter()
            .map(|info| (info.action.as_str(), info.file.as_str()))
            .collect()
    }
}
