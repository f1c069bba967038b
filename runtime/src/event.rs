//! The one stream of a run: terminal, JSON and the run record only read it

use diagnostic::Diagnostic;
use serde::Serialize;
use serde_json::Value as Json;

/// Reads the events of a run, in order
pub trait Observer {
    /// Something happened
    fn observe(&mut self, event: &Event);
}

/// Something that happened in a run
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins
    RunStarted {
        /// Identifies the run in `.sqlx-run/runs`
        run: String,
        /// RFC 3339, UTC
        started: String,
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
    },
    /// An action that takes long tells how far it is
    ActionProgress {
        /// `dataset.name`
        action: String,
        /// A fragment
        message: String,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionInfo {
    /// `dataset.name`
    pub action: String,
    /// Such as `table`, `view`, `assertion`
    pub kind: String,
    /// The file that defines it, relative to the project
    pub file: String,
}

/// How an action ended
#[derive(Debug, Clone, Serialize)]
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
    /// A fragment such as `9 iterations, loss 0.4268`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Wall-clock seconds
    pub seconds: f64,
    /// Why it failed
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "as_json")]
    pub diagnostic: Option<Diagnostic>,
}

fn as_json<S: serde::Serializer>(
    diagnostic: &Option<Diagnostic>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let json: Option<Json> = diagnostic.as_ref().map(diagnostic::to_json);
    json.serialize(serializer)
}

/// How an action ended
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionStatus {
    /// Done
    Succeeded,
    /// An error, or an assertion that found rows
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
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Disabled => "disabled",
            Self::Cancelled => "cancelled",
        }
    }
}

/// How a run ended
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RunStatus {
    /// Every action succeeded or is disabled
    Succeeded,
    /// At least one action failed
    Failed,
    /// Interrupted
    Cancelled,
}
