//! What a run takes over from earlier ones, and whether it waits for others

use clap::Args;

/// What a run takes over from earlier ones, and whether it waits for others
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Earlier and other runs")]
pub struct ReuseArguments {
    /// Do what is outstanding of an earlier run, selected as it was then: an id, its first letters, or
    /// `last` [default: last]
    #[arg(long, value_name = "RUN", num_args = 0..=1, default_missing_value = "last", conflicts_with_all = ["full_refresh", "skip_unchanged", "dry_run"])]
    pub resume: Option<String>,
    /// Leave out actions whose definition, inputs and output are as they were after the last success
    #[arg(long)]
    pub skip_unchanged: bool,
    /// Wait while another run is at work on the warehouse, rather than fail
    #[arg(long)]
    pub wait: bool,
}
