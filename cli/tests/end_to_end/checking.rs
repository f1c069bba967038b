//! `check` and `lineage`: what is found before anything runs, and what columns are made of

use serde_json::Value as Json;

use crate::assert_transcript;
use crate::scratch::Scratch;

/// A project in which nothing exists yet and the source's schema is not known
fn shop(best: &str) -> Scratch {
    Scratch::project(&[
        (
            "raw.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "customers.sqlx",
            "config {\n  type: \"table\",\n  assertions: { uniqueKey: [\"customer\"], rowConditions: [\"amount > 0\"] }\n}\n\
             SELECT customer, COUNT(*) AS orders, SUM(amount) AS amount, MAX(day) AS last_day\n\
             FROM ${ref(\"orders\")}\nWHERE NOT test\nGROUP BY customer\n",
        ),
        ("best.sqlx", best),
        (
            "log.sqlx",
            "config { type: \"incremental\", uniqueKey: [\"customer\"], bigquery: { partitionBy: \"DATE(seen)\" } }\n\
             pre_operations {\n  DECLARE checkpoint DEFAULT (\n    ${when(incremental(), `SELECT MAX(seen) FROM ${self()}`, `SELECT TIMESTAMP '2000-01-01'`)}\n  )\n}\n\
             SELECT customer, orders, TIMESTAMP(last_day) AS seen\nFROM ${ref(\"customers\")}\n\
             ${when(incremental(), `WHERE TIMESTAMP(last_day) > checkpoint`)}\n",
        ),
        (
            "model.sqlx",
            "config { type: \"operations\", hasOutput: true }\nCREATE OR REPLACE MODEL ${self()}\n\
             OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['again']) AS\n\
             SELECT orders, amount, orders > 1 AS again FROM ${ref(\"customers\")}\n",
        ),
        (
            "scores.sqlx",
            "config { type: \"view\" }\nSELECT customer, predicted_again, predicted_again_probs[OFFSET(0)].prob AS likely\n\
             FROM ML.PREDICT(MODEL ${ref(\"model\")}, TABLE ${ref(\"customers\")})\n",
        ),
    ])
}

const GOOD: &str = "config { type: \"view\" }\nSELECT * EXCEPT (last_day) FROM ${ref(\"customers\")} WHERE amount > 10\n";

const BAD: &str = "config { type: \"view\" }\nSELECT *, UPER(customer) AS u, orders || 1 AS o\n\
                   FROM ${ref(\"customers\")}\nWHERE amout > 10 AND orders = 'a'\n";

#[test]
fn a_project_is_checked_before_anything_exists() {
    let scratch = shop(GOOD);
    assert_transcript!("check_good", scratch.snapshot(&["check"]));
    assert!(
        !scratch.path().join(".sqlx-run/warehouse.duckdb").exists(),
        "a check makes no warehouse"
    );
}

#[test]
fn every_finding_stands_at_its_place() {
    let scratch = shop(BAD);
    assert_transcript!("check_bad", scratch.snapshot(&["check"]));
    assert_eq!(scratch.run(&["check", "--strict"]).code, Some(1));
    let chosen = scratch.snapshot(&["check", "--actions", "customers", "--strict"]);
    assert_transcript!("check_chosen", chosen);
    assert_eq!(scratch.run(&["check", "--actions", "nobody"]).code, Some(4));
    let ran = scratch.run(&["check", "--format", "json"]);
    let document: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(document["version"], 1);
    assert_eq!(document["diagnostics"][0]["file"], "definitions/best.sqlx");
    assert_eq!(document["diagnostics"][0]["severity"], "warning");
}

#[test]
fn config_and_both_forms_of_an_incremental_table_are_checked() {
    let scratch = Scratch::project(&[
        (
            "t.sqlx",
            "config {\n  type: \"incremental\",\n  uniqueKey: [\"idd\"],\n  assertions: { nonNull: [\"dai\"], rowConditions: [\"day > 'x'\"] },\n\
             \x20 bigquery: { clusterBy: [\"nothing\"] }\n}\n\
             SELECT 1 AS id, DATE '2020-01-01' AS day\n${when(incremental(), `FROM (SELECT 1) WHERE dat > '2020-01-01'`)}\n\
             post_operations {\n  DELETE FROM ${self()} WHERE wrong\n}\n",
        ),
        (
            "engine.sqlx",
            "config { type: \"view\" }\nSELECT ST_GEOGPOINT(1, 2) AS place\n",
        ),
    ]);
    assert_transcript!("check_incremental", scratch.snapshot(&["check"]));
    assert_eq!(
        scratch
            .run(&["check", "--actions", "engine", "--strict"])
            .code,
        Some(0),
        "what only the embedded engine lacks is no error"
    );
}

/// A table that asks for a filter, functions of the project over it, and an operation that merges it
fn functions() -> Scratch {
    Scratch::project(&[
        (
            "days.sqlx",
            "config { type: \"table\", bigquery: { partitionBy: \"day\", requirePartitionFilter: true } }\n\
             SELECT 1 AS id, DATE '2024-01-01' AS day, 'a' AS name, NUMERIC '1.5' AS amount\n",
        ),
        (
            "tools.sqlx",
            "config { type: \"operations\" }\n\
             CREATE OR REPLACE FUNCTION sales.twice(x INT64) RETURNS INT64 AS (x * 2);\n\
             CREATE OR REPLACE TABLE FUNCTION sales.named(n STRING) AS\n\
             SELECT id, name FROM ${ref(\"days\")} WHERE name = n AND day > '2000-01-01'\n",
        ),
        (
            "calls.sqlx",
            "config { type: \"table\", dependencies: [\"tools\"] }\n\
             SELECT sales.twice(n.id) AS twice, n.nam, sales.twice(n.name) AS wrong\nFROM sales.named('a') AS n\n",
        ),
        (
            "totals.sqlx",
            "config { type: \"operations\", hasOutput: true }\n\
             CREATE TABLE IF NOT EXISTS ${self()} (id INT64, total NUMERIC);\n\
             MERGE ${self()} AS t USING (\n\
             \x20 SELECT id, SUM(amount) AS total FROM ${ref(\"days\")} WHERE day > '2000-01-01' GROUP BY id\n\
             ) AS s ON t.id = s.id\n\
             WHEN MATCHED THEN UPDATE SET total = s.total\nWHEN NOT MATCHED THEN INSERT ROW\n",
        ),
        (
            "all_days.sqlx",
            "config { type: \"table\" }\nSELECT COUNT(*) AS n FROM ${ref(\"days\")}\n",
        ),
    ])
}

#[test]
fn functions_and_operations_of_the_project_are_known() {
    let scratch = functions();
    assert_transcript!("check_functions", scratch.snapshot(&["check"]));
    assert_transcript!("lineage_function", scratch.snapshot(&["lineage", "calls"]));
    assert_transcript!("lineage_merge", scratch.snapshot(&["lineage", "totals"]));
}

#[test]
fn a_source_with_files_has_their_columns() {
    let scratch = shop(GOOD);
    scratch.write(
        "data/orders.csv",
        "customer,amount,day,test\nann,5,2018-06-12,false\n",
    );
    scratch.write("sqlx-run.toml", "[sources]\norders = \"data/*.csv\"\n");
    assert_eq!(scratch.run(&["check", "--strict"]).code, Some(0));
    scratch.write(
        "data/orders.csv",
        "customer,price,day,test\nann,5,2018-06-12,false\n",
    );
    let ran = scratch.run(&["check", "--strict"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.stderr.contains("no column `amount`"), "{}", ran.stderr);
}

#[test]
fn lineage_leads_from_a_column_to_the_sources_and_back() {
    let scratch = shop(GOOD);
    assert_transcript!("lineage_action", scratch.snapshot(&["lineage", "best"]));
    assert_transcript!("lineage_model", scratch.snapshot(&["lineage", "scores"]));
    assert_transcript!(
        "lineage_downstream",
        scratch.snapshot(&["lineage", "raw.orders.amount", "--downstream"])
    );
    assert_transcript!(
        "lineage_json",
        scratch.snapshot(&["lineage", "sales.best.amount", "--format", "json"])
    );
    assert_transcript!(
        "lineage_dot",
        scratch.snapshot(&[
            "lineage",
            "customers.orders",
            "--format",
            "dot",
            "--upstream",
            "--downstream"
        ])
    );
    assert_transcript!(
        "lineage_unknown",
        scratch.snapshot(&["lineage", "custmers"])
    );
    assert_transcript!(
        "lineage_unknown_column",
        scratch.snapshot(&["lineage", "customers.amuont"])
    );
}

#[test]
fn rows_as_json_fit_their_schema() {
    let scratch = Scratch::empty();
    let path = crate::scratch::repository().join("docs/query-json.schema.json");
    let schema: Json = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let sql = "SELECT 1 AS i, CAST('nan' AS FLOAT64) AS f, NUMERIC '1.50' AS n, BIGNUMERIC '2.5' AS b, TRUE AS t, 'x' AS s, \
               b'\\x00\\xff' AS y, DATE '2018-06-12' AS d, DATETIME '2018-06-12 01:02:03.5' AS dt, TIME '01:02:03' AS ti, \
               TIMESTAMP '2018-06-12 01:02:03+02' AS ts, INTERVAL 3 DAY AS iv, JSON '{\"a\": [1, null]}' AS j, [1, 2] AS a, \
               STRUCT(1 AS a, [STRUCT('x' AS b)] AS l) AS st, STRUCT(1, 2) AS un, CAST(NULL AS ARRAY<INT64>) AS na, \
               RANGE<DATE> '[2020-01-01, UNBOUNDED)' AS r, CAST(NULL AS STRING) AS nothing";
    let ran = scratch.run(&["query", "--format", "json", sql]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(keys(&document), texts(&schema["required"]));
    assert_eq!(
        document["version"],
        schema["properties"]["version"]["const"]
    );
    for field in document["schema"].as_array().unwrap() {
        assert_field_fits(field, &schema["$defs"]["field"]);
    }
    insta::assert_snapshot!(
        "query_encodings",
        serde_json::to_string_pretty(&document["rows"]).unwrap()
    );
    assert_transcript!(
        "query_jsonl",
        scratch.snapshot(&[
            "query",
            "--format",
            "jsonl",
            "SELECT x FROM UNNEST([1, 2]) AS x"
        ])
    );
    assert_transcript!(
        "query_array_null",
        scratch.snapshot(&["query", "SELECT 1 AS n, [1, NULL] AS a"])
    );
}

#[test]
fn query_reads_standard_input_where_there_is_no_terminal() {
    use std::io::Write as _;
    let scratch = Scratch::empty();
    let mut child = scratch
        .command(&["query", "--format", "csv"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"SELECT 1 AS a;\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "a\n1\n");
    assert_eq!(scratch.run(&["query"]).code, Some(2));
}

/// A field of a result's schema has what the JSON schema asks of fields
fn assert_field_fits(field: &Json, schema: &Json) {
    let properties = &schema["properties"];
    for key in texts(&schema["required"]) {
        assert!(field[&key].is_string(), "{field} has no `{key}`");
    }
    for key in keys(field) {
        assert!(properties[&key].is_object(), "{field} has `{key}`");
    }
    for key in ["type", "mode"] {
        let known = properties[key]["enum"].as_array().unwrap();
        assert!(known.contains(&field[key]), "{field}: `{key}`");
    }
    assert_eq!(
        field["fields"].is_array(),
        field["type"] == "STRUCT",
        "{field}"
    );
    for inner in field["fields"].as_array().into_iter().flatten() {
        assert_field_fits(inner, schema);
    }
}

fn keys(object: &Json) -> Vec<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

fn texts(list: &Json) -> Vec<String> {
    let list = list.as_array().unwrap().iter();
    list.map(|text| text.as_str().unwrap().to_owned()).collect()
}
