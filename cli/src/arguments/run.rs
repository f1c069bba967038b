//! `run`: what to run, and how

use clap::Args;

use super::SelectionArguments;

/// What to run, and how
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArguments {
    /// Rebuild incremental tables from nothing
    #[arg(long)]
    pub full_refresh: bool,
    /// Show the statements, send none
    #[arg(long)]
    pub dry_run: bool,
    /// Show them as Dataform's JSON, with `--dry-run`
    #[arg(long, requires = "dry_run")]
    pub json: bool,
    /// Actions at a time [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub selection: SelectionArguments,
}
