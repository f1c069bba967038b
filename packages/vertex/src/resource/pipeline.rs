//! Pipelines: a compiled specification, and how its tasks fare

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PipelineState, PipelineTaskState, Rest, Status};

/// A run of a pipeline
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PipelineJob {
    /// `projects/P/locations/L/pipelineJobs/ID`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
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
    /// The compiled pipeline (`PipelineSpec`, schema 2.1.0)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline_spec: Option<Value>,
    /// How far it is
    #[serde(skip_serializing_if = "PipelineState::is_unspecified")]
    pub state: PipelineState,
    /// How its tasks fare; set by the service
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job_detail: Option<PipelineJobDetail>,
    /// Why it failed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Status>,
    /// Words of the user's
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// With what it runs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runtime_config: Option<RuntimeConfig>,
    /// Who runs it
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service_account: String,
    /// Where a registered template is
    #[serde(skip_serializing_if = "String::is_empty")]
    pub template_uri: String,
    /// Which version of the template
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template_metadata: Option<PipelineTemplateMetadata>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// With what a pipeline runs
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RuntimeConfig {
    /// Where its tasks put what they make
    #[serde(skip_serializing_if = "String::is_empty")]
    pub gcs_output_directory: String,
    /// The pipeline's parameters
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parameter_values: BTreeMap<String, Value>,
    /// `PIPELINE_FAILURE_POLICY_FAIL_SLOW` or `…_FAIL_FAST`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_policy: Option<Value>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Which version of a template
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PipelineTemplateMetadata {
    /// The version
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

/// How a pipeline's tasks fare
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PipelineJobDetail {
    /// The tasks
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub task_details: Vec<PipelineTaskDetail>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// How a task fares
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PipelineTaskDetail {
    /// A number, as text
    #[serde(skip_serializing_if = "String::is_empty")]
    pub task_id: String,
    /// The task's name in the specification
    #[serde(skip_serializing_if = "String::is_empty")]
    pub task_name: String,
    /// When it was made, RFC 3339
    #[serde(skip_serializing_if = "String::is_empty")]
    pub create_time: String,
    /// When it began
    #[serde(skip_serializing_if = "String::is_empty")]
    pub start_time: String,
    /// When it ended
    #[serde(skip_serializing_if = "String::is_empty")]
    pub end_time: String,
    /// How far it is
    #[serde(skip_serializing_if = "PipelineTaskState::is_unspecified")]
    pub state: PipelineTaskState,
    /// Why it failed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Status>,
    /// What it was given and what it made, by name
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Value>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}
