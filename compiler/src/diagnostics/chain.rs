//! A circle of dependencies in the order in which they depend on each other

use std::collections::HashMap;

use crate::graph::{CompiledGraph, Target};

/// The shortest way from the first of `members` back to itself
pub fn path(graph: &CompiledGraph, members: &[Target]) -> Vec<Target> {
    let Some(start) = members.first() else {
        return Vec::new();
    };
    let edges: HashMap<&Target, Vec<&Target>> = graph
        .actions()
        .filter(|action| members.contains(action.target()))
        .map(|action| {
            let inside = action
                .dependency_targets()
                .iter()
                .filter(|target| members.contains(target))
                .collect();
            (action.target(), inside)
        })
        .collect();
    let mut before: HashMap<&Target, &Target> = HashMap::new();
    let mut reached = vec![start];
    let mut next = 0;
    while let Some(&from) = reached.get(next) {
        next += 1;
        for &to in edges.get(from).into_iter().flatten() {
            if to == start {
                return back(start, from, &before);
            }
            if !before.contains_key(to) {
                before.insert(to, from);
                reached.push(to);
            }
        }
    }
    members.iter().chain([start]).cloned().collect()
}

fn back(start: &Target, last: &Target, before: &HashMap<&Target, &Target>) -> Vec<Target> {
    let mut path = vec![start.clone()];
    let mut at = last;
    while at != start {
        path.push(at.clone());
        match before.get(at) {
            Some(earlier) => at = earlier,
            None => break,
        }
    }
    path.push(start.clone());
    path.reverse();
    path
}
