//! `compile`: the project's actions, or the graph as Dataform's JSON

use diagnostic::{Severity, to_json};
use serde_json::json;
use sqlx_compiler::to_json as graph_json;
use sqlx_runtime::display_name;

use crate::arguments::{CompileArguments, GlobalArguments};
use crate::printer::Printer;
use crate::project::{Project, root};
use crate::{exit, printer::Style};

/// Compiles; findings do not keep the rest of the graph from being printed
pub fn compile(global: &GlobalArguments, arguments: &CompileArguments, printer: &Printer) -> u8 {
    let folder = arguments.directory.clone().unwrap_or_else(|| root(global));
    let project = match Project::compile(global, folder) {
        Ok(project) => project,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            return exit::of(&diagnostic);
        }
    };
    project.show_console(printer);
    let compilation = &project.compilation;
    if arguments.json {
        if compilation.thrown.is_none() {
            printer.data(&graph_json(&compilation.graph));
        }
        for finding in &compilation.diagnostics {
            printer.note(&finding.to_string());
        }
    } else if printer.is_json() {
        printer.json(&summary(&project));
    } else {
        list(&project, printer);
        printer.diagnostics(&compilation.diagnostics);
        printer.note(&verdict(&project, printer));
    }
    if compilation.has_errors() {
        exit::USAGE
    } else {
        exit::OK
    }
}

fn list(project: &Project, printer: &Printer) {
    let rows: Vec<(String, String, String)> = project
        .compilation
        .graph
        .actions()
        .map(|action| {
            let mut notes = Vec::new();
            if action.disabled() {
                notes.push("disabled".to_owned());
            }
            if !action.tags().is_empty() {
                notes.push(format!("tags: {}", action.tags().join(", ")));
            }
            (
                action.kind().as_str().to_owned(),
                display_name(action.target()),
                notes.join("; "),
            )
        })
        .collect();
    let kind = rows.iter().map(|row| row.0.len()).max().unwrap_or_default();
    let name = rows
        .iter()
        .map(|row| row.1.chars().count())
        .max()
        .unwrap_or_default();
    for (own_kind, own_name, notes) in rows {
        let line = format!("{own_kind:kind$}  {own_name:name$}  {notes}");
        printer.data(&format!("{}\n", line.trim_end()));
    }
}

fn verdict(project: &Project, printer: &Printer) -> String {
    let actions = project.compilation.graph.actions().count();
    let errors = project
        .compilation
        .diagnostics
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .count();
    let compiled = format!("compiled {}", count(actions, "action"));
    if errors == 0 {
        printer.paint(Style::Good, &compiled)
    } else {
        format!(
            "{compiled}, {}",
            printer.paint(Style::Bad, &count(errors, "error"))
        )
    }
}

fn count(number: usize, word: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {word}{plural}")
}

fn summary(project: &Project) -> serde_json::Value {
    let graph = &project.compilation.graph;
    let actions: Vec<_> = graph
        .actions()
        .map(|action| {
            json!({
                "action": display_name(action.target()),
                "kind": action.kind().as_str(),
                "file": action.file_name(),
                "tags": action.tags(),
                "disabled": action.disabled(),
                "dependencies": action
                    .dependency_targets()
                    .iter()
                    .map(display_name)
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    let findings: Vec<_> = project
        .compilation
        .diagnostics
        .iter()
        .map(to_json)
        .collect();
    json!({ "actions": actions, "diagnostics": findings })
}
