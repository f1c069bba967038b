//! `test`: which unit tests to run

use clap::Args;

use super::SelectionArguments;

pub const TEST_HELP: &str = "\
A difference is shown row by row: `-` is expected, `+` is what the query gives.

Exit codes:
  0    every test passed
  1    a test failed
  2    usage, settings or compile error; nothing was run
  4    nothing matches the selection";

#[derive(Debug, Clone, Args)]
pub struct TestArguments {
    /// Names of tests, or of actions whose tests are meant: `name`, `dataset.name`, with `*` and `?`
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    #[command(flatten)]
    pub selection: SelectionArguments,
}
