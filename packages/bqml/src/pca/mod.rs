//! Principal components: the directions in which rows differ most

mod fit;
mod kind;

use serde::{Deserialize, Serialize};

use crate::preprocess::Design;
use crate::quantiles::Quantiles;

pub use kind::KIND;

/// Components over the slots of the features
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Components {
    /// The mean of each slot, from which rows are seen
    pub means: Vec<f64>,
    /// In descending order of their variance
    pub components: Vec<Component>,
    /// The variance of all slots together
    pub total_variance: f64,
    /// Of the training rows, the mean squared difference from what their components say
    pub errors: Quantiles,
}

/// A principal component
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Component {
    /// The variance of the training rows along it
    pub eigenvalue: f64,
    /// Its direction, of length 1; the entry of the largest size is positive
    pub direction: Vec<f64>,
}

/// How components are found
#[derive(Debug, Clone)]
pub struct PcaOptions {
    /// How many, or how much variance they explain
    pub number: Number,
    /// `SCALE_FEATURES`
    pub scale: bool,
    /// `PCA_SOLVER`
    pub solver: Solver,
}

/// How many components there are
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// `NUM_PRINCIPAL_COMPONENTS`
    Components(usize),
    /// `PCA_EXPLAINED_VARIANCE_RATIO`: as few as explain so much of the variance
    Explained(f64),
}

/// `PCA_SOLVER`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Solver {
    /// All components, of which some are kept
    Full,
    /// Only those that are kept, from a random start
    Randomized,
    /// `RANDOMIZED` for a few components of many slots
    Auto,
}

impl Components {
    /// A row along each component, and then the mean squared difference from what they say
    pub fn project(&self, slots: &[f64], scores: &mut [f64]) {
        let centered: Vec<f64> = slots
            .iter()
            .zip(&self.means)
            .map(|(x, mean)| x - mean)
            .collect();
        let mut rest = centered.clone();
        for (score, component) in scores.iter_mut().zip(&self.components) {
            let direction = &component.direction;
            *score = centered
                .iter()
                .zip(direction)
                .map(|(x, part)| x * part)
                .sum();
            for (rest, part) in rest.iter_mut().zip(direction) {
                *rest -= *score * part;
            }
        }
        let squares: f64 = rest.iter().map(|rest| rest * rest).sum();
        if let Some(error) = scores.get_mut(self.components.len()) {
            *error = squares / slots.len() as f64;
        }
    }

    /// Of all rows, row after row: the values along the components and the error
    pub fn score(&self, design: &Design) -> Vec<f64> {
        let width = self.components.len() + 1;
        let mut all = vec![0.0; design.rows() * width];
        design.visit(0..design.rows(), |row, slots| {
            self.project(slots, &mut all[row * width..(row + 1) * width]);
        });
        all
    }

    /// The part of the variance that a component explains
    pub fn explained(&self, component: &Component) -> f64 {
        match self.total_variance > 0.0 {
            true => component.eigenvalue / self.total_variance,
            false => 0.0,
        }
    }

    /// The part of the variance that all components explain
    pub fn total_explained(&self) -> f64 {
        let parts = self.components.iter().map(|part| self.explained(part));
        parts.sum()
    }
}
