//! Monitors: what watches every model that is deployed to an endpoint

use reqwest::Method;
use serde_json::Value;
use sqlx_compiler::VertexMonitor;

use super::names::{ACTION_LABEL, label_of};
use super::{Change, Outcome, Task};
use crate::client::Failure;
use crate::resource::{
    AlertConfig, BigQuerySource, DriftDetection, EmailAlerts, Endpoint, LoggingSampling,
    ModelDeploymentMonitoringJob, MonitoringSchedule, ObjectiveConfig, ObjectiveForModel,
    RandomSample, SkewDetection, Threshold, TrainingDataset,
};

/// Vertex AI's fields of a job that may be changed, each with whether two jobs differ in it
const FIELDS: [&str; 6] = [
    "displayName",
    "labels",
    "modelDeploymentMonitoringObjectiveConfigs",
    "modelDeploymentMonitoringScheduleConfig",
    "loggingSamplingStrategy",
    "modelMonitoringAlertConfig",
];

impl Task<'_> {
    pub(super) fn monitor(&mut self, declared: &VertexMonitor) -> Result<Outcome, Failure> {
        let parent = self.maker.parent(&self.action.location);
        let endpoint_name = self.maker.endpoint_name(&declared.endpoint)?.to_string();
        let path = format!("{parent}/modelDeploymentMonitoringJobs");
        let label = label_of(self.action);
        let jobs: Vec<ModelDeploymentMonitoringJob> =
            self.client()
                .list(&path, "modelDeploymentMonitoringJobs", self.stop)?;
        let own = jobs
            .into_iter()
            .find(|job| job.labels.get(ACTION_LABEL) == Some(&label));
        let endpoint: Option<Endpoint> = self.client().get(&endpoint_name, self.stop)?;
        let endpoint = endpoint.unwrap_or_default();
        let wanted = self.job(declared, &endpoint_name, &endpoint);
        let watched = endpoint.deployed_models.len();
        let features = declared
            .skew_thresholds
            .keys()
            .chain(declared.drift_thresholds.keys());
        let features: std::collections::BTreeSet<&String> = features.collect();
        let detail = format!("{} features of {watched} deployed models", features.len());
        let Some(own) = own else {
            if !self.is_look() {
                let _: Value = self.client().post(&path, &wanted, self.stop)?;
            }
            return Ok(Outcome::new(Change::Created, detail));
        };
        let mask: Vec<&str> = FIELDS
            .into_iter()
            .filter(|field| differs(&own, &wanted, field))
            .collect();
        if mask.is_empty() {
            return Ok(Outcome::new(Change::Unchanged, detail));
        }
        if !self.is_look() {
            let path = format!("{}?updateMask={}", own.name, mask.join(","));
            let _: Value = self
                .client()
                .operate(Method::PATCH, &path, &wanted, self.stop)?;
        }
        let fields: Vec<String> = mask.iter().map(|field| format!("`{field}`")).collect();
        Ok(Outcome::new(
            Change::Updated,
            format!("{detail}: {}", fields.join(", ")),
        ))
    }

    fn job(
        &self,
        declared: &VertexMonitor,
        endpoint_name: &str,
        endpoint: &Endpoint,
    ) -> ModelDeploymentMonitoringJob {
        let thresholds = |by_feature: &std::collections::BTreeMap<String, f64>| {
            let pairs = by_feature.iter();
            pairs
                .map(|(feature, value)| (feature.clone(), Threshold { value: *value }))
                .collect()
        };
        let objective = ObjectiveConfig {
            training_dataset: declared
                .training_data
                .as_ref()
                .map(|table| TrainingDataset {
                    bigquery_source: Some(BigQuerySource {
                        input_uri: format!("bq://{table}"),
                    }),
                    target_field: declared.target_field.clone().unwrap_or_default(),
                    ..TrainingDataset::default()
                }),
            training_prediction_skew_detection_config: (!declared.skew_thresholds.is_empty()).then(
                || SkewDetection {
                    skew_thresholds: thresholds(&declared.skew_thresholds),
                    ..SkewDetection::default()
                },
            ),
            prediction_drift_detection_config: (!declared.drift_thresholds.is_empty()).then(|| {
                DriftDetection {
                    drift_thresholds: thresholds(&declared.drift_thresholds),
                    ..DriftDetection::default()
                }
            }),
            ..ObjectiveConfig::default()
        };
        let mut channels = declared.notification_channels.clone();
        if self.maker.local {
            channels.extend(declared.webhook.clone());
        }
        let mut labels = self.action.labels.clone();
        labels.insert(ACTION_LABEL.to_owned(), label_of(self.action));
        ModelDeploymentMonitoringJob {
            display_name: self.action.display_name.clone(),
            endpoint: endpoint_name.to_owned(),
            model_deployment_monitoring_objective_configs: endpoint
                .deployed_models
                .iter()
                .map(|deployed| ObjectiveForModel {
                    deployed_model_id: deployed.id.clone(),
                    objective_config: objective.clone(),
                })
                .collect(),
            model_deployment_monitoring_schedule_config: Some(MonitoringSchedule {
                monitor_interval: format!("{}s", declared.interval_seconds),
                ..MonitoringSchedule::default()
            }),
            logging_sampling_strategy: Some(LoggingSampling {
                random_sample_config: Some(RandomSample {
                    sample_rate: declared.sampling_rate,
                }),
                ..LoggingSampling::default()
            }),
            model_monitoring_alert_config: Some(AlertConfig {
                email_alert_config: (!declared.alert_emails.is_empty()).then(|| EmailAlerts {
                    user_emails: declared.alert_emails.clone(),
                }),
                enable_logging: true,
                notification_channels: channels,
                ..AlertConfig::default()
            }),
            labels,
            ..ModelDeploymentMonitoringJob::default()
        }
    }
}

/// Whether what is declared of a field is otherwise there; what the service adds is no difference
fn differs(
    own: &ModelDeploymentMonitoringJob,
    wanted: &ModelDeploymentMonitoringJob,
    field: &str,
) -> bool {
    let json = |job: &ModelDeploymentMonitoringJob| {
        let mut json = serde_json::to_value(job).unwrap_or_default();
        let mut value = json[field].take();
        if let Value::Array(items) = &mut value {
            items.sort_by_key(|item| item["deployedModelId"].to_string());
        }
        value
    };
    !covers(&json(own), &json(wanted))
}

/// Whether all that is wanted is there
fn covers(own: &Value, wanted: &Value) -> bool {
    match (own, wanted) {
        (Value::Object(own), Value::Object(wanted)) => wanted
            .iter()
            .all(|(key, value)| own.get(key).is_some_and(|own| covers(own, value))),
        (Value::Array(own), Value::Array(wanted)) => {
            own.len() == wanted.len()
                && own
                    .iter()
                    .zip(wanted)
                    .all(|(own, wanted)| covers(own, wanted))
        }
        (Value::Number(own), Value::Number(wanted)) => own.as_f64() == wanted.as_f64(),
        (own, wanted) => own == wanted,
    }
}
