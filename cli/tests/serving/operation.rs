//! How the server is run: started, killed, ended, bounded

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::json;

use crate::serving::{PARENT, Served};
use crate::{customer, deploy, endpoint, models, predict, program, upload};

#[test]
fn traffic_and_versions_survive_kills_and_later_exports() {
    let (_folder, models) = models();
    let served = Served::start(program(), &models.project, &[]).unwrap();
    upload(&served, "churn", &models.baseline);
    upload(&served, "churn", &models.transformed);
    endpoint(&served, "shop");
    deploy(&served, "shop", "churn@1", "1", &json!({ "0": 100 }));
    deploy(
        &served,
        "shop",
        "churn@2",
        "2",
        &json!({ "1": 30, "0": 70 }),
    );
    let instances = json!([customer("Japan", 10)]);
    let mut before = BTreeMap::new();
    for _ in 0..10 {
        let answer = predict(&served, "shop", &instances);
        let id = answer["deployedModelId"].as_str().unwrap().to_owned();
        before.insert(id, answer["predictions"].clone());
    }
    served.kill().unwrap();
    // what is exported to the same place later is another version
    std::fs::remove_dir_all(&models.baseline).unwrap();

    let served = Served::start(program(), &models.project, &[]).unwrap();
    let mut turns = BTreeMap::new();
    for _ in 0..100 {
        let answer = predict(&served, "shop", &instances);
        let id = answer["deployedModelId"].as_str().unwrap().to_owned();
        assert_eq!(answer["predictions"], before[&id]);
        *turns.entry(id).or_insert(0) += 1;
    }
    assert_eq!(
        turns,
        BTreeMap::from([("1".to_owned(), 30), ("2".to_owned(), 70)])
    );

    let metrics = served.call("GET", "/metrics", None).unwrap().1;
    let metrics = metrics.as_str().unwrap();
    let line = "sqlx_run_predictions_total{deployed_model=\"2\",endpoint=\"projects/shop/locations/us-central1/endpoints/shop\"} 70";
    assert!(metrics.contains(line), "{metrics}");

    // one server at a time
    let second = Command::new(program())
        .args(["serve", "--port", "0"])
        .current_dir(&models.project)
        .output()
        .unwrap();
    let text = String::from_utf8(second.stderr).unwrap();
    assert!(text.contains("S002") && !second.status.success(), "{text}");
    #[cfg(unix)]
    served.terminate().unwrap();
}

#[test]
fn who_shows_no_token_is_refused_and_so_is_too_much() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("workflow_settings.yaml"),
        "defaultProject: shop\n",
    )
    .unwrap();
    let open = Command::new(program())
        .args(["serve", "--host", "0.0.0.0", "--port", "0"])
        .current_dir(folder.path())
        .env_remove("SQLX_RUN_SERVE_TOKEN")
        .output()
        .unwrap();
    let text = String::from_utf8(open.stderr).unwrap();
    assert!(text.contains("S001"), "{text}");
    assert_eq!(open.status.code(), Some(2));

    let arguments = ["--token", "secret", "--max-body", "1"];
    let served = Served::start(program(), folder.path(), &arguments).unwrap();
    let models = format!("{PARENT}/models");
    let (status, answer) = served.call("GET", &models, None).unwrap();
    assert_eq!(
        (status, &answer["error"]["status"]),
        (401, &json!("UNAUTHENTICATED"))
    );
    assert_eq!(served.call("GET", "/metrics", None).unwrap().0, 401);
    assert_eq!(served.call("GET", "/healthz", None).unwrap().0, 200);
    drop(served);

    let served = Served::start(program(), folder.path(), &["--max-body", "1"]).unwrap();
    let large = json!({ "displayName": "x".repeat(2 << 20) });
    let (status, answer) = served
        .call("POST", &format!("{PARENT}/endpoints"), Some(&large))
        .unwrap();
    assert_eq!(status, 400, "{answer}");
    assert!(
        answer.to_string().contains("larger than the limit"),
        "{answer}"
    );
}

#[test]
fn batches_are_predicted_from_files_into_files() {
    let (_folder, models) = models();
    let served = Served::start(program(), &models.project, &[]).unwrap();
    upload(&served, "churn", &models.baseline);
    let rows = [
        customer("Japan", 10).to_string(),
        customer("Brazil", 100).to_string(),
        "{\"minutes\":\"many\"}".into(),
    ];
    std::fs::write(models.project.join("rows.jsonl"), rows.join("\n")).unwrap();
    let request = json!({
        "displayName": "all customers",
        "model": format!("{}/models/churn", &PARENT[4..]),
        "inputConfig": { "instancesFormat": "jsonl", "gcsSource": { "uris": ["rows.jsonl"] } },
        "outputConfig": { "predictionsFormat": "jsonl", "gcsDestination": { "outputUriPrefix": "predicted" } },
    });
    let path = format!("{PARENT}/batchPredictionJobs");
    let mut job = served.done("POST", &path, Some(&request)).unwrap();
    let name = format!("/v1/{}", job["name"].as_str().unwrap());
    while job["endTime"].is_null() {
        job = served.done("GET", &name, None).unwrap();
    }
    assert_eq!(job["state"], "JOB_STATE_PARTIALLY_SUCCEEDED", "{job}");
    assert_eq!(job["completionStats"]["successfulCount"], "2");
    let folder = models
        .project
        .join(job["outputInfo"]["gcsOutputDirectory"].as_str().unwrap());
    let results =
        std::fs::read_to_string(folder.join("prediction.results-00000-of-00001")).unwrap();
    assert_eq!(results.lines().count(), 2);
    assert!(results.contains("churned_probs"), "{results}");
}
