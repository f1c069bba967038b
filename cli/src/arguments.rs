//! The arguments, each defined once

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use simulate::SimulateOptions;
use sqlx_runtime::SourceArgument;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    something failed
  2    usage, settings or compile error; nothing was run
  4    nothing matches the selection
  130  interrupted";

/// Compile and run Dataform projects on your own machine
///
/// Without a command, runs the project: `sqlx-run --tags staging`
#[derive(Debug, Parser)]
#[command(name = "sqlx-run", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    pub global: GlobalArguments,
    #[command(flatten)]
    pub run: RunArguments,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What every command understands
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Project and warehouse")]
pub struct GlobalArguments {
    /// The project's folder
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The DuckDB file [default: .sqlx-run/warehouse.duckdb in the project]
    #[arg(long, value_name = "FILE", global = true)]
    pub warehouse: Option<PathBuf>,
    /// Read a declared source out of parquet, CSV or JSON files; globs are understood; repeatable
    #[arg(long = "source", value_name = "NAME=PATH", global = true)]
    pub sources: Vec<SourceArgument>,
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
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the project's actions
    Run(RunArguments),
    /// Compile the project and list its actions, or print the graph as Dataform's JSON
    Compile(CompileArguments),
    /// Check names and types in every action's SQL, before anything runs or exists
    #[command(after_help = CHECK_HELP)]
    Check(CheckArguments),
    /// Lay out SQLX and JavaScript files as Dataform does
    Format(FormatArguments),
    /// Draw the compiled graph
    Graph(GraphArguments),
    /// Tell which columns a column is made of, or what is made of it
    Lineage(LineageArguments),
    /// Ask the warehouse in GoogleSQL; on a terminal without SQL, in a shell
    Query(QueryArguments),
    /// Write events of an invented game, in the schema of the Firebase export
    Simulate(SimulateArguments),
    /// Begin a project
    Init(InitArguments),
    /// Fetch the npm packages that the project's JavaScript requires
    Install(InstallArguments),
    /// Take a command line of Dataform's own CLI: `sqlx-run dataform help`
    Dataform,
}

/// What to run, and how
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArguments {
    /// Rebuild incremental tables from nothing
    #[arg(long)]
    pub full_refresh: bool,
    /// Show the statements, send none
    #[arg(long)]
    pub dry_run: bool,
    /// Show them as Dataform's JSON, with `--dry-run`
    #[arg(long, requires = "dry_run")]
    pub json: bool,
    /// Actions at a time [default: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    #[command(flatten)]
    pub selection: SelectionArguments,
}

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
}

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

const CHECK_HELP: &str = "\
Findings:
  warning  what BigQuery would reject: unknown and ambiguous names, types that do not fit
  note     what may run on BigQuery, but not on the embedded engine

Exit codes:
  0    nothing is wrong, or warnings without `--strict`
  1    warnings with `--strict`
  2    usage, settings or compile error
  4    nothing matches the selection";

#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Take warnings for errors, with exit code 1 if there are any
    #[arg(long)]
    pub strict: bool,
    /// How findings are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Debug, Clone, Args)]
pub struct LineageArguments {
    /// `name`, `dataset.name`, or either with `.column`; sources too
    #[arg(value_name = "ACTION[.COLUMN]")]
    pub wanted: String,
    /// What it is made of, down to the sources [default]
    #[arg(long)]
    pub upstream: bool,
    /// What is made of it
    #[arg(long)]
    pub downstream: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: LineageFormat,
}

/// How lineage is printed
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LineageFormat {
    /// For people
    #[default]
    Tree,
    /// Columns and edges
    Json,
    /// Graphviz
    Dot,
}

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

#[derive(Debug, Clone, Args)]
pub struct GraphArguments {
    /// What to draw
    #[arg(long, value_enum, default_value_t)]
    pub format: GraphFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show how the actions fared in the last run (in the page and the JSON)
    #[arg(long)]
    pub last_run: bool,
}

/// What a graph is drawn as
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Graphviz
    #[default]
    Dot,
    /// Mermaid, for Markdown
    Mermaid,
    /// Nodes and edges
    Json,
    /// One page that needs nothing else
    Html,
}

#[derive(Debug, Clone, Args)]
pub struct QueryArguments {
    /// GoogleSQL, one or more statements; `-` reads standard input, as does no SQL where there is no
    /// terminal; on a terminal, no SQL opens a shell
    #[arg(value_name = "SQL")]
    pub sql: Option<String>,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// How rows are printed
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// For people
    #[default]
    Table,
    /// A document with schema and rows for each statement that gives rows
    Json,
    /// A row on each line, as in `json`, without the schema
    Jsonl,
    /// RFC 4180, with a header
    Csv,
}

#[derive(Debug, Clone, Args)]
pub struct SimulateArguments {
    /// How many people play
    #[arg(long, default_value_t = SimulateOptions::default().users, value_name = "N")]
    pub users: u64,
    /// Over how many days
    #[arg(long, default_value_t = SimulateOptions::default().days, value_name = "D")]
    pub days: u32,
    /// The same seed gives the same events
    #[arg(long, default_value_t = SimulateOptions::default().seed, value_name = "S")]
    pub seed: u64,
    /// The parquet file to write
    #[arg(value_name = "OUT.parquet")]
    pub output: PathBuf,
}

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

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected K=V".to_owned()),
    }
}
