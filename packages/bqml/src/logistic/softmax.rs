//! More than two classes: a margin for each, which softmax makes probabilities

use std::ops::Range;

use crate::descent::{Loss, Point};
use crate::evaluation::{self, Evaluation, MulticlassEvaluation};
use crate::preprocess::Design;

/// Cross entropy of rows of several classes
pub struct SoftmaxLoss<'a> {
    labels: Vec<u32>,
    class_weights: &'a [f64],
    total_weight: f64,
}

impl<'a> SoftmaxLoss<'a> {
    /// `labels` has the class of each row
    pub fn new(labels: &[u32], class_weights: &'a [f64]) -> Self {
        let weight = |&label: &u32| class_weights[label as usize];
        Self {
            total_weight: labels.iter().map(weight).sum(),
            labels: labels.to_vec(),
            class_weights,
        }
    }
}

impl Loss for SoftmaxLoss<'_> {
    fn outputs(&self) -> usize {
        self.class_weights.len()
    }

    fn total_weight(&self) -> f64 {
        self.total_weight
    }

    fn sum(&self, rows: Range<usize>, margins: &[f64]) -> f64 {
        let stride = rows.len();
        let mut row = vec![0.0; self.outputs()];
        let mut sum = 0.0;
        for (index, &label) in self.labels[rows].iter().enumerate() {
            gather(margins, stride, index, &mut row);
            let own = row[label as usize];
            let largest = exponentials(&mut row);
            let loss = row.iter().sum::<f64>().ln() + largest - own;
            sum += self.class_weights[label as usize] * loss;
        }
        sum
    }

    fn slopes(&self, rows: Range<usize>, margins: &[f64], slopes: &mut [f64]) {
        let stride = rows.len();
        let mut row = vec![0.0; self.outputs()];
        for (index, &label) in self.labels[rows].iter().enumerate() {
            gather(margins, stride, index, &mut row);
            exponentials(&mut row);
            let total: f64 = row.iter().sum();
            let weight = self.class_weights[label as usize];
            for (class, value) in row.iter().enumerate() {
                let target = f64::from(u8::from(class == label as usize));
                slopes[class * stride + index] = weight * (value / total - target);
            }
        }
    }
}

/// Metrics of the final model, each row weighing the same
pub fn evaluate(design: &Design, labels: &[u32], point: &Point, held_out: bool) -> Evaluation {
    let classes = point.intercepts.len();
    let rows = design.rows();
    let mut margins = vec![0.0; rows * classes];
    for (class, margins) in margins.chunks_mut(rows.max(1)).enumerate() {
        let constant = point.intercepts[class];
        design.multiply(&point.weights[class], constant, 0..rows, margins);
    }
    evaluate_margins(&margins, labels, classes, held_out)
}

/// Metrics of the margins of rows, class after class, each row weighing the same
pub fn evaluate_margins(
    margins: &[f64],
    labels: &[u32],
    classes: usize,
    held_out: bool,
) -> Evaluation {
    let rows = labels.len();
    let mut confusion = vec![vec![0; classes]; classes];
    let mut scores: Vec<Vec<(f64, bool)>> = vec![Vec::with_capacity(rows); classes];
    let mut row = vec![0.0; classes];
    let mut loss = 0.0;
    for (index, &label) in labels.iter().enumerate() {
        gather(margins, rows, index, &mut row);
        let own = row[label as usize];
        let largest = exponentials(&mut row);
        let total: f64 = row.iter().sum();
        loss += total.ln() + largest - own;
        // the largest margin's exponential is 1; the first of equals
        let predicted = row.iter().position(|value| *value == 1.0).unwrap_or(0);
        confusion[label as usize][predicted] += 1;
        for (class, value) in row.iter().enumerate() {
            scores[class].push((value / total, class == label as usize));
        }
    }
    let areas: Vec<f64> = scores
        .into_iter()
        .map(|scored| evaluation::roc_auc(&evaluation::group(scored, |score| score)))
        .filter(|area| area.is_finite())
        .collect();
    Evaluation::Multiclass(MulticlassEvaluation {
        held_out,
        rows: rows as u64,
        log_loss: loss / rows as f64,
        roc_auc: areas.iter().sum::<f64>() / areas.len() as f64,
        confusion,
    })
}

fn gather(margins: &[f64], stride: usize, index: usize, row: &mut [f64]) {
    for (class, value) in row.iter_mut().enumerate() {
        *value = margins[class * stride + index];
    }
}

/// Each eᶻ⁻ᵐ in place of z, where m, which is returned, is the largest
fn exponentials(row: &mut [f64]) -> f64 {
    let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    for value in row {
        *value = (*value - largest).exp();
    }
    largest
}
