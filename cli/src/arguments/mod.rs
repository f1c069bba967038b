//! The arguments, each defined once, a file for each command

mod assertions;
mod check;
mod compile;
mod control;
mod format;
mod global;
mod graph;
mod lineage;
mod list;
mod models;
mod monitor;
mod pipeline;
mod plan;
mod project;
mod prune;
mod query;
mod reuse;
mod run;
mod runs;
mod selection;
mod serve;
mod simulate;
mod test;
mod words;

use clap::{Parser, Subcommand};

pub use assertions::AssertionArguments;
pub use check::{CHECK_HELP, CheckArguments, FindingFormat};
pub use compile::CompileArguments;
pub use control::ControlArguments;
pub use format::FormatArguments;
pub use global::{GlobalArguments, OutputFormat};
pub use graph::{GraphArguments, GraphFormat};
pub use lineage::{LineageArguments, LineageFormat};
pub use list::ListArguments;
pub use models::{ModelsArguments, ModelsCommand, ModelsShowArguments};
pub use monitor::MonitorArguments;
pub use pipeline::{
    PipelineArguments, PipelineCommand, PipelineCompileArguments, PipelineContents, PipelineFormat,
    PipelineRunArguments, PipelineSubmitArguments,
};
pub use plan::{PLAN_HELP, PlanArguments};
pub use project::{InitArguments, InstallArguments};
pub use prune::PruneArguments;
pub use query::{QueryArguments, RowFormat};
pub use reuse::ReuseArguments;
pub use run::RunArguments;
pub use runs::{ExportFormat, RunsArguments, RunsCommand, RunsExportArguments};
pub use selection::SelectionArguments;
pub use serve::{SERVE_HELP, ServeArguments};
pub use simulate::SimulateArguments;
pub use test::{TEST_HELP, TestArguments};
pub use words::words_of_run;

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

impl Arguments {
    /// A format that the command does not report in, where that was asked for
    pub fn foreign_format(&self) -> Option<OutputFormat> {
        let has_no_parts = matches!(
            self.command,
            Some(
                Command::Compile(_)
                    | Command::Check(_)
                    | Command::Format(_)
                    | Command::Graph(_)
                    | Command::Lineage(_)
                    | Command::Plan(_)
                    | Command::Query(_)
                    | Command::Simulate(_)
                    | Command::Serve(_)
                    | Command::Monitor(_)
                    | Command::Init(_)
                    | Command::Install(_)
            )
        );
        let of_parts = [OutputFormat::Jsonl, OutputFormat::Junit];
        let format = self.global.output_format;
        let lists = matches!(self.command, Some(Command::List(_) | Command::Models(_)));
        let foreign =
            has_no_parts && of_parts.contains(&format) || lists && format == OutputFormat::Junit;
        foreign.then_some(format)
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the project's actions
    Run(RunArguments),
    /// Tell of earlier runs: list, show, export
    Runs(RunsArguments),
    /// Tell of the models that were trained here: list, show, their versions
    Models(ModelsArguments),
    /// Drop tables that an earlier run made and no action makes any more
    Prune(PruneArguments),
    /// Compile the project and list its actions, or print the graph as Dataform's JSON
    Compile(CompileArguments),
    /// Check names and types in every action's SQL, before anything runs or exists
    #[command(after_help = CHECK_HELP)]
    Check(CheckArguments),
    /// Run the project's unit tests, with no warehouse
    #[command(after_help = TEST_HELP)]
    Test(TestArguments),
    /// Lay out SQLX and JavaScript files as Dataform does
    Format(FormatArguments),
    /// Draw the compiled graph
    Graph(GraphArguments),
    /// List what a selection has: actions, declarations and unit tests
    List(ListArguments),
    /// Show what a run would do and what it would cost
    #[command(after_help = PLAN_HELP)]
    Plan(PlanArguments),
    /// Write the project as a pipeline for Vertex AI, Airflow or Cloud Workflows; send it, or run it here
    Pipeline(PipelineArguments),
    /// Tell which columns a column is made of, or what is made of it
    Lineage(LineageArguments),
    /// Ask the warehouse in GoogleSQL; on a terminal without SQL, in a shell
    Query(QueryArguments),
    /// Serve models on this machine as Vertex AI does: models, endpoints, traffic, predictions, monitoring
    #[command(after_help = SERVE_HELP)]
    Serve(ServeArguments),
    /// Tell how far what endpoints are asked is from training data and from before
    Monitor(MonitorArguments),
    /// Write events of an invented game, in the schema of the Firebase export
    Simulate(SimulateArguments),
    /// Begin a project
    Init(InitArguments),
    /// Fetch the npm packages that the project's JavaScript requires
    Install(InstallArguments),
    /// Take a command line of Dataform's own CLI: `sqlx-run dataform help`
    Dataform,
}
