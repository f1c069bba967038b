//! A logistic regression as a DuckDB expression: numbers in one sum, categories through joins

use googlesql::Type;

use crate::Model;
use crate::model::Parameters;
use crate::preprocess::{Encoding, Feature};
use crate::sql::{double, quote_string};

use super::input::Input;

/// Above this many categories a join on a list of weights beats a chain of comparisons
const CASES: usize = 8;

/// A mean of at most this many deviations is folded into the constant term, which saves a
/// subtraction per row and costs at most two decimal digits; farther ones (such as a time in
/// microseconds) are subtracted from each value, which costs none
const NEAR: f64 = 64.0;

/// The log-odds of the positive class over the alias `input`
pub struct Score {
    /// A `DOUBLE` expression
    pub margin: String,
    /// `LEFT JOIN`s that the expression needs, each matching at most one row
    pub joins: Vec<String>,
}

impl Score {
    /// Numbers are standardized inside the expression, NULL counts as the mean; a category never
    /// seen in training has weight 0
    pub fn new(model: &Model, input: &Input) -> Self {
        let Parameters::LogisticRegression { intercept, weights } = &model.parameters;
        let mut score = Self {
            margin: String::new(),
            joins: Vec::new(),
        };
        let mut constant = *intercept;
        let mut terms = Vec::new();
        let mut rest = weights.as_slice();
        for feature in &model.features {
            let (own, tail) = rest.split_at(feature.width().min(rest.len()));
            rest = tail;
            if let Some(value) = input.feature(feature) {
                terms.extend(score.term(feature, own, &value, &mut constant));
            }
        }
        terms.insert(0, double(constant));
        score.margin = terms.join("\n    + ");
        score
    }

    fn term(
        &mut self,
        feature: &Feature,
        weights: &[f64],
        value: &str,
        constant: &mut f64,
    ) -> Option<String> {
        if weights.iter().all(|weight| *weight == 0.0) {
            return None;
        }
        match &feature.encoding {
            Encoding::Standardized { deviation: 0.0, .. } => None,
            Encoding::Standardized { mean, deviation } => {
                let weight = weights[0] / deviation;
                if mean.abs() <= NEAR * deviation {
                    *constant -= mean * weight;
                    Some(format!(
                        "coalesce({value}, {}) * {}",
                        double(*mean),
                        double(weight)
                    ))
                } else {
                    Some(format!(
                        "coalesce(({value} - {}) * {}, 0e0)",
                        double(*mean),
                        double(weight)
                    ))
                }
            }
            Encoding::Number { mean } => Some(format!(
                "coalesce({value}, {}) * {}",
                double(*mean),
                double(weights[0])
            )),
            Encoding::Label { categories } => {
                let places: Vec<f64> = (1..=categories.len())
                    .map(|place| place as f64 * weights[0])
                    .collect();
                Some(format!(
                    "CASE{} ELSE 0e0 END",
                    cases(categories, &places, value)
                ))
            }
            Encoding::OneHot { categories, .. } if categories.len() <= CASES => {
                let null = format!(
                    " WHEN {value} IS NULL THEN {}",
                    double(weights[categories.len()])
                );
                Some(format!(
                    "CASE{null}{} ELSE 0e0 END",
                    cases(categories, weights, value)
                ))
            }
            Encoding::OneHot { categories, .. } => {
                let alias = format!("\"weights_{}\"", self.joins.len());
                let mut rows: Vec<String> = categories
                    .iter()
                    .zip(weights)
                    .filter(|(_, weight)| **weight != 0.0)
                    .map(|(category, weight)| {
                        format!("({}, {})", quote_string(category), double(*weight))
                    })
                    .collect();
                rows.push(format!(
                    "(CAST(NULL AS VARCHAR), {})",
                    double(weights[categories.len()])
                ));
                self.joins.push(format!(
                    "LEFT JOIN (VALUES {}) AS {alias}(\"category\", \"weight\")\n  ON {value} IS NOT DISTINCT FROM {alias}.\"category\"",
                    rows.join(", ")
                ));
                Some(format!("coalesce({alias}.\"weight\", 0e0)"))
            }
            Encoding::MultiHot { categories, .. } => {
                let element = if categories.len() <= CASES {
                    format!(
                        "CASE{} ELSE 0e0 END",
                        cases(categories, weights, "\"element\"")
                    )
                } else {
                    lookup(categories, weights, "\"element\"")
                };
                let null = double(weights[categories.len()]);
                Some(format!(
                    "CASE WHEN {value} IS NULL THEN {null} ELSE coalesce(list_sum(list_transform(list_distinct({value}), lambda \"element\": {element})), 0e0) END"
                ))
            }
            Encoding::Vector { .. } => {
                let weights: Vec<String> = weights.iter().map(|weight| double(*weight)).collect();
                let weights = weights.join(", ");
                let sparse = matches!(&feature.ty, Type::Array(element) if matches!(**element, Type::Struct(_)));
                let product = match sparse {
                    true => format!(
                        "list_transform({value}, lambda \"element\": [{weights}][\"element\".\"index\" + 1] * \"element\".\"value\")"
                    ),
                    false => format!(
                        "list_transform({value}, lambda \"element\", \"position\": [{weights}][\"position\"] * \"element\")"
                    ),
                };
                Some(format!("coalesce(list_sum({product}), 0e0)"))
            }
        }
    }
}

/// The probability of a margin
pub fn probability(margin: &str) -> String {
    format!("1e0 / (1e0 + exp(-({margin})))")
}

fn cases(categories: &[String], weights: &[f64], value: &str) -> String {
    categories
        .iter()
        .zip(weights)
        .filter(|(_, weight)| **weight != 0.0)
        .map(|(category, weight)| {
            format!(
                " WHEN {value} = {} THEN {}",
                quote_string(category),
                double(*weight)
            )
        })
        .collect()
}

/// By the hash table of an ad-hoc enumeration, whose names must be plain literals
fn lookup(categories: &[String], weights: &[f64], value: &str) -> String {
    let names: Vec<String> = categories.iter().map(|name| quote_string(name)).collect();
    let names = names.join(", ");
    let weights: Vec<String> = weights[..categories.len()]
        .iter()
        .map(|weight| double(*weight))
        .collect();
    let weights = weights.join(", ");
    let plain = !categories
        .iter()
        .any(|name| name.contains(char::is_control));
    let index = if plain {
        format!("CAST(enum_code(TRY_CAST({value} AS ENUM({names}))) AS BIGINT) + 1")
    } else {
        format!("list_position([{names}], {value})")
    };
    format!("coalesce([{weights}][{index}], 0e0)")
}
