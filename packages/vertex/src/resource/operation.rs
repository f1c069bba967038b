//! Operations that take a while, and the error that may end them

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Rest;

/// Something that takes a while
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Operation {
    /// `…/operations/ID`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it does, with `@type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Value>,
    /// Whether it is over
    pub done: bool,
    /// Why it failed
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Status>,
    /// What came out, with `@type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Value>,
    /// All else
    #[serde(flatten)]
    pub rest: Rest,
}

/// An error in a resource (`google.rpc.Status`)
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    /// A number of `google.rpc.Code`, such as 5 for what is not there
    pub code: i32,
    /// What is wrong
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// More of it, each with `@type`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Value>,
}
