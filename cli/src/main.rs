//! The command line: arguments in, one command run, an exit code out

mod arguments;
mod command;
mod exit;
mod printer;
mod project;
mod report;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use printer::Printer;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let printer = Printer::new(arguments.global.output_format);
    let common = arguments.global;
    if let Err(usage) = check_placement(&arguments.command, &arguments.run) {
        printer.diagnostic(&usage);
        return ExitCode::from(exit::USAGE);
    }
    let code = match arguments.command {
        None => command::run(&common, &arguments.run, &printer),
        Some(Command::Run(run)) => command::run(&common, &run, &printer),
        Some(Command::Compile(compile)) => command::compile(&common, &compile, &printer),
        Some(Command::Graph(graph)) => command::graph(&common, &graph, &printer),
        Some(Command::Query(query)) => command::query(&common, &query, &printer),
        Some(Command::Simulate(simulate)) => command::simulate(&simulate, &printer),
        Some(Command::Init(init)) => command::init(&common, &init, &printer),
    };
    ExitCode::from(code)
}

/// Flags of a run stand after `run`, or alone
fn check_placement(
    command: &Option<Command>,
    run: &arguments::RunArguments,
) -> Result<(), diagnostic::Diagnostic> {
    if command.is_some() && *run != arguments::RunArguments::default() {
        return Err(diagnostic::Diagnostic::error(
            diagnostic::code::USAGE,
            "flags of a run stand before another command",
        )
        .help("write them after `run`: `sqlx-run run --tags staging`"));
    }
    Ok(())
}
