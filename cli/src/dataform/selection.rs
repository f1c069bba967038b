//! Which actions a command is about, by Dataform's rules: whole names, no wildcards, and what is not
//! there is not missed

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::{Map, Value as Json};
use sqlx_compiler::{
    ActionRef, Assertion, CompiledGraph, DataPreparation, Declaration, GraphErrors, Notebook,
    Operation, ProjectConfig, PropertyGraph, Table, Target, Test, readable,
};

use super::failure::Failure;
use super::line::{Value, Words};

/// What was asked for
#[derive(Debug, Default)]
pub struct Selection {
    /// Names: without dots, of any dataset; with dots, in full
    pub actions: Vec<String>,
    /// Tags
    pub tags: Vec<String>,
    /// And all that they depend on
    pub include_dependencies: bool,
    /// And all that depends on them
    pub include_dependents: bool,
}

impl Selection {
    /// The selection of `--actions` and the like, or of `--output-actions` and the like
    pub fn new(words: &Words, prefix: &str) -> Self {
        let texts = |name: &str| match words.get(&format!("{prefix}{name}")) {
            Some(Value::List(items)) => items.iter().map(Value::to_string).collect(),
            _ => Vec::new(),
        };
        let set = |name: &str| {
            words
                .get(&format!("{prefix}{name}"))
                .is_some_and(Value::is_truthy)
        };
        Self {
            actions: texts("actions"),
            tags: texts("tags"),
            include_dependencies: set("include-deps"),
            include_dependents: set("include-dependents"),
        }
    }

    /// Whether everything is meant
    pub fn is_empty(&self) -> bool {
        self.actions.is_empty() && self.tags.is_empty()
    }
}

/// The full names of the chosen actions
///
/// # Errors
/// A name without dots that several actions have
pub fn select(graph: &CompiledGraph, selection: &Selection) -> Result<HashSet<String>, Failure> {
    let actions: Vec<(String, ActionRef<'_>)> = selectable(graph)
        .map(|action| (readable(action.target()), action))
        .collect();
    if selection.is_empty() {
        return Ok(actions.into_iter().map(|(name, _)| name).collect());
    }
    let mut chosen = HashSet::new();
    for pattern in &selection.actions {
        chosen.extend(named(pattern, &actions)?);
    }
    for (name, action) in &actions {
        if action.tags().iter().any(|tag| selection.tags.contains(tag)) {
            chosen.insert(name.clone());
        }
    }
    let mut dependencies: HashMap<&str, Vec<String>> = HashMap::new();
    let mut dependents: HashMap<String, Vec<&str>> = HashMap::new();
    for (name, action) in &actions {
        for target in action.dependency_targets() {
            let dependency = readable(target);
            dependents.entry(dependency.clone()).or_default().push(name);
            dependencies.entry(name).or_default().push(dependency);
        }
    }
    let known: HashSet<&str> = actions.iter().map(|(name, _)| name.as_str()).collect();
    if selection.include_dependencies {
        widen(&mut chosen, |name| {
            let found = dependencies.get(name).into_iter().flatten();
            found
                .filter(|name| known.contains(name.as_str()))
                .cloned()
                .collect()
        });
    }
    if selection.include_dependents {
        widen(&mut chosen, |name| {
            let found = dependents.get(name).into_iter().flatten();
            found.map(|name| (*name).to_owned()).collect()
        });
    }
    Ok(chosen)
}

/// The actions that can be chosen
pub fn selectable(graph: &CompiledGraph) -> impl Iterator<Item = ActionRef<'_>> {
    graph.actions().filter(|action| {
        matches!(
            action,
            ActionRef::Table(_)
                | ActionRef::Operation(_)
                | ActionRef::Assertion(_)
                | ActionRef::PropertyGraph(_)
        )
    })
}

fn named(pattern: &str, actions: &[(String, ActionRef<'_>)]) -> Result<Option<String>, Failure> {
    if pattern.contains('.') {
        let found = actions.iter().find(|(name, _)| name == pattern);
        return Ok(found.map(|(name, _)| name.clone()));
    }
    let found: Vec<&str> = actions
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|name| name.rsplit('.').next() == Some(pattern))
        .collect();
    match found[..] {
        [] => Ok(None),
        [name] => Ok(Some(name.to_owned())),
        _ => Err(Failure::error(format!(
            "Ambiguous Action name: {pattern}. Did you mean one of: {}.",
            found.join(", ")
        ))),
    }
}

fn widen(chosen: &mut HashSet<String>, neighbours: impl Fn(&str) -> Vec<String>) {
    let mut open: Vec<String> = chosen.iter().cloned().collect();
    while let Some(name) = open.pop() {
        for neighbour in neighbours(&name) {
            if chosen.insert(neighbour.clone()) {
                open.push(neighbour);
            }
        }
    }
}

/// A graph with the chosen actions only, as Dataform writes one: in another order than a whole graph, and
/// with empty lists
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pruned<'a> {
    tables: Vec<&'a Table>,
    operations: Vec<&'a Operation>,
    assertions: Vec<&'a Assertion>,
    declarations: &'a [Declaration],
    tests: &'a [Test],
    notebooks: &'a [Notebook],
    data_preparations: &'a [DataPreparation],
    property_graphs: Vec<&'a PropertyGraph>,
    targets: Vec<&'a Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    project_config: Option<&'a ProjectConfig>,
    graph_errors: &'a GraphErrors,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataform_core_version: Option<&'a str>,
    jit_data: &'a Map<String, Json>,
}

impl<'a> Pruned<'a> {
    /// What is left of a graph
    pub fn new(graph: &'a CompiledGraph, chosen: &HashSet<String>) -> Self {
        let has = |target: &Target| chosen.contains(&readable(target));
        Self {
            tables: graph.tables.iter().filter(|one| has(&one.target)).collect(),
            operations: graph
                .operations
                .iter()
                .filter(|one| has(&one.target))
                .collect(),
            assertions: graph
                .assertions
                .iter()
                .filter(|one| has(&one.target))
                .collect(),
            declarations: &graph.declarations,
            tests: &graph.tests,
            notebooks: &graph.notebooks,
            data_preparations: &graph.data_preparations,
            property_graphs: graph
                .property_graphs
                .iter()
                .filter(|one| has(&one.target))
                .collect(),
            targets: graph.targets.iter().filter(|target| has(target)).collect(),
            project_config: graph.project_config.as_ref(),
            graph_errors: &graph.graph_errors,
            dataform_core_version: graph.dataform_core_version.as_deref(),
            jit_data: &graph.jit_data,
        }
    }
}
