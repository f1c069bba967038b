//! Least squares in one step, by the normal equations

use crate::descent::{DescentOptions, Point};
use crate::preprocess::Design;
use crate::symmetric::Symmetric;

/// The model with the smallest mean squared error plus `l2/2·‖w‖²`; of several such the one with
/// the shortest weights, so that a category's slots share what they say together
pub fn solve(design: &Design, labels: &[f64], options: &DescentOptions) -> Point {
    let rows = labels.len() as f64;
    let width = design.width();
    let information = Symmetric::information(design, vec![1.0; labels.len()]);
    let mut products = vec![0.0; width];
    design.accumulate(labels, 0..labels.len(), &mut products);
    let (means, mean_label) = if options.fit_intercept {
        let sums = (0..width).map(|slot| information.at(width, slot));
        (
            sums.map(|sum| sum / rows).collect(),
            labels.iter().sum::<f64>() / rows,
        )
    } else {
        (vec![0.0; width], 0.0)
    };
    let matrix = Symmetric::new(width, |row, column| {
        let ridge = if row == column { options.l2 / 2.0 } else { 0.0 };
        information.at(row, column) / rows - means[row] * means[column] + ridge
    });
    let right: Vec<f64> = products
        .iter()
        .zip(&means)
        .map(|(product, mean)| product / rows - mean * mean_label)
        .collect();
    let weights = matrix.factor().solve(&right);
    let explained: f64 = weights.iter().zip(&means).map(|(w, mean)| w * mean).sum();
    Point {
        intercepts: vec![mean_label - explained],
        weights: vec![weights],
    }
}
