//! Arguments of `pipeline`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{RunArguments, SelectionArguments};

/// Arguments of `pipeline`
#[derive(Debug, Clone, Args)]
pub struct PipelineArguments {
    /// What to do
    #[command(subcommand)]
    pub command: PipelineCommand,
}

/// What to do with a pipeline
#[derive(Debug, Clone, Subcommand)]
pub enum PipelineCommand {
    /// Write the selected actions as a definition for Vertex AI Pipelines, Airflow or Cloud Workflows
    Compile(PipelineCompileArguments),
    /// Send the selected actions to Vertex AI Pipelines
    Submit(PipelineSubmitArguments),
    /// Run what the pipeline has, task by task; with `--local` on this machine
    Run(PipelineRunArguments),
}

/// What a pipeline is made of
#[derive(Debug, Clone, Args)]
pub struct PipelineContents {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// The pipeline's name [default: the Google Cloud project's]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Where tasks put what they make
    #[arg(long, value_name = "gs://BUCKET/FOLDER")]
    pub root: Option<String>,
    /// The region that the pipeline runs in [default: that of the Vertex AI actions]
    #[arg(long, value_name = "REGION")]
    pub region: Option<String>,
    /// Rebuild incremental tables
    #[arg(long)]
    pub full_refresh: bool,
}

/// Arguments of `pipeline compile`
#[derive(Debug, Clone, Args)]
pub struct PipelineCompileArguments {
    #[command(flatten)]
    pub contents: PipelineContents,
    /// The format
    #[arg(long, value_enum, default_value_t)]
    pub format: PipelineFormat,
    /// Write to a file [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// The formats of pipelines
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PipelineFormat {
    /// A KFP specification (schema 2.1.0) for Vertex AI Pipelines, as JSON
    #[default]
    Kfp,
    /// A DAG of Apache Airflow
    Airflow,
    /// A workflow of Google Cloud Workflows
    Workflows,
}

/// Arguments of `pipeline submit`
#[derive(Debug, Clone, Args)]
pub struct PipelineSubmitArguments {
    #[command(flatten)]
    pub contents: PipelineContents,
    /// The account that the tasks run as
    #[arg(long, value_name = "EMAIL")]
    pub service_account: Option<String>,
    /// The network that the tasks run in
    #[arg(long, value_name = "NETWORK")]
    pub network: Option<String>,
    /// Return when the pipeline has ended
    #[arg(long)]
    pub wait: bool,
}

/// Arguments of `pipeline run`
#[derive(Debug, Clone, Args)]
pub struct PipelineRunArguments {
    /// On the embedded engine and the local Vertex AI, whatever the environment says
    #[arg(long)]
    pub local: bool,
    #[command(flatten)]
    pub run: RunArguments,
}
