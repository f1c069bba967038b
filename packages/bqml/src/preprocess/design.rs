//! The design matrix: numbers as dense columns, categories as one slot index per row

use std::collections::HashMap;
use std::ops::Range;

use super::{Encoding, Feature};
use crate::data::{FrameColumn, NULL};

/// The slot of a category that has no weight
const NO_SLOT: u32 = u32::MAX;

/// Rows × slots without the constant column; one-hot slots are never stored as zeros
#[derive(Debug)]
pub struct Design {
    rows: usize,
    width: usize,
    columns: Vec<DesignColumn>,
}

/// The part of the matrix that one feature fills
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
        /// The slot per row, `u32::MAX` for none
        slots: Vec<u32>,
    },
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

impl Design {
    /// Encodes the given rows; `columns` are those of `features`, in the same order
    pub fn new(features: &[Feature], columns: &[FrameColumn], rows: &[u32]) -> Self {
        let mut width = 0;
        let mut design = Vec::with_capacity(features.len());
        for (feature, column) in features.iter().zip(columns) {
            design.push(encode(&feature.encoding, column, rows, width));
            width += feature.width();
        }
        Self {
            rows: rows.len(),
            width,
            columns: design,
        }
    }

    /// Number of rows
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of slots
    pub fn width(&self) -> usize {
        self.width
    }

    /// `margins[i] = constant + x_i · weights` for the rows of `range`
    pub fn multiply(
        &self,
        weights: &[f64],
        constant: f64,
        range: Range<usize>,
        margins: &mut [f64],
    ) {
        margins.fill(constant);
        for column in &self.columns {
            match column {
                DesignColumn::Dense { slot, values } => {
                    let weight = weights[*slot];
                    for (margin, value) in margins.iter_mut().zip(&values[range.clone()]) {
                        *margin += weight * value;
                    }
                }
                DesignColumn::Sparse { slots } => {
                    for (margin, &slot) in margins.iter_mut().zip(&slots[range.clone()]) {
                        if slot != NO_SLOT {
                            *margin += weights[slot as usize];
                        }
                    }
                }
                DesignColumn::Ragged { offsets, slots } => {
                    let rows = offsets[range.start..=range.end].windows(2);
                    for (margin, ends) in margins.iter_mut().zip(rows) {
                        for &slot in &slots[ends[0] as usize..ends[1] as usize] {
                            *margin += weights[slot as usize];
                        }
                    }
                }
                DesignColumn::Weighted {
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
    }

    /// Per feature the mean over rows of what it adds to a margin, without sign
    pub fn mean_contributions(&self, weights: &[f64]) -> Vec<f64> {
        let of = |column: &DesignColumn| {
            let weight = |slot: u32| weights.get(slot as usize).copied().unwrap_or(0.0);
            let sum: f64 = match column {
                DesignColumn::Dense { slot, values } => {
                    let sizes = values.iter().map(|value| value.abs());
                    weights[*slot].abs() * sizes.sum::<f64>()
                }
                DesignColumn::Sparse { slots } => {
                    slots.iter().map(|&slot| weight(slot).abs()).sum()
                }
                DesignColumn::Ragged { offsets, slots } => {
                    let rows = offsets.windows(2).map(|ends| {
                        let row = &slots[ends[0] as usize..ends[1] as usize];
                        row.iter().map(|&slot| weight(slot)).sum::<f64>().abs()
                    });
                    rows.sum()
                }
                DesignColumn::Weighted {
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
            sum / self.rows as f64
        };
        self.columns.iter().map(of).collect()
    }

    /// What is not 0 in a row, by slot
    pub fn row(&self, row: usize, entries: &mut Vec<(u32, f64)>) {
        entries.clear();
        for column in &self.columns {
            match column {
                DesignColumn::Dense { slot, values } => {
                    entries.push((*slot as u32, values[row]));
                }
                DesignColumn::Sparse { slots } => {
                    if slots[row] != NO_SLOT {
                        entries.push((slots[row], 1.0));
                    }
                }
                DesignColumn::Ragged { offsets, slots } => {
                    let slots = &slots[offsets[row] as usize..offsets[row + 1] as usize];
                    entries.extend(slots.iter().map(|&slot| (slot, 1.0)));
                }
                DesignColumn::Weighted {
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
    }

    /// `gradient += Σ residuals[i] · x_i` for the rows of `range`
    pub fn accumulate(&self, residuals: &[f64], range: Range<usize>, gradient: &mut [f64]) {
        for column in &self.columns {
            match column {
                DesignColumn::Dense { slot, values } => {
                    gradient[*slot] += dot(residuals, &values[range.clone()]);
                }
                DesignColumn::Sparse { slots } => {
                    for (residual, &slot) in residuals.iter().zip(&slots[range.clone()]) {
                        if slot != NO_SLOT {
                            gradient[slot as usize] += residual;
                        }
                    }
                }
                DesignColumn::Ragged { offsets, slots } => {
                    let rows = offsets[range.start..=range.end].windows(2);
                    for (residual, ends) in residuals.iter().zip(rows) {
                        for &slot in &slots[ends[0] as usize..ends[1] as usize] {
                            gradient[slot as usize] += residual;
                        }
                    }
                }
                DesignColumn::Weighted {
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

fn encode(encoding: &Encoding, column: &FrameColumn, rows: &[u32], slot: usize) -> DesignColumn {
    match (encoding, column) {
        (Encoding::Standardized { mean, deviation }, FrameColumn::Number(values)) => {
            let standardize = |&row: &u32| {
                let value = values[row as usize];
                if value.is_nan() || *deviation == 0.0 {
                    0.0
                } else {
                    (value - mean) / deviation
                }
            };
            DesignColumn::Dense {
                slot,
                values: rows.iter().map(standardize).collect(),
            }
        }
        (Encoding::Number { mean }, FrameColumn::Number(values)) => {
            let known = |&row: &u32| {
                let value = values[row as usize];
                if value.is_nan() { *mean } else { value }
            };
            DesignColumn::Dense {
                slot,
                values: rows.iter().map(known).collect(),
            }
        }
        (Encoding::Label { categories }, FrameColumn::Category { codes, dictionary }) => {
            // places from 1 on, since those of NULL and of unseen categories are 0
            let places = Slots::new(categories, None, dictionary, 1);
            let place = |&row: &u32| match codes[row as usize] {
                NULL => 0.0,
                code => match places.of(code) {
                    NO_SLOT => 0.0,
                    place => f64::from(place),
                },
            };
            DesignColumn::Dense {
                slot,
                values: rows.iter().map(place).collect(),
            }
        }
        (
            Encoding::OneHot {
                categories,
                dropped,
            },
            FrameColumn::Category { codes, dictionary },
        ) => {
            let slots = Slots::new(categories, *dropped, dictionary, slot);
            DesignColumn::Sparse {
                slots: rows
                    .iter()
                    .map(|&row| slots.of(codes[row as usize]))
                    .collect(),
            }
        }
        (
            Encoding::MultiHot {
                categories,
                dropped,
            },
            FrameColumn::Categories {
                offsets,
                codes,
                dictionary,
            },
        ) => {
            let map = Slots::new(categories, *dropped, dictionary, slot);
            let mut ends = Vec::with_capacity(rows.len() + 1);
            let mut slots = Vec::new();
            ends.push(0);
            for &row in rows {
                let row = row as usize;
                let codes = &codes[offsets[row] as usize..offsets[row + 1] as usize];
                slots.extend(
                    codes
                        .iter()
                        .map(|&code| map.of(code))
                        .filter(|slot| *slot != NO_SLOT),
                );
                ends.push(slots.len() as u32);
            }
            DesignColumn::Ragged {
                offsets: ends,
                slots,
            }
        }
        (
            Encoding::Vector { dimension },
            FrameColumn::Vector {
                offsets,
                indexes,
                values,
            },
        ) => {
            let mut ends = Vec::with_capacity(rows.len() + 1);
            let mut slots = Vec::new();
            let mut kept = Vec::new();
            ends.push(0);
            for &row in rows {
                let row = row as usize;
                let own = offsets[row] as usize..offsets[row + 1] as usize;
                for (&index, &value) in indexes[own.clone()].iter().zip(&values[own]) {
                    if (index as usize) < *dimension && !value.is_nan() && value != 0.0 {
                        slots.push(slot as u32 + index);
                        kept.push(value);
                    }
                }
                ends.push(slots.len() as u32);
            }
            DesignColumn::Weighted {
                offsets: ends,
                slots,
                values: kept,
            }
        }
        // an encoding is fitted to its own column, so the two always match
        _ => DesignColumn::Sparse {
            slots: vec![NO_SLOT; rows.len()],
        },
    }
}

/// From a frame's dictionary codes to slots of the weight vector
struct Slots {
    by_code: Vec<u32>,
    null: u32,
}

impl Slots {
    fn new(
        categories: &[String],
        dropped: Option<usize>,
        dictionary: &[String],
        first: usize,
    ) -> Self {
        let slot = |index: usize| {
            if dropped == Some(index) {
                NO_SLOT
            } else {
                (first + index) as u32
            }
        };
        let indices: HashMap<&str, usize> = categories
            .iter()
            .enumerate()
            .map(|(index, category)| (category.as_str(), index))
            .collect();
        Self {
            by_code: dictionary
                .iter()
                .map(|category| indices.get(category.as_str()).map_or(NO_SLOT, |i| slot(*i)))
                .collect(),
            null: slot(categories.len()),
        }
    }

    fn of(&self, code: u32) -> u32 {
        if code == NULL {
            self.null
        } else {
            self.by_code[code as usize]
        }
    }
}
