//! What can go wrong, and the diagnostic it becomes

use std::path::PathBuf;

use diagnostic::{Diagnostic, code};

/// Why no events were written
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// An option is out of its range
    #[error("{option} must be between 1 and {most}, not {given}")]
    Options {
        /// `users` or `days`
        option: &'static str,
        /// The value
        given: u64,
        /// The largest value that is allowed
        most: u64,
    },
    /// The file or its folder cannot be written
    #[error("cannot write {}: {reason}", path.display())]
    Output {
        /// The file that was asked for
        path: PathBuf,
        /// What the system says
        reason: String,
    },
    /// The engine that writes parquet failed
    #[error("the engine could not write the events: {0}")]
    Engine(#[from] duckdb::Error),
    /// A batch of rows could not be made
    #[error("the events do not fit their columns: {0}")]
    Batch(#[from] duckdb::arrow::error::ArrowError),
}

impl From<SimulateError> for Diagnostic {
    fn from(error: SimulateError) -> Self {
        let message = error.to_string();
        match error {
            SimulateError::Options { option, .. } => Diagnostic::error(code::USAGE, message)
                .help(format!("give `--{option}` another value")),
            SimulateError::Output { .. } => Diagnostic::error(code::OUTPUT_UNWRITABLE, message)
                .help("name a file in a folder that you may write to"),
            SimulateError::Engine(_) | SimulateError::Batch(_) => {
                Diagnostic::error(code::EXECUTION_FAILED, message)
            }
        }
    }
}
