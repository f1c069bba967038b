//! `graph`: the compiled graph as a picture

use std::collections::BTreeMap;
use std::path::Path;

use diagnostic::{Diagnostic, code};
use graph_view::{Format, RenderOptions, State, render};
use sqlx_runtime::last_results;

use crate::arguments::{GlobalArguments, GraphArguments, GraphFormat};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, root};
use crate::selection::selected_graph;

/// Draws
pub fn graph(global: &GlobalArguments, arguments: &GraphArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let format = match arguments.format {
        GraphFormat::Dot => Format::Dot,
        GraphFormat::Mermaid => Format::Mermaid,
        GraphFormat::Json => Format::Json,
        GraphFormat::Html => Format::Html,
    };
    let mut options = RenderOptions::default();
    if arguments.last_run {
        match last_states(&project.state_folder().join("runs")) {
            Ok(states) => options.states = states,
            Err(diagnostic) => {
                printer.diagnostic(&diagnostic);
                return exit::of(&diagnostic);
            }
        }
    }
    let graph = match selected_graph(global, &arguments.selection, &project) {
        Ok(graph) => graph,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            return exit::of(&diagnostic);
        }
    };
    let drawn = render(&graph, format, &options);
    let text = match drawn {
        Ok(text) => text,
        Err(error) => {
            printer.diagnostic(&Diagnostic::error(
                code::OUTPUT_UNWRITABLE,
                format!("the graph cannot be drawn: {error}"),
            ));
            return exit::FAILED;
        }
    };
    match &arguments.output {
        None => printer.data(&text),
        Some(path) => {
            if let Err(error) = std::fs::write(path, text) {
                printer.diagnostic(&Diagnostic::error(
                    code::OUTPUT_UNWRITABLE,
                    format!("`{}` cannot be written: {error}", path.display()),
                ));
                return exit::FAILED;
            }
            printer.note(&format!("wrote {}", path.display()));
        }
    }
    exit::OK
}

fn last_states(records: &Path) -> Result<BTreeMap<String, State>, Diagnostic> {
    let unreadable = |reason: String| Diagnostic::error(code::RUN_RECORD, reason);
    let results = last_results(records)
        .map_err(|error| unreadable(format!("the run record cannot be read: {error}")))?
        .ok_or_else(|| {
            unreadable("there is no run yet".to_owned()).help("run the project first")
        })?;
    Ok(results
        .into_iter()
        .filter_map(|result| {
            let name = result["action"].as_str()?.to_owned();
            Some((name, serde_json::from_value(result).ok()?))
        })
        .collect())
}
