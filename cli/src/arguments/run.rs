//! `run`: what to run, and how

use clap::Args;
use sqlx_runtime::{Dollars, LineageDestination};

use super::{AssertionArguments, ControlArguments, ReuseArguments, SelectionArguments};

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
    /// Run nothing if it would cost more, by BigQuery's estimate and the environment's `price_per_tib`
    #[arg(long, value_name = "DOLLARS")]
    pub max_cost: Option<Dollars>,
    /// Run the unit tests of the selected actions first, and nothing else when one fails
    #[arg(long)]
    pub run_tests: bool,
    /// Tell the run as OpenLineage events to an endpoint, or add them to a file
    #[arg(long, value_name = "URL|FILE")]
    pub openlineage: Option<LineageDestination>,
    #[command(flatten)]
    pub assertions: AssertionArguments,
    #[command(flatten)]
    pub control: ControlArguments,
    #[command(flatten)]
    pub reuse: ReuseArguments,
    #[command(flatten)]
    pub selection: SelectionArguments,
}
