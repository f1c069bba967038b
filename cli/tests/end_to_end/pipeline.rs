//! This repository's churn pipeline, on invented events and, where they are at hand, on real ones

use crate::scratch::{Scratch, repository};

const STAGING: [&str; 3] = [
    "churn_model_staging.user_returninginfo",
    "churn_model_staging.user_demographics",
    "churn_model_staging.user_aggregate_behaviour",
];

fn simulated() -> Scratch {
    let scratch = Scratch::repository();
    let ran = scratch.run(&[
        "simulate",
        "--users",
        "1500",
        "--days",
        "10",
        "events.parquet",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    scratch.write(
        "sqlx-run.toml",
        "[sources]\n\"events_*\" = \"events.parquet\"\n",
    );
    scratch
}

#[test]
fn the_whole_pipeline_learns_something() {
    let scratch = simulated();
    let ran = scratch.run(&[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let users: Vec<i64> = STAGING
        .iter()
        .map(|view| scratch.number(&format!("SELECT COUNT(*) FROM {view}")))
        .collect();
    assert!(
        users[0] > 1000 && users.iter().all(|count| *count == users[0]),
        "{users:?}"
    );
    let metrics = scratch.rows("SELECT * FROM ml_models.churn_evaluation");
    let auc = metrics[0]["roc_auc"].as_f64().unwrap();
    assert!((0.65..0.95).contains(&auc), "AUC {auc}");
    let odd = scratch.number(
        "SELECT COUNTIF(churn_probability IS NULL OR churn_probability NOT BETWEEN 0 AND 1) \
         FROM outputs.churn_predictions",
    );
    assert_eq!(odd, 0);
}

#[test]
fn the_same_events_give_the_same_model() {
    let scratch = simulated();
    assert_eq!(scratch.run(&[]).code, Some(0));
    let weights = "SELECT processed_input, weight FROM ML.WEIGHTS(MODEL ml_models.churn_logistic_regression) \
                   WHERE weight IS NOT NULL ORDER BY processed_input";
    let first = scratch.rows(weights);
    assert_eq!(
        scratch
            .run(&["--actions", "churn_logistic_regression"])
            .code,
        Some(0)
    );
    assert_eq!(scratch.rows(weights), first);
}

#[test]
fn a_label_with_one_class_stops_the_models_and_nothing_else() {
    let scratch = simulated();
    let ran = scratch.run(&[
        "--vars",
        "churn_window_hours=100000",
        "--output-format",
        "json",
    ]);
    assert_eq!(ran.code, Some(1));
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let status = |name: &str| {
        report["actions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|action| action["action"] == name)
            .unwrap()["status"]
            .clone()
    };
    assert_eq!(status("outputs.churn_propensity"), "succeeded");
    assert_eq!(status("ml_models.churn_logistic_regression"), "failed");
    assert_eq!(status("ml_models.churn_evaluation"), "skipped");
    assert_eq!(status("outputs.churn_predictions"), "skipped");
    assert_eq!(report["diagnostics"][0]["code"], "M004");
    let users = scratch.number("SELECT COUNT(*) FROM outputs.churn_propensity WHERE churned = 1");
    assert!(users > 500, "{users}");
}

/// The real events and the command's arguments that read them; `None` where they are not at hand
fn real_events() -> Option<String> {
    let file = repository().join("../shared/data/events.parquet");
    if file.exists() {
        Some(format!("events_*={}", file.display()))
    } else {
        println!("skipped: {} is not there", file.display());
        None
    }
}

#[test]
fn real_events_of_one_day_have_one_label() {
    let Some(source) = real_events() else { return };
    let scratch = Scratch::repository();
    let ran = scratch.run(&["--source", &source]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("M004"), "{}", ran.stderr);
    for view in STAGING {
        assert_eq!(
            scratch.number(&format!("SELECT COUNT(*) FROM {view}")),
            534,
            "{view}"
        );
    }
    assert_eq!(
        scratch.number("SELECT COUNT(*) FROM outputs.churn_propensity"),
        209
    );
}

#[test]
fn real_events_with_short_windows_can_be_modelled() {
    let Some(source) = real_events() else { return };
    let scratch = Scratch::repository();
    let ran = scratch.run(&[
        "--source",
        &source,
        "--vars",
        "churn_window_hours=6,feature_window_hours=1",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(
        scratch.number("SELECT COUNT(*) FROM ml_models.churn_train"),
        168
    );
    assert_eq!(
        scratch.number("SELECT COUNT(*) FROM ml_models.churn_eval"),
        27
    );
    let metrics = scratch.rows("SELECT * FROM ml_models.churn_evaluation");
    let auc = metrics[0]["roc_auc"].as_f64().unwrap();
    assert!((auc - 0.770588).abs() < 1e-4, "AUC {auc}");
}
