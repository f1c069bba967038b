//! `init` and `install`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct InitArguments {
    /// The folder, made if it is missing [default: the working folder]
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
    /// The Google Cloud project that names in SQL begin with
    #[arg(long, default_value = "my-project", value_name = "NAME")]
    pub default_project: String,
}

#[derive(Debug, Clone, Args)]
pub struct InstallArguments {
    /// The project's folder, as with `-C`
    #[arg(value_name = "DIR")]
    pub directory: Option<PathBuf>,
}
