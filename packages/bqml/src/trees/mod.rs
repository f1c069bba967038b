//! Boosted trees and random forests: gradient boosting on histograms with XGBoost's objective,
//! regularization and sampling, which is what BigQuery ML trains with
//!
//! Trees are kept as plain arrays, so that predictions, exports and serving need nothing of the
//! training.

mod bins;
mod boost;
mod fit;
mod grow;
mod importance;
mod objective;
mod options;
mod sample;
mod shapley;

use serde::{Deserialize, Serialize};

use crate::preprocess::Design;
use objective::{logistic, softmax};

pub use fit::{BOOSTED_CLASSIFIER, BOOSTED_REGRESSOR, FOREST_CLASSIFIER, FOREST_REGRESSOR};
pub use importance::importance;
pub use shapley::{attributions, owners};

/// An ensemble of trees
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forest {
    /// From margins to predictions
    pub link: Link,
    /// What a row's margins begin with; one per group
    pub base: Vec<f64>,
    /// In the order they were grown
    pub trees: Vec<Tree>,
}

/// Where trees come from
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ensemble {
    /// `BOOSTED_TREE_*`: one after the other
    Boosted,
    /// `RANDOM_FOREST_*`: at once
    Random,
}

/// From a row's margins to its prediction
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Link {
    /// One margin, the predicted number
    Identity,
    /// One margin, the log-odds of the positive class
    Logistic,
    /// A margin per class, in the classes' order
    Softmax,
}

/// A binary tree over slots; node 0 is its root. A row goes left where its slot is below the
/// threshold, and right otherwise
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// The margin that it adds to: 0, or a class's index
    pub group: usize,
    /// Each node's left child, 0 for a leaf; the right child is the next node
    pub left: Vec<u32>,
    /// The slot that a node asks, 0 at leaves
    pub slots: Vec<u32>,
    /// The threshold that a node compares with, 0 at leaves
    pub thresholds: Vec<f64>,
    /// What a leaf adds, 0 at other nodes
    pub values: Vec<f64>,
    /// What a node's split gained, 0 at leaves
    pub gains: Vec<f64>,
    /// The sum of second derivatives of the training rows that came to a node
    pub covers: Vec<f64>,
}

/// How an ensemble is trained
#[derive(Debug, Clone)]
pub struct TreeOptions {
    /// `BOOSTER_TYPE`
    pub booster: Booster,
    /// `NUM_PARALLEL_TREE`
    pub parallel_trees: usize,
    /// `MAX_ITERATIONS`; 1 for random forests
    pub max_iterations: i64,
    /// `LEARN_RATE`; 1 for random forests
    pub learn_rate: f64,
    /// `SUBSAMPLE`
    pub subsample: f64,
    /// `EARLY_STOP`
    pub early_stop: bool,
    /// `MIN_REL_PROGRESS`
    pub min_rel_progress: f64,
    /// The most bins of a feature, from `TREE_METHOD`
    pub bins: usize,
    /// How one tree grows
    pub growth: Growth,
}

/// How one tree grows
#[derive(Debug, Clone)]
pub struct Growth {
    /// `MAX_TREE_DEPTH`
    pub max_depth: usize,
    /// `L1_REG`
    pub l1: f64,
    /// `L2_REG`
    pub l2: f64,
    /// `MIN_SPLIT_LOSS`
    pub min_split_loss: f64,
    /// `MIN_TREE_CHILD_WEIGHT`
    pub min_child_weight: f64,
    /// `COLSAMPLE_BYTREE`
    pub colsample_bytree: f64,
    /// `COLSAMPLE_BYLEVEL`
    pub colsample_bylevel: f64,
    /// `COLSAMPLE_BYNODE`
    pub colsample_bynode: f64,
}

/// `BOOSTER_TYPE`
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Booster {
    /// `GBTREE`
    Trees,
    /// `DART`: each round forgets some of the trees before it
    Dart {
        /// `DROPOUT`, the probability that a tree is forgotten
        dropout: f64,
        /// `DART_NORMALIZE_TYPE`
        normalize: Normalize,
    },
}

/// `DART_NORMALIZE_TYPE`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalize {
    /// New trees count as much as each of the dropped ones
    Tree,
    /// New trees count as much as the dropped ones together
    Forest,
}

impl Tree {
    /// Without nodes
    fn of_group(group: usize) -> Self {
        Self {
            group,
            ..Self::default()
        }
    }

    fn push_split(&mut self, slot: usize, threshold: f64, left: usize, gain: f64, cover: f64) {
        self.left.push(left as u32);
        self.slots.push(slot as u32);
        self.thresholds.push(threshold);
        self.values.push(0.0);
        self.gains.push(gain);
        self.covers.push(cover);
    }

    fn push_leaf(&mut self, value: f64, cover: f64) {
        self.push_split(0, 0.0, 0, 0.0, cover);
        if let Some(last) = self.values.last_mut() {
            *last = value;
        }
    }

    /// Whether a node is a leaf
    pub fn is_leaf(&self, node: usize) -> bool {
        self.left[node] == 0
    }

    /// The child that a row goes to from a node that is no leaf
    pub fn child(&self, node: usize, slots: &[f64]) -> usize {
        let right = slots[self.slots[node] as usize] >= self.thresholds[node];
        self.left[node] as usize + usize::from(right)
    }

    /// What the leaf adds that a row comes to
    pub fn value(&self, slots: &[f64]) -> f64 {
        let mut node = 0;
        while !self.is_leaf(node) {
            node = self.child(node, slots);
        }
        self.values[node]
    }
}

impl Forest {
    /// Margins per row
    pub fn groups(&self) -> usize {
        self.base.len()
    }

    /// A row's margins
    pub fn margins(&self, slots: &[f64], margins: &mut [f64]) {
        margins.copy_from_slice(&self.base);
        for tree in &self.trees {
            margins[tree.group] += tree.value(slots);
        }
    }

    /// Margins of all rows, row after row
    pub fn score(&self, design: &Design) -> Vec<f64> {
        let groups = self.groups();
        let mut all = vec![0.0; design.rows() * groups];
        design.visit(0..design.rows(), |row, slots| {
            self.margins(slots, &mut all[row * groups..(row + 1) * groups]);
        });
        all
    }

    /// Turns a row's margins into its prediction: a number, the positive class's probability, or each
    /// class's
    pub fn predict(&self, margins: &mut [f64]) {
        match self.link {
            Link::Identity => {}
            Link::Logistic => {
                for margin in margins {
                    *margin = logistic(*margin);
                }
            }
            Link::Softmax => softmax(margins),
        }
    }
}
