//! What is drawn: actions as nodes, dependencies as edges

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use sqlx_compiler::{ActionDescriptor, ActionKind, ActionRef, CompiledGraph, Target};

use crate::{RenderOptions, State};

/// A graph to draw; nodes in the order of definition
pub struct Model<'a> {
    /// Heading
    pub title: String,
    pub nodes: Vec<Node<'a>>,
    /// Indexes of the action that is needed and the one that needs it, in order and each once
    pub edges: Vec<(usize, usize)>,
}

/// An action
pub struct Node<'a> {
    /// `database.schema.name`, unique
    pub id: String,
    pub name: &'a str,
    /// With the project if it isn't the default one
    pub dataset: String,
    pub kind: ActionKind,
    pub action: ActionRef<'a>,
    pub state: Option<&'a State>,
}

/// A piece of SQL with its heading
#[derive(Serialize)]
pub struct Sql<'a> {
    pub title: String,
    pub text: &'a str,
}

/// Documentation of a column
#[derive(Serialize)]
pub struct Column<'a> {
    pub name: String,
    pub description: &'a str,
}

impl<'a> Model<'a> {
    pub fn new(graph: &'a CompiledGraph, options: &'a RenderOptions) -> Self {
        let default_project = graph
            .project_config
            .as_ref()
            .and_then(|config| config.default_database.as_deref());
        let mut seen = HashSet::new();
        let nodes: Vec<Node<'a>> = graph
            .actions()
            .filter(|action| seen.insert(action.target()))
            .map(|action| Node::new(action, default_project, &options.states))
            .collect();
        let title = options
            .title
            .clone()
            .or_else(|| default_project.map(str::to_owned));
        Self {
            title: title.unwrap_or_else(|| "project".to_owned()),
            edges: edges(&nodes),
            nodes,
        }
    }

    /// The nodes of each dataset, in the order of its name
    pub fn datasets(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut datasets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            datasets.entry(&node.dataset).or_default().push(index);
        }
        datasets
    }
}

fn edges(nodes: &[Node<'_>]) -> Vec<(usize, usize)> {
    let by_target: HashMap<&Target, usize> = nodes
        .iter()
        .enumerate()
        .flat_map(|(index, node)| {
            let outputs = node.action.outputs().iter();
            outputs
                .chain([node.action.target()])
                .map(move |target| (target, index))
        })
        .collect();
    let mut edges: Vec<(usize, usize)> = nodes
        .iter()
        .enumerate()
        .flat_map(|(to, node)| {
            let dependencies = node.action.dependency_targets().iter();
            dependencies
                .filter_map(|target| by_target.get(target))
                .map(move |from| (*from, to))
        })
        .collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

impl<'a> Node<'a> {
    fn new(
        action: ActionRef<'a>,
        default_project: Option<&str>,
        states: &'a BTreeMap<String, State>,
    ) -> Self {
        let target = action.target();
        let schema = target.schema.as_deref().unwrap_or_default();
        let foreign = target
            .database
            .as_deref()
            .filter(|database| Some(*database) != default_project);
        let dataset = match foreign {
            Some(database) => format!("{database}.{schema}"),
            None => schema.to_owned(),
        };
        Self {
            id: target.to_string(),
            name: &target.name,
            kind: action.kind(),
            action,
            state: states
                .get(&format!("{schema}.{}", target.name))
                .or_else(|| states.get(&target.to_string())),
            dataset,
        }
    }

    /// What its SQL consists of, in the order it runs
    pub fn sql(&self) -> Vec<Sql<'a>> {
        match self.action {
            ActionRef::Table(table) => {
                let mut parts = numbered("before", &table.pre_ops);
                parts.extend(one("query", table.query.as_deref()));
                let grown = table.incremental_query.as_deref();
                if grown != table.query.as_deref() {
                    parts.extend(one("incremental query", grown));
                }
                parts.extend(one("incremental where", table.where_clause.as_deref()));
                parts.extend(numbered("after", &table.post_ops));
                parts
            }
            ActionRef::Operation(operation) => numbered("statement", &operation.queries),
            ActionRef::Assertion(assertion) => one("query", assertion.query.as_deref()),
            ActionRef::DataPreparation(preparation) => one("query", preparation.query.as_deref()),
            ActionRef::PropertyGraph(graph) => one("graph", graph.graph_body.as_deref()),
            ActionRef::Declaration(_) | ActionRef::Notebook(_) | ActionRef::Vertex(_) => Vec::new(),
        }
    }

    /// The columns that are documented
    pub fn columns(&self) -> Vec<Column<'a>> {
        let columns = self
            .descriptor()
            .map(|descriptor| descriptor.columns.as_slice());
        columns
            .unwrap_or_default()
            .iter()
            .map(|column| Column {
                name: column.path.join("."),
                description: column.description.as_deref().unwrap_or_default(),
            })
            .collect()
    }

    fn descriptor(&self) -> Option<&'a ActionDescriptor> {
        match self.action {
            ActionRef::Table(action) => action.action_descriptor.as_ref(),
            ActionRef::Operation(action) => action.action_descriptor.as_ref(),
            ActionRef::Assertion(action) => action.action_descriptor.as_ref(),
            ActionRef::Declaration(action) => action.action_descriptor.as_ref(),
            ActionRef::Notebook(_)
            | ActionRef::DataPreparation(_)
            | ActionRef::PropertyGraph(_)
            | ActionRef::Vertex(_) => None,
        }
    }
}

fn one<'a>(title: &str, text: Option<&'a str>) -> Vec<Sql<'a>> {
    text.map(|text| Sql {
        title: title.to_owned(),
        text,
    })
    .into_iter()
    .collect()
}

fn numbered<'a>(title: &str, texts: &'a [String]) -> Vec<Sql<'a>> {
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| Sql {
            title: if texts.len() == 1 {
                title.to_owned()
            } else {
                format!("{title} {}", index + 1)
            },
            text,
        })
        .collect()
}
