//! Statements that change tables: each case is a script whose last query shows what it left

use duckdb::Connection;
use googlesql::{Analyzed, Column, Type};

use crate::support::{self, Tables};

#[test]
fn tables_change_as_on_bigquery() {
    let mut wrong = Vec::new();
    for line in include_str!("cases/changes.txt")
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with("--"))
    {
        let (script, wanted) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
        let found = outcome(script);
        if found != wanted.trim() {
            wrong.push(format!("{script}\n  wanted {wanted}\n  found  {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What went wrong, if anything did, and the rows of the script's last query
fn outcome(script: &str) -> String {
    let connection = support::database();
    let create = "CREATE TABLE target (id BIGINT, v VARCHAR); INSERT INTO target VALUES (1, 'a'), (2, 'b'); \
        CREATE TABLE source (id BIGINT, v VARCHAR); INSERT INTO source VALUES (1, 'x'), (1, 'y'), (3, 'z'); \
        CREATE TABLE lists (id BIGINT, xs BIGINT[])";
    connection.execute_batch(create).unwrap();
    let pair = || {
        vec![
            Column::new("id", Type::Int64),
            Column::new("v", Type::String),
        ]
    };
    let lists = vec![
        Column::new("id", Type::Int64),
        Column::new("xs", Type::Array(Box::new(Type::Int64))),
    ];
    let catalog = Tables {
        tables: vec![
            ("target", pair()),
            ("source", pair()),
            ("lists", lists.clone()),
            ("made", lists),
        ],
        zone: "UTC",
    };
    let statements = match support::analyze(script, &catalog) {
        Ok(statements) => statements,
        Err(error) => return format!("error {}", error.code),
    };
    let mut shown = Vec::new();
    for statement in &statements {
        match run(&connection, statement) {
            Ok(None) => {}
            Ok(Some(rows)) => shown.push(rows),
            Err(message) => shown.push(format!("fails {message}")),
        }
    }
    shown.join(" then ")
}

fn run(connection: &Connection, statement: &Analyzed) -> Result<Option<String>, String> {
    match statement {
        Analyzed::Query(relation) => Ok(Some(support::rows(connection, relation)?.join(" ; "))),
        Analyzed::Execute { sql, .. } => {
            for one in sql {
                connection.execute_batch(one).map_err(|error| {
                    let text = error.to_string();
                    let text = googlesql::without_mark(&text);
                    text.lines().next().unwrap_or_default().to_owned()
                })?;
            }
            Ok(None)
        }
        _ => Err("not a change of a table".to_owned()),
    }
}
