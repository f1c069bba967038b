//! How assertions are taken by a run

use clap::{Args, ValueEnum};
use sqlx_runtime::CheckedAssertions;

/// How assertions are taken
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Assertions")]
pub struct AssertionArguments {
    /// Which of the selected assertions are checked [default: all]
    #[arg(long, value_name = "WHICH", value_enum)]
    pub assertions: Option<AssertionChoice>,
    /// Keep the rows that an assertion finds in a table beside its view, `NAME_failures`, until it passes
    #[arg(long)]
    pub store_failures: bool,
}

/// Which assertions are checked
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AssertionChoice {
    /// All of them
    All,
    /// None
    None,
    /// Those that read something that the run has changed
    Changed,
}

impl From<AssertionChoice> for CheckedAssertions {
    fn from(choice: AssertionChoice) -> Self {
        match choice {
            AssertionChoice::All => Self::All,
            AssertionChoice::None => Self::None,
            AssertionChoice::Changed => Self::Changed,
        }
    }
}
