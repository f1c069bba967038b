//! `check`

use clap::{Args, ValueEnum};

use super::SelectionArguments;

/// What stands below the flags
pub const CHECK_HELP: &str = "\
Findings:
  warning  what BigQuery would reject: unknown and ambiguous names, types that do not fit
  note     what may run on BigQuery, but not on the embedded engine

Exit codes:
  0    nothing is wrong, or warnings without `--strict`
  1    warnings with `--strict`
  2    usage, settings or compile error
  4    nothing matches the selection";

#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Take warnings for errors, with exit code 1 if there are any
    #[arg(long)]
    pub strict: bool,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: FindingFormat,
}

/// How findings are printed
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum FindingFormat {
    /// As `--output-format` says
    #[default]
    Human,
    /// One JSON document on standard output
    Json,
}
