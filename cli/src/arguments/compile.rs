//! `compile`

use std::path::PathBuf;

use clap::Args;

use super::SelectionArguments;

#[derive(Debug, Clone, Args)]
pub struct CompileArguments {
    /// The project's folder, as with `-C`
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// Print the compiled graph in Dataform's JSON
    #[arg(long)]
    pub json: bool,
    /// Compile again whenever a file of the project changes
    #[arg(long)]
    pub watch: bool,
    #[command(flatten)]
    pub selection: SelectionArguments,
}
