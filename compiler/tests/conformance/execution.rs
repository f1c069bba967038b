//! Compares what a run would send with what Dataform would send

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Value, json};
use sqlx_compiler::sql::{Existing, Task, tasks};
use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph};

/// The warehouses in which a vector's statements differ from its `exec.json`, with both; nothing to
/// compare without that file. Every task that is made is shown to `look`.
///
/// # Errors
/// When a file of the vector cannot be read.
pub fn differences(vector: &Path, look: &dyn Fn(&Task)) -> io::Result<Option<Vec<String>>> {
    let file = vector.join("exec.json");
    if !file.exists() {
        return Ok(None);
    }
    let graph: CompiledGraph = serde_json::from_value(read(&vector.join("expected.json"))?)?;
    let expected = read(&file)?;
    let warehouses = expected
        .as_object()
        .ok_or_else(|| io::Error::other("exec.json is not an object"))?;
    let mut unequal = Vec::new();
    for (warehouse, actions) in warehouses {
        let wanted: Vec<Value> = actions
            .as_array()
            .into_iter()
            .flatten()
            .map(|action| {
                let tasks = action.get("tasks").cloned().unwrap_or(json!([]));
                json!({"target": action["target"], "tasks": tasks})
            })
            .collect();
        let given = execution(&graph, warehouse, look);
        if given != wanted {
            unequal.push(format!(
                "{warehouse}\n  wanted {}\n  given  {}",
                Value::from(wanted),
                Value::from(given)
            ));
        }
    }
    Ok(Some(unequal))
}

/// The tasks of the actions that a run knows, as the vectors write them
fn execution(graph: &CompiledGraph, warehouse: &str, look: &dyn Fn(&Task)) -> Vec<Value> {
    let columns = ["id", "ts", "existing_field"].map(String::from);
    graph
        .actions()
        .filter(|action| {
            matches!(
                action,
                ActionRef::Table(_) | ActionRef::Operation(_) | ActionRef::Assertion(_)
            )
        })
        .map(|action| {
            let view = action.kind() == ActionKind::View;
            let existing = match warehouse {
                "fresh" => Existing::None,
                "type_mismatch" if !view => Existing::View,
                "existing" | "full_refresh" if view => Existing::View,
                _ => Existing::Table(&columns),
            };
            let mut unique = || "testuuid".to_owned();
            let tasks = tasks(action, existing, warehouse == "full_refresh", &mut unique);
            let tasks: Vec<Value> = tasks
                .iter()
                .map(|task| {
                    look(task);
                    let kind = match task {
                        Task::Statement(_) => "statement",
                        Task::Assertion(_) => "assertion",
                    };
                    json!({"type": kind, "statement": task.statement().sql})
                })
                .collect();
            json!({"target": action.target(), "tasks": tasks})
        })
        .collect()
}

fn read(file: &Path) -> io::Result<Value> {
    serde_json::from_str(&fs::read_to_string(file)?).map_err(io::Error::other)
}
