//! The program as `dataform`: the commands, flags, texts and exit codes of Dataform's own CLI
//!
//! What differs, on purpose, is listed in `docs/dataform.md`.

mod check;
mod compile;
mod conversion;
mod credentials;
mod engine_words;
mod errors;
mod failure;
mod flags;
mod format;
mod help;
mod iceberg;
mod init;
mod install;
mod line;
mod project;
mod run;
mod screen;
mod selection;
mod summary;

use failure::Failure;
use line::{Line, Words};
use screen::Screen;

/// The version of Dataform's CLI whose behaviour this is
const VERSION: &str = "3.0.69";

/// Runs a command line; gives the exit code
pub fn main(words: &[String]) -> u8 {
    let screen = Screen::new();
    let outcome = line::read(words).and_then(|line| match line {
        Line::Help(command) => {
            screen.line(&help::page(command));
            Ok(0)
        }
        Line::Version => {
            screen.line(VERSION);
            Ok(0)
        }
        Line::Nothing => {
            screen.error_line(&help::page(None));
            Ok(0)
        }
        Line::Silence => Ok(0),
        Line::Run(command, words) => run_command(command.name, &words, screen),
    });
    outcome.unwrap_or_else(|failure| {
        screen.failure(&failure);
        1
    })
}

fn run_command(name: &str, words: &Words, screen: Screen) -> Result<u8, Failure> {
    match name {
        "init" => init::init(words, screen),
        "install" => install::install(words, screen),
        "init-creds" => credentials::init(words, screen),
        "compile" => compile::compile(words, screen),
        "test" => run::test(words, screen),
        "run" => run::run(words, screen),
        _ => format::format(words, screen),
    }
}
