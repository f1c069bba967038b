//! `plan`

use clap::Args;
use sqlx_runtime::Dollars;

use super::SelectionArguments;

/// What stands below the flags
pub const PLAN_HELP: &str = "\
On BigQuery each query is estimated by a dry run, which costs nothing. What reads a table that is not
there yet cannot be estimated, and says so.

Exit codes:
  0    a run could begin
  1    a run would fail, or the warehouse cannot be asked
  2    usage, settings or compile error, or more than `--max-cost`
  4    nothing matches the selection";

#[derive(Debug, Clone, Args)]
pub struct PlanArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Rebuild incremental tables from nothing
    #[arg(long)]
    pub full_refresh: bool,
    /// Fail if the run would cost more, by the estimate and the environment's `price_per_tib`
    #[arg(long, value_name = "DOLLARS")]
    pub max_cost: Option<Dollars>,
}
