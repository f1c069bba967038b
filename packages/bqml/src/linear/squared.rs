//! Squared errors

use std::ops::Range;

use crate::descent::Loss;

/// Mean squared error of rows with these labels
pub struct SquaredLoss {
    labels: Vec<f64>,
}

impl SquaredLoss {
    /// Of the rows' labels
    pub fn new(labels: &[f64]) -> Self {
        Self {
            labels: labels.to_vec(),
        }
    }
}

impl Loss for SquaredLoss {
    fn outputs(&self) -> usize {
        1
    }

    fn total_weight(&self) -> f64 {
        self.labels.len() as f64
    }

    fn sum(&self, rows: Range<usize>, margins: &[f64]) -> f64 {
        let rows = margins.iter().zip(&self.labels[rows]);
        rows.map(|(margin, label)| (margin - label).powi(2)).sum()
    }

    fn slopes(&self, rows: Range<usize>, margins: &[f64], slopes: &mut [f64]) {
        let rows = margins.iter().zip(&self.labels[rows]);
        for (slope, (margin, label)) in slopes.iter_mut().zip(rows) {
            *slope = 2.0 * (margin - label);
        }
    }
}
