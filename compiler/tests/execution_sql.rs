//! The SQL of every action of the vectors for a fresh, an existing, a full-refresh and a
//! mismatching warehouse
#![cfg(test)]

#[path = "conformance/execution.rs"]
mod execution;

use std::path::Path;

use serde_json::{Value, json};
use sqlx_compiler::CompiledGraph;
use sqlx_compiler::sql::{Existing, Task, tasks};

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let mut vectors = 0;
    let mut unequal = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if let Some(found) = execution::differences(&path, &assert_consistent).unwrap() {
            vectors += 1;
            unequal.extend(
                found
                    .iter()
                    .map(|found| format!("{}: {found}", path.display())),
            );
        }
    }
    println!("{vectors} vectors, {} unequal warehouses", unequal.len());
    assert!(vectors > 0 && unequal.is_empty(), "{}", unequal.join("\n"));
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
