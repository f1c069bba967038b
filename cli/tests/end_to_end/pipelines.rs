//! Pipelines of the tutorial's project and of this repository's, in every format; what has no form in them

use serde_json::Value as Json;

use crate::scratch::{Scratch, copy, repository};

fn tutorial() -> Scratch {
    let scratch = Scratch::empty();
    copy(
        &repository().join("tests/projects/tutorial_pipeline"),
        scratch.path(),
    );
    scratch
}

#[test]
fn the_tutorial_in_every_format() {
    let scratch = tutorial();
    let ran = scratch.run(&["pipeline", "compile", "--root", "gs://churn-demo/pipelines"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let spec: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(spec["schemaVersion"], "2.1.0");
    assert_eq!(spec["defaultPipelineRoot"], "gs://churn-demo/pipelines");
    insta::assert_json_snapshot!("tutorial_kfp_root", spec["root"]);
    for format in ["airflow", "workflows"] {
        let ran = scratch.run(&["pipeline", "compile", "--format", format]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        insta::assert_snapshot!(format!("tutorial_{format}"), ran.stdout);
    }
}

#[test]
fn deployments_name_each_other_and_monitors_name_them() {
    let scratch = Scratch::repository();
    let ran = scratch.run(&[
        "pipeline",
        "compile",
        "--vars",
        "export_uri=gs://churn-demo/models",
    ]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let spec: Json = serde_json::from_str(&ran.stdout).unwrap();
    let tasks = &spec["root"]["dag"]["tasks"];
    let second = &tasks["vertex-churn-deployment-calendar"];
    let split = &second["inputs"]["parameters"]["traffic_split"]["runtimeValue"]["constant"];
    assert_eq!(split["0"], 50.0);
    let (id, share) = split
        .as_object()
        .unwrap()
        .iter()
        .find(|(id, _)| *id != "0")
        .unwrap();
    assert_eq!(*share, 50.0);
    let executors = spec["deploymentSpec"]["executors"].to_string();
    assert!(executors.contains(&format!("\\\\\\\"id\\\\\\\": \\\\\\\"{id}\\\\\\\"")));
    assert!(executors.contains("gcloud ai model-monitoring-jobs create"));
    let after = tasks["vertex-churn-monitor"]["dependentTasks"].to_string();
    assert!(
        after.contains("vertex-churn-deployment-calendar"),
        "{after}"
    );
}

#[test]
fn what_has_no_form_is_named() {
    let scratch = tutorial();
    scratch.write(
        "definitions/grown.sqlx",
        "config { type: \"incremental\" }\nSELECT 1 AS one",
    );
    let grown = scratch.snapshot(&["pipeline", "compile"]);
    let full = scratch.run(&["pipeline", "compile", "--full-refresh"]);
    assert_eq!(full.code, Some(0), "{}", full.stderr);
    let alone = scratch.snapshot(&["pipeline", "compile", "-s", "churn_deployment"]);
    let here = scratch.snapshot(&["pipeline", "run"]);
    let rootless = scratch.snapshot(&["pipeline", "submit", "-x", "grown"]);
    let local = Scratch::repository().snapshot(&["pipeline", "compile"]);
    insta::assert_snapshot!([grown, alone, here, rootless, local].join("\n"));
}
