//! `simulate`: events of an invented game

use diagnostic::{Diagnostic, code};
use serde_json::json;
use simulate::{SimulateOptions, simulate as write_events};

use crate::arguments::SimulateArguments;
use crate::exit;
use crate::printer::Printer;

/// Writes the events
pub fn simulate(arguments: &SimulateArguments, printer: &Printer) -> u8 {
    let options = SimulateOptions {
        users: arguments.users,
        days: arguments.days,
        seed: arguments.seed,
    };
    if arguments
        .output
        .extension()
        .is_none_or(|found| found != "parquet")
    {
        let diagnostic = Diagnostic::error(
            code::USAGE,
            format!("`{}` is not called `.parquet`", arguments.output.display()),
        )
        .help("events are written as parquet: name the file so");
        printer.diagnostic(&diagnostic);
        return exit::of(&diagnostic);
    }
    match write_events(&options, &arguments.output) {
        Ok(summary) if printer.is_json() => {
            printer.json(&json!({
                "events": summary.events,
                "users": summary.users,
                "file": arguments.output.display().to_string(),
            }));
            exit::OK
        }
        Ok(summary) => {
            printer.note(&format!(
                "wrote {} events of {} users to {}",
                summary.events,
                summary.users,
                arguments.output.display()
            ));
            exit::OK
        }
        Err(error) => {
            let diagnostic = error.into();
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}
