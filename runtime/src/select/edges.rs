//! Who depends on whom, and what is reached along it

use std::collections::{BTreeMap, HashMap, VecDeque};

use sqlx_compiler::{ActionRef, Target};

use super::expression::Depth;
use super::items::Item;

/// Who depends on whom, among a list of actions
pub struct Edges {
    /// By position: positions of what it depends on
    pub dependencies: Vec<Vec<usize>>,
    /// By position: positions of what depends on it
    pub dependents: Vec<Vec<usize>>,
}

impl Edges {
    /// The same of all that can be selected; a unit test depends on what it tests
    pub fn of_items(items: &[Item<'_>]) -> Self {
        let actions: Vec<ActionRef<'_>> = items.iter().filter_map(Item::action).collect();
        let mut edges = Self::new(&actions);
        edges.dependencies.resize(items.len(), Vec::new());
        edges.dependents.resize(items.len(), Vec::new());
        let targets = actions.iter().map(|action| action.target());
        let at: HashMap<&Target, usize> = targets.zip(0..).collect();
        for (position, item) in items.iter().enumerate().skip(actions.len()) {
            let tested = item.test().and_then(|test| test.tested.as_ref());
            if let Some(&action) = tested.and_then(|tested| at.get(&tested.target)) {
                edges.dependencies[position].push(action);
                edges.dependents[action].push(position);
            }
        }
        edges
    }

    /// Dependencies outside the list are left out
    pub fn new(actions: &[ActionRef<'_>]) -> Self {
        let mut at: HashMap<&Target, usize> = HashMap::new();
        for (index, action) in actions.iter().enumerate() {
            at.insert(action.target(), index);
            at.extend(action.outputs().iter().map(|target| (target, index)));
        }
        let dependencies: Vec<Vec<usize>> = actions
            .iter()
            .map(|action| {
                action
                    .dependency_targets()
                    .iter()
                    .filter_map(|target| at.get(target).copied())
                    .collect()
            })
            .collect();
        let mut dependents = vec![Vec::new(); actions.len()];
        for (index, own) in dependencies.iter().enumerate() {
            for &dependency in own {
                dependents[dependency].push(index);
            }
        }
        Self {
            dependencies,
            dependents,
        }
    }
}

/// What is reached from positions along edges, up to a number of steps: each with the position it was reached
/// from, the nearest first; the starts are left out
pub fn reach(
    from: impl Iterator<Item = usize>,
    edges: &[Vec<usize>],
    depth: Depth,
) -> BTreeMap<usize, usize> {
    let mut open: VecDeque<(usize, usize)> = from.map(|start| (start, 0)).collect();
    let mut seen: Vec<bool> = vec![false; edges.len()];
    for (start, _) in &open {
        seen[*start] = true;
    }
    let mut reached = BTreeMap::new();
    while let Some((position, steps)) = open.pop_front() {
        if matches!(depth, Depth::Steps(most) if steps >= most) {
            continue;
        }
        for &neighbour in &edges[position] {
            if !seen[neighbour] {
                seen[neighbour] = true;
                reached.insert(neighbour, position);
                open.push_back((neighbour, steps + 1));
            }
        }
    }
    reached
}
