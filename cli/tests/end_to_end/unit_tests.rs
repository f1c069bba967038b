//! `test`: unit tests of tables, views and incremental tables, with no warehouse

use crate::assert_transcript;
use crate::scratch::Scratch;

const RAW: (&str, &str) = (
    "raw.sqlx",
    "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
);

const TOTALS: (&str, &str) = (
    "totals.sqlx",
    "config { type: \"table\" }\n\
     SELECT customer, COUNT(*) AS orders, SUM(amount) AS amount\n\
     FROM ${ref(\"raw\", \"orders\")}\nGROUP BY customer\n",
);

const LOG: (&str, &str) = (
    "log.sqlx",
    "config { type: \"incremental\" }\n\
     SELECT id, amount FROM ${ref(\"raw\", \"orders\")}\n\
     ${when(incremental(), `WHERE id > (SELECT MAX(id) FROM ${self()})`)}\n",
);

fn orders(rows: &str) -> String {
    format!("input \"raw\", \"orders\" {{\n  {rows}\n}}\n")
}

fn test(name: &str, dataset: &str, inputs: &str, expected: &str) -> (String, String) {
    let text = format!(
        "config {{ type: \"test\", dataset: \"{dataset}\", tags: [\"quick\"] }}\n{inputs}{expected}\n"
    );
    (format!("tests/{name}.sqlx"), text)
}

fn project(tests: &[(String, String)]) -> Scratch {
    let scratch = Scratch::project(&[RAW, TOTALS, LOG]);
    for (name, text) in tests {
        scratch.write(&format!("definitions/{name}"), text);
    }
    scratch
}

fn good() -> Vec<(String, String)> {
    let rows = orders(
        "SELECT 'ann' AS customer, 5 AS amount UNION ALL SELECT 'ann', 6 UNION ALL SELECT 'bob', 7",
    );
    let ids = orders("SELECT 1 AS id, 10 AS amount UNION ALL SELECT 2, 20");
    vec![
        test(
            "totals_by_customer",
            "totals",
            &rows,
            "SELECT 'bob' AS customer, 1 AS orders, 7.0 AS amount UNION ALL SELECT 'ann', 2, 11",
        ),
        test(
            "log_from_nothing",
            "log",
            &ids,
            "SELECT 1 AS id, 10 AS amount UNION ALL SELECT 2, 20",
        ),
        test(
            "log_of_new_orders",
            "log",
            &format!("{ids}input \"log\" {{ SELECT 1 AS id, 10 AS amount }}\n"),
            "SELECT 2 AS id, 20 AS amount",
        ),
    ]
}

#[test]
fn tables_and_both_forms_of_incremental_tables_are_tested() {
    let scratch = project(&good());
    assert_transcript!("test_passes", scratch.snapshot(&["test"]));
    assert_transcript!("test_by_name", scratch.snapshot(&["test", "log*"]));
    assert_transcript!(
        "test_by_selector",
        scratch.snapshot(&["test", "-s", "sales.log+ or tag:quick", "-x", "log_from_*"])
    );
    assert_transcript!(
        "test_of_action",
        scratch.snapshot(&["test", "sales.totals"])
    );
    assert_transcript!(
        "test_report",
        scratch.snapshot(&["test", "totals_by_customer", "--output-format", "json"])
    );
    assert!(
        !scratch.path().join(".sqlx-run").exists(),
        "a test leaves nothing"
    );
}

#[test]
fn what_differs_is_shown_row_by_row() {
    let rows = orders(
        "SELECT 'ann' AS customer, 5 AS amount UNION ALL SELECT 'bob', 7 UNION ALL SELECT 'cid', 1",
    );
    let scratch = project(&[
        test(
            "other_rows",
            "totals",
            &rows,
            "SELECT 'ann' AS customer, 2 AS orders, 5 AS amount\n\
             UNION ALL SELECT 'bob', 1, 7\nUNION ALL SELECT 'eve', 8, 9",
        ),
        test(
            "other_columns",
            "totals",
            &rows,
            "SELECT 'ann' AS customer, '1' AS orders, 5 AS total",
        ),
    ]);
    assert_transcript!("test_differs", scratch.snapshot(&["test"]));
    assert_transcript!(
        "test_junit",
        scratch.snapshot(&["test", "other_rows", "--output-format", "junit"])
    );
    let lines = scratch.run(&["test", "--output-format", "jsonl"]);
    let first: serde_json::Value =
        serde_json::from_str(lines.stdout.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&first["event"], &first["status"]),
        (&"test_finished".into(), &"failed".into())
    );
    let ran = scratch.run(&["test", "--output-format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(ran.code, Some(1));
    let rows = &report["tests"][1]["difference"]["rows"];
    assert_eq!(rows[0]["difference"], "changed");
    assert_eq!(rows[0]["columns"], serde_json::json!(["orders"]));
}

#[test]
fn errors_stand_at_their_place() {
    let scratch = project(&[
        test(
            "wrong_input",
            "totals",
            &orders("SELECT 'ann' AS customer, amout FROM (SELECT 5 AS amount)"),
            "SELECT 1 AS n",
        ),
        test(
            "wrong_expectation",
            "totals",
            &orders("SELECT 'ann' AS customer, 5 AS amount"),
            "SELECT customer, 1 AS orders",
        ),
        test(
            "column_not_given",
            "totals",
            &orders("SELECT 'ann' AS customer"),
            "SELECT 'ann' AS customer, 1 AS orders, 5 AS amount",
        ),
        test(
            "unread_input",
            "totals",
            &format!(
                "{}input \"other\" {{ SELECT 1 AS n }}\n",
                orders("SELECT 'ann' AS customer, 5 AS amount")
            ),
            "SELECT 1 AS orders, 'ann' AS customer, 5 AS amount",
        ),
    ]);
    assert_transcript!("test_errors", scratch.snapshot(&["test"]));
    let missing = project(&[test("missing_input", "totals", "", "SELECT 1 AS n")]);
    assert_transcript!("test_missing_input", missing.snapshot(&["test"]));
    let unknown = project(&good());
    assert_transcript!(
        "test_unknown",
        unknown.snapshot(&["test", "totals_by_custmer"])
    );
    let none = Scratch::project(&[RAW]);
    assert_transcript!("test_none", none.snapshot(&["test"]));
}

#[test]
fn functions_of_the_project_can_be_called() {
    let scratch = Scratch::project(&[
        (
            "double.sqlx",
            "config { type: \"operations\" }\nCREATE OR REPLACE FUNCTION sales.twice(x INT64) AS (x * 2)\n",
        ),
        (
            "doubled.sqlx",
            "config { type: \"view\" }\nSELECT sales.twice(n) AS n, plus(n) AS m FROM ${ref(\"numbers\")}\n\
             pre_operations { CREATE TEMP FUNCTION plus(x INT64) AS (x + 1) }\n",
        ),
        (
            "numbers.sqlx",
            "config { type: \"table\" }\nSELECT 1 AS n\n",
        ),
        (
            "doubled_test.sqlx",
            "config { type: \"test\", dataset: \"doubled\" }\ninput \"numbers\" { SELECT 4 AS n }\n\
             SELECT 8 AS n, 5 AS m\n",
        ),
    ]);
    let ran = scratch.run(&["test"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
}

#[test]
fn a_run_may_wait_for_its_tests() {
    let mut tests = good();
    let scratch = project(&tests);
    scratch.write("data/orders.csv", "id,customer,amount\n1,ann,5\n2,bob,7\n");
    scratch.write("sqlx-run.toml", "[sources]\norders = \"data/*.csv\"\n");
    let ran = scratch.run(&["run", "--run-tests", "--actions", "totals"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("1 of 3 tests selected"),
        "{}",
        ran.stderr
    );
    tests[1].1.push_str("UNION ALL SELECT 3, 30\n");
    scratch.write(&format!("definitions/{}", tests[1].0), &tests[1].1);
    let ran = scratch.run(&["run", "--run-tests"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert_eq!(
        scratch.run(&["query", "SELECT * FROM sales.log"]).code,
        Some(1)
    );
}

#[test]
fn dataform_itself_refuses_tests_of_incremental_tables() {
    let scratch = project(&good());
    scratch.write(
        "workflow_settings.yaml",
        "dataformCoreVersion: 3.0.65\ndefaultProject: shop\ndefaultDataset: sales\n",
    );
    let ran = scratch.run(&["dataform", "compile", "."]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stderr
            .contains("Running tests on incremental datasets is not yet supported."),
        "{}",
        ran.stderr
    );
    assert_eq!(scratch.run(&["compile"]).code, Some(0));
}
