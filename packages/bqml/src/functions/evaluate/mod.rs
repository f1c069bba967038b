//! `ML.EVALUATE`: a row of metrics by kind of model

mod binary;
mod clustering;
mod multiclass;
mod pca;
mod regression;

use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use super::kinds;
use crate::Model;
use crate::evaluation::Evaluation;
use crate::sql::double;

/// What a classifier is measured by
const CLASSIFIER: [&str; 6] = [
    "precision",
    "recall",
    "accuracy",
    "f1_score",
    "log_loss",
    "roc_auc",
];

/// The relation of a call; without input the metrics at training
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    match &model.evaluation {
        Evaluation::Binary(evaluation) => binary::relation(model, evaluation, call, catalog),
        Evaluation::Multiclass(evaluation) => {
            multiclass::relation(model, evaluation, call, catalog)
        }
        Evaluation::Regression(evaluation) => {
            regression::relation(model, evaluation, call, catalog)
        }
        Evaluation::Clustering(evaluation) => {
            clustering::relation(model, evaluation, call, catalog)
        }
        Evaluation::Pca(evaluation) => pca::relation(evaluation, call),
        Evaluation::Imported => Err(kinds::unfit(model, call, "models that were trained here")),
    }
}

/// Columns of numbers
fn columns(names: &[&str]) -> Vec<Column> {
    names
        .iter()
        .map(|name| Column::new(*name, Type::Float64))
        .collect()
}

/// A row of what was measured at training
fn stored(names: &[&str], values: &[f64]) -> String {
    let items: Vec<String> = names
        .iter()
        .zip(values)
        .map(|(name, value)| format!("{} AS \"{name}\"", double(*value)))
        .collect();
    format!("SELECT {}", items.join(", "))
}
