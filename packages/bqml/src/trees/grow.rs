//! One tree, grown level by level on gradients and hessians as XGBoost does (Chen and Guestrin
//! 2016): a split's gain is `½·(S(left) + S(right) − S(node))` without the ½, with
//! `S = T(G)² / (H + λ)` and `T` the soft threshold of α; a leaf's value is `−η·T(G) / (H + λ)`

use std::ops::Range;
use std::thread;

use super::bins::{Bins, Cells, Column};
use super::sample::Columns;
use super::{Growth, Tree};

/// A split must gain more than this, as in XGBoost, where it keeps rounding from splitting
const LEAST_GAIN: f64 = 1e-6;

/// Below this many cells a histogram is made by one thread
const ALONE: usize = 1 << 17;

/// The sums of first and second derivatives of rows
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sums {
    /// Of the loss by the margin
    pub gradient: f64,
    /// Its second derivative, the "cover" of a node
    pub hessian: f64,
}

impl Sums {
    fn add(&mut self, other: Self) {
        self.gradient += other.gradient;
        self.hessian += other.hessian;
    }

    fn minus(self, other: Self) -> Self {
        Self {
            gradient: self.gradient - other.gradient,
            hessian: self.hessian - other.hessian,
        }
    }
}

/// A tree whose splits are still known by column and entry, so that binned rows can go down
#[derive(Debug)]
pub struct Grown {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    sums: Sums,
    value: f64,
    split: Option<Split>,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    gain: f64,
    column: usize,
    entry: usize,
    left: Sums,
    right: Sums,
    /// The left child; the right one is next to it
    child: usize,
}

/// A node whose split is still to be found
struct Open {
    node: usize,
    rows: Range<usize>,
    histogram: Vec<Sums>,
}

/// Grows a tree on the given rows, in whose order sums are taken
pub fn grow(
    bins: &Bins,
    derivatives: &[Sums],
    mut rows: Vec<u32>,
    options: &Growth,
    rate: f64,
    columns: &mut Columns<'_>,
) -> Grown {
    let mut sums = Sums::default();
    for &row in &rows {
        sums.add(derivatives[row as usize]);
    }
    let mut nodes = vec![Node::new(sums, options, rate)];
    let mut level = vec![Open {
        node: 0,
        histogram: histogram(bins, derivatives, &rows),
        rows: 0..rows.len(),
    }];
    for depth in 0..options.max_depth {
        let mut next = Vec::new();
        columns.begin_level();
        for open in level {
            columns.begin_node();
            let sums = nodes[open.node].sums;
            let Some(mut split) = best_split(bins, &open.histogram, sums, options, columns) else {
                continue;
            };
            let own = &mut rows[open.rows.clone()];
            let left = partition(&bins.columns[split.column], split.entry, own);
            // rounding may promise rows where there are none
            if left == 0 || left == own.len() {
                continue;
            }
            split.child = nodes.len();
            nodes[open.node].split = Some(split);
            nodes.push(Node::new(split.left, options, rate));
            nodes.push(Node::new(split.right, options, rate));
            if depth + 1 < options.max_depth {
                let middle = open.rows.start + left;
                let ranges = [open.rows.start..middle, middle..open.rows.end];
                next.extend(children(
                    bins,
                    derivatives,
                    &rows,
                    open,
                    split.child,
                    ranges,
                ));
            }
        }
        level = next;
        if level.is_empty() {
            break;
        }
    }
    let mut grown = Grown { nodes };
    grown.prune(options.min_split_loss);
    grown
}

impl Node {
    fn new(sums: Sums, options: &Growth, rate: f64) -> Self {
        let denominator = sums.hessian + options.l2;
        let step = match denominator > 0.0 {
            true => -shrunk(sums.gradient, options.l1) / denominator,
            false => 0.0,
        };
        Self {
            sums,
            value: rate * step,
            split: None,
        }
    }
}

impl Grown {
    /// The value of the leaf that a row comes to
    pub fn value(&self, bins: &Bins, row: usize) -> f64 {
        let mut node = &self.nodes[0];
        while let Some(split) = &node.split {
            let right = bins.columns[split.column].goes_right(split.entry, row);
            node = &self.nodes[split.child + usize::from(right)];
        }
        node.value
    }

    /// Takes back splits of two leaves that gain less than `least`, from the bottom up
    fn prune(&mut self, least: f64) {
        for index in (0..self.nodes.len()).rev() {
            let Some(split) = self.nodes[index].split else {
                continue;
            };
            let leaf = |child: usize| self.nodes[child].split.is_none();
            if split.gain < least && leaf(split.child) && leaf(split.child + 1) {
                self.nodes[index].split = None;
            }
        }
    }

    /// The tree by slots and thresholds, with its leaves' values times `weight`
    pub fn tree(&self, bins: &Bins, group: usize, weight: f64) -> Tree {
        let mut tree = Tree::of_group(group);
        let mut order = vec![0];
        let mut at = 0;
        while at < order.len() {
            let node = &self.nodes[order[at]];
            match &node.split {
                Some(split) => {
                    let (slot, threshold) = bins.columns[split.column].split(split.entry);
                    tree.push_split(slot, threshold, order.len(), split.gain, node.sums.hessian);
                    order.extend([split.child, split.child + 1]);
                }
                None => tree.push_leaf(node.value * weight, node.sums.hessian),
            }
            at += 1;
        }
        tree
    }
}

/// The open nodes of a split: the smaller one's histogram is counted, the other's is the rest
fn children(
    bins: &Bins,
    derivatives: &[Sums],
    rows: &[u32],
    open: Open,
    child: usize,
    [left, right]: [Range<usize>; 2],
) -> [Open; 2] {
    let small = if left.len() <= right.len() { 0 } else { 1 };
    let counted = [&left, &right][small].clone();
    let own = histogram(bins, derivatives, &rows[counted]);
    let mut rest = open.histogram;
    for (sum, part) in rest.iter_mut().zip(&own) {
        *sum = sum.minus(*part);
    }
    let [first, second] = if small == 0 { [own, rest] } else { [rest, own] };
    [
        Open {
            node: child,
            rows: left,
            histogram: first,
        },
        Open {
            node: child + 1,
            rows: right,
            histogram: second,
        },
    ]
}

/// The sums of every entry of every column; a column's are taken by one thread, in the rows' order
fn histogram(bins: &Bins, derivatives: &[Sums], rows: &[u32]) -> Vec<Sums> {
    let width = bins.columns.iter().map(|column| column.width).sum();
    let mut all = vec![Sums::default(); width];
    let mut parts: Vec<(&Column, &mut [Sums])> = Vec::with_capacity(bins.columns.len());
    let mut rest = all.as_mut_slice();
    for column in &bins.columns {
        let (own, tail) = rest.split_at_mut(column.width);
        parts.push((column, own));
        rest = tail;
    }
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(parts.len());
    if threads <= 1 || rows.len() * parts.len() < ALONE {
        for (column, own) in parts {
            count(column, derivatives, rows, own);
        }
    } else {
        let share = parts.len().div_ceil(threads);
        thread::scope(|scope| {
            for parts in parts.chunks_mut(share) {
                scope.spawn(move || {
                    for (column, own) in parts {
                        count(column, derivatives, rows, own);
                    }
                });
            }
        });
    }
    all
}

fn count(column: &Column, derivatives: &[Sums], rows: &[u32], histogram: &mut [Sums]) {
    match &column.cells {
        Cells::Ordered { bins, .. } => {
            for &row in rows {
                histogram[usize::from(bins[row as usize])].add(derivatives[row as usize]);
            }
        }
        Cells::Hot { slots } => {
            for &row in rows {
                // rows without a category have a place outside
                if let Some(sums) = histogram.get_mut(slots[row as usize] as usize) {
                    sums.add(derivatives[row as usize]);
                }
            }
        }
        Cells::Hots { offsets, slots } => {
            for &row in rows {
                let row = row as usize;
                for &slot in &slots[offsets[row] as usize..offsets[row + 1] as usize] {
                    histogram[slot as usize].add(derivatives[row]);
                }
            }
        }
    }
}

/// The split of the largest gain, the first of equals
fn best_split(
    bins: &Bins,
    histogram: &[Sums],
    sums: Sums,
    options: &Growth,
    columns: &Columns<'_>,
) -> Option<Split> {
    let parent = score(sums, options);
    let mut best: Option<Split> = None;
    let mut consider = |column: usize, entry: usize, left: Sums, right: Sums| {
        if left.hessian < options.min_child_weight || right.hessian < options.min_child_weight {
            return;
        }
        let gain = score(left, options) + score(right, options) - parent;
        if gain > best.map_or(LEAST_GAIN, |best| best.gain) {
            best = Some(Split {
                gain,
                column,
                entry,
                left,
                right,
                child: 0,
            });
        }
    };
    let mut offset = 0;
    for (index, column) in bins.columns.iter().enumerate() {
        let own = &histogram[offset..offset + column.width];
        offset += column.width;
        match &column.cells {
            Cells::Ordered { .. } if columns.has(column.first) => {
                let mut left = Sums::default();
                for (entry, part) in own[..own.len() - 1].iter().enumerate() {
                    if *part == Sums::default() {
                        continue;
                    }
                    left.add(*part);
                    consider(index, entry, left, sums.minus(left));
                }
            }
            Cells::Ordered { .. } => {}
            Cells::Hot { .. } | Cells::Hots { .. } => {
                for (entry, right) in own.iter().enumerate() {
                    if columns.has(column.first + entry) {
                        consider(index, entry, sums.minus(*right), *right);
                    }
                }
            }
        }
    }
    best
}

fn score(sums: Sums, options: &Growth) -> f64 {
    let denominator = sums.hessian + options.l2;
    if denominator <= 0.0 {
        return 0.0;
    }
    shrunk(sums.gradient, options.l1).powi(2) / denominator
}

fn shrunk(gradient: f64, l1: f64) -> f64 {
    gradient.signum() * (gradient.abs() - l1).max(0.0)
}

/// Brings the rows that go left to the front, all in their order; gives their number
fn partition(column: &Column, entry: usize, rows: &mut [u32]) -> usize {
    let mut right = Vec::with_capacity(rows.len());
    let mut left = 0;
    for at in 0..rows.len() {
        let row = rows[at];
        if column.goes_right(entry, row as usize) {
            right.push(row);
        } else {
            rows[left] = row;
            left += 1;
        }
    }
    rows[left..].copy_from_slice(&right);
    left
}
