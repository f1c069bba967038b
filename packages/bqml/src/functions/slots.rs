//! Vectors over the slots of features, as rows of a feature with its number or its categories' values

use googlesql::{Column, Type};

use super::predict::field;
use super::weights::NULL_CATEGORY;
use crate::preprocess::{Encoding, Feature};
use crate::sql::{double, optional_double, quote_string};

const CATEGORIES: &str = "STRUCT(\"category\" VARCHAR, \"value\" DOUBLE)[]";

/// `feature`, `numerical_value` and `categorical_value`
pub fn columns() -> [Column; 3] {
    let pair = Type::Struct(vec![
        field("category", Type::String),
        field("value", Type::Float64),
    ]);
    [
        Column::new("feature", Type::String),
        Column::new("numerical_value", Type::Float64),
        Column::new("categorical_value", Type::Array(Box::new(pair))),
    ]
}

/// The cells of a vector's rows, one per feature; numbers on the scale of the input if `unscaled`
pub fn rows(features: &[Feature], vector: &[f64], unscaled: bool) -> Vec<String> {
    let mut rest = vector;
    let mut rows = Vec::with_capacity(features.len());
    for feature in features {
        let (own, tail) = rest.split_at(feature.width().min(rest.len()));
        rest = tail;
        rows.push(match &feature.encoding {
            Encoding::Standardized { mean, deviation } if unscaled => {
                row(feature, Some(own[0] * deviation + mean), &[])
            }
            Encoding::Standardized { .. } | Encoding::Number { .. } | Encoding::Label { .. } => {
                row(feature, Some(own[0]), &[])
            }
            Encoding::OneHot { categories, .. } | Encoding::MultiHot { categories, .. } => {
                let names = categories.iter().map(String::as_str).chain([NULL_CATEGORY]);
                let values: Vec<String> = names
                    .zip(own)
                    .map(|(name, value)| category(name, *value))
                    .collect();
                row(feature, None, &values)
            }
            Encoding::Vector { .. } => {
                let values: Vec<String> = own
                    .iter()
                    .enumerate()
                    .map(|(index, value)| category(&index.to_string(), *value))
                    .collect();
                row(feature, None, &values)
            }
        });
    }
    rows
}

fn category(name: &str, value: f64) -> String {
    format!(
        "{{'category': {}, 'value': {}}}",
        quote_string(name),
        double(value)
    )
}

fn row(feature: &Feature, number: Option<f64>, categories: &[String]) -> String {
    format!(
        "{}, {}, CAST([{}] AS {CATEGORIES})",
        quote_string(&feature.name),
        optional_double(number),
        categories.join(", ")
    )
}
