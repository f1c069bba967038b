//! Circles in which Vertex AI actions take part: among themselves, or through a table that one of them writes

use std::collections::HashMap;

use diagnostic::{Diagnostic, Location, code};

use crate::graph::{ActionRef, CompiledGraph, Target};

/// Each circle once, at the file of the Vertex AI action that is first in it; `place` tells where the action
/// of a number stands
pub fn cycles(graph: &CompiledGraph, place: &dyn Fn(usize) -> Location) -> Vec<Diagnostic> {
    if graph.vertex_actions.is_empty() {
        return Vec::new();
    }
    let actions: Vec<ActionRef<'_>> = graph.actions().collect();
    let mut at: HashMap<&Target, usize> = HashMap::new();
    for (index, action) in actions.iter().enumerate() {
        at.insert(action.target(), index);
        at.extend(action.outputs().iter().map(|target| (target, index)));
    }
    let edges: Vec<Vec<usize>> = actions
        .iter()
        .map(|action| {
            let targets = action.dependency_targets().iter();
            targets
                .filter_map(|target| at.get(target).copied())
                .collect()
        })
        .collect();
    let first = actions.len() - graph.vertex_actions.len();
    let mut told: Vec<Vec<usize>> = Vec::new();
    let mut found = Vec::new();
    for start in first..actions.len() {
        let Some(circle) = circle(start, &edges) else {
            continue;
        };
        let mut members = circle.clone();
        members.sort_unstable();
        if told.contains(&members) {
            continue;
        }
        told.push(members);
        let names: Vec<String> = circle
            .iter()
            .chain([&start])
            .map(|&index| format!("`{}`", short(actions[index].target())))
            .collect();
        found.push(
            Diagnostic::error(
                code::CYCLE,
                format!("actions depend on each other: {}", names.join(" → ")),
            )
            .at(place(start - first))
            .of_action(short(actions[start].target())),
        );
    }
    found
}

fn short(target: &Target) -> String {
    let schema = target.schema.as_deref().unwrap_or_default();
    format!("{schema}.{}", target.name)
}

/// The shortest way from an action along its dependencies back to itself
fn circle(start: usize, edges: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut from: HashMap<usize, usize> = HashMap::new();
    let mut open = std::collections::VecDeque::from([start]);
    while let Some(index) = open.pop_front() {
        for &next in &edges[index] {
            if next == start {
                let mut way = vec![index];
                let mut at = index;
                while at != start {
                    at = *from.get(&at)?;
                    way.push(at);
                }
                way.reverse();
                return Some(way);
            }
            if next != start && !from.contains_key(&next) {
                from.insert(next, index);
                open.push_back(next);
            }
        }
    }
    None
}
