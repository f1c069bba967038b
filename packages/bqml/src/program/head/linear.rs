//! Weighted sums: linear regression, and logistic regression of two or more classes

use super::Contribution;
use crate::model::Model;
use crate::program::features::{Encoded, class_names};
use crate::program::{Binary, Builder, Comparison, NodeId, Shape, Unary, Unsupported};

/// `<label>_values`, `predicted_<label>` and `<label>_probs`, the classes in descending order
pub fn classes(
    model: &Model,
    intercepts: &[f64],
    weights: &[Vec<f64>],
    features: &[Encoded],
    build: &mut Builder,
) -> Result<Vec<(String, NodeId)>, Unsupported> {
    let sums = sums(model, intercepts, weights, features, build);
    predicted_class(model, sums, build)
}

/// The same from sums: a column for two classes, else a matrix with a column per class
pub fn predicted_class(
    model: &Model,
    sums: NodeId,
    build: &mut Builder,
) -> Result<Vec<(String, NodeId)>, Unsupported> {
    let Some(label) = &model.label else {
        return Err(Unsupported::new("the model has classes but no label"));
    };
    let (probabilities, predicted) = match build.shape(sums) {
        Shape::Matrix(_) => several(sums, build),
        Shape::Constant | Shape::Column => two(sums, build),
    };
    let names = class_names(&label.classes);
    let predicted = build.pick(names.clone(), predicted);
    let all = build.index_row((0..label.classes.len() as i64).collect());
    let values = build.pick(names, all);
    Ok(vec![
        (format!("{}_values", label.column), values),
        (
            format!("predicted_{}", label.column),
            build.stack(vec![predicted]),
        ),
        (format!("{}_probs", label.column), probabilities),
    ])
}

/// `predicted_<label>`
pub fn value(
    model: &Model,
    intercept: f64,
    weights: &[f64],
    features: &[Encoded],
    build: &mut Builder,
) -> Result<Vec<(String, NodeId)>, Unsupported> {
    let weights = [weights.to_vec()];
    let sum = sums(model, &[intercept], &weights, features, build);
    predicted_value(model, sum, build)
}

/// The same from a column
pub fn predicted_value(
    model: &Model,
    value: NodeId,
    build: &mut Builder,
) -> Result<Vec<(String, NodeId)>, Unsupported> {
    let Some(label) = &model.label else {
        return Err(Unsupported::new(
            "the model predicts a value but has no label",
        ));
    };
    Ok(vec![(
        format!("predicted_{}", label.column),
        build.stack(vec![value]),
    )])
}

/// What each feature adds
pub fn contributions(
    model: &Model,
    weights: &[Vec<f64>],
    features: &[Encoded],
    build: &mut Builder,
) -> Vec<Contribution> {
    let mut start = 0;
    let mut all = Vec::with_capacity(features.len());
    for (feature, encoded) in model.features.iter().zip(features) {
        let end = start + encoded.slots(build);
        let own: Vec<&[f64]> = weights
            .iter()
            .map(|one| one.get(start..end).unwrap_or_default())
            .collect();
        start = end;
        let value = match own.as_slice() {
            [only] => encoded.weighted(only, build),
            several => encoded.weighted_each(several, build),
        };
        all.push(Contribution {
            feature: feature.name.clone(),
            value,
        });
    }
    all
}

/// A column with one row of weights, else a matrix with a column per row
fn sums(
    model: &Model,
    intercepts: &[f64],
    weights: &[Vec<f64>],
    features: &[Encoded],
    build: &mut Builder,
) -> NodeId {
    let parts = contributions(model, weights, features, build);
    let mut sum = match intercepts {
        [only] => build.number(*only),
        several => build.row(several.to_vec()),
    };
    for part in parts.iter().filter_map(|part| part.value) {
        sum = build.add(sum, part);
    }
    sum
}

/// The positive class first; the logistic function of the sum
fn two(sum: NodeId, build: &mut Builder) -> (NodeId, NodeId) {
    let one = build.number(1.0);
    let negated = build.unary(Unary::Negate, sum);
    let odds = build.unary(Unary::Exp, negated);
    let whole = build.add(one, odds);
    let positive = build.divide(one, whole);
    let negative = build.subtract(one, positive);
    let half = build.number(0.5);
    let test = build.compare(Comparison::Greater, positive, half);
    let (first, second) = (build.index(0), build.index(1));
    let predicted = build.select(test, first, second);
    (build.stack(vec![positive, negative]), predicted)
}

/// Classes in descending order; the softmax of the sums
fn several(sums: NodeId, build: &mut Builder) -> (NodeId, NodeId) {
    let width = build.width(sums);
    let descending: Vec<NodeId> = (0..width).rev().map(|at| build.column(sums, at)).collect();
    let sums = build.stack(descending);
    let greatest = build.max(sums);
    let greatest = build.stack(vec![greatest]);
    let shifted = build.binary(Binary::Subtract, sums, greatest);
    let powers = build.unary(Unary::Exp, shifted);
    let whole = build.sum(powers);
    let whole = build.stack(vec![whole]);
    let probabilities = build.divide(powers, whole);
    (probabilities, build.arg_max(sums))
}
