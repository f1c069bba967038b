//! From encoded features to a model's predictions, by kind

mod linear;

use super::features::Encoded;
use super::{Builder, NodeId, Unsupported};
use crate::model::{Model, Parameters};

/// A feature's part in a prediction
pub struct Contribution {
    /// The feature's name
    pub feature: String,
    /// A column, or a matrix with a column per class; `None` where it is always 0
    pub value: Option<NodeId>,
}

/// The outputs that a model's export has
pub fn outputs(
    model: &Model,
    features: &[Encoded],
    build: &mut Builder,
) -> Result<Vec<(String, NodeId)>, Unsupported> {
    match &model.parameters {
        Parameters::LogisticRegression {
            intercepts,
            weights,
            ..
        } => linear::classes(model, intercepts, weights, features, build),
        Parameters::LinearRegression {
            intercept, weights, ..
        } => linear::value(model, *intercept, weights, features, build),
        Parameters::KMeans(_) | Parameters::Pca(_) | Parameters::Trees { .. } => {
            Err(Unsupported::new(format!(
                "a model of type {} cannot be exported yet",
                model.parameters.kind()
            )))
        }
    }
}

/// What each feature adds to the prediction (before the logistic function), which with the constant
/// term makes it up; `None` for a model that is no such sum
pub fn contributions(
    model: &Model,
    features: &[Encoded],
    build: &mut Builder,
) -> Option<(Vec<Contribution>, Vec<f64>)> {
    match &model.parameters {
        Parameters::LogisticRegression {
            intercepts,
            weights,
            ..
        } => Some((
            linear::contributions(model, weights, features, build),
            intercepts.clone(),
        )),
        Parameters::LinearRegression {
            intercept, weights, ..
        } => {
            let weights = std::slice::from_ref(weights);
            Some((
                linear::contributions(model, weights, features, build),
                vec![*intercept],
            ))
        }
        Parameters::KMeans(_) | Parameters::Pca(_) | Parameters::Trees { .. } => None,
    }
}
