//! `compile`: a list of the project's actions, or the graph as Dataform's JSON; once, or on each change

use std::path::Path;

use diagnostic::{Severity, to_json};
use serde_json::json;
use sqlx_compiler::Compilation;

use crate::arguments::{CompileArguments, GlobalArguments, SelectionArguments};
use crate::cache::{Caching, Compiled, Wanted, compile_project};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{Project, check, environment, options, root};
use crate::selection::selected_graph;
use crate::watch::watch;

/// Compiles; findings do not keep the rest of the graph from being printed
pub fn compile(global: &GlobalArguments, arguments: &CompileArguments, printer: &Printer) -> u8 {
    let folder = arguments.directory.clone().unwrap_or_else(|| root(global));
    if arguments.watch && folder.is_dir() {
        let again = || {
            once(global, arguments, &folder, printer);
        };
        return watch(&folder, |line| printer.note(line), again);
    }
    once(global, arguments, &folder, printer)
}

fn once(
    global: &GlobalArguments,
    arguments: &CompileArguments,
    folder: &Path,
    printer: &Printer,
) -> u8 {
    let environment = match check(folder).and_then(|()| environment(global, folder)) {
        Ok(environment) => environment,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            return exit::of(&diagnostic);
        }
    };
    if arguments.selection != SelectionArguments::default() {
        return selected(global, arguments, folder, printer);
    }
    let wanted = if arguments.json {
        Wanted::Json
    } else {
        Wanted::Actions
    };
    let caching = if global.no_cache {
        Caching::Off
    } else {
        Caching::On
    };
    compile_project(
        folder,
        &options(global, &environment),
        wanted,
        caching,
        |compiled| {
            print(compiled, wanted, printer);
            if compiled.has_errors {
                exit::USAGE
            } else {
                exit::OK
            }
        },
    )
}

/// A part of the graph; what is selected may depend on all of it, so all of it is compiled
fn selected(
    global: &GlobalArguments,
    arguments: &CompileArguments,
    folder: &Path,
    printer: &Printer,
) -> u8 {
    let project = match Project::compile_clean(global, folder.to_owned(), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    match selected_graph(global, &arguments.selection, &project) {
        Ok(graph) => {
            let mut part = Compilation::default();
            part.graph = graph.into_owned();
            let wanted = if arguments.json {
                Wanted::Json
            } else {
                Wanted::Actions
            };
            print(&Compiled::whole(&part, None), wanted, printer);
            exit::OK
        }
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn print(compiled: &Compiled<'_>, wanted: Wanted, printer: &Printer) {
    for line in &compiled.console {
        printer.note(line);
    }
    if wanted == Wanted::Json {
        if !compiled.is_thrown() {
            for piece in compiled.json() {
                printer.data(&piece);
            }
        }
        for finding in compiled.diagnostics.iter() {
            printer.note(&finding.to_string());
        }
    } else if printer.is_json() {
        printer.json(&summary(compiled));
    } else {
        let actions = list(compiled, printer);
        printer.diagnostics(&compiled.diagnostics);
        printer.note(&verdict(compiled, actions, printer));
    }
}

/// Prints the actions; gives how many there are
fn list(compiled: &Compiled<'_>, printer: &Printer) -> usize {
    let rows: Vec<(&str, String, String)> = compiled
        .actions()
        .map(|action| {
            let mut notes = Vec::new();
            if action.disabled() {
                notes.push("disabled".to_owned());
            }
            let tags = action.tags();
            if !tags.is_empty() {
                notes.push(format!("tags: {}", tags.join(", ")));
            }
            (action.kind().as_str(), action.name(), notes.join("; "))
        })
        .collect();
    let kind = rows.iter().map(|row| row.0.len()).max().unwrap_or_default();
    let name = rows
        .iter()
        .map(|row| row.1.chars().count())
        .max()
        .unwrap_or_default();
    let mut text = String::new();
    for (own_kind, own_name, notes) in &rows {
        let line = format!("{own_kind:kind$}  {own_name:name$}  {notes}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    printer.data(&text);
    rows.len()
}

fn verdict(compiled: &Compiled<'_>, actions: usize, printer: &Printer) -> String {
    let errors = compiled
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let verdict = format!("compiled {}", count(actions, "action"));
    if errors == 0 {
        printer.paint(Style::Good, &verdict)
    } else {
        let errors = printer.paint(Style::Bad, &count(errors, "error"));
        format!("{verdict}, {errors}")
    }
}

fn count(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

fn summary(compiled: &Compiled<'_>) -> serde_json::Value {
    let actions: Vec<_> = compiled
        .actions()
        .map(|action| {
            json!({
                "action": action.name(),
                "kind": action.kind().as_str(),
                "file": action.file_name(),
                "tags": action.tags(),
                "disabled": action.disabled(),
                "dependencies": action.dependencies(),
            })
        })
        .collect();
    let findings: Vec<_> = compiled.diagnostics.iter().map(to_json).collect();
    json!({ "actions": actions, "diagnostics": findings })
}
