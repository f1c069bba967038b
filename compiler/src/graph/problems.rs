//! What makes a graph of valid actions invalid: duplicates and cycles

use std::collections::HashSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::compiled::{CompilationError, CompiledGraph, Target};
use crate::action::{Detail, ErrorRecord, readable};
use crate::value::quoted;

/// Removes actions with the same target or the same canonical target, and reports each
pub fn remove_duplicates(graph: &mut CompiledGraph, rebuilt: bool) -> Vec<ErrorRecord> {
    let targets = repeated(graph.actions().map(|action| action.target()));
    let canonical = repeated(graph.actions().map(|action| {
        let canonical = action.canonical_target();
        canonical.unwrap_or_else(|| action.target())
    }));
    let mut errors = Vec::new();
    if targets.is_empty() && canonical.is_empty() {
        return errors;
    }
    let mut keep = |target: &Target,
                    canonical_target: Option<&Target>,
                    file: Option<&String>,
                    declared: bool|
     -> bool {
        let twice = targets.contains(target);
        let canonical_twice = canonical_target.is_some_and(|target| canonical.contains(target));
        let mut report = |words: &str, json: String| {
            errors.push(ErrorRecord {
                error: CompilationError {
                    file_name: file.cloned(),
                    message: Some(format!(
                        "{words} must be unique across tables, declarations, assertions, and operations:\n\"{json}\""
                    )),
                    stack: None,
                    action_name: Some(readable(target)),
                    action_target: Some(target.clone()),
                },
                class: Some("Error".to_owned()),
                detail: Detail::Duplicate(target.clone()),
                calls: None,
            });
        };
        if twice {
            report(
                "Duplicate action name detected. Names within a schema",
                json(target, rebuilt && !declared),
            );
        }
        if canonical_twice && let Some(canonical_target) = canonical_target {
            report(
                "Duplicate canonical target detected. Canonical targets",
                json(canonical_target, false),
            );
        }
        !twice && !canonical_twice
    };
    macro_rules! filter {
        ($list:ident, $declared:literal) => {
            graph.$list.retain(|action| {
                keep(
                    &action.target,
                    action.canonical_target.as_ref(),
                    action.file_name.as_ref(),
                    $declared,
                )
            });
        };
    }
    filter!(tables, false);
    filter!(operations, false);
    filter!(declarations, true);
    filter!(assertions, false);
    filter!(notebooks, false);
    graph.data_preparations.retain(|action| {
        action.target.as_ref().is_none_or(|target| {
            keep(
                target,
                action.canonical_target.as_ref(),
                action.file_name.as_ref(),
                false,
            )
        })
    });
    filter!(property_graphs, false);
    errors
}

/// The targets that occur more than once
fn repeated<'a>(targets: impl Iterator<Item = &'a Target>) -> HashSet<Target> {
    let mut seen = FxHashSet::default();
    targets
        .filter(|target| !seen.insert(*target))
        .cloned()
        .collect()
}

/// The JSON of a target; one that suffixes went into was built anew, with its keys in another order
fn json(target: &Target, rebuilt: bool) -> String {
    let entry =
        |key: &str, part: Option<&str>| part.map(|part| format!("\"{key}\":{}", quoted(part)));
    let name = entry("name", Some(&target.name));
    let schema = entry("schema", target.schema.as_deref());
    let database = entry("database", target.database.as_deref());
    let parts = if rebuilt {
        [name, schema, database]
    } else {
        [schema, name, database]
    };
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{{{}}}", parts.join(","))
}

/// Reports each circle of dependencies, once
pub fn cycles(graph: &CompiledGraph) -> Vec<ErrorRecord> {
    let mut vertices = Vertices::default();
    let mut files: Vec<&str> = Vec::new();
    for action in graph.actions() {
        let dependencies: Vec<usize> = action
            .dependency_targets()
            .iter()
            .map(|target| vertices.number(target))
            .collect();
        let vertex = vertices.number(action.target());
        files.resize(vertices.targets.len(), "");
        files[vertex] = action.file_name();
        vertices.edges[vertex].extend(dependencies);
    }
    let mut errors = Vec::new();
    for component in components(&vertices.edges) {
        let first = component[0];
        if component.len() == 1 && !vertices.edges[first].contains(&first) {
            continue;
        }
        let chain: Vec<Target> = component
            .iter()
            .map(|vertex| vertices.targets[*vertex].clone())
            .collect();
        let file = files.get(first).copied().unwrap_or_default();
        let shown: Vec<String> = chain.iter().map(sorted_json).collect();
        errors.push(ErrorRecord {
            error: CompilationError {
                file_name: (!file.is_empty()).then(|| file.to_owned()),
                message: Some(format!(
                    "Circular dependency detected in chain: [{} > {}]",
                    shown.join(" > "),
                    readable(&chain[0])
                )),
                stack: None,
                action_name: Some(readable(&chain[0])),
                action_target: Some(chain[0].clone()),
            },
            class: Some("Error".to_owned()),
            detail: Detail::Cycle(chain),
            calls: None,
        });
    }
    errors
}

fn sorted_json(target: &Target) -> String {
    let entry =
        |key: &str, part: Option<&str>| part.map(|part| format!("\"{key}\":{}", quoted(part)));
    let parts: Vec<String> = [
        entry("database", target.database.as_deref()),
        entry("name", Some(&target.name)),
        entry("schema", target.schema.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect();
    format!("{{{}}}", parts.join(","))
}

#[derive(Default)]
struct Vertices<'a> {
    numbers: FxHashMap<&'a Target, usize>,
    targets: Vec<&'a Target>,
    edges: Vec<Vec<usize>>,
}

impl<'a> Vertices<'a> {
    fn number(&mut self, target: &'a Target) -> usize {
        if let Some(number) = self.numbers.get(target) {
            return *number;
        }
        let number = self.targets.len();
        self.numbers.insert(target, number);
        self.targets.push(target);
        self.edges.push(Vec::new());
        number
    }
}

/// Tarjan's strongly connected components. Vertices are visited in the order of their numbers, successors
/// from last to first; members are in the order in which they leave the stack: that is the order in
/// which messages list them, which the algorithm of a library would not keep.
fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    let mut index = vec![UNSEEN; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut on_stack = vec![false; edges.len()];
    let mut stack = Vec::new();
    let mut components = Vec::new();
    let mut next = 0;
    for root in 0..edges.len() {
        if index[root] != UNSEEN {
            continue;
        }
        let mut calls = vec![(root, 0)];
        while let Some((vertex, done)) = calls.pop() {
            if done == 0 {
                index[vertex] = next;
                low[vertex] = next;
                next += 1;
                stack.push(vertex);
                on_stack[vertex] = true;
            }
            let successors = &edges[vertex];
            if done < successors.len() {
                let successor = successors[successors.len() - 1 - done];
                calls.push((vertex, done + 1));
                if index[successor] == UNSEEN {
                    calls.push((successor, 0));
                } else if on_stack[successor] {
                    low[vertex] = low[vertex].min(index[successor]);
                }
                continue;
            }
            if low[vertex] == index[vertex] {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    on_stack[member] = false;
                    component.push(member);
                    if member == vertex {
                        break;
                    }
                }
                components.push(component);
            }
            if let Some((parent, _)) = calls.last() {
                low[*parent] = low[*parent].min(low[vertex]);
            }
        }
    }
    components
}
