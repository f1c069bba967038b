//! From encoded features to a model's predictions, by kind

mod clusters;
mod components;
mod linear;
mod trees;

use super::features::{Encoded, slots};
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
        Parameters::KMeans(clusters) => {
            let slots = slots(features, build);
            Ok(clusters::outputs(clusters, slots, build))
        }
        Parameters::Pca(components) => {
            let slots = slots(features, build);
            Ok(components::outputs(components, slots, build))
        }
        Parameters::Trees { forest, .. } => {
            let slots = slots(features, build);
            trees::outputs(model, forest, slots, build)
        }
        Parameters::Onnx(_) => Err(Unsupported::new(
            "an imported model is exported by copying its file",
        )),
        Parameters::TransformOnly => Err(Unsupported::new(
            "a model that only transforms predicts nothing",
        )),
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
        Parameters::KMeans(_)
        | Parameters::Pca(_)
        | Parameters::Onnx(_)
        | Parameters::TransformOnly
        | Parameters::Trees { .. } => None,
    }
}
