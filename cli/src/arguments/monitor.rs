//! `monitor`

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Clone, Args)]
pub struct MonitorArguments {
    /// The job's id or display name [default: all jobs]
    #[arg(value_name = "JOB")]
    pub job: Option<String>,
    /// Where the server keeps what it finds [default: .sqlx-run/vertex in the project]
    #[arg(long, value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Have the server that runs look now at what was asked since the last window
    #[arg(long)]
    pub now: bool,
    /// Fail when the last window has an alert
    #[arg(long)]
    pub check: bool,
}
