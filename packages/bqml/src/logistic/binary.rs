//! Two classes: log loss of the log-odds of the positive one

use std::ops::Range;

use crate::descent::{Loss, Point};
use crate::evaluation::{BinaryEvaluation, Evaluation};
use crate::preprocess::Design;

/// Log loss of rows of two classes
pub struct BinaryLoss {
    /// −1 for a positive row, 1 for a negative one
    signs: Vec<f64>,
    /// Of a negative and of a positive row
    class_weights: [f64; 2],
    total_weight: f64,
}

/// ln(1 + eᶻ) − y·z without overflow
pub fn log_loss(margin: f64, target: f64) -> f64 {
    softplus(margin) - target * margin
}

/// 1 / (1 + e⁻ᶻ)
pub fn probability(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

/// Metrics of the final model, each row weighing the same
pub fn evaluate(design: &Design, labels: &[u32], point: &Point, held_out: bool) -> Evaluation {
    evaluate_margins(&margins(design, point), labels, held_out)
}

/// Metrics of the log-odds of rows, each row weighing the same
pub fn evaluate_margins(margins: &[f64], labels: &[u32], held_out: bool) -> Evaluation {
    let pairs = || margins.iter().copied().zip(labels.iter().copied());
    let losses = pairs().map(|(margin, label)| log_loss(margin, f64::from(label)));
    let log_loss = losses.sum::<f64>() / labels.len() as f64;
    let scored = pairs()
        .map(|(margin, label)| (margin, label == 1))
        .collect();
    Evaluation::Binary(BinaryEvaluation::new(
        scored,
        log_loss,
        probability,
        held_out,
    ))
}

/// How each row's weighted loss bends along its margin: its weight in the information matrix
pub fn curvature(design: &Design, labels: &[u32], weights: [f64; 2], point: &Point) -> Vec<f64> {
    let rows = margins(design, point).into_iter().zip(labels);
    rows.map(|(margin, &label)| {
        let probability = probability(margin);
        weights[label as usize] * probability * (1.0 - probability)
    })
    .collect()
}

fn margins(design: &Design, point: &Point) -> Vec<f64> {
    let mut margins = vec![0.0; design.rows()];
    let rows = 0..design.rows();
    design.multiply(&point.weights[0], point.intercepts[0], rows, &mut margins);
    margins
}

impl BinaryLoss {
    /// `labels` has 1 for a positive row and 0 for a negative one
    pub fn new(labels: &[u32], class_weights: [f64; 2]) -> Self {
        let weight = |&label: &u32| class_weights[label as usize];
        Self {
            signs: labels
                .iter()
                .map(|&label| 1.0 - 2.0 * f64::from(label))
                .collect(),
            class_weights,
            total_weight: labels.iter().map(weight).sum(),
        }
    }

    fn weight(&self, sign: f64) -> f64 {
        self.class_weights[usize::from(sign < 0.0)]
    }
}

impl Loss for BinaryLoss {
    fn outputs(&self) -> usize {
        1
    }

    fn total_weight(&self) -> f64 {
        self.total_weight
    }

    fn sum(&self, rows: Range<usize>, margins: &[f64]) -> f64 {
        let rows = margins.iter().zip(&self.signs[rows]);
        rows.map(|(margin, sign)| self.weight(*sign) * softplus(sign * margin))
            .sum()
    }

    fn slopes(&self, rows: Range<usize>, margins: &[f64], slopes: &mut [f64]) {
        let rows = margins.iter().zip(&self.signs[rows]);
        for (slope, (margin, sign)) in slopes.iter_mut().zip(rows) {
            *slope = self.weight(*sign) * sign * probability(sign * margin);
        }
    }

    /// Rates that are 1, 2, 4 or 8 times the smallest need two exponentials a row for all of them,
    /// and a logarithm for a few rows: `Σ ln(1 + eᶻ) = ln Π (1 + eᶻ)`
    fn sums_along(
        &self,
        rows: Range<usize>,
        margins: &[f64],
        direction: &[f64],
        rates: &[f64],
    ) -> Vec<f64> {
        let unit = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let power = |rate: &f64| POWERS.iter().position(|power| power * unit == *rate);
        let powers: Option<Vec<usize>> = rates.iter().map(power).collect();
        let signs = &self.signs[rows.clone()];
        let Some(powers) = powers else {
            let at = |rate: &f64| {
                let rows = margins.iter().zip(direction).zip(signs);
                rows.map(|((margin, step), sign)| {
                    self.weight(*sign) * softplus(sign * (margin - rate * step))
                })
                .sum()
            };
            return rates.iter().map(at).collect();
        };
        let sums = self.sums_along_powers(signs, margins, direction, unit);
        powers.into_iter().map(|power| sums[power]).collect()
    }
}

/// The multiples of a rate for which losses are summed at once
const POWERS: [f64; 4] = [1.0, 2.0, 4.0, 8.0];

/// Exponents up to this are multiplied, `FEW` of them far from overflow
const MODERATE: f64 = 20.0;
const FEW: usize = 32;

impl BinaryLoss {
    fn sums_along_powers(
        &self,
        signs: &[f64],
        margins: &[f64],
        direction: &[f64],
        unit: f64,
    ) -> [f64; 4] {
        let mut sums = [0.0; 4];
        let blocks = margins.chunks(FEW).zip(direction.chunks(FEW));
        for ((margins, direction), signs) in blocks.zip(signs.chunks(FEW)) {
            // by class, since a logarithm of a product has one weight
            let mut products = [[1.0; 4]; 2];
            for ((margin, step), sign) in margins.iter().zip(direction).zip(signs) {
                let class = usize::from(*sign < 0.0);
                let (start, step) = (sign * margin, -sign * unit * step);
                if start.abs() + 8.0 * step.abs() > MODERATE {
                    for (sum, power) in sums.iter_mut().zip(POWERS) {
                        *sum += self.class_weights[class] * softplus(start + power * step);
                    }
                    continue;
                }
                let start = start.exp();
                let mut factor = step.exp();
                for product in &mut products[class] {
                    *product *= 1.0 + start * factor;
                    factor *= factor;
                }
            }
            for (weight, products) in self.class_weights.iter().zip(products) {
                for (sum, product) in sums.iter_mut().zip(products) {
                    *sum += weight * product.ln();
                }
            }
        }
        sums
    }
}

/// ln(1 + eᶻ) without overflow
fn softplus(margin: f64) -> f64 {
    (-margin.abs()).exp().ln_1p() + margin.max(0.0)
}
