//! Jobs: one that monitors, one that predicts a file, a pipeline

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use google_cloud_aiplatform_v1::model::batch_prediction_job::{InputConfig, OutputConfig};
use google_cloud_aiplatform_v1::model::model_monitoring_objective_config::PredictionDriftDetectionConfig;
use google_cloud_aiplatform_v1::model::sampling_strategy::RandomSampleConfig;
use google_cloud_aiplatform_v1::model::{
    BatchPredictionJob, GcsDestination, GcsSource, JobState, ModelDeploymentMonitoringJob,
    ModelDeploymentMonitoringObjectiveConfig, ModelDeploymentMonitoringScheduleConfig,
    ModelMonitoringObjectiveConfig, PipelineJob, PipelineState, SamplingStrategy, ThresholdConfig,
};
use google_cloud_lro::Poller;
use serde_json::{Value, json};

use crate::clients::{Clients, PARENT};
use crate::endpoints::{endpoint, instance};
use crate::models::model;
use crate::report::{Report, expect};

/// How often a job that goes on is asked for
const ATTEMPTS: usize = 600;

/// Watches the endpoint
pub async fn monitor(clients: &Clients, report: &mut Report) {
    let jobs = &clients.jobs;
    let mut name = String::new();
    report
        .call("create_model_deployment_monitoring_job", async {
            let create = jobs.create_model_deployment_monitoring_job();
            let answer = create
                .set_parent(PARENT)
                .set_model_deployment_monitoring_job(watching())
                .send()
                .await?;
            name.clone_from(&answer.name);
            expect(answer.state == JobState::Running, answer)
        })
        .await;
    let state = async || -> Result<JobState> {
        let get = jobs.get_model_deployment_monitoring_job().set_name(&name);
        Ok(get.send().await?.state)
    };
    report
        .call("get_model_deployment_monitoring_job", async {
            let get = jobs.get_model_deployment_monitoring_job().set_name(&name);
            let answer = get.send().await?;
            let (found, sent) = (
                &answer.model_deployment_monitoring_objective_configs,
                &watching().model_deployment_monitoring_objective_configs,
            );
            expect(found == sent, &answer)
        })
        .await;
    report
        .call("list_model_deployment_monitoring_jobs", async {
            let list = jobs.list_model_deployment_monitoring_jobs();
            let found = list.set_parent(PARENT).send().await?;
            let found = found.model_deployment_monitoring_jobs;
            expect(found.len() == 1 && found[0].name == name, found)
        })
        .await;
    report
        .call("pause_model_deployment_monitoring_job", async {
            let pause = jobs.pause_model_deployment_monitoring_job();
            pause.set_name(&name).send().await?;
            let state = state().await?;
            expect(state == JobState::Paused, state)
        })
        .await;
    report
        .call("resume_model_deployment_monitoring_job", async {
            let resume = jobs.resume_model_deployment_monitoring_job();
            resume.set_name(&name).send().await?;
            let state = state().await?;
            expect(state == JobState::Running, state)
        })
        .await;
    report
        .call("delete_model_deployment_monitoring_job", async {
            let delete = jobs.delete_model_deployment_monitoring_job();
            delete.set_name(&name).poller().until_done().await?;
            let list = jobs.list_model_deployment_monitoring_jobs();
            let left = list.set_parent(PARENT).send().await?;
            expect(left.model_deployment_monitoring_jobs.is_empty(), left)
        })
        .await;
}

/// Predicts a file of instances
pub async fn batch(clients: &Clients, report: &mut Report, baseline: &str) {
    report
        .call("create, get and delete_batch_prediction_job", async {
            let folder = Path::new(baseline)
                .parent()
                .context("a model in no folder")?;
            let rows = folder.join("rows.jsonl");
            std::fs::write(&rows, instance().to_string())?;
            let source = GcsSource::new().set_uris([rows.to_string_lossy()]);
            let target = GcsDestination::new().set_output_uri_prefix(folder.to_string_lossy());
            let input = InputConfig::new().set_instances_format("jsonl");
            let output = OutputConfig::new().set_predictions_format("jsonl");
            let described = BatchPredictionJob::new()
                .set_display_name("all")
                .set_model(model())
                .set_input_config(input.set_gcs_source(source))
                .set_output_config(output.set_gcs_destination(target));
            let create = clients.jobs.create_batch_prediction_job();
            let create = create
                .set_parent(PARENT)
                .set_batch_prediction_job(described);
            let mut job = create.send().await?;
            for _ in 0..ATTEMPTS {
                if job.end_time.is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                let get = clients.jobs.get_batch_prediction_job().set_name(&job.name);
                job = get.send().await?;
            }
            expect(job.state == JobState::Succeeded, &job)?;
            let delete = clients.jobs.delete_batch_prediction_job();
            Ok(delete.set_name(job.name).poller().until_done().await?)
        })
        .await;
}

/// Submits a pipeline of no tasks
pub async fn pipeline(clients: &Clients, report: &mut Report) {
    let pipelines = &clients.pipelines;
    let name = format!("{PARENT}/pipelineJobs/rust-pipeline");
    report
        .call("create_pipeline_job", async {
            let described = PipelineJob::new()
                .set_display_name("pipeline")
                .set_pipeline_spec(nothing());
            let create = pipelines.create_pipeline_job().set_parent(PARENT);
            let create = create.set_pipeline_job_id("rust-pipeline");
            let answer = create.set_pipeline_job(described).send().await?;
            expect(answer.name.ends_with("/pipelineJobs/rust-pipeline"), answer)
        })
        .await;
    report
        .call("get_pipeline_job until it has ended", async {
            let get = || pipelines.get_pipeline_job().set_name(&name).send();
            let mut job = get().await?;
            for _ in 0..ATTEMPTS {
                if job.end_time.is_some() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                job = get().await?;
            }
            expect(job.state == PipelineState::Succeeded, job)
        })
        .await;
    report
        .call("list_pipeline_jobs", async {
            let list = pipelines.list_pipeline_jobs().set_parent(PARENT);
            let found = list.send().await?.pipeline_jobs;
            expect(found.len() == 1, found)
        })
        .await;
    report
        .call("delete_pipeline_job", async {
            let delete = pipelines.delete_pipeline_job().set_name(&name);
            Ok(delete.poller().until_done().await?)
        })
        .await;
}

fn watching() -> ModelDeploymentMonitoringJob {
    let interval = google_cloud_wkt::Duration::clamp(3600, 0);
    let thresholds =
        ["country", "minutes"].map(|name| (name, ThresholdConfig::new().set_value(0.2)));
    let drift = PredictionDriftDetectionConfig::new().set_drift_thresholds(thresholds);
    let objective =
        ModelMonitoringObjectiveConfig::new().set_prediction_drift_detection_config(drift);
    let objectives = ["11", "12"].map(|id| {
        ModelDeploymentMonitoringObjectiveConfig::new()
            .set_deployed_model_id(id)
            .set_objective_config(objective.clone())
    });
    let every = RandomSampleConfig::new().set_sample_rate(1.0);
    ModelDeploymentMonitoringJob::new()
        .set_display_name("watch")
        .set_endpoint(endpoint())
        .set_model_deployment_monitoring_objective_configs(objectives)
        .set_model_deployment_monitoring_schedule_config(
            ModelDeploymentMonitoringScheduleConfig::new().set_monitor_interval(interval),
        )
        .set_logging_sampling_strategy(SamplingStrategy::new().set_random_sample_config(every))
}

/// A pipeline that is whole and does nothing
fn nothing() -> serde_json::Map<String, Value> {
    let document = json!({
        "pipelineInfo": { "name": "nothing" },
        "root": { "dag": { "tasks": {} } },
        "components": {},
        "deploymentSpec": {},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
    });
    match document {
        Value::Object(fields) => fields,
        _ => serde_json::Map::new(),
    }
}
