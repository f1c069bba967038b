//! Scripts of a project: what stands before and after a table, incremental tables that change their
//! columns or replace partitions, and operations

use serde_json::json;

use crate::scratch::Scratch;

const SOURCE: &str = "
config { type: \"table\" }
SELECT 1 AS id, TIMESTAMP '2024-01-01 00:00:00+00' AS ts, 'a' AS v
UNION ALL SELECT 2, TIMESTAMP '2024-01-02 00:00:00+00', 'b'
";

const LATER: &str = "
config { type: \"table\" }
SELECT 2 AS id, TIMESTAMP '2024-01-02 00:00:00+00' AS ts, 'c' AS v
UNION ALL SELECT 3, TIMESTAMP '2024-01-03 00:00:00+00', 'd'
";

/// Runs a project, then again with later rows in its source
fn twice(file: &str) -> Scratch {
    let scratch = Scratch::project(&[("src.sqlx", SOURCE), ("grown.sqlx", file)]);
    let ran = scratch.run(&["run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    scratch.write("definitions/src.sqlx", LATER);
    scratch
}

fn again(scratch: &Scratch) {
    let ran = scratch.run(&["run"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn operations_before_a_table_declare_what_its_query_uses() {
    let scratch = twice(
        "
config { type: \"incremental\", uniqueKey: [\"id\"] }
pre_operations {
  DECLARE checkpoint DEFAULT (
    ${when(incremental(), `SELECT MAX(ts) FROM ${self()}`, `SELECT TIMESTAMP '2000-01-01'`)}
  )
  ---
  CREATE TEMP TABLE fresh AS SELECT * FROM ${ref(\"src\")} WHERE ts > checkpoint
}
SELECT id, v, ts, EXTRACT(DAY FROM checkpoint) AS since FROM fresh
post_operations {
  ASSERT (SELECT COUNT(*) FROM ${self()}) > 0 AS 'nothing there'
}
",
    );
    again(&scratch);
    assert_eq!(
        scratch.rows("SELECT id, v, since FROM sales.grown ORDER BY id"),
        json!([
            {"id": 1, "v": "a", "since": 1},
            {"id": 2, "v": "b", "since": 1},
            {"id": 3, "v": "d", "since": 2},
        ])
    );
}

#[test]
fn an_incremental_table_gets_the_columns_of_its_query() {
    let scratch = twice(
        "
config { type: \"incremental\", uniqueKey: [\"id\"], onSchemaChange: \"EXTEND\" }
SELECT id, v ${when(incremental(), \", 1 AS extra\", \"\")} FROM ${ref(\"src\")}
",
    );
    again(&scratch);
    // rows are added by the columns that the table has by then, and not by those from before
    assert_eq!(
        scratch.rows("SELECT id, v, extra FROM sales.grown ORDER BY id"),
        json!([
            {"id": 1, "v": "a", "extra": null},
            {"id": 2, "v": "c", "extra": 1},
            {"id": 3, "v": "d", "extra": 1},
        ])
    );
    let routines = "SELECT COUNT(*) FROM sales.INFORMATION_SCHEMA.ROUTINES";
    assert_eq!(scratch.number(routines), 0);
    let tables = "SELECT COUNT(*) FROM sales.INFORMATION_SCHEMA.TABLES";
    assert_eq!(scratch.number(tables), 2);
}

#[test]
fn a_change_of_columns_that_is_not_wanted_fails() {
    let scratch = twice(
        "
config { type: \"incremental\", onSchemaChange: \"FAIL\" }
SELECT id, v ${when(incremental(), \", 1 AS extra\", \"\")} FROM ${ref(\"src\")}
",
    );
    let ran = scratch.run(&["run"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let told = ran.stderr + &ran.stdout;
    assert!(told.contains("Schema mismatch defined by"), "{told}");
    assert_eq!(scratch.number("SELECT COUNT(*) FROM sales.grown"), 2);
    let tables = "SELECT COUNT(*) FROM sales.INFORMATION_SCHEMA.TABLES";
    assert_eq!(scratch.number(tables), 2);
}

#[test]
fn partitions_are_replaced() {
    let scratch = twice(
        "
config {
  type: \"incremental\",
  incrementalStrategy: \"insert_overwrite\",
  bigquery: { partitionBy: \"DATE(ts)\" }
}
SELECT id, ts, v FROM ${ref(\"src\")}
",
    );
    again(&scratch);
    assert_eq!(
        scratch.rows("SELECT id, v FROM sales.grown ORDER BY id"),
        json!([{"id": 1, "v": "a"}, {"id": 2, "v": "c"}, {"id": 3, "v": "d"}])
    );
}

#[test]
fn operations_are_scripts() {
    let scratch = Scratch::project(&[(
        "counted.sqlx",
        "
config { type: \"operations\", hasOutput: true }
DECLARE n INT64 DEFAULT 0;
CREATE OR REPLACE TABLE ${self()} (n INT64);
WHILE n < 3 DO
  SET n = n + 1;
  INSERT INTO ${self()} VALUES (n);
END WHILE;
BEGIN
  SELECT 1 / 0;
EXCEPTION WHEN ERROR THEN
  INSERT INTO ${self()} VALUES (100);
END;
",
    )]);
    again(&scratch);
    assert_eq!(scratch.number("SELECT SUM(n) FROM sales.counted"), 106);
}

#[test]
fn a_failure_leaves_nothing_of_the_operations_before() {
    let scratch = Scratch::project(&[(
        "broken.sqlx",
        "
config { type: \"table\" }
pre_operations {
  DECLARE a INT64 DEFAULT 1;
  CREATE OR REPLACE TABLE sales.leftover AS SELECT a AS x
}
SELECT ERROR('broken') AS x
",
    )]);
    let ran = scratch.run(&["run"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let tables = "SELECT COUNT(*) FROM sales.INFORMATION_SCHEMA.TABLES";
    assert_eq!(scratch.number(tables), 0);
}

#[test]
fn query_prints_what_each_statement_of_a_script_gives() {
    let scratch = Scratch::empty();
    let script = "DECLARE a INT64 DEFAULT 20; SET a = a + 1; SELECT a; \
        FOR r IN (SELECT x FROM UNNEST(['x', 'y']) AS x ORDER BY x) DO SELECT r.x, a; END FOR;";
    let ran = scratch.run(&["query", "--format", "csv", script]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ran.stdout, "a\n21\nx,a\nx,21\nx,a\ny,21\n");
    let ran = scratch.run(&["query", "SELECT 1;\nBREAK;"]);
    assert_ne!(ran.code, Some(0));
    assert!(
        ran.stderr.contains("BREAK belongs into the body of a loop"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("2:1"), "{}", ran.stderr);
}
