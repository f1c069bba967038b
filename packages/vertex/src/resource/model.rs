//! Models and their versions

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Rest;

/// The alias of the version that is meant where none is named
pub const DEFAULT_ALIAS: &str = "default";

/// A version of a model
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Model {
    /// `projects/P/locations/L/models/ID`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The version's number, from 1
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version_id: String,
    /// Other names of the version
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub version_aliases: Vec<String>,
    /// When the version was made, RFC 3339
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version_create_time: String,
    /// When the version was changed last
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version_update_time: String,
    /// The name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// What it is
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What this version is
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version_description: String,
    /// The folder of the exported model: `gs://…`, or a path on this machine
    #[serde(skip_serializing_if = "String::is_empty")]
    pub artifact_uri: String,
    /// What serves it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container_spec: Option<ContainerSpec>,
    /// Words of the user's
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// How predictions are explained
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation_spec: Option<Value>,
    /// Where it is deployed; set by the service
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deployed_models: Vec<DeployedModelRef>,
    /// When the model was made
    #[serde(skip_serializing_if = "String::is_empty")]
    pub create_time: String,
    /// When the model was changed last
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_time: String,
    /// Changes with each change
    #[serde(skip_serializing_if = "String::is_empty")]
    pub etag: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// The container that serves a model
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerSpec {
    /// The image
    #[serde(skip_serializing_if = "String::is_empty")]
    pub image_uri: String,
    /// Instead of the image's entry point
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Arguments of the entry point
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Where the container listens
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
    /// The path of predictions
    #[serde(skip_serializing_if = "String::is_empty")]
    pub predict_route: String,
    /// The path of health checks
    #[serde(skip_serializing_if = "String::is_empty")]
    pub health_route: String,
    /// All else, such as `env`
    #[serde(flatten)]
    pub rest: Rest,
}

/// A port of a container
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Port {
    /// Its number
    pub container_port: i32,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Where a model is deployed
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployedModelRef {
    /// The endpoint's name
    #[serde(skip_serializing_if = "String::is_empty")]
    pub endpoint: String,
    /// The id in that endpoint
    #[serde(skip_serializing_if = "String::is_empty")]
    pub deployed_model_id: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST …/models:upload`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UploadModelRequest {
    /// The model of which this is to be a new version
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent_model: String,
    /// The id of a new model, where it is not left to the service
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_id: String,
    /// The model
    pub model: Model,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// What an upload's operation answers
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UploadModelResponse {
    /// The model's name
    pub model: String,
    /// The version's number
    pub model_version_id: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST …/models/ID:mergeVersionAliases`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MergeVersionAliasesRequest {
    /// Aliases to give to the version; with a `-` before it, to take away
    pub version_aliases: Vec<String>,
}
