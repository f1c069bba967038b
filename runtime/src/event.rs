//! The one stream of a run: terminal, JSON and the run record only read it

use diagnostic::{Diagnostic, Finding};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::warehouse::Statistics;

/// Version of the events' shape, in the first of them: it grows when a reader of the old shape would
/// misread the new one, not when fields or events are added
pub const SCHEMA_VERSION: u32 = 1;

/// Reads the events of a run, in order
pub trait Observer {
    /// Something happened
    fn observe(&mut self, event: &Event);
}

/// Something that happened in a run
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins
    RunStarted {
        /// [`SCHEMA_VERSION`]
        schema_version: u32,
        /// Identifies the run in `.sqlx-run/runs`
        run: String,
        /// RFC 3339, UTC
        started: String,
        /// What runs the SQL: `embedded` or `bigquery`
        engine: String,
        /// The environment of `sqlx-run.toml`, where one was chosen
        #[serde(skip_serializing_if = "Option::is_none")]
        environment: Option<String>,
        /// The words of a command line that asks for the same run again, after `sqlx-run run`
        arguments: Vec<String>,
        /// What was asked for, such as `--tags staging`
        selection: String,
        /// Actions of the project, selected or not
        actions_in_project: usize,
        /// The selected actions in dependency order
        actions: Vec<ActionInfo>,
    },
    /// An action begins
    ActionStarted {
        /// `dataset.name`
        action: String,
        /// Why it could not be taken over from an earlier run, where that was asked for: a fragment such
        /// as `its SQL changed`
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An action that takes long tells how far it is
    ActionProgress {
        /// `dataset.name`
        action: String,
        /// A fragment
        message: String,
    },
    /// An attempt failed with an error that may pass, and there will be another
    ActionRetried {
        /// `dataset.name`
        action: String,
        /// The attempt that failed, from 1
        attempt: u32,
        /// Attempts there are at most
        of: u32,
        /// How long the action waits before the next one
        after_seconds: f64,
        /// Why the attempt failed
        #[serde(serialize_with = "diagnostic_as_json")]
        #[schemars(with = "Finding")]
        diagnostic: Box<Diagnostic>,
    },
    /// An action ended, or will not be run
    ActionFinished(Box<ActionResult>),
    /// The run ended
    RunFinished {
        /// Identifies the run
        run: String,
        /// How it ended
        status: RunStatus,
        /// Wall-clock seconds
        seconds: f64,
    },
}

/// An action as the run's plan names it
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ActionInfo {
    /// `dataset.name`
    pub action: String,
    /// Such as `table`, `view`, `assertion`
    pub kind: String,
    /// The file that defines it, relative to the project
    pub file: String,
}

/// How an action ended
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ActionResult {
    /// `dataset.name`
    pub action: String,
    /// Such as `table`, `view`, `assertion`
    pub kind: String,
    /// How it ended
    pub status: ActionStatus,
    /// Rows of a table, or rows that changed; rows that an assertion found
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// A fragment such as `9 iterations, loss 0.4268`, or why the action was not run
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Wall-clock seconds, attempts and the time between them together
    pub seconds: f64,
    /// How often it was tried: 0 for an action that never began
    pub attempts: u32,
    /// What the engine used for it, in all attempts
    #[serde(skip_serializing_if = "Statistics::is_empty")]
    pub statistics: Statistics,
    /// Why it failed, or what it warns of
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_json")]
    #[schemars(with = "Option<Finding>")]
    pub diagnostic: Option<Diagnostic>,
}

impl ActionResult {
    /// A result with a status and nothing else to tell
    pub fn new(action: &str, kind: &str, status: ActionStatus) -> Self {
        Self {
            action: action.to_owned(),
            kind: kind.to_owned(),
            status,
            rows: None,
            detail: None,
            seconds: 0.0,
            attempts: 0,
            statistics: Statistics::default(),
            diagnostic: None,
        }
    }
}

fn diagnostic_as_json<S: serde::Serializer>(
    diagnostic: &Diagnostic,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    Finding::from(diagnostic).serialize(serializer)
}

/// A diagnostic in a serialized result
///
/// # Errors
/// Those of the serializer
pub fn as_json<S: serde::Serializer>(
    diagnostic: &Option<Diagnostic>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    diagnostic.as_ref().map(Finding::from).serialize(serializer)
}

/// How an action ended
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ActionStatus {
    /// Done
    Succeeded,
    /// Done, and an assertion whose severity is `warn` found rows
    Warned,
    /// Not run, since what an earlier run made still holds; `detail` says why
    Reused,
    /// An error, a timeout, or an assertion that found rows
    Failed,
    /// Not run, since something it depends on failed or was itself skipped
    Skipped,
    /// Not run, since the project disables it
    Disabled,
    /// Stopped or never begun, since the run was interrupted
    Cancelled,
}

impl ActionStatus {
    /// The word that people read
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Warned => "warned",
            Self::Reused => "reused",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Disabled => "disabled",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How a run ended
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// No action failed
    Succeeded,
    /// At least one action failed
    Failed,
    /// Interrupted
    Cancelled,
    /// The run's own time was over before it was done
    #[serde(rename = "timed_out")]
    TimedOut,
}
