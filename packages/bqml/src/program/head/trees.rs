//! Ensembles of trees: all trees are walked at once, a level at a time

use super::linear;
use crate::model::Model;
use crate::program::{Builder, Comparison, List, NodeId, Unsupported};
use crate::trees::{Forest, Link, Tree};

/// As those of linear models
pub fn outputs(
    model: &Model,
    forest: &Forest,
    slots: NodeId,
    build: &mut Builder,
) -> Result<Vec<(String, NodeId)>, Unsupported> {
    let margins = margins(forest, slots, build);
    match forest.link {
        Link::Identity => {
            let value = build.column(margins, 0);
            linear::predicted_value(model, value, build)
        }
        Link::Logistic => {
            let value = build.column(margins, 0);
            linear::predicted_class(model, value, build)
        }
        Link::Softmax => linear::predicted_class(model, margins, build),
    }
}

/// A matrix with a column per group
fn margins(forest: &Forest, slots: NodeId, build: &mut Builder) -> NodeId {
    let base = build.row(forest.base.clone());
    if forest.trees.is_empty() {
        // so that there is a row for each row
        let nothing = vec![vec![0.0; forest.groups()]; build.width(slots)];
        let nothing = build.matmul(slots, &nothing);
        return build.add(nothing, base);
    }
    let nodes = Nodes::of(&forest.trees);
    let depth = forest.trees.iter().map(|tree| depth(tree, 0)).max();
    let mut at = build.index_row(nodes.roots);
    for _ in 0..depth.unwrap_or(0) {
        let slot = build.pick(List::Indices(nodes.slots.as_slice().into()), at);
        let value = build.pick_column(slots, slot);
        let threshold = build.pick(List::Numbers(nodes.thresholds.as_slice().into()), at);
        let right = build.compare(Comparison::GreaterOrEqual, value, threshold);
        let on_right = build.pick(List::Indices(nodes.right.as_slice().into()), at);
        let on_left = build.pick(List::Indices(nodes.left.as_slice().into()), at);
        at = build.select(right, on_right, on_left);
    }
    let values = build.pick(List::Numbers(nodes.values.into()), at);
    let groups: Vec<Vec<f64>> = forest
        .trees
        .iter()
        .map(|tree| {
            let mut row = vec![0.0; forest.groups()];
            row[tree.group] = 1.0;
            row
        })
        .collect();
    let sums = build.matmul(values, &groups);
    build.add(sums, base)
}

/// The nodes of all trees, one tree after the other; a leaf leads to itself
#[derive(Default)]
struct Nodes {
    roots: Vec<i64>,
    slots: Vec<i64>,
    thresholds: Vec<f64>,
    left: Vec<i64>,
    right: Vec<i64>,
    values: Vec<f64>,
}

impl Nodes {
    fn of(trees: &[Tree]) -> Self {
        let mut nodes = Self::default();
        for tree in trees {
            let first = nodes.slots.len();
            nodes.roots.push(first as i64);
            for node in 0..tree.left.len() {
                let (left, right) = match tree.is_leaf(node) {
                    true => (first + node, first + node),
                    false => {
                        let left = first + tree.left[node] as usize;
                        (left, left + 1)
                    }
                };
                nodes.left.push(left as i64);
                nodes.right.push(right as i64);
            }
            let slots = tree.slots.iter().map(|slot| i64::from(*slot));
            nodes.slots.extend(slots);
            nodes.thresholds.extend(&tree.thresholds);
            nodes.values.extend(&tree.values);
        }
        nodes
    }
}

/// How many splits lead to the deepest leaf
fn depth(tree: &Tree, node: usize) -> usize {
    if tree.is_leaf(node) {
        return 0;
    }
    let left = tree.left[node] as usize;
    1 + depth(tree, left).max(depth(tree, left + 1))
}
