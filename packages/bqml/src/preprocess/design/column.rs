//! The part of the design matrix that a feature fills, or several with few categories

use std::ops::Range;

use super::packed::Packed;

/// The slot of a category that has no weight
pub const NO_SLOT: u32 = u32::MAX;

/// Slots of features, as they lie in memory
#[derive(Debug)]
pub enum DesignColumn {
    /// One value per row
    Dense {
        /// The slot of the weight vector
        slot: usize,
        /// One value per row
        values: Vec<f64>,
    },
    /// At most one slot per row has a 1
    Sparse {
        /// The slot per row, [`NO_SLOT`] for none
        slots: Vec<u32>,
    },
    /// Several features of which each has at most one slot per row
    Packed(Packed),
    /// Any number of slots per row have a 1
    Ragged {
        /// Where each row's slots begin; one more than rows
        offsets: Vec<u32>,
        /// Slots, row after row
        slots: Vec<u32>,
    },
    /// Any number of slots per row have a value
    Weighted {
        /// Where each row's slots begin; one more than rows
        offsets: Vec<u32>,
        /// Slots, row after row
        slots: Vec<u32>,
        /// The value of each slot
        values: Vec<f64>,
    },
}

impl DesignColumn {
    /// Adds `x_i · weights` to the margins of the rows of `range`
    pub fn multiply(&self, weights: &[f64], range: Range<usize>, margins: &mut [f64]) {
        match self {
            Self::Dense { slot, values } => {
                let weight = weights[*slot];
                for (margin, value) in margins.iter_mut().zip(&values[range]) {
                    *margin += weight * value;
                }
            }
            Self::Sparse { slots } => {
                for (margin, &slot) in margins.iter_mut().zip(&slots[range]) {
                    if slot != NO_SLOT {
                        *margin += weights[slot as usize];
                    }
                }
            }
            Self::Packed(packed) => packed.multiply(weights, range, margins),
            Self::Ragged { offsets, slots } => {
                let rows = offsets[range.start..=range.end].windows(2);
                for (margin, ends) in margins.iter_mut().zip(rows) {
                    for &slot in &slots[ends[0] as usize..ends[1] as usize] {
                        *margin += weights[slot as usize];
                    }
                }
            }
            Self::Weighted {
                offsets,
                slots,
                values,
            } => {
                let rows = offsets[range.start..=range.end].windows(2);
                for (margin, ends) in margins.iter_mut().zip(rows) {
                    let own = ends[0] as usize..ends[1] as usize;
                    for (&slot, value) in slots[own.clone()].iter().zip(&values[own]) {
                        *margin += weights[slot as usize] * value;
                    }
                }
            }
        }
    }

    /// Adds `Σ residuals[i] · x_i` over the rows of `range` to the gradient
    pub fn accumulate(&self, residuals: &[f64], range: Range<usize>, gradient: &mut [f64]) {
        match self {
            Self::Dense { slot, values } => {
                gradient[*slot] += dot(residuals, &values[range]);
            }
            Self::Sparse { slots } => {
                for (residual, &slot) in residuals.iter().zip(&slots[range]) {
                    if slot != NO_SLOT {
                        gradient[slot as usize] += residual;
                    }
                }
            }
            Self::Packed(packed) => packed.accumulate(residuals, range, gradient),
            Self::Ragged { offsets, slots } => {
                let rows = offsets[range.start..=range.end].windows(2);
                for (residual, ends) in residuals.iter().zip(rows) {
                    for &slot in &slots[ends[0] as usize..ends[1] as usize] {
                        gradient[slot as usize] += residual;
                    }
                }
            }
            Self::Weighted {
                offsets,
                slots,
                values,
            } => {
                let rows = offsets[range.start..=range.end].windows(2);
                for (residual, ends) in residuals.iter().zip(rows) {
                    let own = ends[0] as usize..ends[1] as usize;
                    for (&slot, value) in slots[own.clone()].iter().zip(&values[own]) {
                        gradient[slot as usize] += residual * value;
                    }
                }
            }
        }
    }

    /// What is not 0 in a row, by slot
    pub fn row(&self, row: usize, entries: &mut Vec<(u32, f64)>) {
        match self {
            Self::Dense { slot, values } => entries.push((*slot as u32, values[row])),
            Self::Sparse { slots } => {
                if slots[row] != NO_SLOT {
                    entries.push((slots[row], 1.0));
                }
            }
            Self::Packed(packed) => entries.extend(packed.row(row).map(|slot| (slot, 1.0))),
            Self::Ragged { offsets, slots } => {
                let slots = &slots[offsets[row] as usize..offsets[row + 1] as usize];
                entries.extend(slots.iter().map(|&slot| (slot, 1.0)));
            }
            Self::Weighted {
                offsets,
                slots,
                values,
            } => {
                let own = offsets[row] as usize..offsets[row + 1] as usize;
                let slots = slots[own.clone()].iter().copied();
                entries.extend(slots.zip(values[own].iter().copied()));
            }
        }
    }

    /// Adds for each feature the sum over rows of what it adds to a margin, without sign
    pub fn contributions(&self, weights: &[f64], sums: &mut Vec<f64>) {
        let weight = |slot: u32| weights.get(slot as usize).copied().unwrap_or(0.0);
        let sum = match self {
            Self::Dense { slot, values } => {
                let sizes = values.iter().map(|value| value.abs());
                weights[*slot].abs() * sizes.sum::<f64>()
            }
            Self::Sparse { slots } => slots.iter().map(|&slot| weight(slot).abs()).sum(),
            Self::Packed(packed) => return packed.contributions(weights, sums),
            Self::Ragged { offsets, slots } => {
                let rows = offsets.windows(2).map(|ends| {
                    let row = &slots[ends[0] as usize..ends[1] as usize];
                    row.iter().map(|&slot| weight(slot)).sum::<f64>().abs()
                });
                rows.sum()
            }
            Self::Weighted {
                offsets,
                slots,
                values,
            } => {
                let rows = offsets.windows(2).map(|ends| {
                    let own = ends[0] as usize..ends[1] as usize;
                    let pairs = slots[own.clone()].iter().zip(&values[own]);
                    let products = pairs.map(|(&slot, value)| weight(slot) * value);
                    products.sum::<f64>().abs()
                });
                rows.sum()
            }
        };
        sums.push(sum);
    }
}

/// In eight lanes of fixed order, so that the compiler may use wide instructions
fn dot(left: &[f64], right: &[f64]) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0; LANES];
    let left_chunks = left.chunks_exact(LANES);
    let right_chunks = right.chunks_exact(LANES);
    let rest: f64 = left_chunks
        .remainder()
        .iter()
        .zip(right_chunks.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in left_chunks.zip(right_chunks) {
        for lane in 0..LANES {
            lanes[lane] += a[lane] * b[lane];
        }
    }
    lanes.iter().sum::<f64>() + rest
}
