//! Which actions a command is about

use std::path::PathBuf;

use clap::Args;

/// Which actions a command is about
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArguments {
    /// Only what this selector means: a name, `tag:`, `path:`, `type:`, `+name`, … with `and`, `or`,
    /// `not`; repeatable (see docs/selection.md)
    #[arg(short, long, value_name = "SELECTOR")]
    pub select: Vec<String>,
    /// Without what this selector means; repeatable
    #[arg(short = 'x', long, value_name = "SELECTOR")]
    pub exclude: Vec<String>,
    /// Only actions with one of these tags
    #[arg(long, value_name = "TAG,…", value_delimiter = ',')]
    pub tags: Vec<String>,
    /// Only actions with one of these names: `name`, `dataset.name`, with `*` and `?`
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub actions: Vec<String>,
    /// And all that they depend on
    #[arg(long)]
    pub include_deps: bool,
    /// And all that depends on them
    #[arg(long)]
    pub include_dependents: bool,
    /// The graph that `state:` compares with, as `compile --json` printed it
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
}
