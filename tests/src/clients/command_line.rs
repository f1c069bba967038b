//! Google Cloud's command line, where it is installed

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::Result;
use serde_json::json;

use super::Called;
use crate::serving::{Models, Served};

const PROGRAM: &str = if cfg!(windows) {
    "gcloud.cmd"
} else {
    "gcloud"
};

/// Whether it is installed
pub fn installed() -> bool {
    let mut command = Command::new(PROGRAM);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Command lines behind `gcloud ai`, in order, and what is printed; `JOB` stands for the monitoring job's id
fn lines(models: &Models, request: &Path) -> Vec<(String, &'static str)> {
    let (baseline, transformed) = (models.baseline.display(), models.transformed.display());
    let request = request.display();
    let parent = "projects/shop/locations/us-central1/models/churn";
    let machine = "--machine-type=n1-standard-2";
    [
        (format!("models upload --display-name=churn --model-id=churn --container-image-uri=example.com/image --artifact-uri={baseline}"), ""),
        (format!("models upload --display-name=churn --parent-model={parent} --container-image-uri=example.com/image --artifact-uri={transformed} --version-aliases=challenger"), ""),
        ("models list --format=value(name)".into(), "churn"),
        ("models describe churn@challenger --format=value(versionId)".into(), "2"),
        ("models list-version churn --format=value(versionId)".into(), "2\n1"),
        ("endpoints create --display-name=shop --endpoint-id=77".into(), ""),
        ("endpoints list --format=value(name)".into(), "77"),
        (format!("endpoints deploy-model 77 --model=churn@1 --display-name=baseline {machine} --traffic-split=0=100 --deployed-model-id=11"), ""),
        (format!("endpoints deploy-model 77 --model=churn@challenger --display-name=challenger {machine} --traffic-split=0=50,11=50 --deployed-model-id=12"), ""),
        ("endpoints describe 77 --format=value(trafficSplit)".into(), "11=50;12=50"),
        (format!("endpoints predict 77 --json-request={request} --format=value(predictions[0].predicted_churned)"), "1"),
        (format!("endpoints explain 77 --json-request={request} --deployed-model-id=11 --format=value(deployedModelId)"), "11"),
        (format!("endpoints raw-predict 77 --request=@{request} --format=value(predictions[0].predicted_churned)"), "1"),
        ("endpoints update 77 --traffic-split=11=20,12=80".into(), ""),
        ("endpoints describe 77 --format=value(trafficSplit)".into(), "11=20;12=80"),
        ("model-monitoring-jobs create --display-name=watch --endpoint=77 --emails=ada@example.com --prediction-sampling-rate=1 --feature-thresholds=country=0.2,minutes=0.2 --monitoring-frequency=1".into(), ""),
        ("model-monitoring-jobs list --format=value(displayName)".into(), "watch"),
        ("model-monitoring-jobs pause JOB".into(), ""),
        ("model-monitoring-jobs resume JOB".into(), ""),
        ("model-monitoring-jobs describe JOB --format=value(state)".into(), "JOB_STATE_RUNNING"),
        ("model-monitoring-jobs delete JOB".into(), ""),
        ("endpoints undeploy-model 77 --deployed-model-id=12 --traffic-split=11=100".into(), ""),
        ("endpoints undeploy-model 77 --deployed-model-id=11".into(), ""),
        ("endpoints delete 77".into(), ""),
        ("models delete-version churn@2".into(), ""),
        ("models delete churn".into(), ""),
    ]
    .into()
}

/// Has it do its calls
///
/// # Errors
/// The server or the command line does not run
pub fn run(program: &Path, models: &Models) -> Result<Vec<Called>> {
    let _ = fs::remove_dir_all(models.project.join(".sqlx-run/vertex"));
    let served = Served::start(program, &models.project, &[])?;
    let request = models.project.join("request.json");
    let instance = json!({ "country": "Japan", "os": "ios", "minutes": 10, "levels": 3 });
    fs::write(&request, json!({ "instances": [instance] }).to_string())?;
    let mut calls = Vec::new();
    let mut job = String::new();
    for (line, expected) in lines(models, &request) {
        if line.contains("JOB") && job.is_empty() {
            let list = "model-monitoring-jobs list --format=value(name.basename())";
            job = gcloud(&served, models, list)?.0;
        }
        let (printed, error) = gcloud(&served, models, &line.replace("JOB", &job))?;
        let other = (!expected.is_empty() && printed != expected)
            .then(|| format!("it prints `{printed}` where `{expected}` was expected"));
        calls.push(Called {
            name: line,
            error: error.or(other),
        });
    }
    Ok(calls)
}

/// What a command line prints, and why it fails
fn gcloud(served: &Served, models: &Models, line: &str) -> Result<(String, Option<String>)> {
    let output = Command::new(PROGRAM)
        .arg("ai")
        .args(line.split(' '))
        .env(
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_AIPLATFORM",
            format!("{}/", served.endpoint()),
        )
        .env("CLOUDSDK_AUTH_DISABLE_CREDENTIALS", "true")
        .env("CLOUDSDK_CONFIG", models.project.join("gcloud"))
        .env("CLOUDSDK_CORE_PROJECT", "shop")
        .env("CLOUDSDK_CORE_DISABLE_PROMPTS", "1")
        .env("CLOUDSDK_AI_REGION", "us-central1")
        .stdin(Stdio::null())
        .output()?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok((printed, (!output.status.success()).then_some(error)))
}
