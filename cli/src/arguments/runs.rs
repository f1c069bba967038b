//! `runs`: earlier runs

use clap::{Args, Subcommand, ValueEnum};

const RUN_HELP: &str = "\
RUN is `last`, an id, or the first letters of an id or of what stands behind its dash, as long as they
name one run: `sqlx-run runs show 4f`";

#[derive(Debug, Clone, Args)]
#[command(after_help = RUN_HELP)]
pub struct RunsArguments {
    #[command(subcommand)]
    pub what: RunsCommand,
}

#[derive(Debug, Clone, Subcommand)]
pub enum RunsCommand {
    /// List the recorded runs, the newest first
    List(RunsListArguments),
    /// Show how each action of a run fared
    #[command(after_help = RUN_HELP)]
    Show(RunsShowArguments),
    /// Print a run's record for other programs
    #[command(after_help = RUN_HELP)]
    Export(RunsExportArguments),
    /// Remove the records of old runs
    Prune(RunsPruneArguments),
}

#[derive(Debug, Clone, Args)]
pub struct RunsListArguments {
    /// How many at most [default: 20]
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        hide_default_value = true
    )]
    pub limit: usize,
}

#[derive(Debug, Clone, Args)]
pub struct RunsShowArguments {
    /// Which run
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
}

#[derive(Debug, Clone, Args)]
pub struct RunsExportArguments {
    /// Which run
    #[arg(value_name = "RUN", default_value = "last")]
    pub run: String,
    /// As what
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportFormat,
}

/// As what a run is exported
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// One document
    #[default]
    Json,
    /// The events as they were recorded, one on each line
    Jsonl,
    /// JUnit's XML: a test case for each action
    Junit,
}

#[derive(Debug, Clone, Args)]
pub struct RunsPruneArguments {
    /// How many of the newest stay; resuming, `--skip-unchanged` and `prune` know of these only
    #[arg(long, value_name = "N")]
    pub keep: usize,
}
