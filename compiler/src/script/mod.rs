//! The JavaScript host: one QuickJS context that sees the files of the project and nothing else

mod convert;
mod direct;
mod expressions;
mod files;
mod host;
mod modules;
mod natives;
mod shared;

pub use convert::OUT_OF_MEMORY;
pub use expressions::is_expression;
pub use files::{ProjectFiles, serve};
pub use host::{Limits, Outcome, Plan, WRAPPER, run};
pub use modules::{normalize, template_text};
pub use shared::SqlxModule;

use std::sync::Arc;

use crate::action::ActionId;
use crate::graph::ActionKind;
use crate::sqlx::Expression;
use crate::value::Value;

/// An exception that left project code
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScriptError {
    /// The name of its class
    pub name: String,
    /// Its message
    pub message: String,
    /// Whether what was thrown has no message at all
    pub silent: bool,
    /// The engine's list of calls, innermost first
    pub stack: String,
    /// Whether time or memory ran out, so that nothing more can be run
    pub limit: bool,
    /// The file that was running, when time or memory ran out
    pub file: Option<String>,
    /// Where lines of `stack` that are about an expression of a SQLX file lead
    pub place: Option<Place>,
}

/// A byte of a file of the project
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path
    pub file: Arc<str>,
    /// The byte
    pub offset: usize,
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

impl Owner {
    /// What the prelude knows it by
    fn words(self) -> (&'static str, u32) {
        let (kind, id) = match self {
            Self::Action { id, kind } => (kind.as_str(), id),
            Self::Test => ("test", 0),
            Self::Tested { test } => ("tested", test),
        };
        (kind, u32::try_from(id).unwrap_or(u32::MAX))
    }
}

/// Runs functions that project code left behind
pub trait Scripts {
    /// What a function makes for its owner
    ///
    /// # Errors
    /// The exception that it throws.
    fn call(&self, function: u32, owner: Owner, incremental: bool) -> Result<Value, ScriptError>;

    /// The text that an expression of a SQLX file stands for in the SQL of its owner
    ///
    /// # Errors
    /// The exception that it throws.
    fn expression(
        &self,
        expression: &Expression,
        owner: Owner,
        incremental: bool,
    ) -> Result<String, ScriptError>;
}
