//! The compiled graph in the JSON shape of Dataform: a field is there iff it was assigned, in the order of its number

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::settings::ProjectConfig;
use super::vertex::VertexAction;

/// Text by name, in the order of insertion; values are strings
pub type StringMap = Map<String, Value>;

/// Everything a project defines
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompiledGraph {
    /// Tables, views and incremental tables
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// Custom SQL
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
    /// Queries that must return no rows
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assertions: Vec<Assertion>,
    /// The settings after all overrides
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_config: Option<ProjectConfig>,
    /// What Dataform reports, record by record
    #[serde(default)]
    pub graph_errors: GraphErrors,
    /// Unit tests of queries
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Test>,
    /// Tables that exist outside the project
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declarations: Vec<Declaration>,
    /// The version of Dataform Core whose behaviour this is
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dataform_core_version: Option<String>,
    /// Every action before suffixes, in the order of definition; failed ones too
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// Notebooks
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notebooks: Vec<Notebook>,
    /// Data preparations
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_preparations: Vec<DataPreparation>,
    /// Values for code that is compiled when an action runs, as a protobuf `Struct`
    #[serde(default)]
    pub jit_data: Map<String, Value>,
    /// Property graphs
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub property_graphs: Vec<PropertyGraph>,
    /// Resources of Vertex AI; ours, and empty where Dataform's graph is wanted
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vertex_actions: Vec<VertexAction>,
}

/// The identity of an action
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The dataset
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The name within the dataset
    #[serde(default)]
    pub name: String,
    /// The Google Cloud project
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.database, &self.schema] {
            if let Some(part) = part.as_deref().filter(|part| !part.is_empty()) {
                write!(formatter, "{part}.")?;
            }
        }
        formatter.write_str(&self.name)
    }
}

/// The list of compile errors, absent when there is none
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphErrors {
    /// In the order of Dataform's phases
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub compilation_errors: Vec<CompilationError>,
}

/// One record of what Dataform reports
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompilationError {
    /// The file that was being loaded, or the action's file
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The message, word for word
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The JavaScript stack; never written by this compiler
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// `database.schema.name`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_name: Option<String>,
    /// The action
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_target: Option<Target>,
}

/// What a table action builds
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TableType {
    /// Rebuilt on every run
    Table,
    /// Grown on every run
    Incremental,
    /// A view, materialized or not
    View,
}

impl TableType {
    /// The deprecated spelling in `Table::r#type`
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Incremental => "incremental",
            Self::View => "view",
        }
    }
}

/// Whether an action reads only what it declares
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Hermeticity {
    /// Only declared dependencies
    Hermetic,
    /// Anything
    NonHermetic,
}

/// What happens when the columns of an incremental table's query change
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OnSchemaChange {
    /// Nothing
    Ignore,
    /// The run fails
    Fail,
    /// New columns are added
    Extend,
    /// Columns are added and removed
    Synchronize,
}

/// How new rows get into an incremental table
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncrementalStrategy {
    /// By whether there is a unique key
    #[serde(rename = "INCREMENTAL_STRATEGY_UNSPECIFIED")]
    Unspecified,
    /// `MERGE` on the unique key
    #[serde(rename = "MERGE")]
    Merge,
    /// Whole partitions are replaced
    #[serde(rename = "INSERT_OVERWRITE")]
    InsertOverwrite,
}

/// A table, view or incremental table
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Deprecated spelling of `enum_type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub r#type: Option<String>,
    /// The action, with suffixes
    #[serde(default)]
    pub target: Target,
    /// The query of a full build
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Whether a run leaves it out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// The filter of an incremental build
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub where_clause: Option<String>,
    /// Whether a full refresh leaves its rows alone
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected: Option<bool>,
    /// Statements before the query
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_ops: Vec<String>,
    /// Statements after the query
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub post_ops: Vec<String>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Options of BigQuery
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bigquery: Option<BigQueryOptions>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Documentation and labels
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_descriptor: Option<ActionDescriptor>,
    /// The query of an incremental build
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental_query: Option<String>,
    /// What it depends on, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// Statements before the query of an incremental build
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incremental_pre_ops: Vec<String>,
    /// Statements after the query of an incremental build
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incremental_post_ops: Vec<String>,
    /// The columns that identify a row
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique_key: Vec<String>,
    /// Whether it reads only what it declares
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hermeticity: Option<Hermeticity>,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// Whether a view is materialized
    #[serde(skip_serializing_if = "Option::is_none")]
    pub materialized: Option<bool>,
    /// What it builds
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enum_type: Option<TableType>,
    /// What happens when columns change
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_schema_change: Option<OnSchemaChange>,
    /// JavaScript that makes the query when it runs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jit_code: Option<String>,
    /// How new rows get in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental_strategy: Option<IncrementalStrategy>,
}

/// Custom SQL
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// The action, with suffixes
    #[serde(default)]
    pub target: Target,
    /// One statement or script each
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queries: Vec<String>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Whether it makes a table of its own name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub has_output: Option<bool>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Documentation
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_descriptor: Option<ActionDescriptor>,
    /// What it depends on, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// Whether it reads only what it declares
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hermeticity: Option<Hermeticity>,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// Whether a run leaves it out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// JavaScript that makes the queries when it runs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jit_code: Option<String>,
}

/// A query that must return no rows
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assertion {
    /// The query
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The action, with suffixes
    #[serde(default)]
    pub target: Target,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Documentation
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_descriptor: Option<ActionDescriptor>,
    /// What it depends on, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// Whether it reads only what it declares
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hermeticity: Option<Hermeticity>,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// Whether a run leaves it out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// The table whose `assertions` setting made it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent_action: Option<Target>,
    /// JavaScript that makes the query when it runs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jit_code: Option<String>,
}

/// A table that exists outside the project
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Declaration {
    /// The table
    #[serde(default)]
    pub target: Target,
    /// Documentation
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_descriptor: Option<ActionDescriptor>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// The same as `target`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A unit test of a query
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Test {
    /// Its name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The tested query over the given inputs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_query: Option<String>,
    /// The query of the expected rows
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_output_query: Option<String>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The tested dataset's target with the test's name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The same without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// What it is a test of; no part of Dataform's graph
    #[serde(skip)]
    pub tested: Option<TestedAction>,
}

/// What a unit test is a test of
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TestedAction {
    /// The table, with suffixes
    pub target: Target,
    /// The file that defines it
    pub file_name: Option<String>,
    /// Whether its query is that of an incremental run: the rows that one adds
    pub incremental: bool,
    /// Inputs that the query does not read, as the test names them
    pub unread_inputs: Vec<String>,
}

/// A notebook
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Notebook {
    /// The action, with suffixes; the location stands in `schema`
    #[serde(default)]
    pub target: Target,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What it depends on, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// The notebook file
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Whether a run leaves it out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// The notebook as JSON, without outputs
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notebook_contents: Option<String>,
}

/// A data preparation
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DataPreparation {
    /// The tables it writes, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// The same without suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canonical_targets: Vec<Target>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What it depends on, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Whether a run leaves it out
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// The action
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// The definition with resolved names
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_preparation_yaml: Option<String>,
    /// Where invalid rows go
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_table: Option<Target>,
    /// How long they stay
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_table_retention_days: Option<i64>,
    /// The pipe query
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// How rows get into the destination
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load: Option<Map<String, Value>>,
}

/// A property graph
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PropertyGraph {
    /// The action, with suffixes
    #[serde(default)]
    pub target: Target,
    /// The action without suffixes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canonical_target: Option<Target>,
    /// What it depends on, with suffixes
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependency_targets: Vec<Target>,
    /// The file that defines it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Documentation
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The node tables
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Value>,
    /// The edge tables
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<Value>,
    /// What stands in `CREATE PROPERTY GRAPH`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub graph_body: Option<String>,
}

/// Documentation and labels of an action
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionDescriptor {
    /// A text
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Columns, nested ones after the one they are in
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnDescriptor>,
    /// Labels
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub bigquery_labels: StringMap,
    /// `overview` and `extraProperties`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<Map<String, Value>>,
    /// `ACTION_COMPILATION_MODE_JIT` when the SQL is made at run time
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compilation_mode: Option<String>,
    /// The BigQuery reservation
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reservation: Option<String>,
}

/// Documentation of a column
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnDescriptor {
    /// A text
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The names of the records it is in, and its own
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub path: Vec<String>,
    /// Tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Policy tags
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bigquery_policy_tags: Vec<String>,
}

/// Options of a table on BigQuery
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BigQueryOptions {
    /// The partitioning expression
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    /// The clustering columns
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cluster_by: Vec<String>,
    /// A condition on the partitions that a merge reads
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_partition_filter: Option<String>,
    /// Labels
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub labels: StringMap,
    /// How long a partition stays
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_expiration_days: Option<i64>,
    /// Whether queries must filter on the partition
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_partition_filter: Option<bool>,
    /// Raw options
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub additional_options: StringMap,
    /// The connection of an Iceberg table
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// `ICEBERG`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table_format: Option<String>,
    /// `PARQUET`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_format: Option<String>,
    /// Where an Iceberg table is stored
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_uri: Option<String>,
    /// Conditions on the rows that a merge reads
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incremental_predicates: Vec<String>,
    /// Whether a rebuild keeps access policies
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preserve_governance_controls: Option<bool>,
}
