//! Each format of a graph that has every kind of action, and names that mean something elsewhere
#![cfg(test)]

use std::collections::BTreeMap;

use graph_view::{Format, RenderOptions, State, Status, render};
use serde_json::{Value, json};
use sqlx_compiler::CompiledGraph;

/// A name with everything that a format could take for its own
const HARD: &str = "a\"b\\c<i>&`d`#é;*}]";

fn graph() -> CompiledGraph {
    let target =
        |schema: &str, name: &str| json!({"schema": schema, "name": name, "database": "shop"});
    let source = json!({"schema": "raw", "name": "orders", "database": "elsewhere"});
    serde_json::from_value(json!({
        "tables": [
            {
                "type": "view", "enumType": "VIEW", "target": target("staging", "orders"),
                "query": "SELECT * FROM x -- </script><script>alert(1)</script>",
                "fileName": "definitions/orders.sqlx", "tags": ["staging", "daily"],
                "actionDescriptor": {
                    "description": "Orders as they \"come\"",
                    "columns": [{"path": ["id"], "description": "The <b>key</b>"}],
                },
                "dependencyTargets": [source, target("nowhere", "unknown")],
            },
            {
                "type": "table", "enumType": "TABLE", "target": target("marts", HARD),
                "query": "SELECT 1", "fileName": "definitions/hard.sqlx", "disabled": true,
                "dependencyTargets": [target("staging", "orders"), target("staging", "orders")],
            },
            {
                "type": "incremental", "enumType": "INCREMENTAL", "target": target("marts", "events"),
                "query": "SELECT 1", "incrementalQuery": "SELECT 2", "where": "true",
                "preOps": ["DECLARE x INT64"], "fileName": "definitions/events.sqlx",
                "dependencyTargets": [target("staging", "orders")],
            },
        ],
        "operations": [{
            "target": target("marts", "model"), "queries": ["SELECT 1", "SELECT 2"],
            "fileName": "definitions/model.sqlx", "dependencyTargets": [target("marts", "events")],
        }],
        "assertions": [{
            "target": target("checks", "orders_are_unique"), "query": "SELECT 1",
            "fileName": "definitions/orders.sqlx", "dependencyTargets": [target("staging", "orders")],
        }],
        "declarations": [{"target": source, "fileName": "definitions/sources.js"}],
        "notebooks": [{
            "target": target("notes", "look"), "fileName": "definitions/look.ipynb",
            "dependencyTargets": [target("marts", "events")],
        }],
        "projectConfig": {"defaultDatabase": "shop"}, "graphErrors": {}, "jitData": {},
    }))
    .unwrap()
}

fn states() -> RenderOptions {
    let state = |status, rows, seconds| State {
        status,
        rows,
        seconds,
    };
    RenderOptions {
        title: Some("A <shop>".into()),
        states: BTreeMap::from([
            (
                "staging.orders".into(),
                state(Status::Succeeded, Some(12_345), Some(0.25)),
            ),
            (
                "marts.events".into(),
                state(Status::Failed, None, Some(3.0)),
            ),
            ("marts.model".into(), state(Status::Skipped, None, None)),
        ]),
    }
}

#[test]
fn dot() {
    insta::assert_snapshot!(render(&graph(), Format::Dot, &RenderOptions::default()).unwrap());
}

#[test]
fn mermaid() {
    insta::assert_snapshot!(render(&graph(), Format::Mermaid, &states()).unwrap());
}

#[test]
fn json() {
    insta::assert_snapshot!(render(&graph(), Format::Json, &states()).unwrap());
}

#[test]
fn the_page_holds_the_graph_and_nothing_can_break_out_of_it() {
    let page = render(&graph(), Format::Html, &states()).unwrap();
    assert_eq!(
        page.matches("</script>").count(),
        2,
        "only our own two scripts end"
    );
    assert!(page.contains("<title>A &lt;shop&gt; · graph</title>"));
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org/").count()
    );
    assert!(!page.contains("https://"));
    let (_, rest) = page.split_once("id=\"data\">").unwrap();
    let (data, _) = rest.split_once("</script>").unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let nodes = data["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 7);
    assert_eq!(nodes[1]["name"], HARD);
    assert_eq!(nodes[0]["columns"][0]["description"], "The <b>key</b>");
    assert_eq!(
        nodes[0]["sql"][0]["text"],
        "SELECT * FROM x -- </script><script>alert(1)</script>"
    );
    assert_eq!(
        nodes[0]["state"],
        json!({"status": "succeeded", "rows": 12_345, "seconds": 0.25})
    );
    let titles: Vec<&str> = nodes[2]["sql"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|sql| sql["title"].as_str())
        .collect();
    assert_eq!(
        titles,
        ["before", "query", "incremental query", "incremental where"]
    );
    // sources stand to the left of what needs them
    for edge in data["edges"].as_array().unwrap() {
        let x = |end: &str| {
            nodes[edge[end].as_u64().unwrap() as usize]["x"]
                .as_f64()
                .unwrap()
        };
        assert!(x("from") < x("to"));
    }
}

#[test]
fn formats_have_names() {
    for (name, format) in Format::ALL {
        assert_eq!(name.parse::<Format>().unwrap(), format);
    }
    let message = "svg".parse::<Format>().unwrap_err().to_string();
    assert_eq!(
        message,
        "unknown format `svg`: use dot, mermaid, json or html"
    );
}

#[test]
fn an_empty_graph_is_drawn_too() {
    for (_, format) in Format::ALL {
        render(&CompiledGraph::default(), format, &RenderOptions::default()).unwrap();
    }
}
