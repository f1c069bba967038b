//! What each feature adds to a row's margin: Shapley values of trees in polynomial time (Lundberg
//! and others 2018, algorithm 2), with the training rows' cover as the weights of absent features
//!
//! Slots of one feature are one player, so that a feature's categories share one attribution.

use super::{Forest, Tree};
use crate::preprocess::Feature;

/// A row's attributions
#[derive(Debug, Clone, PartialEq)]
pub struct Attributions {
    /// The mean margin, one per group
    pub baseline: Vec<f64>,
    /// Per group, then per feature; with the baseline they sum to the margin
    pub features: Vec<Vec<f64>>,
}

/// A row's attributions; `owners` has the feature of each slot, and there are `features` of them
pub fn attributions(
    forest: &Forest,
    slots: &[f64],
    owners: &[usize],
    features: usize,
) -> Attributions {
    let mut found = Attributions {
        baseline: forest.base.clone(),
        features: vec![vec![0.0; features]; forest.groups()],
    };
    for tree in &forest.trees {
        found.baseline[tree.group] += mean(tree, 0);
        let mut walk = Walk {
            tree,
            slots,
            owners,
            sums: &mut found.features[tree.group],
        };
        walk.descend(0, Path::default(), 1.0, 1.0, None);
    }
    found
}

/// The feature of each slot, by index
pub fn owners(features: &[Feature]) -> Vec<usize> {
    let each = features.iter().enumerate();
    each.flat_map(|(index, feature)| std::iter::repeat_n(index, feature.width()))
        .collect()
}

/// The mean of the leaves under a node, by cover
fn mean(tree: &Tree, node: usize) -> f64 {
    if tree.is_leaf(node) {
        return tree.values[node];
    }
    let left = tree.left[node] as usize;
    let share = share(tree, node, left);
    share * mean(tree, left) + (1.0 - share) * mean(tree, left + 1)
}

/// The part of a node's rows that go to a child
fn share(tree: &Tree, node: usize, child: usize) -> f64 {
    let left = tree.left[node] as usize;
    let whole = tree.covers[left] + tree.covers[left + 1];
    match whole > 0.0 {
        true => tree.covers[child] / whole,
        false => 0.5,
    }
}

/// A player on the way to a node
#[derive(Debug, Clone, Copy)]
struct Step {
    /// The feature, `None` for the beginning
    feature: Option<usize>,
    /// The part of paths that go on where the feature is absent
    zero: f64,
    /// Whether the row itself goes on, 1 or 0
    one: f64,
    /// The weight of the sets of players of its size
    weight: f64,
}

/// The players on the way to a node, each once
#[derive(Debug, Clone, Default)]
struct Path(Vec<Step>);

impl Path {
    fn extend(&mut self, zero: f64, one: f64, feature: Option<usize>) {
        let depth = self.0.len();
        self.0.push(Step {
            feature,
            zero,
            one,
            weight: if depth == 0 { 1.0 } else { 0.0 },
        });
        for at in (0..depth).rev() {
            let weight = self.0[at].weight;
            self.0[at + 1].weight += one * weight * (at + 1) as f64 / (depth + 1) as f64;
            self.0[at].weight = zero * weight * (depth - at) as f64 / (depth + 1) as f64;
        }
    }

    /// Takes back [`Self::extend`] by the player at an index
    fn unwind(&mut self, index: usize) {
        let depth = self.0.len() - 1;
        let Step { zero, one, .. } = self.0[index];
        let mut next = self.0[depth].weight;
        for at in (0..depth).rev() {
            let weight = self.0[at].weight;
            if one != 0.0 {
                self.0[at].weight = next * (depth + 1) as f64 / ((at + 1) as f64 * one);
                next = weight - self.0[at].weight * zero * (depth - at) as f64 / (depth + 1) as f64;
            } else {
                self.0[at].weight = weight * (depth + 1) as f64 / (zero * (depth - at) as f64);
            }
        }
        for at in index..depth {
            let Step {
                feature, zero, one, ..
            } = self.0[at + 1];
            let step = &mut self.0[at];
            (step.feature, step.zero, step.one) = (feature, zero, one);
        }
        self.0.pop();
    }

    /// The sum of weights that unwinding the player at an index would leave
    fn unwound_sum(&self, index: usize) -> f64 {
        let depth = self.0.len() - 1;
        let Step { zero, one, .. } = self.0[index];
        let mut next = self.0[depth].weight;
        let mut sum = 0.0;
        for at in (0..depth).rev() {
            let weight = self.0[at].weight;
            if one != 0.0 {
                let own = next * (depth + 1) as f64 / ((at + 1) as f64 * one);
                sum += own;
                next = weight - own * zero * (depth - at) as f64 / (depth + 1) as f64;
            } else {
                sum += weight * (depth + 1) as f64 / (zero * (depth - at) as f64);
            }
        }
        sum
    }
}

struct Walk<'a> {
    tree: &'a Tree,
    slots: &'a [f64],
    owners: &'a [usize],
    sums: &'a mut [f64],
}

impl Walk<'_> {
    fn descend(&mut self, node: usize, mut path: Path, zero: f64, one: f64, by: Option<usize>) {
        path.extend(zero, one, by);
        if self.tree.is_leaf(node) {
            for index in 1..path.0.len() {
                let weight = path.unwound_sum(index);
                let step = path.0[index];
                if let Some(feature) = step.feature {
                    self.sums[feature] += weight * (step.one - step.zero) * self.tree.values[node];
                }
            }
            return;
        }
        let feature = self.owners[self.tree.slots[node] as usize];
        let taken = self.tree.child(node, self.slots);
        let left = self.tree.left[node] as usize;
        let other = if taken == left { left + 1 } else { left };
        let (mut zero, mut one) = (1.0, 1.0);
        let before = path.0.iter().position(|step| step.feature == Some(feature));
        if let Some(index) = before {
            (zero, one) = (path.0[index].zero, path.0[index].one);
            path.unwind(index);
        }
        for (child, goes_on) in [(taken, one), (other, 0.0)] {
            let zero = zero * share(self.tree, node, child);
            // nothing goes there, with the feature or without it
            if zero > 0.0 || goes_on > 0.0 {
                self.descend(child, path.clone(), zero, goes_on, Some(feature));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Link;
    use super::*;

    /// x0 < 1 ? (x1 < 1 ? 1 : 5) : (x0 < 2 ? 2 : (x2 < 0 ? 8 : −3))
    fn forest() -> Forest {
        Forest {
            link: Link::Identity,
            base: vec![0.5],
            trees: vec![Tree {
                group: 0,
                left: vec![1, 3, 5, 0, 0, 0, 7, 0, 0],
                slots: vec![0, 1, 0, 0, 0, 0, 2, 0, 0],
                thresholds: vec![1.0, 1.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
                values: vec![0.0, 0.0, 0.0, 1.0, 5.0, 2.0, 0.0, 8.0, -3.0],
                gains: vec![0.0; 9],
                covers: vec![20.0, 8.0, 12.0, 2.0, 6.0, 5.0, 7.0, 4.0, 3.0],
            }],
        }
    }

    /// The value where only the given features are known
    fn known(tree: &Tree, node: usize, slots: &[f64], present: u32) -> f64 {
        if tree.is_leaf(node) {
            return tree.values[node];
        }
        if present >> tree.slots[node] & 1 == 1 {
            return known(tree, tree.child(node, slots), slots, present);
        }
        let left = tree.left[node] as usize;
        let share = share(tree, node, left);
        share * known(tree, left, slots, present)
            + (1.0 - share) * known(tree, left + 1, slots, present)
    }

    #[test]
    fn attributions_are_the_shapley_values_of_all_subsets() {
        let forest = forest();
        let factorial = |n: u32| (1..=n).product::<u32>() as f64;
        for slots in [
            [0.0, 0.0, 1.0],
            [0.0, 3.0, -1.0],
            [1.5, 0.0, 0.0],
            [4.0, 2.0, -1.0],
            [4.0, 2.0, 1.0],
        ] {
            let found = attributions(&forest, &slots, &[0, 1, 2], 3);
            for feature in 0..3_u32 {
                let mut expected = 0.0;
                for present in (0..8_u32).filter(|set| set >> feature & 1 == 0) {
                    let size = present.count_ones();
                    let weight = factorial(size) * factorial(2 - size) / factorial(3);
                    let tree = &forest.trees[0];
                    expected += weight
                        * (known(tree, 0, &slots, present | 1 << feature)
                            - known(tree, 0, &slots, present));
                }
                assert!((found.features[0][feature as usize] - expected).abs() < 1e-12);
            }
            let mut margins = [0.0];
            forest.margins(&slots, &mut margins);
            let sum = found.baseline[0] + found.features[0].iter().sum::<f64>();
            assert!((sum - margins[0]).abs() < 1e-12);
        }
    }
}
