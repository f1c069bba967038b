//! Which rows and which slots a tree may see: fractions drawn from one reproducible stream

use rand::seq::index;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Growth;

/// One stream of random numbers for a whole training
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The same for every training, so that the same rows give the same model
    pub fn new() -> Self {
        Self(ChaCha8Rng::seed_from_u64(0))
    }

    /// Each row with the probability `fraction`
    pub fn rows(&mut self, rows: usize, fraction: f64) -> Vec<u32> {
        let all = 0..rows as u32;
        if fraction >= 1.0 {
            return all.collect();
        }
        all.filter(|_| self.0.random::<f64>() < fraction).collect()
    }

    /// Each of `count` with the probability `fraction`; one at least where that is above 0
    pub fn some(&mut self, count: usize, fraction: f64) -> Vec<usize> {
        if fraction <= 0.0 || count == 0 {
            return Vec::new();
        }
        let drawn: Vec<usize> = (0..count)
            .filter(|_| self.0.random::<f64>() < fraction)
            .collect();
        match drawn.is_empty() {
            true => vec![self.0.random_range(0..count)],
            false => drawn,
        }
    }

    fn subset(&mut self, of: &[usize], fraction: f64) -> Vec<usize> {
        if fraction >= 1.0 {
            return of.to_vec();
        }
        let count = ((of.len() as f64 * fraction) as usize).max(1).min(of.len());
        let mut drawn: Vec<usize> = index::sample(&mut self.0, of.len(), count)
            .into_iter()
            .map(|at| of[at])
            .collect();
        drawn.sort_unstable();
        drawn
    }
}

/// The slots that the current node may be split by: of those of the tree those of the level, of
/// those those of the node
pub struct Columns<'a> {
    dice: &'a mut Dice,
    by_level: f64,
    by_node: f64,
    tree: Vec<usize>,
    level: Vec<usize>,
    allowed: Vec<bool>,
}

impl<'a> Columns<'a> {
    /// The slots of a tree
    pub fn of_tree(dice: &'a mut Dice, slots: usize, options: &Growth) -> Self {
        let all: Vec<usize> = (0..slots).collect();
        let tree = dice.subset(&all, options.colsample_bytree);
        let mut columns = Self {
            dice,
            by_level: options.colsample_bylevel,
            by_node: options.colsample_bynode,
            level: Vec::new(),
            allowed: vec![false; slots],
            tree,
        };
        columns.allow(&columns.tree.clone());
        columns
    }

    /// Draws the slots of a level
    pub fn begin_level(&mut self) {
        self.level = self.dice.subset(&self.tree, self.by_level);
        if self.by_level < 1.0 && self.by_node >= 1.0 {
            self.allow(&self.level.clone());
        }
    }

    /// Draws the slots of a node
    pub fn begin_node(&mut self) {
        if self.by_node < 1.0 {
            let drawn = self.dice.subset(&self.level, self.by_node);
            self.allow(&drawn);
        }
    }

    /// Whether the current node may be split by a slot
    pub fn has(&self, slot: usize) -> bool {
        self.allowed[slot]
    }

    fn allow(&mut self, slots: &[usize]) {
        self.allowed.fill(false);
        for &slot in slots {
            self.allowed[slot] = true;
        }
    }
}
