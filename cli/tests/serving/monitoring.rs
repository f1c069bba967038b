//! Skew, drift, and who is told

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::serving::{PARENT, Served};
use crate::{customer, deploy, endpoint, models, predict, program, upload};

#[test]
fn what_is_far_from_training_or_from_before_is_told() {
    let (_folder, models) = models();
    let (address, told) = webhook();
    let served = Served::start(program(), &models.project, &["--webhook", &address]).unwrap();
    upload(&served, "churn", &models.baseline);
    upload(&served, "churn", &models.transformed);
    endpoint(&served, "shop");
    deploy(&served, "shop", "churn@1", "1", &json!({ "0": 100 }));
    deploy(
        &served,
        "shop",
        "churn@2",
        "2",
        &json!({ "1": 50, "0": 50 }),
    );

    let watched = |id: &str| {
        json!({ "deployedModelId": id, "objectiveConfig": {
            "trainingPredictionSkewDetectionConfig": { "skewThresholds": { "country": { "value": 0.2 } } },
            "predictionDriftDetectionConfig": { "driftThresholds": {
                "country": { "value": 0.2 }, "minutes": { "value": 0.2 } } },
        } })
    };
    let mut job = json!({
        "displayName": "watch shop",
        "endpoint": format!("{}/endpoints/shop", &PARENT[4..]),
        "modelDeploymentMonitoringObjectiveConfigs": [watched("1"), watched("2")],
        "modelDeploymentMonitoringScheduleConfig": { "monitorInterval": "3600s" },
        "loggingSamplingStrategy": { "randomSampleConfig": { "sampleRate": 1 } },
    });
    let path = format!("{PARENT}/modelDeploymentMonitoringJobs");
    let job_name = served.done("POST", &path, Some(&job)).unwrap()["name"].clone();
    let again = served.call("POST", &path, Some(&job)).unwrap();
    assert_eq!(again.0, 409, "{}", again.1);
    job["modelDeploymentMonitoringObjectiveConfigs"][0]["objectiveConfig"]["predictionDriftDetectionConfig"] =
        json!({ "driftThresholds": { "contry": { "value": 0.2 } } });
    let misspelt = served.call("POST", &path, Some(&job)).unwrap();
    assert!(
        misspelt.1.to_string().contains("did you mean `country`?"),
        "{}",
        misspelt.1
    );

    // as in training, then all from one country and short
    let countries = ["Germany", "France", "Japan", "Brazil"];
    for at in 0..400 {
        let instance = customer(countries[at % 4], (at * 37 % 120) as i64);
        predict(&served, "shop", &json!([instance]));
    }
    let report = monitor(&models.project, &["--now"]);
    let alerts = alerts(&report);
    assert!(alerts.is_empty(), "{alerts:?}");
    for at in 0..400 {
        predict(&served, "shop", &json!([customer("Japan", at % 10)]));
    }
    let report = monitor(&models.project, &["--now"]);
    assert_eq!(
        self::alerts(&report),
        [
            "1 country RAW_FEATURE_SKEW l_infinity",
            "1 country RAW_FEATURE_DRIFT l_infinity",
            "1 minutes RAW_FEATURE_DRIFT jensen_shannon_divergence",
            "2 country RAW_FEATURE_SKEW l_infinity",
            "2 country RAW_FEATURE_DRIFT l_infinity",
            "2 minutes RAW_FEATURE_DRIFT jensen_shannon_divergence",
        ]
    );
    let distance = report["jobs"][0]["windows"][1]["findings"][0]["distance"]
        .as_f64()
        .unwrap();
    assert!((distance - 0.75).abs() < 0.01, "{distance}");

    let document: Value = told.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(document["displayName"], "watch shop");
    assert_eq!(document["alerts"].as_array().map(Vec::len), Some(6));

    let path = format!(
        "/v1/{}:searchModelDeploymentMonitoringStatsAnomalies",
        job_name.as_str().unwrap()
    );
    let search = json!({ "deployedModelId": "1", "objectives": [{ "type": "RAW_FEATURE_DRIFT" }] });
    let found = served.done("POST", &path, Some(&search)).unwrap();
    assert_eq!(found["monitoringStats"][0]["anomalyCount"], "2", "{found}");

    // what was found is there when no server runs, and fails where that is asked for
    served.kill().unwrap();
    let output = Command::new(program())
        .args(["monitor", "watch shop", "--check"])
        .current_dir(&models.project)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("ALERT"), "{text}");
}

fn monitor(project: &std::path::Path, arguments: &[&str]) -> Value {
    let output = Command::new(program())
        .args(["monitor", "--output-format", "json"])
        .args(arguments)
        .current_dir(project)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The alerts of the last window
fn alerts(report: &Value) -> Vec<String> {
    let windows = report["jobs"][0]["windows"].as_array().unwrap();
    let findings = windows.last().unwrap()["findings"].as_array().unwrap();
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    findings
        .iter()
        .filter(|finding| finding["alert"] == true)
        .map(|finding| {
            ["deployedModelId", "feature", "objective", "measure"]
                .map(|field| text(finding, field))
                .join(" ")
        })
        .collect()
}

/// An address that hears of one document
fn webhook() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/alerts", listener.local_addr().unwrap());
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let line = line.trim().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        reader.get_mut().write_all(answer).unwrap();
        let _ = sender.send(serde_json::from_slice(&body).unwrap());
    });
    (address, receiver)
}
