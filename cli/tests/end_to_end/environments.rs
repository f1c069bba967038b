//! Selecting, planning and environments: what is listed, what a run would do, and what is refused

use std::process::Command;

use crate::assert_transcript;
use crate::scratch::Scratch;

fn shop() -> Scratch {
    let scratch = Scratch::project(&[
        (
            "raw.sqlx",
            "config { type: \"declaration\", schema: \"raw\", name: \"orders\" }\n",
        ),
        (
            "definitions/staging/customers.sqlx",
            "config { type: \"table\", tags: [\"staging\"] }\n\
             SELECT customer, COUNT(*) AS orders FROM ${ref(\"orders\")} GROUP BY customer\n",
        ),
        (
            "best.sqlx",
            "config { type: \"view\", tags: [\"reports\"] }\nSELECT * FROM ${ref(\"customers\")}\n",
        ),
        (
            "log.sqlx",
            "config { type: \"incremental\", uniqueKey: [\"customer\"], onSchemaChange: \"EXTEND\", protected: true }\n\
             SELECT * FROM ${ref(\"customers\")}\n",
        ),
        (
            "old.sqlx",
            "config { type: \"table\", disabled: true }\nSELECT 1 AS n\n",
        ),
    ]);
    scratch.write("data/orders.csv", "customer,amount\nann,5\nbob,7\n");
    scratch.write(
        "sqlx-run.toml",
        "[sources]\norders = \"data/*.csv\"\n\n[environments.dev]\ndataset_suffix = \"dev\"\n\n\
         [environments.safe]\nprotected = true\nwarehouse = \"safe.duckdb\"\n",
    );
    scratch
}

#[test]
fn list_prints_what_is_selected_and_why() {
    let scratch = shop();
    assert_transcript!("list", scratch.snapshot(&["list"]));
    assert_transcript!(
        "list_why",
        scratch.snapshot(&[
            "list",
            "-s",
            "+best tag:staging",
            "-x",
            "type:declaration",
            "--why"
        ])
    );
    assert_transcript!(
        "list_json",
        scratch.snapshot(&["list", "-s", "1+best", "--why", "--output-format", "json"])
    );
    let ran = scratch.run(&["list", "-s", "type:view", "--output-format", "jsonl"]);
    let line: serde_json::Value = serde_json::from_str(ran.stdout.trim()).unwrap();
    assert_eq!(line["name"], "sales.best");
}

#[test]
fn wrong_selectors_are_told_at_their_place() {
    let scratch = shop();
    let wrong: [&[&str]; 6] = [
        &["list", "-s", "tag:staging and (best"],
        &["list", "-s", "tga:staging"],
        &["run", "-x", "best or custmers"],
        &["list", "-s", "tag:staging,tag:reports"],
        &["list", "-s", "state:modified"],
        &["list", "-s", "best result:failed@last"],
    ];
    let all: Vec<String> = wrong
        .iter()
        .map(|words| format!("$ {}\n{}", words.join(" "), scratch.snapshot(words)))
        .collect();
    assert_transcript!("selectors_wrong", all.join("\n"));
}

#[test]
fn a_part_of_the_graph_is_compiled_and_drawn() {
    let scratch = shop();
    let ran = scratch.run(&["compile", "--json", "-s", "+best"]);
    let graph: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(graph["tables"].as_array().unwrap().len(), 2);
    let ran = scratch.run(&["graph", "-s", "best"]);
    assert!(ran.stdout.contains("best") && !ran.stdout.contains("log"));
}

#[test]
fn what_changed_is_selected_without_saved_state() {
    let scratch = shop();
    let git = |words: &[&str]| {
        let mut git = Command::new("git");
        let identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
        git.args(identity).args(words).current_dir(scratch.path());
        git.output().is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "--quiet", "--initial-branch", "main"]) {
        println!("skipped: there is no git");
        return;
    }
    assert!(git(&["add", "."]) && git(&["commit", "--quiet", "-m", "first"]));
    let saved = scratch.run(&["compile", "--json"]).stdout;
    scratch.write("graph.json", &saved);
    let nothing = scratch.run(&["list", "-s", "changed:HEAD"]);
    assert_eq!(nothing.code, Some(4), "{}", nothing.stderr);
    scratch.write(
        "definitions/best.sqlx",
        "config { type: \"view\", tags: [\"reports\"] }\nSELECT customer FROM ${ref(\"customers\")}\n",
    );
    scratch.write(
        "definitions/more.sqlx",
        "config { type: \"view\" }\nSELECT 1 AS n\n",
    );
    for (words, expected) in [
        (vec!["-s", "changed:main"], "sales.best sales.more"),
        (
            vec!["-s", "state:new", "--state", "graph.json"],
            "sales.more",
        ),
        (
            vec!["-s", "1+changed:HEAD"],
            "sales.customers sales.best sales.more",
        ),
    ] {
        let ran = scratch.run(&[vec!["list"], words.clone()].concat());
        let names = ran
            .stdout
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1));
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        let mut expected: Vec<&str> = expected.split(' ').collect();
        expected.sort_unstable();
        assert_eq!(names, expected, "{words:?}: {}", ran.stderr);
    }
    assert_transcript!(
        "revision_unknown",
        scratch.snapshot(&["list", "-s", "changed:mian"])
    );
}

#[test]
fn plan_tells_what_a_run_would_do() {
    let scratch = shop();
    assert_transcript!("plan_first", scratch.snapshot(&["plan"]));
    assert!(!scratch.path().join(".sqlx-run/warehouse.duckdb").exists());
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    scratch.write(
        "definitions/staging/customers.sqlx",
        "config { type: \"table\", tags: [\"staging\"] }\n\
         SELECT customer, COUNT(*) AS orders, SUM(amount) AS amount FROM ${ref(\"orders\")} GROUP BY customer\n",
    );
    assert_transcript!("plan_again", scratch.snapshot(&["plan", "--full-refresh"]));
    assert_transcript!(
        "plan_json",
        scratch.snapshot(&["plan", "-s", "log", "--output-format", "json"])
    );
    // a column that goes away is an error with `EXTEND`
    scratch.write(
        "definitions/log.sqlx",
        "config { type: \"incremental\", uniqueKey: [\"customer\"], onSchemaChange: \"EXTEND\" }\n\
         SELECT customer FROM ${ref(\"customers\")}\n",
    );
    assert_transcript!("plan_fails", scratch.snapshot(&["plan", "-s", "log"]));
}

#[test]
fn environments_are_separate_and_protected() {
    let scratch = shop();
    assert_eq!(
        scratch.run(&["run", "--env", "dev", "-s", "+best"]).code,
        Some(0)
    );
    assert_eq!(
        scratch.number("SELECT COUNT(*) FROM sales_dev.customers"),
        2
    );
    let ran = scratch
        .command(&["list", "-s", "sales.best"])
        .env("SQLX_RUN_ENV", "dev")
        .output();
    assert!(
        String::from_utf8(ran.unwrap().stdout)
            .unwrap()
            .contains("sales_dev.best")
    );
    assert_transcript!(
        "environment_protected",
        scratch.snapshot(&["run", "--env", "safe"])
    );
    assert!(!scratch.path().join("safe.duckdb").exists());
    assert_eq!(
        scratch.run(&["run", "--env", "safe", "--yes"]).code,
        Some(0)
    );
    assert!(scratch.path().join("safe.duckdb").exists());
    for (sql, code) in [("SELECT 1 AS n", 0), ("DROP TABLE sales.customers", 2)] {
        let ran = scratch.run(&["query", "--env", "safe", sql]);
        assert_eq!(ran.code, Some(code), "{sql}: {}", ran.stderr);
    }
    assert_transcript!(
        "environment_unknown",
        scratch.snapshot(&["list", "--env", "saef"])
    );
    let wrong = [
        "[environments.dev]\nengin = \"bigquery\"\n",
        "[environments.dev]\nengine = \"snowflake\"\n",
        "[environments.dev]\nvars = { days = 7 }\n",
        "[environments.dev]\nlabels = { team = \"a\" }\n",
        "[environments.dev]\nengine = \"bigquery\"\nmaximum_bytes_billed = \"12 apples\"\n",
        "[defaults]\nenvironment = \"prod\"\n\n[environments.dev]\n",
    ];
    let all: Vec<String> = wrong
        .iter()
        .map(|text| {
            scratch.write("sqlx-run.toml", text);
            scratch.snapshot(&["list", "--env", "dev"])
        })
        .collect();
    assert_transcript!("environment_settings_wrong", all.join("\n"));
}
