//! The JavaScript host: one QuickJS context that sees the files of the project and nothing else

mod convert;
mod files;
mod host;
mod modules;
mod natives;
mod shared;

pub use files::{ProjectFiles, serve};
pub use host::{Limits, Outcome, Plan, WRAPPER, run};
pub use modules::normalize;

use crate::action::ActionId;
use crate::graph::ActionKind;
use crate::value::Value;

/// An exception that left project code
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptError {
    /// The name of its class
    pub name: String,
    /// Its message
    pub message: String,
    /// The engine's list of calls, innermost first
    pub stack: String,
    /// Whether time or memory ran out, so that nothing more can be run
    pub limit: bool,
    /// The file that was running, when time or memory ran out
    pub file: Option<String>,
}

/// Whose SQL a function makes
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// An action's
    Action {
        /// Which
        id: ActionId,
        /// What kind it is
        kind: ActionKind,
    },
    /// A test's own
    Test,
    /// That of the action under test
    Tested {
        /// The number of the test
        test: usize,
    },
}

/// Runs functions that project code left behind
pub trait Scripts {
    /// What a function makes for its owner
    ///
    /// # Errors
    /// The exception that it throws.
    fn call(&self, function: u32, owner: Owner, incremental: bool) -> Result<Value, ScriptError>;
}
