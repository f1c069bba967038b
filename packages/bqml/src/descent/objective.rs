//! The function that training makes small: mean weighted loss plus penalties
//!
//! `Σ cᵢ·loss(zᵢ, yᵢ) / Σ cᵢ + l1·‖w‖₁ + l2/2·‖w‖²`, with margins `z = intercept + x·w` and row
//! weight `c`; intercepts are not penalized. BigQuery does not publish how it scales penalties.

use std::ops::Range;

use super::DescentOptions;
use crate::blocks;
use crate::preprocess::Design;

/// Rows per block at least; a constant, since it decides how sums round
const BLOCK: usize = 16_384;

/// A model on standardized features
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Constant terms, one per output
    pub intercepts: Vec<f64>,
    /// Per output one per slot of the design
    pub weights: Vec<Vec<f64>>,
}

/// What is lost on rows whose label a model does not meet; margins are those of one output after
/// the other, each as long as the range of rows
pub trait Loss: Sync {
    /// How many margins a row has
    fn outputs(&self) -> usize;

    /// The sum of the rows' weights
    fn total_weight(&self) -> f64;

    /// The weighted sum of the rows' losses
    fn sum(&self, rows: Range<usize>, margins: &[f64]) -> f64;

    /// Each row's weighted derivative by each margin
    fn slopes(&self, rows: Range<usize>, margins: &[f64], slopes: &mut [f64]);

    /// For each rate, [`Self::sum`] at `margins − rate · direction`
    fn sums_along(
        &self,
        rows: Range<usize>,
        margins: &[f64],
        direction: &[f64],
        rates: &[f64],
    ) -> Vec<f64> {
        let at = |rate: &f64| {
            let pairs = margins.iter().zip(direction);
            let moved: Vec<f64> = pairs.map(|(margin, step)| margin - rate * step).collect();
            self.sum(rows.clone(), &moved)
        };
        rates.iter().map(at).collect()
    }
}

/// Rows, their loss and penalties
pub struct Objective<'a, L> {
    design: &'a Design,
    loss: L,
    fit_intercept: bool,
    l1: f64,
    l2: f64,
}

impl<'a, L: Loss> Objective<'a, L> {
    /// `loss` knows the labels of the design's rows
    pub fn new(design: &'a Design, loss: L, options: &DescentOptions) -> Self {
        Self {
            design,
            loss,
            fit_intercept: options.fit_intercept,
            l1: options.l1,
            l2: options.l2,
        }
    }

    /// Where training starts: all zero
    pub fn origin(&self) -> Point {
        let outputs = self.loss.outputs();
        Point {
            intercepts: vec![0.0; outputs],
            weights: vec![vec![0.0; self.design.width()]; outputs],
        }
    }

    /// The margins of every row, in blocks of which each has one output after the other
    pub fn margins(&self, point: &Point) -> Vec<f64> {
        let mut margins = vec![0.0; self.design.rows() * self.loss.outputs()];
        blocks::map(&mut margins, self.block(), |range, margins| {
            self.multiply(point, self.rows(range), margins);
        });
        margins
    }

    /// Mean weighted loss, without penalties
    pub fn loss(&self, margins: &mut [f64]) -> f64 {
        let sums = blocks::map(margins, self.block(), |range, margins| {
            self.loss.sum(self.rows(range), margins)
        });
        sums.iter().sum::<f64>() / self.loss.total_weight()
    }

    /// The penalties of a model
    pub fn penalty(&self, point: &Point) -> f64 {
        if self.l1 == 0.0 && self.l2 == 0.0 {
            return 0.0;
        }
        let weights = || point.weights.iter().flatten();
        let absolute: f64 = weights().map(|weight| weight.abs()).sum();
        let squares: f64 = weights().map(|weight| weight * weight).sum();
        self.l1 * absolute + self.l2 / 2.0 * squares
    }

    /// Moves margins by `−rate · direction`, then gives the gradient of loss and squared penalty at
    /// the model that has them
    pub fn gradient(
        &self,
        point: &Point,
        margins: &mut [f64],
        direction: &[f64],
        rate: f64,
    ) -> Point {
        let partial = blocks::map(margins, self.block(), |range, margins| {
            if rate != 0.0 {
                for (margin, step) in margins.iter_mut().zip(&direction[range.clone()]) {
                    *margin -= rate * step;
                }
            }
            let rows = self.rows(range);
            let mut gradient = self.origin();
            let mut slopes = vec![0.0; margins.len()];
            self.loss.slopes(rows.clone(), margins, &mut slopes);
            for (output, slopes) in slopes.chunks_exact(rows.len()).enumerate() {
                gradient.intercepts[output] = slopes.iter().sum();
                let weights = &mut gradient.weights[output];
                self.design.accumulate(slopes, rows.clone(), weights);
            }
            gradient
        });
        let mut gradient = self.origin();
        for part in &partial {
            add(&mut gradient.intercepts, &part.intercepts);
            for (sums, values) in gradient.weights.iter_mut().zip(&part.weights) {
                add(sums, values);
            }
        }
        let total = self.loss.total_weight();
        for intercept in &mut gradient.intercepts {
            *intercept = if self.fit_intercept {
                *intercept / total
            } else {
                0.0
            };
        }
        for (slopes, weights) in gradient.weights.iter_mut().zip(&point.weights) {
            for (slope, weight) in slopes.iter_mut().zip(weights) {
                *slope = *slope / total + self.l2 * weight;
            }
        }
        gradient
    }

    /// The model one step down the gradient, with the l1 penalty's soft threshold
    pub fn step(&self, point: &Point, gradient: &Point, rate: f64) -> Point {
        let threshold = rate * self.l1;
        let moved = |weights: &[f64], slopes: &[f64]| {
            let pairs = weights.iter().zip(slopes);
            pairs
                .map(|(weight, slope)| shrink(weight - rate * slope, threshold))
                .collect()
        };
        let intercepts = point.intercepts.iter().zip(&gradient.intercepts);
        let weights = point.weights.iter().zip(&gradient.weights);
        Point {
            intercepts: intercepts
                .map(|(value, slope)| value - rate * slope)
                .collect(),
            weights: weights
                .map(|(weights, slopes)| moved(weights, slopes))
                .collect(),
        }
    }

    /// For each rate, the loss of [`Self::step`]; `direction` gets what a rate of 1 takes off each
    /// margin
    ///
    /// Margins change in a straight line along the gradient, so a single pass over the design
    /// serves all rates; not with an l1 penalty, for which there is [`Self::try_bent`].
    pub fn try_rates(
        &self,
        gradient: &Point,
        margins: &[f64],
        rates: &[f64],
        direction: &mut [f64],
    ) -> Vec<f64> {
        let partial = blocks::map(direction, self.block(), |range, direction| {
            let rows = self.rows(range.clone());
            self.multiply(gradient, rows.clone(), direction);
            self.loss
                .sums_along(rows, &margins[range], direction, rates)
        });
        let mut losses = vec![0.0; rates.len()];
        for sums in &partial {
            add(&mut losses, sums);
        }
        for loss in &mut losses {
            *loss /= self.loss.total_weight();
        }
        losses
    }

    /// For each rate, the loss of [`Self::step`] and its margins
    pub fn try_bent(
        &self,
        point: &Point,
        gradient: &Point,
        rates: &[f64],
    ) -> (Vec<f64>, Vec<Vec<f64>>) {
        let mut all: Vec<Vec<f64>> = rates
            .iter()
            .map(|rate| self.margins(&self.step(point, gradient, *rate)))
            .collect();
        let losses = all.iter_mut().map(|margins| self.loss(margins)).collect();
        (losses, all)
    }

    /// Whether steps shrink weights to 0
    pub fn is_bent(&self) -> bool {
        self.l1 != 0.0
    }

    fn multiply(&self, point: &Point, rows: Range<usize>, margins: &mut [f64]) {
        let outputs = margins.chunks_exact_mut(rows.len());
        for ((margins, weights), constant) in outputs.zip(&point.weights).zip(&point.intercepts) {
            self.design
                .multiply(weights, *constant, rows.clone(), margins);
        }
    }

    /// The rows of a range of margins
    fn rows(&self, margins: Range<usize>) -> Range<usize> {
        let outputs = self.loss.outputs();
        margins.start / outputs..margins.end / outputs
    }

    /// How many margins are worked on at once: partial gradients are as long as the design is
    /// wide, so wide designs get longer blocks
    fn block(&self) -> usize {
        BLOCK.max(self.design.width()) * self.loss.outputs()
    }
}

fn add(sums: &mut [f64], values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += value;
    }
}

/// The proximal step of `threshold·|weight|`
fn shrink(weight: f64, threshold: f64) -> f64 {
    if threshold == 0.0 {
        weight
    } else {
        weight.signum() * (weight.abs() - threshold).max(0.0)
    }
}
