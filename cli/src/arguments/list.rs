//! `list`

use clap::Args;

use super::SelectionArguments;

#[derive(Debug, Clone, Args)]
pub struct ListArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Say for each why it was selected
    #[arg(long)]
    pub why: bool,
}
