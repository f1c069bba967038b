//! What a selector compares with: saved graphs, earlier revisions and earlier runs

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;
use sqlx_compiler::{CompiledGraph, Target};

use super::items::{self, Item, identity, without_file};

/// What is known of other times; whoever selects gathers it before
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The saved graph, for `state:`
    pub state: Option<Arc<Baseline>>,
    /// Graphs by Git revision, for `changed:`
    pub revisions: BTreeMap<String, Arc<Baseline>>,
    /// By run, as it was asked for: how each action ended, by `dataset.name`; for `result:`
    pub results: BTreeMap<String, BTreeMap<String, String>>,
}

/// A graph of another time
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baseline {
    /// By identity: all that was compiled, but the file
    actions: BTreeMap<String, Json>,
}

/// How something stands to another time
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It was not there
    New,
    /// It compiles to something else
    Modified,
    /// It compiles to the same
    None,
}

impl Baseline {
    /// Of a graph that was just compiled
    pub fn of(graph: &CompiledGraph) -> Self {
        let items = items::of(graph);
        let actions = items.iter().map(|item| (item.identity(), item.compiled()));
        Self {
            actions: actions.collect(),
        }
    }

    /// Of what `compile --json` prints; `None` if it is something else
    pub fn read(graph: &Json) -> Option<Self> {
        const LISTS: [&str; 7] = [
            "tables",
            "operations",
            "assertions",
            "declarations",
            "notebooks",
            "dataPreparations",
            "propertyGraphs",
        ];
        let graph = graph.as_object()?;
        let known = |key: &str| graph.contains_key(key);
        if !known("projectConfig") && !LISTS.into_iter().any(known) {
            return None;
        }
        let list = |key: &str| {
            graph
                .get(key)
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
        };
        let mut actions = BTreeMap::new();
        for action in LISTS.into_iter().flat_map(list) {
            let target = action
                .get("canonicalTarget")
                .or_else(|| action.get("target"))?;
            let target: Target = serde_json::from_value(target.clone()).ok()?;
            actions.insert(identity(&target), without_file(action.clone()));
        }
        for test in list("tests") {
            let name = test.get("name").and_then(Json::as_str).unwrap_or_default();
            actions.insert(format!("test {name}"), without_file(test.clone()));
        }
        Some(Self { actions })
    }

    /// How something stands to it
    pub fn difference(&self, item: &Item<'_>) -> Difference {
        match self.actions.get(&item.identity()) {
            None => Difference::New,
            Some(then) if *then == item.compiled() => Difference::None,
            Some(_) => Difference::Modified,
        }
    }
}
