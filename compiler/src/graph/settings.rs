//! The settings of a project as they stand in the compiled graph

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::compiled::StringMap;

/// The settings after all overrides
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectConfig {
    /// Always `bigquery`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<String>,
    /// The dataset of actions that name none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_schema: Option<String>,
    /// The dataset of assertions that name none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assertion_schema: Option<String>,
    /// Goes after every dataset, with an underscore
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_suffix: Option<String>,
    /// The project of actions that name none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_database: Option<String>,
    /// Goes before every name, with an underscore
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_prefix: Option<String>,
    /// Values for project code
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: StringMap,
    /// Goes after every project, with an underscore
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_suffix: Option<String>,
    /// The BigQuery location
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_location: Option<String>,
    /// Options of notebook runs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_notebook_runtime_options: Option<Map<String, Value>>,
    /// Goes before the names of inline assertions, with an underscore
    #[serde(skip_serializing_if = "Option::is_none")]
    pub builtin_assertion_name_prefix: Option<String>,
    /// What Iceberg tables fall back to
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_iceberg_config: Option<IcebergDefaults>,
    /// Whether assertions are compiled, but not run
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_assertions: Option<bool>,
    /// The reservation of actions that name none
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_reservation: Option<String>,
    /// Whether tested tables depend on their tests
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_tests_in_compiled_graph: Option<bool>,
    /// Whether rebuilds keep access policies
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_governance_controls: Option<bool>,
    /// Whether runs report lineage
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lineage_enabled: Option<bool>,
}

/// What Iceberg tables fall back to
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IcebergDefaults {
    /// The storage bucket
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bucket_name: Option<String>,
    /// The first folder in it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_folder_root: Option<String>,
    /// The folder below that
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_folder_subpath: Option<String>,
    /// The connection
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
}
