//! `dataform run` and `dataform test`, up to where they would need BigQuery

use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;
use sqlx_compiler::{Compilation, readable};
use sqlx_runtime::Environment;

use super::check;
use super::errors::ErrorList;
use super::failure::Failure;
use super::line::{Value, Words};
use super::project::{compile_project, folder};
use super::screen::Screen;
use super::selection::{Selection, select};
use crate::execution::{RunConfig, Warehouse, execution_graph};
use crate::project::Project;

/// Runs the project: `--dry-run --json` prints what would be sent, and the rest needs BigQuery
///
/// # Errors
/// The project has no graph, the credentials are missing or wrong, or BigQuery would be needed
pub fn run(words: &Words, screen: Screen) -> Result<u8, Failure> {
    let is_set = |name: &str| words.get(name).is_some_and(Value::is_truthy);
    let (json, dry_run) = (is_set("json"), is_set("dry-run"));
    if json && !dry_run {
        screen.error(
            "For execution, the --json option is only supported if the --dry-run option is enabled",
        );
        return Ok(0);
    }
    let given = |name: &str| matches!(words.get(name), Some(Value::Number(_)));
    if !json && given("timeout") && !given("execution-timeout") {
        screen.warning(
            "Note: --timeout only bounds project compilation. For a whole-run wall-clock deadline, use --execution-timeout.\n",
        );
    }
    let Some(compilation) = compile_clean(words, !json, screen)? else {
        return Ok(1);
    };
    if json {
        print_execution_graph(words, compilation, screen)?;
        return Ok(0);
    }
    read_credentials(&credentials_path(words)?)?;
    Err(needs_bigquery(
        "run",
        "`sqlx-run run` runs the project on the embedded engine",
    ))
}

/// Tests the project, which needs BigQuery
///
/// # Errors
/// The project has no graph, the credentials are missing or wrong, or BigQuery would be needed
pub fn test(words: &Words, screen: Screen) -> Result<u8, Failure> {
    let json = words.get("json").is_some_and(Value::is_truthy);
    let Some(compilation) = compile_clean(words, !json, screen)? else {
        return Ok(1);
    };
    read_credentials(&credentials_path(words)?)?;
    if compilation.graph.tests.is_empty() {
        screen.error("No unit tests found.");
        return Ok(1);
    }
    Err(needs_bigquery(
        "test",
        "`sqlx-run test` runs the unit tests on the embedded engine",
    ))
}

/// The compilation, unless it has errors: they are printed
fn compile_clean(
    words: &Words,
    talkative: bool,
    screen: Screen,
) -> Result<Option<Compilation>, Failure> {
    if talkative {
        screen.line("Compiling...\n");
    }
    let compilation = compile_project(words)?;
    for line in &compilation.console {
        let (level, text) = line.split_once(": ").unwrap_or(("log", line));
        if talkative && !["warn", "error"].contains(&level) {
            screen.line(text);
        } else {
            screen.error_line(text);
        }
    }
    let errors = ErrorList::new(&compilation, &folder(words));
    if !errors.is_empty() {
        errors.print(false, screen);
        return Ok(None);
    }
    if talkative {
        screen.success("Compiled successfully.\n");
    }
    Ok(Some(compilation))
}

fn print_execution_graph(
    words: &Words,
    compilation: Compilation,
    screen: Screen,
) -> Result<(), Failure> {
    let selection = Selection::new(words, "");
    let chosen = select(&compilation.graph, &selection)?;
    let flag = |name: &str| match words.get(name) {
        Some(Value::Bool(value)) => Some(*value),
        _ => None,
    };
    let number = |name: &str| match words.get(name) {
        Some(Value::Number(number)) if *number != 0.0 => Some(*number),
        _ => None,
    };
    let config = RunConfig {
        actions: selection.actions,
        full_refresh: flag("full-refresh").unwrap_or_default(),
        include_dependencies: flag("include-deps"),
        tags: selection.tags,
        timeout_millis: number("execution-timeout"),
        jit_timeout_millis: number("jit-timeout"),
        include_dependents: flag("include-dependents"),
    };
    let project = Project {
        environment: Environment::default(),
        root: folder(words),
        compilation: Arc::new(compilation),
    };
    let file = project.state_folder().join("warehouse.duckdb");
    let failed = |diagnostic: diagnostic::Diagnostic| Failure::plain(diagnostic.to_string());
    let warehouse = Warehouse::open(&project, &file).map_err(failed)?;
    let graph = &project.compilation.graph;
    let is_chosen = |target: &sqlx_compiler::Target| chosen.contains(&readable(target));
    let execution = execution_graph(graph, &is_chosen, config, &warehouse).map_err(failed)?;
    screen.data(&execution.to_json());
    Ok(())
}

fn credentials_path(words: &Words) -> Result<std::path::PathBuf, Failure> {
    check::credentials(words).map_err(|message| Failure::of_class("TypeError", message))
}

/// The credentials are there and well formed
fn read_credentials(path: &Path) -> Result<(), Failure> {
    if !path.exists() {
        return Err(Failure::error(format!(
            "Missing credentials JSON file; not found at path '{}'.",
            path.display()
        )));
    }
    let unreadable =
        |reason: String| Failure::error(format!("Error reading credentials file: {reason}"));
    let text = std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let credentials: Json =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let wrong = |message: String| Err(Failure::of_class("ReferenceError", message));
    let fields = match &credentials {
        Json::Object(fields) => fields,
        Json::Array(_) => {
            return wrong("Expected a top-level object, but found an array".to_owned());
        }
        _ => return Err(unreadable("the projectId field is required".to_owned())),
    };
    for (key, value) in fields {
        let known = ["projectId", "credentials", "location"].contains(&key.as_str());
        match value {
            Json::String(_) if known => {}
            Json::Null | Json::Bool(false) => {
                return wrong(format!("Unexpected empty value for \"{key}\"."));
            }
            Json::String(text) if text.is_empty() => {
                return wrong(format!("Unexpected empty value for \"{key}\"."));
            }
            Json::Array(items) if items.is_empty() => {}
            Json::Object(fields) if fields.is_empty() => {}
            value => {
                return wrong(format!(
                    "Unexpected property \"{key}\", or property value type of \"{}\" is incorrect.",
                    type_name(value)
                ));
            }
        }
    }
    if !fields.contains_key("projectId") {
        return Err(unreadable("the projectId field is required".to_owned()));
    }
    Ok(())
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Null | Json::Array(_) | Json::Object(_) => "object",
    }
}

fn needs_bigquery(command: &str, instead: &str) -> Failure {
    Failure::plain(format!(
        "`{command}` on BigQuery is not implemented yet, so the credentials were not used; {instead}"
    ))
}
