//! Questions to an endpoint, and its answers

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `POST …/endpoints/ID:predict`, and `:explain`
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PredictRequest {
    /// What to predict for
    pub instances: Vec<Value>,
    /// Parameters of the prediction
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Value>,
    /// Asks this deployed model, whatever the split; for explanations
    #[serde(skip_serializing_if = "String::is_empty")]
    pub deployed_model_id: String,
}

/// What `:predict` answers
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PredictResponse {
    /// One for each instance
    pub predictions: Vec<Value>,
    /// Which of the endpoint's models answered
    pub deployed_model_id: String,
    /// Its name
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// Its version
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_version_id: String,
    /// Its name for people
    #[serde(skip_serializing_if = "String::is_empty")]
    pub model_display_name: String,
}

/// What `:explain` answers
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExplainResponse {
    /// One for each instance
    pub explanations: Vec<Explanation>,
    /// Which of the endpoint's models answered
    pub deployed_model_id: String,
    /// One for each instance
    pub predictions: Vec<Value>,
}

/// Why an instance got its prediction
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Explanation {
    /// One for each output that is explained
    pub attributions: Vec<Attribution>,
}

/// What each feature adds to an output
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attribution {
    /// The output for a baseline
    pub baseline_output_value: f64,
    /// The output for the instance
    pub instance_output_value: f64,
    /// What each feature adds; in sum, the difference of the two
    pub feature_attributions: BTreeMap<String, f64>,
    /// Where in the output
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub output_index: Vec<i32>,
    /// What stands there, such as a class
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output_display_name: String,
    /// How far the sum is from the difference
    pub approximation_error: f64,
    /// The output's name
    #[serde(skip_serializing_if = "String::is_empty")]
    pub output_name: String,
}
