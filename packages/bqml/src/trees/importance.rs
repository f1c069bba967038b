//! What `ML.FEATURE_IMPORTANCE` reports: how often a feature splits, and what its splits gained and
//! covered on average, as XGBoost's scores `weight`, `gain` and `cover`

use super::Forest;
use crate::preprocess::Feature;

/// Of one feature
#[derive(Debug, Clone, PartialEq)]
pub struct Importance {
    /// The feature's name
    pub feature: String,
    /// Number of splits
    pub weight: u64,
    /// Mean gain of its splits, 0 without any
    pub gain: f64,
    /// Mean cover of its splits, 0 without any
    pub cover: f64,
}

/// Of all features, in their order; the categories of a feature count together
pub fn importance(forest: &Forest, features: &[Feature]) -> Vec<Importance> {
    let mut first = 0;
    let mut found = Vec::with_capacity(features.len());
    for feature in features {
        let own = first..first + feature.width();
        first = own.end;
        let (mut weight, mut gain, mut cover) = (0, 0.0, 0.0);
        for tree in &forest.trees {
            for node in 0..tree.left.len() {
                if !tree.is_leaf(node) && own.contains(&(tree.slots[node] as usize)) {
                    weight += 1;
                    gain += tree.gains[node];
                    cover += tree.covers[node];
                }
            }
        }
        let mean = |sum: f64| {
            if weight == 0 {
                0.0
            } else {
                sum / weight as f64
            }
        };
        found.push(Importance {
            feature: feature.name.clone(),
            weight,
            gain: mean(gain),
            cover: mean(cover),
        });
    }
    found
}
