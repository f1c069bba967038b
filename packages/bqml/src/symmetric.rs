//! Symmetric positive semidefinite matrices: information about features, and solving with it

use crate::blocks;
use crate::preprocess::Design;

/// Diagonals this much smaller than the largest count as rounding
const TOLERANCE: f64 = 1e-11;

/// The largest size of which several partial sums are kept at once
const WIDE: usize = 1_000;

/// A symmetric matrix, row after row
#[derive(Debug, Clone)]
pub struct Symmetric {
    size: usize,
    values: Vec<f64>,
}

impl Symmetric {
    /// `Σ cᵢ·xᵢ·xᵢᵀ` over a design's rows with weights `c`, where the last entry of each `x` is 1
    ///
    /// The sum does not depend on the number of threads.
    pub fn information(design: &Design, mut weights: Vec<f64>) -> Self {
        let size = design.width() + 1;
        let parts = if size > WIDE { 1 } else { 8 };
        let block = weights.len().div_ceil(parts).max(1);
        let partial = blocks::map(&mut weights, block, |rows, weights| {
            let mut sum = vec![0.0; size * size];
            let mut entries = Vec::new();
            for (row, weight) in rows.zip(weights) {
                design.row(row, &mut entries);
                entries.push((size as u32 - 1, 1.0));
                // slots ascend: the lower triangle is filled
                for (index, (slot, value)) in entries.iter().enumerate() {
                    let scaled = *weight * value;
                    let line = &mut sum[*slot as usize * size..][..size];
                    for (other, value) in &entries[..=index] {
                        line[*other as usize] += scaled * value;
                    }
                }
            }
            sum
        });
        let mut values = vec![0.0; size * size];
        for part in partial {
            for (sum, value) in values.iter_mut().zip(part) {
                *sum += value;
            }
        }
        for row in 0..size {
            for column in 0..row {
                values[column * size + row] = values[row * size + column];
            }
        }
        Self { size, values }
    }

    /// The matrix of a function of row and column; only the lower triangle is asked for
    pub fn new(size: usize, at: impl Fn(usize, usize) -> f64) -> Self {
        let mut values = vec![0.0; size * size];
        for row in 0..size {
            for column in 0..=row {
                let value = at(row, column);
                values[row * size + column] = value;
                values[column * size + row] = value;
            }
        }
        Self { size, values }
    }

    /// An entry
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    /// Rows and columns in number
    pub fn size(&self) -> usize {
        self.size
    }

    /// A factor by Cholesky's method with pivots, which stops at the matrix's rank
    pub fn factor(&self) -> Factor {
        let size = self.size;
        let mut order: Vec<usize> = (0..size).collect();
        let mut diagonal: Vec<f64> = (0..size).map(|index| self.at(index, index)).collect();
        let largest = diagonal.iter().copied().fold(0.0, f64::max);
        // row after row, in the pivots' order
        let mut lower: Vec<Vec<f64>> = vec![Vec::new(); size];
        let mut rank = 0;
        while rank < size {
            let rest = rank..size;
            let pivot = rest
                .clone()
                .max_by(|left, right| {
                    let by_size = diagonal[order[*left]].total_cmp(&diagonal[order[*right]]);
                    by_size.then(right.cmp(left))
                })
                .unwrap_or(rank);
            let value = diagonal[order[pivot]];
            if value <= TOLERANCE * largest || value <= 0.0 {
                break;
            }
            order.swap(rank, pivot);
            lower.swap(rank, pivot);
            let root = value.sqrt();
            let (done, below) = lower.split_at_mut(rank + 1);
            let own = &mut done[rank];
            for (index, line) in below.iter_mut().enumerate() {
                let row = order[rank + 1 + index];
                let entry = (self.at(row, order[rank]) - dot(line, own)) / root;
                line.push(entry);
                diagonal[row] -= entry * entry;
            }
            own.push(root);
            rank += 1;
        }
        Factor { order, lower, rank }
    }
}

/// `L` with `A = L·Lᵀ`, as many columns wide as `A` has rank
#[derive(Debug)]
pub struct Factor {
    /// Which row of `A` each row of `lower` is
    order: Vec<usize>,
    lower: Vec<Vec<f64>>,
    rank: usize,
}

impl Factor {
    /// Whether the matrix can be inverted
    pub fn is_regular(&self) -> bool {
        self.rank == self.order.len()
    }

    /// The shortest of the vectors `x` for which `A·x` comes closest to `b`
    pub fn solve(&self, right: &[f64]) -> Vec<f64> {
        let right: Vec<f64> = self.order.iter().map(|&row| right[row]).collect();
        let solved = if self.is_regular() {
            self.substitute_back(self.substitute(&right))
        } else {
            // L·(LᵀL)⁻¹·(LᵀL)⁻¹·Lᵀ·b
            let square = Symmetric::new(self.rank, |row, column| {
                let pairs = self.lower.iter();
                pairs
                    .map(|line| entry(line, row) * entry(line, column))
                    .sum()
            });
            let factor = square.factor();
            let projected: Vec<f64> = (0..self.rank)
                .map(|column| {
                    let pairs = self.lower.iter().zip(&right);
                    pairs.map(|(line, value)| entry(line, column) * value).sum()
                })
                .collect();
            let inner = factor.solve(&factor.solve(&projected));
            self.lower.iter().map(|line| dot(line, &inner)).collect()
        };
        let mut found = vec![0.0; self.order.len()];
        for (&row, value) in self.order.iter().zip(solved) {
            found[row] = value;
        }
        found
    }

    /// `vᵀ·A⁻¹·v`, of a matrix that can be inverted
    pub fn inverse_form(&self, vector: &[f64]) -> f64 {
        let ordered: Vec<f64> = self.order.iter().map(|&row| vector[row]).collect();
        let solved = self.substitute(&ordered);
        solved.iter().map(|value| value * value).sum()
    }

    fn substitute(&self, right: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(right.len());
        for (line, value) in self.lower.iter().zip(right) {
            let known = dot(&line[..solved.len()], &solved);
            solved.push((value - known) / line[solved.len()]);
        }
        solved
    }

    fn substitute_back(&self, mut solved: Vec<f64>) -> Vec<f64> {
        for row in (0..solved.len()).rev() {
            let line = &self.lower[row];
            let (known, rest) = solved.split_at_mut(row);
            rest[0] /= line[row];
            for (value, entry) in known.iter_mut().zip(line) {
                *value -= entry * rest[0];
            }
        }
        solved
    }
}

fn entry(line: &[f64], column: usize) -> f64 {
    line.get(column).copied().unwrap_or(0.0)
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}
