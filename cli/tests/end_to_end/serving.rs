//! This repository's models to the end: exported, registered, deployed, asked, watched; and left alone when nothing changed

use serde_json::Value as Json;

use crate::scratch::Scratch;

/// The repository's project with invented events, already run once
fn run_once() -> Scratch {
    let scratch = Scratch::repository();
    let simulated = scratch.run(&[
        "simulate",
        "--users",
        "1500",
        "--days",
        "10",
        "events.parquet",
    ]);
    assert_eq!(simulated.code, Some(0), "{}", simulated.stderr);
    scratch.write(
        "sqlx-run.toml",
        "[sources]\n\"events_*\" = \"events.parquet\"\n",
    );
    let ran = scratch.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    scratch
}

/// Name, status and detail of the serving actions of a run, in order of their names
fn serving(scratch: &Scratch, arguments: &[&str]) -> String {
    let ran = scratch.run(&[arguments, &["--output-format", "json"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let report: Json = serde_json::from_str(&ran.stdout).unwrap();
    let mut lines: Vec<String> = report["actions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|action| action["action"].as_str().unwrap().starts_with("vertex."))
        .map(|action| {
            let word = |key: &str| action[key].as_str().unwrap_or_default().to_owned();
            format!("{}: {}, {}", word("action"), word("status"), word("detail"))
        })
        .collect();
    lines.sort();
    lines.join("\n")
}

/// What stands on the local server, by the plan
fn plan(scratch: &Scratch) -> String {
    let ran = scratch.run(&[
        "plan",
        "-s",
        "path:definitions/serving",
        "-x",
        "type:operation",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    ran.stdout
}

#[test]
fn models_are_served_and_left_alone() {
    let scratch = run_once();
    let again = serving(&scratch, &["run", "-s", "tag:serving"]);
    assert_eq!(again.matches("succeeded, unchanged").count(), 6, "{again}");
    insta::assert_snapshot!(
        "served_as_declared",
        format!("{again}\n\n{}", plan(&scratch))
    );

    // other shares, and another look: only that changes
    let file = "definitions/serving/churn_deployment_calendar.vertex.yaml";
    let text = std::fs::read_to_string(scratch.path().join(file)).unwrap();
    scratch.write(file, &text.replace("traffic: 50", "traffic: 20"));
    let changed = serving(&scratch, &["run", "-s", "type:deployment"]);
    assert!(
        changed.contains("updated: 80 % of the traffic"),
        "{changed}"
    );
    assert!(changed.contains("20 % of the traffic"), "{changed}");

    // other models: new versions, each in the place of the one before
    let ran = serving(&scratch, &["run", "--vars", "feature_window_hours=12"]);
    for expected in [
        "vertex.churn: succeeded, updated: version 3 of `churn` (baseline)",
        "vertex.churn_deployment: succeeded, updated: version 3 of `churn` with 80 % of the traffic",
        "vertex.churn_deployment_calendar: succeeded, updated: version 4 of `churn` with 20 % of the traffic",
        "vertex.churn_monitor: succeeded, updated: 3 features of 2 deployed models",
    ] {
        assert!(ran.contains(expected), "{ran}");
    }
}

#[test]
fn a_failed_deployment_leaves_the_traffic_where_it_was() {
    let scratch = run_once();
    let before = plan(&scratch);
    // a version whose files are no model that can be served
    let file = "definitions/serving/churn_calendar.vertex.yaml";
    let text = std::fs::read_to_string(scratch.path().join(file)).unwrap();
    scratch.write("exports/broken/saved_model.pb", "no model");
    scratch.write(
        file,
        &text.replace("${ref(\"churn_export_calendar\")}", "exports/broken"),
    );
    let ran = scratch.run(&["run", "-s", "churn_calendar churn_deployment_calendar"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("V005"), "{}", ran.stderr);
    scratch.write(file, &text);
    assert_eq!(scratch.run(&["run", "-s", "tag:serving"]).code, Some(0));
    assert_eq!(
        plan(&scratch).matches("keep").count(),
        before.matches("keep").count()
    );
}

#[test]
fn batches_become_tables() {
    let scratch = run_once();
    scratch.write(
        "definitions/serving/churn_scores.vertex.yaml",
        "type: batchPrediction\nmodel: ${ref(\"churn\")}\ninput: ${ref(\"churn_eval\")}\n\
         output: outputs.churn_scores\nexcludedFields: [user_pseudo_id, churned]\n",
    );
    let ran = scratch.run(&["run", "-s", "churn_scores"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let different = scratch.number(
        "SELECT COUNTIF(ABS(prediction.churned_probs[OFFSET(0)] - churn_probability) > 1e-12) \
         FROM outputs.churn_scores JOIN outputs.churn_predictions USING (user_pseudo_id)",
    );
    assert_eq!(different, 0);
    let rows = scratch.number("SELECT COUNT(*) FROM outputs.churn_scores");
    assert_eq!(
        rows,
        scratch.number("SELECT COUNT(*) FROM ml_models.churn_eval")
    );
}
