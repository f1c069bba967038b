//! Which actions a command is about

use clap::Args;

/// Which actions a command is about
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectionArguments {
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
}
