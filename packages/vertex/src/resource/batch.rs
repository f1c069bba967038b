//! Predictions of many rows at once

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{DedicatedResources, JobState, Rest, Status};

/// Predicts for all rows of files or of a table
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchPredictionJob {
    /// `projects/P/locations/L/batchPredictionJobs/ID`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// The model's name, perhaps with a version
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The version's number; set by the service
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_version_id: String,
    /// Where the rows are
    pub input_config: BatchInput,
    /// How a row becomes an instance
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_config: Option<Value>,
    /// Parameters of the predictions
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_parameters: Option<Value>,
    /// Where the predictions go
    pub output_config: BatchOutput,
    /// Machines
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedicated_resources: Option<DedicatedResources>,
    /// Whether explanations are wanted, too
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub generate_explanation: bool,
    /// Where the predictions went; set by the service
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_info: Option<BatchOutputInfo>,
    /// How far it is
    #[serde(skip_serializing_if = "JobState::is_unspecified")]
    pub state: JobState,
    /// Why it failed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Status>,
    /// What was wrong with some of the rows
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partial_failures: Vec<Status>,
    /// How many rows
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completion_stats: Option<CompletionStats>,
    /// When it was made, RFC 3339
    #[serde(skip_serializing_if = "String::is_empty")]
    pub create_time: String,
    /// When it began
    #[serde(skip_serializing_if = "String::is_empty")]
    pub start_time: String,
    /// When it ended
    #[serde(skip_serializing_if = "String::is_empty")]
    pub end_time: String,
    /// When it was changed last
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_time: String,
    /// Words of the user's
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Where the rows are
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchInput {
    /// `jsonl`, `csv` or `bigquery`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub instances_format: String,
    /// Files
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gcs_source: Option<GcsSource>,
    /// A table
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bigquery_source: Option<BigQuerySource>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Where the predictions go
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchOutput {
    /// `jsonl`, `csv` or `bigquery`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub predictions_format: String,
    /// Files
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gcs_destination: Option<GcsDestination>,
    /// A table
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bigquery_destination: Option<BigQueryDestination>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Where the predictions went
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BatchOutputInfo {
    /// The folder of the files
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gcs_output_directory: String,
    /// `bq://project.dataset`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bigquery_output_dataset: String,
    /// The table's own name
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bigquery_output_table: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// How many rows a job had; numbers of 64 bits are text in JSON
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CompletionStats {
    /// Predicted
    #[serde(skip_serializing_if = "String::is_empty")]
    pub successful_count: String,
    /// Not predicted
    #[serde(skip_serializing_if = "String::is_empty")]
    pub failed_count: String,
    /// Not reached; -1 where unknown
    #[serde(skip_serializing_if = "String::is_empty")]
    pub incomplete_count: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Files in a storage: `gs://…` with `*`, or paths on this machine
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GcsSource {
    /// One or more
    pub uris: Vec<String>,
}

/// A folder in a storage
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GcsDestination {
    /// What the names of all files begin with
    pub output_uri_prefix: String,
}

/// A table to read
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BigQuerySource {
    /// `bq://project.dataset.table`
    pub input_uri: String,
}

/// A table to write
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BigQueryDestination {
    /// `bq://project`, `bq://project.dataset` or `bq://project.dataset.table`
    pub output_uri: String,
}
