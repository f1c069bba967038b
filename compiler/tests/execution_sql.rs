//! The SQL of every action of the vectors for a fresh, an existing, a full-refresh and a
//! mismatching warehouse
#![cfg(test)]

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sqlx_compiler::sql::{Existing, Task, tasks};
use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph};

const FOLDERS: [&str; 3] = [
    "tests/vectors",
    "../tests/dataform/compile",
    "../../shared/dataform/vectors/compile",
];

fn vectors() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    FOLDERS
        .iter()
        .flat_map(|folder| [root.join(folder), root.join(folder).join("compile")])
        .find(|folder| {
            folder
                .join("extra__001_sql_backticks/expected.json")
                .exists()
        })
}

fn read(file: &Path) -> Value {
    let text = std::fs::read_to_string(file).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The tasks of the actions that a run knows, as the vectors write them
fn execution(graph: &CompiledGraph, warehouse: &str) -> Vec<Value> {
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
                    assert_consistent(task);
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

/// What is said to be the user's text is the user's text
fn assert_consistent(task: &Task) {
    let statement = task.statement();
    for part in &statement.parts {
        let stretch = &statement.sql[part.range.clone()];
        assert!(part.text[part.offset..].starts_with(stretch));
        let start = part.range.start;
        if let Some((origin, text, range)) = statement.origin(&(start..part.range.end)) {
            assert_eq!(origin, part.origin);
            assert_eq!(&text[range], stretch);
        }
    }
    for piece in &statement.pieces {
        assert!(statement.sql.get(piece.range.clone()).is_some());
    }
}

#[test]
fn every_warehouse_gets_the_statements_that_dataform_sends() {
    let Some(folder) = vectors() else {
        eprintln!("skipped: the vectors are not here");
        return;
    };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| folder.join(name).join("exec.json").exists())
        .collect();
    names.sort();
    let mut unequal = Vec::new();
    for name in &names {
        let graph: CompiledGraph =
            serde_json::from_value(read(&folder.join(name).join("expected.json"))).unwrap();
        let Value::Object(expected) = read(&folder.join(name).join("exec.json")) else {
            panic!("{name}: exec.json is not an object");
        };
        for (warehouse, actions) in expected {
            let wanted: Vec<Value> = actions
                .as_array()
                .unwrap()
                .iter()
                .map(|action| {
                    let tasks = action.get("tasks").cloned().unwrap_or(json!([]));
                    json!({"target": action["target"], "tasks": tasks})
                })
                .collect();
            let given = execution(&graph, &warehouse);
            if given != wanted {
                unequal.push(format!(
                    "{name} ({warehouse})\n  wanted {}\n  given  {}",
                    Value::from(wanted),
                    Value::from(given)
                ));
            }
        }
    }
    println!(
        "{} vectors, {} unequal warehouses",
        names.len(),
        unequal.len()
    );
    assert!(unequal.is_empty(), "{}", unequal.join("\n"));
}

/// The one statement of an incremental table with these settings over an existing warehouse
fn incremental(settings: Value, existing: Existing<'_>, full_refresh: bool) -> String {
    let mut table = json!({
        "type": "incremental", "enumType": "INCREMENTAL",
        "target": {"schema": "d", "name": "t", "database": "p"},
        "query": "SELECT 1 AS id", "incrementalQuery": "SELECT 2 AS id",
        "preOps": ["FULL"], "incrementalPreOps": ["PART"],
    });
    for (key, value) in settings.as_object().unwrap() {
        table[key] = value.clone();
    }
    let graph: CompiledGraph = serde_json::from_value(json!({"tables": [table]})).unwrap();
    let action = graph.actions().next().unwrap();
    let mut unique = || "id".to_owned();
    let tasks = tasks(action, existing, full_refresh, &mut unique);
    assert_eq!(tasks.len(), 1);
    assert_consistent(&tasks[0]);
    tasks[0].statement().sql.clone()
}

#[test]
fn an_incremental_table_is_rebuilt_or_grown() {
    let columns = ["id".to_owned()];
    let table = Existing::Table(&columns);
    let create = "FULL;\ncreate or replace table `p.d.t` as SELECT 1 AS id";
    let insert = "PART;\ninsert into `p.d.t`\t\n(`id`)\t\nselect `id`\t\nfrom (SELECT 2 AS id) as insertions";
    let cases = [
        (json!({}), Existing::None, false, create),
        (json!({}), table, false, insert),
        (json!({}), table, true, create),
        (json!({"protected": true}), table, true, insert),
        (json!({"protected": true}), Existing::None, true, create),
        (
            json!({}),
            Existing::View,
            false,
            "FULL;\ndrop view if exists `p.d.t`;\ncreate or replace table `p.d.t` as SELECT 1 AS id",
        ),
        (
            json!({}),
            Existing::MaterializedView,
            false,
            "FULL;\ndrop materialized view if exists `p.d.t`;\ncreate or replace table `p.d.t` as SELECT 1 AS id",
        ),
    ];
    for (settings, existing, full_refresh, expected) in cases {
        assert_eq!(incremental(settings, existing, full_refresh), expected);
    }
}

#[test]
fn partitions_are_overwritten_under_the_conditions_that_are_given() {
    let columns = ["id".to_owned(), "day".to_owned()];
    let settings = json!({
        "incrementalStrategy": "INSERT_OVERWRITE",
        "where": "day > 1",
        "bigquery": {"partitionBy": "day", "incrementalPredicates": ["DATAFORM_DEST.day > 2", " "]},
    });
    let sql = incremental(settings, Existing::Table(&columns), false);
    for wanted in [
        "CREATE OR REPLACE TEMP TABLE `staging_table_temp_id` AS (\n  \n  select * from (SELECT 2 AS id) as subquery\n    where day > 1\n);",
        "SELECT DISTINCT day\n      FROM `staging_table_temp_id`",
        "AND day IN UNNEST(partitions_for_replacement) \n   and (DATAFORM_DEST.day > 2)\n  THEN",
        "INSERT (`id`,`day`) VALUES (`id`,`day`);\nEND;",
    ] {
        assert!(sql.contains(wanted), "{wanted}\n---\n{sql}");
    }
}
