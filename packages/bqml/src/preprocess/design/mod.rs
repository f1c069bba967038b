//! The design matrix: numbers as dense columns, categories as codes

mod column;
mod encode;
mod packed;

use std::ops::Range;

use super::Feature;
use crate::data::FrameColumn;
pub use column::DesignColumn;
use packed::Packing;

/// Rows × slots without the constant column; one-hot slots are never stored as zeros
#[derive(Debug)]
pub struct Design {
    rows: usize,
    width: usize,
    columns: Vec<DesignColumn>,
}

impl Design {
    /// Encodes the given rows; `columns` are those of `features`, in the same order
    pub fn new(features: &[Feature], columns: &[FrameColumn], rows: &[u32]) -> Self {
        let mut slot = 0;
        let mut packing = Packing::new(rows.len());
        for (feature, column) in features.iter().zip(columns) {
            let column = encode::encode(&feature.encoding, column, rows, slot);
            packing.push(column, slot, feature.width());
            slot += feature.width();
        }
        Self {
            rows: rows.len(),
            width: slot,
            columns: packing.finish(),
        }
    }

    /// Shows rows with all of their slots, one after the other
    pub fn visit(&self, range: Range<usize>, mut see: impl FnMut(usize, &[f64])) {
        let mut slots = vec![0.0; self.width];
        let mut entries = Vec::new();
        for row in range {
            self.row(row, &mut entries);
            for (slot, value) in &entries {
                slots[*slot as usize] = *value;
            }
            see(row, &slots);
            for (slot, _) in &entries {
                slots[*slot as usize] = 0.0;
            }
        }
    }

    /// All slots of a row
    pub fn dense_row(&self, row: usize) -> Vec<f64> {
        let mut found = Vec::new();
        self.visit(row..row + 1, |_, slots| found = slots.to_vec());
        found
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
            column.multiply(weights, range.clone(), margins);
        }
    }

    /// `gradient += Σ residuals[i] · x_i` for the rows of `range`
    pub fn accumulate(&self, residuals: &[f64], range: Range<usize>, gradient: &mut [f64]) {
        for column in &self.columns {
            column.accumulate(residuals, range.clone(), gradient);
        }
    }

    /// Per feature the mean over rows of what it adds to a margin, without sign
    pub fn mean_contributions(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = Vec::new();
        for column in &self.columns {
            column.contributions(weights, &mut sums);
        }
        sums.into_iter().map(|sum| sum / self.rows as f64).collect()
    }

    /// What is not 0 in a row, by ascending slot
    pub fn row(&self, row: usize, entries: &mut Vec<(u32, f64)>) {
        entries.clear();
        for column in &self.columns {
            column.row(row, entries);
        }
    }
}

/// The given rows of each feature, one column each: for those that look at features one by one
pub fn encode_each(
    features: &[Feature],
    columns: &[FrameColumn],
    rows: &[u32],
) -> Vec<DesignColumn> {
    let mut slot = 0;
    let encode = |(feature, column): (&Feature, &FrameColumn)| {
        let column = encode::encode(&feature.encoding, column, rows, slot);
        slot += feature.width();
        column
    };
    features.iter().zip(columns).map(encode).collect()
}
