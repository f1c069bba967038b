//! What a look at a window has found, as it is kept

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::distance::Measure;
use crate::resource::{ModelDeploymentMonitoringJob, ObjectiveConfig, ResourceName, Threshold};
use crate::store::Store;

/// From which distance on there is an alert, where the job does not say
pub const DEFAULT_THRESHOLD: f64 = 0.3;

/// What requests are compared with
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Objective {
    /// The training data
    #[serde(rename = "RAW_FEATURE_SKEW")]
    Skew,
    /// The window before
    #[serde(rename = "RAW_FEATURE_DRIFT")]
    Drift,
}

impl Objective {
    /// The name in JSON
    pub fn name(self) -> &'static str {
        match self {
            Self::Skew => "RAW_FEATURE_SKEW",
            Self::Drift => "RAW_FEATURE_DRIFT",
        }
    }
}

/// What was found in a window of time
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Window {
    /// The job's name
    pub job: String,
    /// RFC 3339
    pub start_time: String,
    /// RFC 3339
    pub end_time: String,
    /// How many instances were kept in it, by deployed model
    pub instances: BTreeMap<String, u64>,
    /// The distances
    pub findings: Vec<Finding>,
    /// What could not be compared, and why
    #[serde(default)]
    pub notes: Vec<String>,
}

/// How far a feature is off
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// The model's id in the endpoint
    pub deployed_model_id: String,
    /// The feature
    pub feature: String,
    /// Compared with what
    pub objective: Objective,
    /// How it is measured
    pub measure: Measure,
    /// Between 0 and 1
    pub distance: f64,
    /// From where on there is an alert
    pub threshold: f64,
    /// Whether the distance exceeds it
    pub alert: bool,
}

/// A job with what it has found
#[derive(Debug, Clone, PartialEq)]
pub struct WatchedJob {
    /// The job
    pub job: ModelDeploymentMonitoringJob,
    /// The windows that it has looked at, the oldest first
    pub windows: Vec<Window>,
}

/// The jobs of a server's folder, by name, while a server may run on it
///
/// # Errors
/// The folder's state cannot be read
pub fn jobs(folder: &Path) -> io::Result<Vec<WatchedJob>> {
    let state = Store::peek(folder)?;
    let jobs = state.iter().filter(|(name, _)| {
        ResourceName::parse(name)
            .is_some_and(|name| name.collection == "modelDeploymentMonitoringJobs")
    });
    let watched = jobs.filter_map(|(name, value)| {
        let prefix = format!("window/{name}/");
        let windows = state.range(prefix.clone()..);
        let windows = windows.take_while(|(name, _)| name.starts_with(&prefix));
        Some(WatchedJob {
            job: ModelDeploymentMonitoringJob::deserialize(value.as_ref()).ok()?,
            windows: windows
                .filter_map(|(_, value)| Window::deserialize(value.as_ref()).ok())
                .collect(),
        })
    });
    Ok(watched.collect())
}

/// What a job has found, the oldest window first
pub(crate) fn windows(store: &Store, job: &str) -> Vec<Window> {
    let all = store.beginning(&format!("window/{job}/")).into_iter();
    all.filter_map(|(_, value)| Window::deserialize(value.as_ref()).ok())
        .collect()
}

/// The thresholds of an objective for a model's features: those that the job names, or all features with the
/// default one; `None` where the objective is not wanted
pub fn thresholds(
    config: &ObjectiveConfig,
    objective: Objective,
    features: &[&str],
) -> Option<BTreeMap<String, f64>> {
    let (named, default): (&BTreeMap<String, Threshold>, Option<Threshold>) = match objective {
        Objective::Skew => {
            let skew = config.training_prediction_skew_detection_config.as_ref()?;
            (&skew.skew_thresholds, skew.default_skew_threshold)
        }
        Objective::Drift => {
            let drift = config.prediction_drift_detection_config.as_ref()?;
            (&drift.drift_thresholds, drift.default_drift_threshold)
        }
    };
    let mut thresholds: BTreeMap<String, f64> = named
        .iter()
        .map(|(feature, threshold)| (feature.clone(), threshold.value))
        .collect();
    // with thresholds of their own only those are watched, unless there is one for all others
    if named.is_empty() || default.is_some() {
        let value = default.map_or(DEFAULT_THRESHOLD, |threshold| threshold.value);
        for feature in features {
            thresholds.entry((*feature).to_owned()).or_insert(value);
        }
    }
    Some(thresholds)
}
