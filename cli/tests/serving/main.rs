//! `serve` and `monitor`: models on this machine as Vertex AI serves them

#![expect(
    clippy::unwrap_used,
    reason = "a test whose preparation fails has nothing else to do"
)]

mod interface;
mod monitoring;
mod operation;
#[path = "../../../tests/src/serving/mod.rs"]
#[expect(dead_code, reason = "the module also serves the measuring programs")]
mod serving;

use std::path::Path;

use serde_json::{Value, json};
use serving::{Models, PARENT, Served};
use tempfile::TempDir;

/// The program
fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_sqlx-run"))
}

/// A project with exported models
fn models() -> (TempDir, Models) {
    let folder = tempfile::tempdir().unwrap();
    let models = Models::export(program(), folder.path()).unwrap();
    (folder, models)
}

/// Uploads a model under an id, as a new version where there is one; gives the version's number
fn upload(served: &Served, id: &str, artifact: &Path) -> String {
    let name = format!("{}/models/{id}", &PARENT[4..]);
    let exists = served.call("GET", &format!("/v1/{name}"), None).unwrap().0 == 200;
    let mut request = json!({ "model": { "displayName": id, "artifactUri": artifact } });
    match exists {
        true => request["parentModel"] = json!(name),
        false => request["modelId"] = json!(id),
    }
    let answer = served
        .done("POST", &format!("{PARENT}/models:upload"), Some(&request))
        .unwrap();
    answer["modelVersionId"].as_str().unwrap().to_owned()
}

/// Makes an endpoint with an id
fn endpoint(served: &Served, id: &str) {
    let path = format!("{PARENT}/endpoints?endpointId={id}");
    let request = json!({ "displayName": id });
    served.done("POST", &path, Some(&request)).unwrap();
}

/// Deploys a model with an id and the whole split
fn deploy(served: &Served, endpoint: &str, model: &str, id: &str, split: &Value) {
    let request = json!({
        "deployedModel": {
            "id": id,
            "model": format!("{}/models/{model}", &PARENT[4..]),
            "dedicatedResources": { "machineSpec": { "machineType": "n1-standard-2" }, "minReplicaCount": 1 },
        },
        "trafficSplit": split,
    });
    let path = format!("{PARENT}/endpoints/{endpoint}:deployModel");
    served.done("POST", &path, Some(&request)).unwrap();
}

/// Asks an endpoint for predictions
fn predict(served: &Served, endpoint: &str, instances: &Value) -> Value {
    let path = format!("{PARENT}/endpoints/{endpoint}:predict");
    let request = json!({ "instances": instances });
    served.done("POST", &path, Some(&request)).unwrap()
}

/// A customer
fn customer(country: &str, minutes: i64) -> Value {
    json!({ "country": country, "os": "ios", "minutes": minutes, "levels": 3 })
}
