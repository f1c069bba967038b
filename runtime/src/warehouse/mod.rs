//! What the runner asks of an engine: datasets, the state of a target, and sessions that run
//! GoogleSQL; a warehouse never knows what a tag is

pub mod duckdb;
mod encode;
mod rows;

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Code, Diagnostic};
use googlesql::{Column, PhysicalName};
use sqlx_compiler::Target;

pub use rows::{Cell, Rows};

/// An engine that runs the project's SQL
pub trait Warehouse: Send + Sync {
    /// Makes the datasets that do not exist yet
    ///
    /// # Errors
    /// The engine refuses
    fn create_datasets(&self, targets: &[Target]) -> Result<(), Diagnostic>;

    /// What stands at a target now
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

    /// A connection for the statements of one action, in order
    ///
    /// # Errors
    /// The engine gives no further connection
    fn session(&self) -> Result<Box<dyn Session>, Diagnostic>;
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

    /// A handle that stops what the session runs, from another thread
    fn interrupt_handle(&self) -> Arc<dyn Interrupt>;
}

/// Stops a session's running statement
pub trait Interrupt: Send + Sync {
    /// The running statement ends with an error soon
    fn interrupt(&self);
}

/// What stands at a target
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existing {
    /// Nothing
    None,
    /// A table, with its top-level column names in order
    Table(Vec<String>),
    /// A view
    View,
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
}

impl From<googlesql::Error> for SqlError {
    fn from(error: googlesql::Error) -> Self {
        Self {
            code: error.code,
            message: error.message,
            span: Some(error.span),
            statement: None,
            help: error.help,
        }
    }
}

impl SqlError {
    /// The same without a place of its own, as a diagnostic
    pub fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, self.message);
        diagnostic.help = self.help;
        diagnostic
    }
}
