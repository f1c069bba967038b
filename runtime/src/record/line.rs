//! The lines of a record as they are read; what they have besides is left out

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sqlx_compiler::Target;

/// The first line
#[derive(Debug, Deserialize)]
pub struct Head {
    pub record: String,
    pub format: u32,
}

/// What a run notes beside its events
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ActionNote {
    /// First of all, where the run does what is outstanding of another
    RunResumes {
        /// The other one
        run: String,
    },
    /// Before the action begins, or is taken over from an earlier run
    ActionInputs {
        /// `dataset.name`
        action: String,
        /// Where it writes
        target: Target,
        /// A hash of its compiled definition
        definition: String,
        /// The version of each table, view, model or source that it reads; `None` where nothing is there
        /// or nothing can be said
        inputs: BTreeMap<String, Option<String>>,
        /// The name under which the engine knows its statements
        identity: Identity,
    },
    /// After it succeeded, or was taken over
    ActionOutput {
        /// `dataset.name`
        action: String,
        /// The version of what it made
        version: Option<String>,
        /// The run that made it
        run: String,
    },
}

/// The name under which an engine knows the statements of an action: the same statement is applied at
/// most once under one name
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The run, which is an earlier one where an interrupted action goes on
    pub run: String,
    /// The first attempt, from 1
    pub attempt: u32,
}

/// A line
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Line {
    RunStarted(Started),
    ActionStarted {
        action: String,
        #[serde(default)]
        reason: Option<String>,
    },
    ActionRetried {
        action: String,
    },
    ActionFinished(Json),
    RunFinished {
        status: String,
        seconds: f64,
    },
    #[serde(other)]
    Other,
}

/// How a run began
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Started {
    pub started: String,
    #[serde(default)]
    pub environment: Option<String>,
    #[serde(default)]
    pub engine: Option<String>,
    #[serde(default)]
    pub selection: String,
    #[serde(default)]
    pub arguments: Option<Vec<String>>,
    #[serde(default)]
    pub actions_in_project: usize,
    pub actions: Vec<Listed>,
}

/// An action of a plan
#[derive(Debug, Clone, Deserialize)]
pub struct Listed {
    pub action: String,
    pub kind: String,
    pub file: String,
}
