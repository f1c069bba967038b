//! Endpoints and the models that are deployed to them

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Rest;

/// In a request to deploy, the key of the model that is being deployed in the traffic split
pub const NEW_MODEL: &str = "0";

/// Where predictions are asked for
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Endpoint {
    /// `projects/P/locations/L/endpoints/ID`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// What it is
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The models; set by the service
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deployed_models: Vec<DeployedModel>,
    /// Percent of the requests by deployed model's id; empty, or 100 in sum
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traffic_split: BTreeMap<String, i32>,
    /// Words of the user's
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The job that watches it; set by the service
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_deployment_monitoring_job: String,
    /// Which requests are logged
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predict_request_response_logging_config: Option<Value>,
    /// When it was made, RFC 3339
    #[serde(skip_serializing_if = "String::is_empty")]
    pub create_time: String,
    /// When it was changed last
    #[serde(skip_serializing_if = "String::is_empty")]
    pub update_time: String,
    /// Changes with each change
    #[serde(skip_serializing_if = "String::is_empty")]
    pub etag: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// A model on an endpoint
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployedModel {
    /// The id in the endpoint
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The model's name, perhaps with a version
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// The version's number; set by the service
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_version_id: String,
    /// The name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub display_name: String,
    /// When it was deployed, RFC 3339
    #[serde(skip_serializing_if = "String::is_empty")]
    pub create_time: String,
    /// Machines of its own
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dedicated_resources: Option<DedicatedResources>,
    /// Machines that the service chooses
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic_resources: Option<AutomaticResources>,
    /// How predictions are explained, where not as the model says
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation_spec: Option<Value>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// Machines of a deployed model's own
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DedicatedResources {
    /// What machines
    pub machine_spec: MachineSpec,
    /// How many at least
    pub min_replica_count: i32,
    /// How many at most; as many as at least, where 0
    #[serde(skip_serializing_if = "is_zero")]
    pub max_replica_count: i32,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// A kind of machine
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MachineSpec {
    /// Such as `n1-standard-2`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub machine_type: String,
    /// All else, such as accelerators
    #[serde(flatten)]
    pub rest: Rest,
}

/// Machines that the service chooses
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AutomaticResources {
    /// How many at least
    #[serde(skip_serializing_if = "is_zero")]
    pub min_replica_count: i32,
    /// How many at most
    #[serde(skip_serializing_if = "is_zero")]
    pub max_replica_count: i32,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST …/endpoints/ID:deployModel`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DeployModelRequest {
    /// What is deployed, how
    pub deployed_model: DeployedModel,
    /// The whole split afterwards, with [`NEW_MODEL`] for this one; empty leaves the split as it is
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traffic_split: BTreeMap<String, i32>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST …/endpoints/ID:undeployModel`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UndeployModelRequest {
    /// Which one
    pub deployed_model_id: String,
    /// The whole split afterwards; empty takes the model out of the split
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub traffic_split: BTreeMap<String, i32>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// `POST …/endpoints/ID:mutateDeployedModel`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MutateDeployedModelRequest {
    /// The deployed model with the fields to change
    pub deployed_model: DeployedModel,
    /// Which fields, separated by commas
    pub update_mask: String,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

fn is_zero(value: &i32) -> bool {
    *value == 0
}
