//! One view on the actions of every kind in a compiled graph

use serde::{Deserialize, Serialize};

use super::compiled::{
    Assertion, CompiledGraph, DataPreparation, Declaration, Notebook, Operation, PropertyGraph,
    Table, TableType, Target,
};
use super::vertex::{VertexAction, VertexResource};

/// An action of a compiled graph
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(untagged)]
pub enum ActionRef<'a> {
    /// A table, view or incremental table
    Table(&'a Table),
    /// Custom SQL
    Operation(&'a Operation),
    /// An assertion
    Assertion(&'a Assertion),
    /// A declared source
    Declaration(&'a Declaration),
    /// A notebook
    Notebook(&'a Notebook),
    /// A data preparation
    DataPreparation(&'a DataPreparation),
    /// A property graph
    PropertyGraph(&'a PropertyGraph),
    /// A resource of Vertex AI
    Vertex(&'a VertexAction),
}

/// What kind of action it is
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ActionKind {
    /// Rebuilt on every run
    Table,
    /// A view
    View,
    /// Grown on every run
    Incremental,
    /// Custom SQL
    Operation,
    /// A query that must return no rows
    Assertion,
    /// A declared source
    Declaration,
    /// A notebook
    Notebook,
    /// A data preparation
    DataPreparation,
    /// A property graph
    PropertyGraph,
    /// A model in Vertex AI's registry
    Model,
    /// An endpoint of Vertex AI
    Endpoint,
    /// A model that serves at an endpoint
    Deployment,
    /// Predictions of Vertex AI for the rows of a table
    BatchPrediction,
    /// What watches an endpoint of Vertex AI
    Monitor,
}

impl ActionKind {
    /// The field's own word, such as `incremental`
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::View => "view",
            Self::Incremental => "incremental",
            Self::Operation => "operation",
            Self::Assertion => "assertion",
            Self::Declaration => "declaration",
            Self::Notebook => "notebook",
            Self::DataPreparation => "data preparation",
            Self::PropertyGraph => "property graph",
            Self::Model => "model",
            Self::Endpoint => "endpoint",
            Self::Deployment => "deployment",
            Self::BatchPrediction => "batch prediction",
            Self::Monitor => "monitor",
        }
    }

    /// Whether it is a resource of Vertex AI
    pub const fn is_vertex(self) -> bool {
        matches!(
            self,
            Self::Model | Self::Endpoint | Self::Deployment | Self::BatchPrediction | Self::Monitor
        )
    }
}

impl ActionKind {
    /// Whether actions of both kinds stand in one list of the graph
    pub fn shares_list(self, other: Self) -> bool {
        let table = |kind| matches!(kind, Self::Table | Self::View | Self::Incremental);
        self == other || (table(self) && table(other)) || (self.is_vertex() && other.is_vertex())
    }
}

impl CompiledGraph {
    /// Tables, operations, assertions, declarations, notebooks, data preparations, property graphs,
    /// Vertex AI actions, each in the order of definition
    pub fn actions(&self) -> impl Iterator<Item = ActionRef<'_>> {
        self.tables
            .iter()
            .map(ActionRef::Table)
            .chain(self.operations.iter().map(ActionRef::Operation))
            .chain(self.assertions.iter().map(ActionRef::Assertion))
            .chain(self.declarations.iter().map(ActionRef::Declaration))
            .chain(self.notebooks.iter().map(ActionRef::Notebook))
            .chain(
                self.data_preparations
                    .iter()
                    .map(ActionRef::DataPreparation),
            )
            .chain(self.property_graphs.iter().map(ActionRef::PropertyGraph))
            .chain(self.vertex_actions.iter().map(ActionRef::Vertex))
    }
}

impl<'a> ActionRef<'a> {
    /// Its identity, with suffixes
    pub fn target(self) -> &'a Target {
        static NONE: Target = Target {
            schema: None,
            name: String::new(),
            database: None,
        };
        match self {
            Self::Table(action) => &action.target,
            Self::Operation(action) => &action.target,
            Self::Assertion(action) => &action.target,
            Self::Declaration(action) => &action.target,
            Self::Notebook(action) => &action.target,
            Self::DataPreparation(action) => action.target.as_ref().unwrap_or(&NONE),
            Self::PropertyGraph(action) => &action.target,
            Self::Vertex(action) => &action.target,
        }
    }

    /// Its identity without suffixes
    pub fn canonical_target(self) -> Option<&'a Target> {
        match self {
            Self::Table(action) => action.canonical_target.as_ref(),
            Self::Operation(action) => action.canonical_target.as_ref(),
            Self::Assertion(action) => action.canonical_target.as_ref(),
            Self::Declaration(action) => action.canonical_target.as_ref(),
            Self::Notebook(action) => action.canonical_target.as_ref(),
            Self::DataPreparation(action) => action.canonical_target.as_ref(),
            Self::PropertyGraph(action) => action.canonical_target.as_ref(),
            Self::Vertex(action) => action.canonical_target.as_ref(),
        }
    }

    /// The file that defines it; empty where Dataform records none
    pub fn file_name(self) -> &'a str {
        match self {
            Self::Table(action) => action.file_name.as_deref(),
            Self::Operation(action) => action.file_name.as_deref(),
            Self::Assertion(action) => action.file_name.as_deref(),
            Self::Declaration(action) => action.file_name.as_deref(),
            Self::Notebook(action) => action.file_name.as_deref(),
            Self::DataPreparation(action) => action.file_name.as_deref(),
            Self::PropertyGraph(action) => action.file_name.as_deref(),
            Self::Vertex(action) => action.file_name.as_deref(),
        }
        .unwrap_or_default()
    }

    /// Its tags
    pub fn tags(self) -> &'a [String] {
        match self {
            Self::Table(action) => &action.tags,
            Self::Operation(action) => &action.tags,
            Self::Assertion(action) => &action.tags,
            Self::Declaration(action) => &action.tags,
            Self::Notebook(action) => &action.tags,
            Self::DataPreparation(action) => &action.tags,
            Self::PropertyGraph(_) => &[],
            Self::Vertex(action) => &action.tags,
        }
    }

    /// What it depends on, with suffixes
    pub fn dependency_targets(self) -> &'a [Target] {
        match self {
            Self::Table(action) => &action.dependency_targets,
            Self::Operation(action) => &action.dependency_targets,
            Self::Assertion(action) => &action.dependency_targets,
            Self::Declaration(_) => &[],
            Self::Notebook(action) => &action.dependency_targets,
            Self::DataPreparation(action) => &action.dependency_targets,
            Self::PropertyGraph(action) => &action.dependency_targets,
            Self::Vertex(action) => &action.dependency_targets,
        }
    }

    /// The tables that it writes beside its own target: others depend on it by depending on one of these
    pub fn outputs(self) -> &'a [Target] {
        match self {
            Self::DataPreparation(action) => &action.targets,
            Self::Vertex(action) => action.output().map_or(&[], std::slice::from_ref),
            _ => &[],
        }
    }

    /// Whether a run leaves it out
    pub fn disabled(self) -> bool {
        match self {
            Self::Table(action) => action.disabled,
            Self::Operation(action) => action.disabled,
            Self::Assertion(action) => action.disabled,
            Self::Notebook(action) => action.disabled,
            Self::DataPreparation(action) => action.disabled,
            Self::Vertex(action) => action.disabled,
            Self::Declaration(_) | Self::PropertyGraph(_) => None,
        }
        .unwrap_or_default()
    }

    /// What kind of action it is
    pub fn kind(self) -> ActionKind {
        match self {
            Self::Table(table) => match table.enum_type {
                Some(TableType::View) => ActionKind::View,
                Some(TableType::Incremental) => ActionKind::Incremental,
                Some(TableType::Table) | None => ActionKind::Table,
            },
            Self::Operation(_) => ActionKind::Operation,
            Self::Assertion(_) => ActionKind::Assertion,
            Self::Declaration(_) => ActionKind::Declaration,
            Self::Notebook(_) => ActionKind::Notebook,
            Self::DataPreparation(_) => ActionKind::DataPreparation,
            Self::PropertyGraph(_) => ActionKind::PropertyGraph,
            Self::Vertex(action) => match &action.resource {
                VertexResource::Model(_) => ActionKind::Model,
                VertexResource::Endpoint(_) => ActionKind::Endpoint,
                VertexResource::Deployment(_) => ActionKind::Deployment,
                VertexResource::BatchPrediction(_) => ActionKind::BatchPrediction,
                VertexResource::Monitor(_) => ActionKind::Monitor,
            },
        }
    }

    /// Its documentation, if any
    pub fn description(self) -> Option<&'a str> {
        match self {
            Self::Table(action) => action.action_descriptor.as_ref(),
            Self::Operation(action) => action.action_descriptor.as_ref(),
            Self::Assertion(action) => action.action_descriptor.as_ref(),
            Self::Declaration(action) => action.action_descriptor.as_ref(),
            Self::PropertyGraph(action) => return action.description.as_deref(),
            Self::Vertex(action) => return action.description.as_deref(),
            Self::Notebook(_) | Self::DataPreparation(_) => None,
        }
        .and_then(|descriptor| descriptor.description.as_deref())
    }
}
