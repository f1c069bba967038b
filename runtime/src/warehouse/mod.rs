//! What the runner asks of an engine: datasets, the state of a target, and sessions that run
//! GoogleSQL; a warehouse never knows what a tag is

#[cfg(feature = "gcp")]
pub mod bigquery;
pub mod duckdb;
mod encode;
mod instant;
mod metadata;
mod rows;
mod state;
mod statistics;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Code, Diagnostic};
use googlesql::{Column, PhysicalName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sqlx_compiler::Target;

pub use metadata::{ColumnMetadata, Metadata};
pub use rows::{Cell, Rows};
pub use state::{Existing, TableKind, TableState, Version};
pub use statistics::{Estimate, Statistics};

/// An engine that runs the project's SQL
pub trait Warehouse: Send + Sync {
    /// Which engine it is
    fn engine(&self) -> Engine;

    /// Makes the datasets that do not exist yet
    ///
    /// # Errors
    /// The engine refuses
    fn create_datasets(&self, targets: &[Target]) -> Result<(), Diagnostic>;

    /// A run will ask what stands at these targets: an engine that is far away is asked now
    fn expect(&self, _targets: &[Target]) {}

    /// What stands at a target now; at one that is expected, when it was first expected or later
    ///
    /// # Errors
    /// The engine cannot be asked
    fn existing(&self, target: &Target) -> Result<Existing, Diagnostic>;

    /// The columns of a table, view or source, of whatever type GoogleSQL has for them; `None` where there
    /// is none, or where they cannot be told
    fn columns(&self, name: &PhysicalName) -> Option<Vec<Column>>;

    /// Every table, view and source, in order
    ///
    /// # Errors
    /// The engine cannot be asked
    fn tables(&self) -> Result<Vec<PhysicalName>, Diagnostic>;

    /// What stands at each target, in the targets' order; `None` where nothing does. Asks once for
    /// many, where the engine can
    ///
    /// # Errors
    /// The engine cannot be asked
    fn describe(&self, targets: &[Target]) -> Result<Vec<Option<TableState>>, Diagnostic>;

    /// The version of what stands at a target: a table, view or model, or the files behind a source;
    /// `None` where nothing does
    ///
    /// # Errors
    /// The engine cannot be asked, or cannot tell
    fn version(&self, target: &Target) -> Result<Option<Version>, Diagnostic> {
        let state = self
            .describe(std::slice::from_ref(target))?
            .into_iter()
            .next();
        Ok(state.flatten().and_then(|state| state.version()))
    }

    /// Makes ready to remember which scripts of a run were applied, where the engine does not by itself
    ///
    /// # Errors
    /// The engine refuses
    fn begin_run(&self) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// Forgets which scripts of these runs were applied: their records say so by now
    ///
    /// # Errors
    /// The engine refuses
    fn end_run(&self, _runs: &[&str]) -> Result<(), Diagnostic> {
        Ok(())
    }

    /// Writes what is declared about a table or view; what is not declared stays as it is
    ///
    /// # Errors
    /// Nothing stands there, or the engine refuses
    fn set_metadata(&self, target: &Target, metadata: &Metadata) -> Result<(), Diagnostic>;

    /// What a script would cost, without running it; `None` where the engine does not tell
    ///
    /// # Errors
    /// The engine refuses the script
    fn estimate(&self, _script: &str) -> Result<Option<Estimate>, SqlError> {
        Ok(None)
    }

    /// Drops what stands at a target, if it is of that kind
    ///
    /// # Errors
    /// The engine refuses
    fn drop(&self, target: &Target, kind: TableKind) -> Result<(), Diagnostic>;

    /// A connection for the statements of one action, in order
    ///
    /// # Errors
    /// The engine gives no further connection
    fn session(&self, context: &SessionContext) -> Result<Box<dyn Session>, Diagnostic>;
}

/// The engines
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// DuckDB, in this process
    Embedded,
    /// BigQuery, or what answers like it
    BigQuery,
}

impl Engine {
    /// `embedded` or `bigquery`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::BigQuery => "bigquery",
        }
    }
}

impl std::fmt::Display for Engine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a session is for: an engine that remembers statements names them by it, so that the same
/// statement of the same attempt is never run twice
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionContext {
    /// Identifies the run; empty where there is none, and then every session stands for itself
    pub run: String,
    /// `dataset.name`
    pub action: String,
    /// 1 for the first
    pub attempt: u32,
    /// What the user wants to find the statements by
    pub labels: BTreeMap<String, String>,
}

/// What stays of a script of which a statement fails
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atomicity {
    /// Nothing, unless it manages transactions itself
    Whole,
    /// What the statements before it did
    ByStatement,
}

/// One connection; statements of one action run in it one after the other
pub trait Session: Send {
    /// Runs every statement of a GoogleSQL script and gives each one's result
    ///
    /// # Errors
    /// The first statement that fails; those before it have run
    fn execute(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError>;

    /// As [`Session::execute`], but each statement's result is handed over as soon as the engine can: those
    /// before a failure are not lost
    ///
    /// # Errors
    /// As [`Session::execute`]
    fn execute_each(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
        each: &mut dyn FnMut(Outcome),
    ) -> Result<(), SqlError> {
        self.execute(script, progress)?.into_iter().for_each(each);
        Ok(())
    }

    /// As [`Session::execute`], but the script's work becomes visible as a whole or not at all, where
    /// the engine can and the script does not manage transactions itself
    ///
    /// # Errors
    /// The first statement that fails; nothing became visible
    fn execute_together(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError>;

    /// Runs an action's next script, at most once under the names in the session's [`SessionContext`]: what
    /// an earlier process applied under them is not run again, and gives what it gave
    ///
    /// # Errors
    /// The first statement that fails; it is not known how far an earlier process came
    fn execute_once(
        &mut self,
        script: &str,
        atomicity: Atomicity,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        match atomicity {
            Atomicity::Whole => self.execute_together(script, progress),
            Atomicity::ByStatement => self.execute(script, progress),
        }
    }

    /// Has what is declared about a table or view written together with the script that makes it, the next
    /// one of [`Session::execute_once`]; `false` where the engine has it written afterwards, by
    /// [`Warehouse::set_metadata`]
    fn declare(&mut self, _target: &Target, _metadata: &Metadata) -> bool {
        false
    }

    /// What the statements so far have taken, where the engine tells
    fn statistics(&self) -> Statistics {
        Statistics::default()
    }

    /// A handle that stops what the session runs, from another thread
    fn interrupt_handle(&self) -> Arc<dyn Interrupt>;
}

/// Stops a session's running statement
pub trait Interrupt: Send + Sync {
    /// The running statement ends with an error soon
    fn interrupt(&self);
}

/// What a statement gave
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The rows of a query
    Rows(Rows),
    /// A table was made with that many rows, or that many rows changed
    Changed(u64),
    /// A model was trained
    Trained {
        /// Iterations of the training
        iterations: usize,
        /// The loss of the last one
        loss: f64,
        /// Options that have no effect here
        warnings: Vec<String>,
    },
    /// Done, nothing to count
    Done,
}

/// News from a statement that takes long
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// A fragment such as `iteration 4, loss 0.4907`
    pub message: String,
}

/// A statement that failed
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlError {
    /// A stable code
    pub code: Code,
    /// A lower-case fragment
    pub message: String,
    /// Byte range in the script, where the engine tells
    pub span: Option<Range<usize>>,
    /// Byte range of the statement that failed, where it got as far as being run
    pub statement: Option<Range<usize>>,
    /// The next step
    pub help: Option<String>,
    /// Whether it may pass when tried again
    pub transient: bool,
}

impl From<googlesql::Error> for SqlError {
    fn from(error: googlesql::Error) -> Self {
        Self {
            code: error.code,
            message: error.message,
            span: Some(error.span),
            statement: None,
            help: error.help,
            transient: false,
        }
    }
}

impl SqlError {
    /// An error with nothing but a code and a message, which trying again does not mend
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span: None,
            statement: None,
            help: None,
            transient: false,
        }
    }

    /// The same without a place of its own, as a diagnostic
    pub fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, self.message);
        diagnostic.help = self.help;
        diagnostic
    }
}
