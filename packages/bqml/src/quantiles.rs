//! Where the training rows' values of a number lie, for thresholds that a part of them exceeds

use serde::{Deserialize, Serialize};

/// The most values that are kept
const KEPT: usize = 10_001;

/// Values in ascending order: all of them, or 10,001 of evenly spaced ranks
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantiles(Vec<f64>);

impl Quantiles {
    /// Of the values of all rows
    pub fn new(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        if values.len() <= KEPT {
            return Self(values);
        }
        let last = (values.len() - 1) as f64;
        let rank = |at: usize| (at as f64 / (KEPT - 1) as f64 * last).round() as usize;
        Self((0..KEPT).map(|at| values[rank(at)]).collect())
    }

    /// The mean of what is kept; NaN without rows
    pub fn mean(&self) -> f64 {
        self.0.iter().sum::<f64>() / self.0.len() as f64
    }

    /// The value that `part` (0 to 1) of the rows exceed, to the next row; infinite without rows
    pub fn exceeded_by(&self, part: f64) -> f64 {
        let above = (self.0.len() as f64 * part).round() as usize;
        match self.0.len().checked_sub(above + 1) {
            Some(at) => self.0[at],
            None => f64::NEG_INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_leave_their_part_above() {
        for rows in [10, 1000, 40_000] {
            let quantiles = Quantiles::new((0..rows).rev().map(f64::from).collect());
            for part in [0.0, 0.1, 0.25, 0.5] {
                let threshold = quantiles.exceeded_by(part);
                let above = (0..rows).filter(|&row| f64::from(row) > threshold).count();
                let share = above as f64 / f64::from(rows);
                // to the next row, or to the next of the values that are kept
                let nearest = (0.5 / f64::from(rows)).max(0.001);
                assert!((share - part).abs() <= nearest, "{rows} {part} {share}");
            }
        }
    }
}
