//! How sure the weights of a linear model are: standard errors and p-values
//!
//! A linear regression's estimates follow Student's t with the variance that the training rows
//! leave unexplained, a logistic regression's the normal distribution (Wald's test).

use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::preprocess::{Design, Encoding, Feature};
use crate::symmetric::{Factor, Symmetric};

/// What `CALCULATE_P_VALUES` computes
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inference {
    /// One per weight, on standardized features; none for a slot that is left out or never set
    pub weights: Vec<Option<Significance>>,
    /// The constant term on standardized features, if there is one
    pub intercept: Option<Significance>,
    /// The constant term on the input's scale, if there is one
    pub unscaled_intercept: Option<Significance>,
}

/// An estimate's standard error and what it says
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Significance {
    /// Standard error
    pub standard_error: f64,
    /// Two-sided, of the hypothesis that the weight is 0
    pub p_value: f64,
}

/// Estimates on standardized features
pub struct Estimates<'a> {
    /// One per slot of the design
    pub weights: &'a [f64],
    /// The constant term, if there is one
    pub intercept: Option<f64>,
    /// What is added to the information about each weight
    pub ridge: f64,
}

impl Inference {
    /// For a linear regression whose squared errors sum up to `squares`
    ///
    /// # Errors
    /// Features that depend on each other, or as many of them as rows
    pub fn student(
        design: &Design,
        features: &[Feature],
        estimates: &Estimates<'_>,
        squares: f64,
    ) -> Result<Self, String> {
        let information = Information::new(design, vec![1.0; design.rows()], estimates)?;
        let freedom = design.rows() as f64 - information.unknowns.len() as f64;
        let student = StudentsT::new(0.0, 1.0, freedom).map_err(|_| {
            format!(
                "p-values need more training rows than weights; there are {} rows and {} weights",
                design.rows(),
                information.unknowns.len()
            )
        })?;
        let p_value = |size: f64| 2.0 * student.sf(size);
        Ok(information.infer(features, estimates, squares / freedom, p_value))
    }

    /// For a logistic regression, whose rows have these weights in the information matrix
    ///
    /// # Errors
    /// Features that depend on each other
    pub fn wald(
        design: &Design,
        features: &[Feature],
        estimates: &Estimates<'_>,
        curvature: Vec<f64>,
    ) -> Result<Self, String> {
        let information = Information::new(design, curvature, estimates)?;
        let normal = Normal::standard();
        let p_value = |size: f64| 2.0 * normal.sf(size);
        Ok(information.infer(features, estimates, 1.0, p_value))
    }
}

/// The information matrix of what is estimated
struct Information {
    /// The slots that are set in some row, then the constant term's if there is one
    unknowns: Vec<usize>,
    factor: Factor,
}

impl Information {
    fn new(
        design: &Design,
        row_weights: Vec<f64>,
        estimates: &Estimates<'_>,
    ) -> Result<Self, String> {
        let all = Symmetric::information(design, row_weights);
        let constant = design.width();
        let unknowns: Vec<usize> = (0..all.size())
            .filter(|&slot| match slot == constant {
                true => estimates.intercept.is_some(),
                false => all.at(slot, slot) > 0.0,
            })
            .collect();
        let matrix = Symmetric::new(unknowns.len(), |row, column| {
            let (row, column) = (unknowns[row], unknowns[column]);
            let ridge = if row == column && row != constant {
                estimates.ridge
            } else {
                0.0
            };
            all.at(row, column) + ridge
        });
        let factor = matrix.factor();
        if !factor.is_regular() {
            return Err("p-values need features of which none follows from the others".to_owned());
        }
        Ok(Self { unknowns, factor })
    }

    fn infer(
        &self,
        features: &[Feature],
        estimates: &Estimates<'_>,
        variance: f64,
        p_value: impl Fn(f64) -> f64,
    ) -> Inference {
        let width = estimates.weights.len();
        let significance = |vector: &[f64], estimate: f64| {
            let standard_error = (variance * self.factor.inverse_form(vector)).sqrt();
            Significance {
                standard_error,
                p_value: p_value((estimate / standard_error).abs()),
            }
        };
        let unit = |slot: usize| -> Vec<f64> {
            let is = |unknown: &usize| f64::from(u8::from(*unknown == slot));
            self.unknowns.iter().map(is).collect()
        };
        let mut weights = vec![None; width];
        for &slot in self.unknowns.iter().filter(|&&slot| slot < width) {
            weights[slot] = Some(significance(&unit(slot), estimates.weights[slot]));
        }
        let shifts = shifts(features, width);
        let unscaled = |intercept: f64| {
            let shifted = estimates.weights.iter().zip(&shifts);
            let estimate = intercept + shifted.map(|(w, shift)| w * shift).sum::<f64>();
            let along = |slot: &usize| shifts.get(*slot).copied().unwrap_or(1.0);
            let vector: Vec<f64> = self.unknowns.iter().map(along).collect();
            significance(&vector, estimate)
        };
        Inference {
            weights,
            intercept: estimates
                .intercept
                .map(|intercept| significance(&unit(width), intercept)),
            unscaled_intercept: estimates.intercept.map(unscaled),
        }
    }
}

/// What a weight adds to the constant term when features are no longer standardized
fn shifts(features: &[Feature], width: usize) -> Vec<f64> {
    let mut shifts = Vec::with_capacity(width);
    for feature in features {
        match feature.encoding {
            Encoding::Standardized { mean, deviation } if deviation != 0.0 => {
                shifts.push(-mean / deviation);
            }
            _ => shifts.extend(std::iter::repeat_n(0.0, feature.width())),
        }
    }
    shifts
}
