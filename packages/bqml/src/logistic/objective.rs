//! The function that training makes small: mean weighted log loss plus penalties
//!
//! `Σ cᵢ·loss(zᵢ, yᵢ) / Σ cᵢ + l1·‖w‖₁ + l2/2·‖w‖²`, with margin `z = intercept + x·w` and class
//! weight `c`; the intercept is not penalized. BigQuery does not publish how it scales penalties.

use super::blocks;
use crate::options::LogisticOptions;
use crate::preprocess::Design;

/// Rows per block at least; a constant, since it decides how sums round
const BLOCK: usize = 16_384;

/// A model on standardized features
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Constant term
    pub intercept: f64,
    /// One per slot of the design
    pub weights: Vec<f64>,
}

/// Rows, labels and penalties
pub struct Objective<'a> {
    design: &'a Design,
    targets: Vec<f64>,
    class_weights: [f64; 2],
    total_weight: f64,
    fit_intercept: bool,
    l1: f64,
    l2: f64,
}

/// ln(1 + eᶻ) − y·z without overflow
pub fn log_loss(margin: f64, target: f64) -> f64 {
    (-margin.abs()).exp().ln_1p() + margin.max(0.0) - target * margin
}

/// 1 / (1 + e⁻ᶻ)
pub fn probability(margin: f64) -> f64 {
    1.0 / (1.0 + (-margin).exp())
}

impl<'a> Objective<'a> {
    /// `targets` has 1 for a positive row and 0 for a negative one
    pub fn new(
        design: &'a Design,
        targets: Vec<f64>,
        class_weights: [f64; 2],
        options: &LogisticOptions,
    ) -> Self {
        let positives: f64 = targets.iter().sum();
        let negatives = targets.len() as f64 - positives;
        Self {
            design,
            total_weight: class_weights[0] * negatives + class_weights[1] * positives,
            targets,
            class_weights,
            fit_intercept: options.fit_intercept,
            l1: options.l1,
            l2: options.l2,
        }
    }

    /// 1 for a positive row, 0 for a negative one
    pub fn targets(&self) -> &[f64] {
        &self.targets
    }

    /// Where training starts: all zero
    pub fn origin(&self) -> Point {
        Point {
            intercept: 0.0,
            weights: vec![0.0; self.design.width()],
        }
    }

    /// The margin of every row
    pub fn margins(&self, point: &Point) -> Vec<f64> {
        let mut margins = vec![0.0; self.design.rows()];
        blocks::map(&mut margins, self.block(), |range, margins| {
            self.design
                .multiply(&point.weights, point.intercept, range, margins);
        });
        margins
    }

    /// Mean weighted log loss, without penalties
    pub fn loss(&self, margins: &mut [f64]) -> f64 {
        let sums = blocks::map(margins, self.block(), |range, margins| {
            let rows = margins.iter().zip(&self.targets[range]);
            rows.map(|(margin, target)| self.weight(*target) * log_loss(*margin, *target))
                .sum::<f64>()
        });
        sums.iter().sum::<f64>() / self.total_weight
    }

    /// The penalties of a model
    pub fn penalty(&self, point: &Point) -> f64 {
        if self.l1 == 0.0 && self.l2 == 0.0 {
            return 0.0;
        }
        let absolute: f64 = point.weights.iter().map(|weight| weight.abs()).sum();
        let squares: f64 = point.weights.iter().map(|weight| weight * weight).sum();
        self.l1 * absolute + self.l2 / 2.0 * squares
    }

    /// The gradient of loss and squared penalty at a model with these margins
    pub fn gradient(&self, point: &Point, margins: &mut [f64]) -> Point {
        let partial = blocks::map(margins, self.block(), |range, margins| {
            let mut gradient = self.origin();
            let rows = margins.iter().zip(&self.targets[range.clone()]);
            let residuals: Vec<f64> = rows
                .map(|(margin, target)| self.weight(*target) * (probability(*margin) - target))
                .collect();
            gradient.intercept = residuals.iter().sum();
            self.design
                .accumulate(&residuals, range, &mut gradient.weights);
            gradient
        });
        let mut gradient = self.origin();
        for part in &partial {
            gradient.intercept += part.intercept;
            for (sum, value) in gradient.weights.iter_mut().zip(&part.weights) {
                *sum += value;
            }
        }
        gradient.intercept = if self.fit_intercept {
            gradient.intercept / self.total_weight
        } else {
            0.0
        };
        for (slope, weight) in gradient.weights.iter_mut().zip(&point.weights) {
            *slope = *slope / self.total_weight + self.l2 * weight;
        }
        gradient
    }

    /// The model one step down the gradient, with the l1 penalty's soft threshold
    pub fn step(&self, point: &Point, gradient: &Point, rate: f64) -> Point {
        let threshold = rate * self.l1;
        let weights = point.weights.iter().zip(&gradient.weights);
        Point {
            intercept: point.intercept - rate * gradient.intercept,
            weights: weights
                .map(|(weight, slope)| shrink(weight - rate * slope, threshold))
                .collect(),
        }
    }

    /// For each rate, the loss of [`Self::step`] and, with an l1 penalty, its margins
    ///
    /// Without one, margins change in a straight line along the gradient, so a single pass over the
    /// design serves all rates; [`Trial::Straight`] then keeps that line.
    pub fn try_rates(
        &self,
        point: &Point,
        gradient: &Point,
        margins: &[f64],
        rates: &[f64],
    ) -> (Vec<f64>, Trial) {
        if self.l1 != 0.0 {
            let mut all: Vec<Vec<f64>> = rates
                .iter()
                .map(|rate| self.margins(&self.step(point, gradient, *rate)))
                .collect();
            let losses = all.iter_mut().map(|margins| self.loss(margins)).collect();
            return (losses, Trial::Bent(all));
        }
        let mut slopes = vec![0.0; margins.len()];
        let partial = blocks::map(&mut slopes, self.block(), |range, slopes| {
            self.design
                .multiply(&gradient.weights, gradient.intercept, range.clone(), slopes);
            let mut sums = vec![0.0; rates.len()];
            let rows = margins[range.clone()].iter().zip(&self.targets[range]);
            for ((margin, target), slope) in rows.zip(slopes) {
                let weight = self.weight(*target);
                for (sum, rate) in sums.iter_mut().zip(rates) {
                    *sum += weight * log_loss(margin - rate * *slope, *target);
                }
            }
            sums
        });
        let mut losses = vec![0.0; rates.len()];
        for sums in &partial {
            for (loss, sum) in losses.iter_mut().zip(sums) {
                *loss += sum;
            }
        }
        for loss in &mut losses {
            *loss /= self.total_weight;
        }
        (losses, Trial::Straight(slopes))
    }

    fn weight(&self, target: f64) -> f64 {
        self.class_weights[usize::from(target == 1.0)]
    }

    /// Partial gradients are as long as the design is wide, so wide designs get longer blocks
    fn block(&self) -> usize {
        BLOCK.max(self.design.width())
    }
}

/// The margins that [`Objective::try_rates`] computed on its way
pub enum Trial {
    /// What a rate of 1 takes off each margin
    Straight(Vec<f64>),
    /// The margins at each rate
    Bent(Vec<Vec<f64>>),
}

impl Trial {
    /// Moves margins to those of the rate at `index`
    pub fn accept(self, margins: &mut Vec<f64>, index: usize, rate: f64) {
        match self {
            Self::Straight(slopes) => {
                for (margin, slope) in margins.iter_mut().zip(slopes) {
                    *margin -= rate * slope;
                }
            }
            Self::Bent(mut all) => *margins = all.swap_remove(index),
        }
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
