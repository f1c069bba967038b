//! `prune`: tables that no action makes any more

use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct PruneArguments {
    /// Only list what would be dropped, and what would stay
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
    /// Drop without asking
    #[arg(long)]
    pub yes: bool,
}
