//! Jobs that watch what an endpoint is asked

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BigQuerySource, GcsSource, JobState, MonitoringScheduleState, Rest, Status};

/// Watches the requests of an endpoint
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ModelDeploymentMonitoringJob {
    /// `projects/P/locations/L/modelDeploymentMonitoringJobs/ID`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// The endpoint's name
    #[serde(skip_serializing_if = "String::is_empty")]
    pub endpoint: String,
    /// How far it is
    #[serde(skip_serializing_if = "JobState::is_unspecified")]
    pub state: JobState,
    /// Whether it looks at a window at the moment
    #[serde(skip_serializing_if = "MonitoringScheduleState::is_unspecified")]
    pub schedule_state: MonitoringScheduleState,
    /// What is watched, by deployed model
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub model_deployment_monitoring_objective_configs: Vec<ObjectiveForModel>,
    /// How often
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_deployment_monitoring_schedule_config: Option<MonitoringSchedule>,
    /// How many of the requests are logged
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logging_sampling_strategy: Option<LoggingSampling>,
    /// Who is told
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_monitoring_alert_config: Option<AlertConfig>,
    /// When it looks next, RFC 3339; set by the service
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next_schedule_time: String,
    /// Words of the user's
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// When it was made
    #[serde(skip_serializing_if = "String::is_empty")]
    pub create_time: String,
    /// When it was changed last
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_time: String,
    /// Why it failed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Status>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// What is watched of a deployed model
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectiveForModel {
    /// The id in the endpoint
    pub deployed_model_id: String,
    /// What is watched
    pub objective_config: ObjectiveConfig,
}

/// What is watched
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ObjectiveConfig {
    /// What the model learned from, for skew
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training_dataset: Option<TrainingDataset>,
    /// How far requests are from the training data
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training_prediction_skew_detection_config: Option<SkewDetection>,
    /// How far requests are from those of the window before
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prediction_drift_detection_config: Option<DriftDetection>,
    /// Whether attributions are watched, too
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation_config: Option<Value>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// What the model learned from
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrainingDataset {
    /// `tf-record`, `csv` or `jsonl`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub data_format: String,
    /// Files
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gcs_source: Option<GcsSource>,
    /// A table
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bigquery_source: Option<BigQuerySource>,
    /// The label's column
    #[serde(skip_serializing_if = "String::is_empty")]
    pub target_field: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Thresholds of the distance to the training data
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SkewDetection {
    /// By feature
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub skew_thresholds: BTreeMap<String, Threshold>,
    /// Of the attributions' distances, by feature
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attribution_score_skew_thresholds: BTreeMap<String, Threshold>,
    /// Of features that have none of their own
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_skew_threshold: Option<Threshold>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Thresholds of the distance to the window before
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DriftDetection {
    /// By feature
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub drift_thresholds: BTreeMap<String, Threshold>,
    /// Of the attributions' distances, by feature
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attribution_score_drift_thresholds: BTreeMap<String, Threshold>,
    /// Of features that have none of their own
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_drift_threshold: Option<Threshold>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// From which distance on there is an alert
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Threshold {
    /// Between 0 and 1
    pub value: f64,
}

/// How often requests are looked at
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MonitoringSchedule {
    /// Time between two looks, such as `3600s`
    pub monitor_interval: String,
    /// How far back a look goes; as far as the interval, where empty
    #[serde(skip_serializing_if = "String::is_empty")]
    pub monitor_window: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// How many of the requests are logged
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LoggingSampling {
    /// By chance
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random_sample_config: Option<RandomSample>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Requests chosen by chance
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RandomSample {
    /// Share of the requests, more than 0 and up to 1
    pub sample_rate: f64,
}

/// Who is told of an alert
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlertConfig {
    /// By mail
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email_alert_config: Option<EmailAlerts>,
    /// In the log
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub enable_logging: bool,
    /// `projects/P/notificationChannels/ID`; on this machine also addresses of webhooks
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notification_channels: Vec<String>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Alerts by mail
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct EmailAlerts {
    /// Addresses
    pub user_emails: Vec<String>,
}
