//! The command line: arguments in, one command run, an exit code out

mod arguments;
mod base;
mod cache;
mod command;
mod dataform;
mod execution;
mod exit;
mod git;
mod interrupt;
mod lock;
mod packages;
mod printer;
mod project;
mod protection;
mod report;
mod selection;
mod test_report;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use printer::Printer;

/// Compiling makes very many short texts, on two threads
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    if let Some(words) = dataform_words() {
        return ExitCode::from(dataform::main(&words));
    }
    let arguments = Arguments::parse();
    let foreign = arguments.foreign_format();
    let printer = Printer::new(
        arguments.global.output_format,
        &project::root(&arguments.global),
    );
    let common = arguments.global;
    if let Err(usage) = check_placement(&arguments.command, &arguments.run) {
        printer.diagnostic(&usage);
        return ExitCode::from(exit::USAGE);
    }
    if let Some(format) = foreign {
        printer.diagnostic(&without_parts(format));
        return ExitCode::from(exit::USAGE);
    }
    let code = match arguments.command {
        None => command::run(&common, &arguments.run, &printer),
        Some(Command::Run(run)) => command::run(&common, &run, &printer),
        Some(Command::Models(models)) => command::models(&common, &models, &printer),
        Some(Command::Runs(runs)) => command::runs(&common, &runs, &printer),
        Some(Command::Prune(prune)) => command::prune(&common, &prune, &printer),
        Some(Command::Compile(compile)) => command::compile(&common, &compile, &printer),
        Some(Command::Check(check)) => command::check(&common, &check, &printer),
        Some(Command::Test(test)) => command::test(&common, &test, &printer),
        Some(Command::Format(format)) => command::format(&common, &format, &printer),
        Some(Command::Graph(graph)) => command::graph(&common, &graph, &printer),
        Some(Command::List(list)) => command::list(&common, &list, &printer),
        Some(Command::Plan(plan)) => command::plan(&common, &plan, &printer),
        Some(Command::Pipeline(pipeline)) => command::pipeline(&common, &pipeline, &printer),
        Some(Command::Lineage(lineage)) => command::lineage(&common, &lineage, &printer),
        Some(Command::Query(query)) => command::query(&common, &query, &printer),
        Some(Command::Serve(serve)) => command::serve(&common, &serve, &printer),
        Some(Command::Monitor(monitor)) => command::monitor(&common, &monitor, &printer),
        Some(Command::Simulate(simulate)) => command::simulate(&simulate, &printer),
        Some(Command::Init(init)) => command::init(&common, &init, &printer),
        Some(Command::Install(install)) => command::install(&common, &install, &printer),
        Some(Command::Dataform) => {
            printer.diagnostic(&dataform_comes_first());
            exit::USAGE
        }
    };
    ExitCode::from(code)
}

/// The words of a command line of Dataform: of a program that is called `dataform`, or after that command
fn dataform_words() -> Option<Vec<String>> {
    let words: Vec<String> = std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let (program, rest) = words.split_first()?;
    if Path::new(program).file_stem()? == "dataform" {
        return Some(rest.to_vec());
    }
    match rest.split_first() {
        Some((first, rest)) if first == "dataform" => Some(rest.to_vec()),
        _ => None,
    }
}

/// The words of Dataform are taken before any of ours are understood, so none of ours can stand before them
fn dataform_comes_first() -> diagnostic::Diagnostic {
    diagnostic::Diagnostic::error(
        diagnostic::code::USAGE,
        "`dataform` is the first word of a command line of Dataform",
    )
    .help("write Dataform's words after it: `sqlx-run dataform compile DIR`")
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

/// A format for what has many parts, such as the actions of a run, asked of a command that has none
fn without_parts(format: arguments::OutputFormat) -> diagnostic::Diagnostic {
    let name = clap::ValueEnum::to_possible_value(&format);
    let name = name.map_or_else(String::new, |value| value.get_name().to_owned());
    diagnostic::Diagnostic::error(
        diagnostic::code::USAGE,
        format!("this command does not report as `{name}`"),
    )
    .help("all commands report as `human`, `json` and `github`; docs/output.md has the formats of each")
}
