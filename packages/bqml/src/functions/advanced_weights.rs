//! `ML.ADVANCED_WEIGHTS`: a row per weight with its standard error and p-value; the category that
//! dummy encoding leaves out has weight 0 and neither

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::weights::{INTERCEPT, NULL_CATEGORY, unscaled};
use super::{kinds, settings};
use crate::Model;
use crate::inference::Significance;
use crate::model::Parameters;
use crate::preprocess::Encoding;
use crate::sql::{double, optional_double, quote_string};

const FITS: &str = "LINEAR_REG models and LOGISTIC_REG models of two classes trained with `CALCULATE_P_VALUES = TRUE`";

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &["standardize"])?;
    settings::no_input(call)?;
    let standardized = settings::flag(call, "standardize")?;
    let (mut intercept, weights, inference) = match &model.parameters {
        Parameters::LogisticRegression {
            intercepts,
            weights,
            inference: Some(inference),
        } => (intercepts[0], &weights[0], inference),
        Parameters::LinearRegression {
            intercept,
            weights,
            inference: Some(inference),
        } => (*intercept, weights, inference),
        _ => return Err(kinds::unfit(model, call, FITS)),
    };
    let mut rows = Vec::new();
    let mut slot = 0;
    for feature in &model.features {
        match &feature.encoding {
            Encoding::Standardized { mean, deviation } => {
                let mut weight = weights[slot];
                let mut significance = inference.weights[slot];
                if !standardized {
                    weight = unscaled(weight, *deviation);
                    intercept -= weight * mean;
                    significance = significance.map(|own| Significance {
                        standard_error: unscaled(own.standard_error, *deviation),
                        ..own
                    });
                }
                rows.push(row(&feature.name, None, weight, significance));
            }
            Encoding::Number { .. } | Encoding::Label { .. } => {
                let significance = inference.weights[slot];
                rows.push(row(&feature.name, None, weights[slot], significance));
            }
            Encoding::Vector { dimension } => {
                for index in 0..*dimension {
                    let significance = inference.weights[slot + index];
                    let weight = weights[slot + index];
                    let index = index.to_string();
                    rows.push(row(
                        &feature.name,
                        Some(index.as_str()),
                        weight,
                        significance,
                    ));
                }
            }
            Encoding::OneHot {
                categories,
                dropped,
            }
            | Encoding::MultiHot {
                categories,
                dropped,
            } => {
                let names = categories.iter().map(String::as_str).chain([NULL_CATEGORY]);
                for (index, category) in names.enumerate() {
                    let significance = inference.weights[slot + index];
                    if significance.is_some() || *dropped == Some(index) {
                        let weight = weights[slot + index];
                        rows.push(row(&feature.name, Some(category), weight, significance));
                    }
                }
            }
        }
        slot += feature.width();
    }
    let of_intercept = if standardized {
        inference.intercept
    } else {
        inference.unscaled_intercept
    };
    rows.push(row(INTERCEPT, None, intercept, of_intercept));
    let mut columns = vec![
        Column::new("processed_input", Type::String),
        Column::new("category", Type::String),
    ];
    let numbers = ["weight", "standard_error", "p_value"];
    columns.extend(numbers.iter().map(|name| Column::new(*name, Type::Float64)));
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

fn row(
    input: &str,
    category: Option<&str>,
    weight: f64,
    significance: Option<Significance>,
) -> String {
    format!(
        "({}, {}, {}, {}, {})",
        quote_string(input),
        category.map_or_else(|| "CAST(NULL AS VARCHAR)".to_owned(), quote_string),
        double(weight),
        optional_double(significance.map(|own| own.standard_error)),
        optional_double(significance.map(|own| own.p_value)),
    )
}
