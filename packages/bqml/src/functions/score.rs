//! The margins of a model as DuckDB expressions: of a linear one numbers in one sum, categories through
//! joins; of trees a call

use googlesql::Type;

use crate::Model;
use crate::model::Parameters;
use crate::preprocess::{Encoding, Feature};
use crate::scoring::{self, Function};
use crate::sql::{double, quote_string};

use super::input::Input;

/// Above this many categories a join on a list of weights beats a chain of comparisons
const CASES: usize = 8;

/// A mean of at most this many deviations is folded into the constant term, which saves a
/// subtraction per row and costs at most two decimal digits; farther ones (such as a time in
/// microseconds) are subtracted from each value, which costs none
const NEAR: f64 = 64.0;

/// The margins of a model over the alias `input`: constant terms plus what each feature adds
pub struct Score {
    constants: Vec<f64>,
    terms: Vec<Term>,
    /// Of trees, a list of the margins
    called: Option<String>,
    /// `LEFT JOIN`s that the expressions need, each matching at most one row
    pub joins: Vec<String>,
}

/// What a feature adds to each margin
pub struct Term {
    /// The feature's name
    pub feature: String,
    /// A `DOUBLE` expression per margin
    sql: Vec<String>,
    /// What comes to each beside the expression
    offsets: Vec<f64>,
}

impl Score {
    /// The margins of a model that predicts a label
    pub fn of(model: &Model, input: &Input) -> Option<Self> {
        match &model.parameters {
            Parameters::LogisticRegression {
                intercepts,
                weights,
                ..
            } => Some(Self::linear(model, intercepts, weights, input)),
            Parameters::LinearRegression {
                intercept, weights, ..
            } => {
                let weights = std::slice::from_ref(weights);
                Some(Self::linear(model, &[*intercept], weights, input))
            }
            Parameters::Trees { .. } => Some(Self {
                constants: Vec::new(),
                terms: Vec::new(),
                called: Some(scoring::call(Function::Scores, model, input)),
                joins: Vec::new(),
            }),
            Parameters::KMeans(_)
            | Parameters::Pca(_)
            | Parameters::Onnx(_)
            | Parameters::TransformOnly => None,
        }
    }

    /// One margin per row of `weights`; numbers are standardized inside the expressions, NULL
    /// counts as the mean, a category never seen in training has weight 0
    fn linear(model: &Model, intercepts: &[f64], weights: &[Vec<f64>], input: &Input) -> Self {
        let mut score = Self {
            constants: intercepts.to_vec(),
            terms: Vec::new(),
            called: None,
            joins: Vec::new(),
        };
        let mut start = 0;
        for feature in &model.features {
            let slots = start..start + feature.width();
            start = slots.end;
            let own: Option<Vec<&[f64]>> = weights
                .iter()
                .map(|weights| weights.get(slots.clone()))
                .collect();
            if let (Some(own), Some(value)) = (own, input.feature(feature)) {
                let term = score.term(feature, &own, &value);
                score.terms.extend(term);
            }
        }
        score
    }

    /// A margin, as a `DOUBLE` expression
    pub fn margin(&self, output: usize) -> String {
        if let Some(called) = &self.called {
            return format!("list_extract({called}, {})", output + 1);
        }
        let offsets = self.terms.iter().map(|term| term.offsets[output]);
        let constant = offsets.fold(self.constants[output], |sum, offset| sum + offset);
        let mut parts = vec![double(constant)];
        parts.extend(self.terms.iter().map(|term| term.sql[output].clone()));
        parts.join("\n    + ")
    }

    /// What features add to the margins; those that add nothing anywhere are left out
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    fn term(&mut self, feature: &Feature, weights: &[&[f64]], value: &str) -> Option<Term> {
        if weights
            .iter()
            .copied()
            .flatten()
            .all(|weight| *weight == 0.0)
        {
            return None;
        }
        let mut offsets = vec![0.0; weights.len()];
        let sql = match &feature.encoding {
            Encoding::Standardized { deviation: 0.0, .. } => return None,
            Encoding::Standardized { mean, deviation } => {
                let near = mean.abs() <= NEAR * deviation;
                let scaled = weights.iter().zip(&mut offsets).map(|(weights, offset)| {
                    let weight = weights[0] / deviation;
                    if near {
                        *offset = -(mean * weight);
                        format!("coalesce({value}, {}) * {}", double(*mean), double(weight))
                    } else {
                        format!(
                            "coalesce(({value} - {}) * {}, 0e0)",
                            double(*mean),
                            double(weight)
                        )
                    }
                });
                scaled.collect()
            }
            Encoding::Number { mean } => {
                let scaled = weights.iter().map(|weights| {
                    format!(
                        "coalesce({value}, {}) * {}",
                        double(*mean),
                        double(weights[0])
                    )
                });
                scaled.collect()
            }
            Encoding::Label { categories } => {
                let placed = weights.iter().map(|weights| {
                    let places: Vec<f64> = (1..=categories.len())
                        .map(|place| place as f64 * weights[0])
                        .collect();
                    format!("CASE{} ELSE 0e0 END", cases(categories, &places, value))
                });
                placed.collect()
            }
            Encoding::OneHot { categories, .. } if categories.len() <= CASES => {
                let chosen = weights.iter().map(|weights| {
                    format!(
                        "CASE WHEN {value} IS NULL THEN {}{} ELSE 0e0 END",
                        double(weights[categories.len()]),
                        cases(categories, weights, value)
                    )
                });
                chosen.collect()
            }
            Encoding::OneHot { categories, .. } => self.join(categories, weights, value),
            Encoding::MultiHot { categories, .. } => {
                let summed = weights.iter().map(|weights| {
                    let element = if categories.len() <= CASES {
                        format!(
                            "CASE{} ELSE 0e0 END",
                            cases(categories, weights, "\"element\"")
                        )
                    } else {
                        lookup(categories, weights, "\"element\"")
                    };
                    let null = double(weights[categories.len()]);
                    format!(
                        "CASE WHEN {value} IS NULL THEN {null} ELSE coalesce(list_sum(list_transform(list_distinct({value}), lambda \"element\": {element})), 0e0) END"
                    )
                });
                summed.collect()
            }
            Encoding::Vector { .. } => {
                let products = weights
                    .iter()
                    .map(|weights| vector(feature, weights, value));
                products.collect()
            }
        };
        Some(Term {
            feature: feature.name.clone(),
            sql,
            offsets,
        })
    }

    /// Adds a join on the weights of all categories and gives the expressions of the found ones
    fn join(&mut self, categories: &[String], weights: &[&[f64]], value: &str) -> Vec<String> {
        let alias = format!("\"weights_{}\"", self.joins.len());
        let names: Vec<String> = match weights.len() {
            1 => vec!["\"weight\"".to_owned()],
            count => (0..count).map(|n| format!("\"weight_{n}\"")).collect(),
        };
        let row = |category: &str, slot: usize| {
            let own: Vec<String> = weights
                .iter()
                .map(|weights| double(weights[slot]))
                .collect();
            format!("({category}, {})", own.join(", "))
        };
        let counts = |slot: &usize| weights.iter().any(|weights| weights[*slot] != 0.0);
        let mut rows: Vec<String> = (0..categories.len())
            .filter(counts)
            .map(|slot| row(&quote_string(&categories[slot]), slot))
            .collect();
        rows.push(row("CAST(NULL AS VARCHAR)", categories.len()));
        self.joins.push(format!(
            "LEFT JOIN (VALUES {}) AS {alias}(\"category\", {})\n  ON {value} IS NOT DISTINCT FROM {alias}.\"category\"",
            rows.join(", "),
            names.join(", ")
        ));
        names
            .iter()
            .map(|name| format!("coalesce({alias}.{name}, 0e0)"))
            .collect()
    }
}

impl Term {
    /// What the feature adds to a margin, compared with the mean of a number, or a category
    /// without weight
    pub fn contribution(&self, output: usize) -> String {
        let sql = &self.sql[output];
        if self.offsets[output] == 0.0 {
            return sql.clone();
        }
        format!("{sql} + {}", double(self.offsets[output]))
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

/// The product of a vector's values and their weights
fn vector(feature: &Feature, weights: &[f64], value: &str) -> String {
    let weights: Vec<String> = weights.iter().map(|weight| double(*weight)).collect();
    let weights = weights.join(", ");
    let is_struct = |element: &Type| matches!(element, Type::Struct(_));
    let product = match &feature.ty {
        Type::Array(element) if is_struct(element) => format!(
            "list_transform({value}, lambda \"element\": [{weights}][\"element\".\"index\" + 1] * \"element\".\"value\")"
        ),
        _ => format!(
            "list_transform({value}, lambda \"element\", \"position\": [{weights}][\"position\"] * \"element\")"
        ),
    };
    format!("coalesce(list_sum({product}), 0e0)")
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
