//! Pipelines of the tutorial's project and of this repository's, in every format; what has no form in them

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

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

#[test]
fn a_sent_pipeline_runs_on_the_local_server() {
    let scratch = tutorial();
    let rows = "CREATE SCHEMA ml; CREATE TABLE ml.training AS \
        SELECT number, MOD(number, 3) AS kind, IF(number > 50, 1, 0) AS churned \
        FROM UNNEST(GENERATE_ARRAY(1, 100)) AS number";
    assert_eq!(scratch.run(&["query", rows]).code, Some(0));
    let compiled = scratch.run(&["pipeline", "compile"]);
    let text = compiled
        .stdout
        .replace("gs://churn-demo-models/churn", "exports/churn");
    let spec: Json = serde_json::from_str(&text).unwrap();
    let server = Served::start(&scratch);
    let parent = "/v1/projects/churn-demo/locations/us-central1";
    let job = server.send(
        "POST",
        &format!("{parent}/pipelineJobs?pipelineJobId=tutorial"),
        &json!({"displayName": "tutorial", "pipelineSpec": spec}),
    );
    let name = job["name"].as_str().unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    let ended = loop {
        let job = server.send("GET", &format!("/v1/{name}"), &Json::Null);
        let state = job["state"].as_str().unwrap();
        if !state.ends_with("PENDING") && !state.ends_with("RUNNING") {
            break job;
        }
        assert!(Instant::now() < end, "{job}");
        std::thread::sleep(Duration::from_millis(100));
    };
    assert_eq!(ended["state"], "PIPELINE_STATE_SUCCEEDED", "{ended}");
    let endpoints = server.send("GET", &format!("{parent}/endpoints"), &Json::Null);
    let endpoint = endpoints["endpoints"][0]["name"].as_str().unwrap();
    let answer = server.send(
        "POST",
        &format!("/v1/{endpoint}:predict"),
        &json!({"instances": [{"number": 99, "kind": 1}]}),
    );
    assert_eq!(
        answer["predictions"][0]["predicted_churned"][0], "1",
        "{answer}"
    );
    drop(server);
    assert_eq!(scratch.number("SELECT COUNT(*) FROM ml.predictions"), 100);
    assert_eq!(scratch.number("SELECT COUNT(*) FROM ml.evaluation"), 1);
}

/// A server of a project; it ends with this
struct Served {
    process: Child,
    address: String,
}

impl Served {
    fn start(scratch: &Scratch) -> Self {
        let process = scratch
            .command(&["serve", "--port", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut served = Self {
            process,
            address: String::new(),
        };
        let file = scratch.path().join(".sqlx-run/vertex/server.json");
        let end = Instant::now() + Duration::from_secs(60);
        while served.address.is_empty() {
            assert!(Instant::now() < end, "the server does not say where it is");
            std::thread::sleep(Duration::from_millis(20));
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let json: Json = serde_json::from_str(&text).unwrap_or_default();
            let endpoint = json["endpoint"].as_str().unwrap_or_default();
            served.address = endpoint.trim_start_matches("http://").to_owned();
        }
        served
    }

    fn send(&self, method: &str, path: &str, body: &Json) -> Json {
        let body = match body {
            Json::Null => String::new(),
            body => body.to_string(),
        };
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{head}: {body}");
        serde_json::from_str(&body[body.find('{').unwrap()..=body.rfind('}').unwrap()]).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // the process may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
