//! `ML.WEIGHTS`: a row per processed input, numbers with a weight, categories with one each, and of
//! several classes a row for each; on the scale of the input by default, of standardized features
//! with `STRUCT(true AS standardize)`

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::predict::field;
use super::{kinds, settings};
use crate::Model;
use crate::model::Parameters;
use crate::preprocess::Encoding;
use crate::sql::{double, optional_double, quote_string};

/// The input of the constant term
pub const INTERCEPT: &str = "__INTERCEPT__";

/// The category that NULL counts as
pub const NULL_CATEGORY: &str = "_null_filler";

const CATEGORY_WEIGHTS: &str = "STRUCT(\"category\" VARCHAR, \"weight\" DOUBLE)[]";

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &["standardize"])?;
    settings::no_input(call)?;
    let standardized = settings::flag(call, "standardize")?;
    let mut columns = vec![
        Column::new("processed_input", Type::String),
        Column::new("weight", Type::Float64),
        Column::new(
            "category_weights",
            Type::Array(Box::new(Type::Struct(vec![
                field("category", Type::String),
                field("weight", Type::Float64),
            ]))),
        ),
    ];
    let rows = match &model.parameters {
        Parameters::LogisticRegression {
            intercepts,
            weights,
            ..
        } if weights.len() > 1 => {
            columns.push(Column::new("class_label", Type::String));
            let classes = model.label.iter().flat_map(|label| &label.classes);
            let each = intercepts.iter().zip(weights).zip(classes);
            each.flat_map(|((intercept, weights), class)| {
                let rows = rows(model, *intercept, weights, standardized);
                let class = quote_string(&class.value);
                rows.into_iter().map(move |row| format!("({row}, {class})"))
            })
            .collect()
        }
        Parameters::LogisticRegression {
            intercepts,
            weights,
            ..
        } => single(model, intercepts[0], &weights[0], standardized),
        Parameters::LinearRegression {
            intercept, weights, ..
        } => single(model, *intercept, weights, standardized),
        Parameters::KMeans(_)
        | Parameters::Pca(_)
        | Parameters::Onnx(_)
        | Parameters::TransformOnly
        | Parameters::Trees { .. } => {
            return Err(kinds::unfit(
                model,
                call,
                "LINEAR_REG and LOGISTIC_REG models",
            ));
        }
    };
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"weights\"({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        columns,
    })
}

fn single(model: &Model, intercept: f64, weights: &[f64], standardized: bool) -> Vec<String> {
    let rows = rows(model, intercept, weights, standardized);
    rows.into_iter().map(|row| format!("({row})")).collect()
}

fn rows(model: &Model, mut intercept: f64, weights: &[f64], standardized: bool) -> Vec<String> {
    let mut rows = Vec::new();
    let mut rest = weights;
    for feature in &model.features {
        let (own, tail) = rest.split_at(feature.width().min(rest.len()));
        rest = tail;
        match &feature.encoding {
            Encoding::Standardized { mean, deviation } => {
                let mut weight = own[0];
                if !standardized {
                    weight = unscaled(weight, *deviation);
                    intercept -= weight * mean;
                }
                rows.push(row(&feature.name, Some(weight), None));
            }
            Encoding::Number { .. } | Encoding::Label { .. } => {
                rows.push(row(&feature.name, Some(own[0]), None));
            }
            Encoding::OneHot { categories, .. } | Encoding::MultiHot { categories, .. } => {
                let weights: Vec<String> = categories
                    .iter()
                    .map(String::as_str)
                    .chain([NULL_CATEGORY])
                    .zip(own)
                    .map(|(category, weight)| {
                        format!(
                            "{{'category': {}, 'weight': {}}}",
                            quote_string(category),
                            double(*weight)
                        )
                    })
                    .collect();
                rows.push(row(&feature.name, None, Some(&weights.join(", "))));
            }
            // BigQuery does not say how: by index, as categories are by name
            Encoding::Vector { .. } => {
                let weights: Vec<String> = own
                    .iter()
                    .enumerate()
                    .map(|(index, weight)| {
                        format!("{{'category': '{index}', 'weight': {}}}", double(*weight))
                    })
                    .collect();
                rows.push(row(&feature.name, None, Some(&weights.join(", "))));
            }
        }
    }
    rows.push(row(INTERCEPT, Some(intercept), None));
    rows
}

/// A standardized feature's weight on the scale of the input
pub fn unscaled(weight: f64, deviation: f64) -> f64 {
    if deviation == 0.0 {
        0.0
    } else {
        weight / deviation
    }
}

fn row(input: &str, weight: Option<f64>, categories: Option<&str>) -> String {
    let categories =
        categories.map_or_else(|| "NULL".to_owned(), |categories| format!("[{categories}]"));
    format!(
        "{}, {}, CAST({categories} AS {CATEGORY_WEIGHTS})",
        quote_string(input),
        optional_double(weight)
    )
}
