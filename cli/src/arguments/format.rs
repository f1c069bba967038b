//! `format`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct FormatArguments {
    /// Files and folders [default: `definitions` and `includes` of the project]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Write nothing; list the files that would change, with exit code 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    pub diff: bool,
}
