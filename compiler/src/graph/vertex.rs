//! Vertex AI actions as they stand in our graph: what their files say, with references resolved

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::compiled::Target;

/// The dataset in whose place the names of Vertex AI actions have this word, as in `vertex.churn`
pub const VERTEX_SCHEMA: &str = "vertex";

/// A resource of Vertex AI that a run makes as it is declared
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexAction {
    /// The action; `vertex` with the suffix stands in `schema`
    #[serde(default)]
    pub target: Target,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What it depends on: what its references name, then what its `dependencies` list
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// Whether a run leaves it out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// A text
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What people see in the Google Cloud console
    #[serde(default)]
    pub display_name: String,
    /// The region, such as `us-central1`
    #[serde(default)]
    pub location: String,
    /// Labels of the resource
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// What it makes
    #[serde(default)]
    pub resource: VertexResource,
}

/// What a Vertex AI action makes
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum VertexResource {
    /// A model in the registry, of an exported one
    Model(VertexModel),
    /// An address that predictions are asked of
    Endpoint(VertexEndpoint),
    /// A model that serves at an endpoint
    Deployment(VertexDeployment),
    /// Predictions for the rows of a table
    BatchPrediction(VertexBatchPrediction),
    /// Watches an endpoint for drift and skew
    Monitor(VertexMonitor),
}

impl Default for VertexResource {
    fn default() -> Self {
        Self::Endpoint(VertexEndpoint::default())
    }
}

impl VertexResource {
    /// The word of `type`
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Model(_) => "model",
            Self::Endpoint(_) => "endpoint",
            Self::Deployment(_) => "deployment",
            Self::BatchPrediction(_) => "batchPrediction",
            Self::Monitor(_) => "monitor",
        }
    }
}

/// Something that another action makes, or that exists on Vertex AI under a resource name
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum VertexReference {
    /// What the action of this target makes
    Action(Target),
    /// Such as `projects/P/locations/L/endpoints/1`
    Name(String),
}

impl Default for VertexReference {
    fn default() -> Self {
        Self::Name(String::new())
    }
}

impl VertexReference {
    /// The action, where it is one
    pub fn action(&self) -> Option<&Target> {
        match self {
            Self::Action(target) => Some(target),
            Self::Name(_) => None,
        }
    }
}

/// A model in the registry
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexModel {
    /// Where the exported model is: `gs://…`, or a folder relative to the project
    #[serde(default)]
    pub artifact_uri: String,
    /// What serves it
    #[serde(default)]
    pub container: VertexContainer,
    /// Names of this version, such as `baseline`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub version_aliases: Vec<String>,
    /// A text about this version
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version_description: Option<String>,
    /// The model that this is a version of
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_model: Option<VertexReference>,
    /// How many paths attributions by sampled Shapley values take; nothing where `explain` is not wanted
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation_path_count: Option<u32>,
}

/// The container that serves a model
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexContainer {
    /// Its image
    #[serde(default)]
    pub image_uri: String,
    /// What runs in the place of the image's entry point
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// Its arguments
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
    /// Environment variables
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// The port it listens on
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// The path of predictions
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predict_route: Option<String>,
    /// The path of health checks
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_route: Option<String>,
}

/// An endpoint
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexEndpoint {
    /// Whether it has a domain name of its own
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedicated: Option<bool>,
    /// The network that it is reached through
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
}

/// A model that serves at an endpoint
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexDeployment {
    /// The model
    #[serde(default)]
    pub model: VertexReference,
    /// The endpoint
    #[serde(default)]
    pub endpoint: VertexReference,
    /// The share of the endpoint's traffic that it gets, 0 to 100; the rest stays with what the project
    /// deploys there before, in proportion
    #[serde(default)]
    pub traffic: u8,
    /// The machines
    #[serde(flatten)]
    pub machines: VertexMachines,
    /// The account that the container runs as
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
}

/// Machines of a deployment or a batch prediction
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexMachines {
    /// Such as `n1-standard-2`
    #[serde(default)]
    pub machine_type: String,
    /// The fewest there are
    #[serde(default)]
    pub min_replica_count: u32,
    /// The most there are
    #[serde(default)]
    pub max_replica_count: u32,
    /// Such as `NVIDIA_TESLA_T4`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerator_type: Option<String>,
    /// How many of them each machine has
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accelerator_count: Option<u32>,
}

/// Predictions for the rows of a table
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexBatchPrediction {
    /// The model
    #[serde(default)]
    pub model: VertexReference,
    /// The table of the instances
    #[serde(default)]
    pub input: Target,
    /// The table of the predictions; a declaration, or a name that no other action has
    #[serde(default)]
    pub output: Target,
    /// Columns that are no features, and go through
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_fields: Vec<String>,
    /// The machines
    #[serde(flatten)]
    pub machines: VertexMachines,
    /// Whether attributions are wanted, too
    #[serde(default)]
    pub explain: bool,
}

/// Watches an endpoint
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VertexMonitor {
    /// The endpoint
    #[serde(default)]
    pub endpoint: VertexReference,
    /// The table that the models were trained on; needed for skew
    #[serde(skip_serializing_if = "Option::is_none")]
    pub training_data: Option<Target>,
    /// The label's column in it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_field: Option<String>,
    /// Seconds from one look to the next
    #[serde(default)]
    pub interval_seconds: u64,
    /// The share of requests that are looked at, 0 to 1
    #[serde(default)]
    pub sampling_rate: f64,
    /// Feature → distance from the training data that is an alert
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub skew_thresholds: BTreeMap<String, f64>,
    /// Feature → distance from the requests before that is an alert
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub drift_thresholds: BTreeMap<String, f64>,
    /// Who is told by e-mail
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alert_emails: Vec<String>,
    /// Notification channels of Cloud Monitoring
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notification_channels: Vec<String>,
    /// Where alerts are posted to; local servers only
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook: Option<String>,
}

impl VertexAction {
    /// What its references name
    pub fn references(&self) -> impl Iterator<Item = &Target> {
        let (one, two) = match &self.resource {
            VertexResource::Model(model) => (model.parent_model.as_ref(), None),
            VertexResource::Endpoint(_) => (None, None),
            VertexResource::Deployment(own) => (Some(&own.model), Some(&own.endpoint)),
            VertexResource::BatchPrediction(own) => (Some(&own.model), None),
            VertexResource::Monitor(own) => (Some(&own.endpoint), None),
        };
        let named = one.into_iter().chain(two);
        named.filter_map(VertexReference::action)
    }

    /// The table that it writes, if it writes one
    pub fn output(&self) -> Option<&Target> {
        match &self.resource {
            VertexResource::BatchPrediction(own) => Some(&own.output),
            _ => None,
        }
    }
}
