//! What every command understands

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use sqlx_runtime::SourceArgument;

/// What every command understands
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Project and warehouse")]
pub struct GlobalArguments {
    /// The project's folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The environment of `sqlx-run.toml` to use [default: `SQLX_RUN_ENV`, or what the file says]
    #[arg(long = "env", value_name = "NAME", global = true)]
    pub environment: Option<String>,
    /// Write to a protected environment without being asked
    #[arg(long, global = true)]
    pub yes: bool,
    /// The DuckDB file [default: .sqlx-run/warehouse.duckdb in the project]
    #[arg(long, value_name = "FILE", global = true)]
    pub warehouse: Option<PathBuf>,
    /// Read a declared source out of parquet, CSV or JSON files; globs are understood; repeatable
    #[arg(long = "source", value_name = "NAME=PATH", global = true)]
    pub sources: Vec<SourceArgument>,
    /// Ask BigQuery at this address, such as an emulator's [default: `BIGQUERY_EMULATOR_HOST`]
    #[arg(long, value_name = "URL", global = true)]
    pub api_endpoint: Option<String>,
    /// Ask Vertex AI at this address [default: `SQLX_RUN_VERTEX_ENDPOINT`, or Google's in each action's region]
    #[arg(long, value_name = "URL", global = true)]
    pub vertex_endpoint: Option<String>,
    /// Ask BigQuery in the name of this service account
    #[arg(long, value_name = "EMAIL", global = true)]
    pub impersonate_service_account: Option<String>,
    /// Set variables of the project
    #[arg(long, value_name = "K=V,…", value_delimiter = ',', value_parser = key_value, global = true)]
    pub vars: Vec<(String, String)>,
    /// How long the project's JavaScript may run
    #[arg(long, value_name = "SECONDS", default_value_t = 60, global = true)]
    pub compile_timeout: u64,
    /// How much memory the project's JavaScript may use
    #[arg(long, value_name = "MB", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..), global = true)]
    pub compile_memory: u32,
    /// Compile all of the project, and store nothing in `.sqlx-run/cache`
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// The embedded engine, whatever the environment says; not a flag, but what `pipeline run --local` means
    #[arg(skip)]
    pub embedded: bool,
    /// How a command reports
    #[arg(long, value_enum, default_value_t, global = true)]
    pub output_format: OutputFormat,
}

/// How a command reports
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people, on standard error
    #[default]
    Human,
    /// One JSON document on standard output
    Json,
    /// A JSON document on each line of standard output; of a run, its events as they happen
    Jsonl,
    /// For people, and JUnit's XML on standard output
    Junit,
    /// For people, and findings as GitHub's workflow commands
    Github,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected K=V".to_owned()),
    }
}
