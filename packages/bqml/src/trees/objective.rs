//! What trees are grown to make small: squared error, log loss of two classes or of several; the
//! derivatives are XGBoost's, which takes twice the second derivative for several classes

use super::Link;
use super::grow::Sums;

/// The least second derivative of a probability, as in XGBoost
const LEAST: f64 = 1e-16;

/// Rows' labels and how much each row counts
#[derive(Debug)]
pub struct Targets {
    /// A number, or the index of a class
    pub values: Vec<f64>,
    /// One per row
    pub weights: Vec<f64>,
}

impl Targets {
    /// First and second derivative of each row's loss by its margin in a group; margins stand group
    /// after group
    pub fn derivatives(&self, link: Link, margins: &[f64], group: usize) -> Vec<Sums> {
        let rows = self.values.len();
        let own = &margins[group * rows..(group + 1) * rows];
        let derivative = |row: usize| {
            let (gradient, hessian) = match link {
                Link::Identity => (own[row] - self.values[row], 1.0),
                Link::Logistic => {
                    let probability = logistic(own[row]);
                    (
                        probability - self.values[row],
                        (probability * (1.0 - probability)).max(LEAST),
                    )
                }
                Link::Softmax => {
                    let probability = softmax_of(margins, rows, row, group);
                    let truth = f64::from(u8::from(self.values[row] == group as f64));
                    (
                        probability - truth,
                        (2.0 * probability * (1.0 - probability)).max(LEAST),
                    )
                }
            };
            Sums {
                gradient: gradient * self.weights[row],
                hessian: hessian * self.weights[row],
            }
        };
        (0..rows).map(derivative).collect()
    }

    /// Mean loss, rows counting by their weights
    pub fn loss(&self, link: Link, margins: &[f64]) -> f64 {
        let rows = self.values.len();
        let mut sum = 0.0;
        for row in 0..rows {
            let loss = match link {
                Link::Identity => (margins[row] - self.values[row]).powi(2),
                Link::Logistic => {
                    let margin = margins[row];
                    (-margin.abs()).exp().ln_1p() + margin.max(0.0) - self.values[row] * margin
                }
                Link::Softmax => {
                    let truth = self.values[row] as usize;
                    -softmax_of(margins, rows, row, truth).max(LEAST).ln()
                }
            };
            sum += loss * self.weights[row];
        }
        sum / self.weights.iter().sum::<f64>()
    }
}

/// 1 / (1 + e⁻ᶻ)
pub fn logistic(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

/// Margins become probabilities that sum to 1
pub fn softmax(margins: &mut [f64]) {
    let largest = margins.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut sum = 0.0;
    for margin in margins.iter_mut() {
        *margin = (*margin - largest).exp();
        sum += *margin;
    }
    for margin in margins {
        *margin /= sum;
    }
}

fn softmax_of(margins: &[f64], rows: usize, row: usize, group: usize) -> f64 {
    let of_row = || (row..margins.len()).step_by(rows).map(|at| margins[at]);
    let largest = of_row().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = of_row().map(|margin| (margin - largest).exp()).sum();
    (margins[group * rows + row] - largest).exp() / sum
}
