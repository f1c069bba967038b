//! How a run takes its assertions: severity, kept rows, and which are checked

use crate::assert_transcript;
use crate::scratch::Scratch;

fn shop() -> Scratch {
    let scratch = Scratch::project(&[
        (
            "raw.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "orders.sqlx",
            "config { type: \"incremental\" }\nSELECT * FROM ${ref(\"raw\", \"orders\")}\n\
             ${when(incremental(), `WHERE id > (SELECT MAX(id) FROM ${self()})`)}\n",
        ),
        (
            "no_returns.sqlx",
            "config { type: \"assertion\", tags: [\"severity:warn\"] }\n\
             SELECT * FROM ${ref(\"sales\", \"orders\")} WHERE amount < 0\n",
        ),
        (
            "has_customer.sqlx",
            "config { type: \"assertion\" }\n\
             SELECT * FROM ${ref(\"sales\", \"orders\")} WHERE customer IS NULL\n",
        ),
        (
            "report.sqlx",
            "config { type: \"table\", dependencies: [\"no_returns\", \"has_customer\"] }\n\
             SELECT SUM(amount) AS amount FROM ${ref(\"sales\", \"orders\")}\n",
        ),
    ]);
    scratch.write("data/orders.csv", "id,customer,amount\n1,ann,5\n2,bob,-7\n");
    scratch.write(
        "sqlx-run.toml",
        "[sources]\n\"raw.orders\" = \"data/*.csv\"\n",
    );
    scratch
}

#[test]
fn a_warning_stops_nothing_and_an_error_what_depends_on_it() {
    let scratch = shop();
    assert_transcript!("assertions_warn", scratch.snapshot(&["run", "--jobs", "1"]));
    scratch.write(
        "data/orders.csv",
        "id,customer,amount\n1,ann,5\n2,bob,-7\n3,,2\n",
    );
    let failed = scratch.snapshot(&["run", "--jobs", "1", "--store-failures"]);
    assert_transcript!("assertions_fail", failed);
    let kept = scratch.rows("SELECT id FROM checks.has_customer_failures");
    assert_eq!(kept, serde_json::json!([{ "id": 3 }]));
    let settings = "[sources]\n\"raw.orders\" = \"data/*.csv\"\n[assertions]\n\"has_*\" = \"warn\"\nno_returns = \"error\"\n";
    scratch.write("sqlx-run.toml", settings);
    let ran = scratch.run(&["run", "--output-format", "json"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let status = |name: &str| {
        let mut actions = report["actions"].as_array().unwrap().iter();
        actions.find(|one| one["action"] == name).unwrap()["status"].clone()
    };
    assert_eq!(status("checks.has_customer"), "warned");
    assert_eq!(status("checks.no_returns"), "failed");
}

#[test]
fn kept_rows_go_when_the_assertion_passes() {
    let scratch = shop();
    scratch.write("data/orders.csv", "id,customer,amount\n1,,5\n");
    let ran = scratch.run(&["run", "--store-failures"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    scratch.write("data/orders.csv", "id,customer,amount\n1,ann,5\n");
    let ran = scratch.run(&["run", "--store-failures", "--full-refresh"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let gone = scratch.run(&["query", "SELECT * FROM checks.has_customer_failures"]);
    assert_eq!(gone.code, Some(1));
}

#[test]
fn only_those_are_checked_that_are_asked_for() {
    let scratch = shop();
    let none = scratch.snapshot(&["run", "--jobs", "1", "--assertions", "none"]);
    assert_transcript!("assertions_none", none);
    let unchanged = [
        "run",
        "--jobs",
        "1",
        "--actions",
        "orders,no_returns",
        "--assertions",
        "changed",
    ];
    assert_transcript!("assertions_unchanged", scratch.snapshot(&unchanged));
    scratch.write(
        "data/orders.csv",
        "id,customer,amount\n1,ann,5\n2,bob,-7\n3,cid,2\n",
    );
    assert_transcript!("assertions_changed", scratch.snapshot(&unchanged));
}

#[test]
fn severities_in_the_settings_are_checked() {
    let scratch = shop();
    scratch.write("sqlx-run.toml", "[assertions]\nno_returns = \"grave\"\n");
    assert_transcript!("assertions_settings", scratch.snapshot(&["run"]));
}
