//! `ML.WEIGHTS`: a row per processed input, numbers with a weight, categories with one each; on the
//! scale of the input by default, of standardized features with `STRUCT(true AS standardize)`

use googlesql::{Column, Error, Field, ModelFunction, Relation, Type};

use super::settings;
use crate::Model;
use crate::model::Parameters;
use crate::preprocess::Encoding;
use crate::sql::{double, optional_double, quote_string};

/// The input of the constant term
const INTERCEPT: &str = "__INTERCEPT__";

/// The category that NULL counts as
const NULL_CATEGORY: &str = "_null_filler";

const CATEGORY_WEIGHTS: &str = "STRUCT(\"category\" VARCHAR, \"weight\" DOUBLE)[]";

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &["standardize"])?;
    settings::no_input(call)?;
    let standardized = settings::flag(call, "standardize")?;
    let Parameters::LogisticRegression { intercept, weights } = &model.parameters;
    let mut intercept = *intercept;
    let mut rows = Vec::new();
    let mut rest = weights.as_slice();
    for feature in &model.features {
        let (own, tail) = rest.split_at(feature.width().min(rest.len()));
        rest = tail;
        match &feature.encoding {
            Encoding::Standardized { mean, deviation } => {
                let mut weight = own[0];
                if !standardized {
                    weight = if *deviation == 0.0 {
                        0.0
                    } else {
                        weight / deviation
                    };
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
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"weights\"(\"processed_input\", \"weight\", \"category_weights\")",
            rows.join(",\n  ")
        ),
        columns: vec![
            Column::new("processed_input", Type::String),
            Column::new("weight", Type::Float64),
            Column::new(
                "category_weights",
                Type::Array(Box::new(Type::Struct(vec![
                    Field {
                        name: Some("category".to_owned()),
                        ty: Type::String,
                    },
                    Field {
                        name: Some("weight".to_owned()),
                        ty: Type::Float64,
                    },
                ]))),
            ),
        ],
    })
}

fn row(input: &str, weight: Option<f64>, categories: Option<&str>) -> String {
    let categories =
        categories.map_or_else(|| "NULL".to_owned(), |categories| format!("[{categories}]"));
    format!(
        "({}, {}, CAST({categories} AS {CATEGORY_WEIGHTS}))",
        quote_string(input),
        optional_double(weight)
    )
}
