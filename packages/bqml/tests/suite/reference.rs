//! Training against a reference trajectory, weights and metrics that were computed elsewhere from
//! BigQuery ML's documentation; skipped where the reference data is not beside the checkout

use std::path::PathBuf;

use crate::support::{NoCatalog, call, engine, logistic, relation, rows, train};
use bqml::{Encoding, Model, Parameters};
use duckdb::Connection;
use googlesql::{Relation, Type};
use serde_json::Value;

const CATEGORIES: [&str; 3] = ["country", "operating_system", "language"];

struct Reference {
    connection: Connection,
    expected: Value,
}

impl Reference {
    fn load() -> Option<Self> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/ml");
        let csv = folder.join("churn_w6_f1.csv");
        let Ok(text) = std::fs::read_to_string(folder.join("reference.json")) else {
            println!("skipped: no reference data at {}", folder.display());
            return None;
        };
        let connection = engine(&format!(
            "CREATE TABLE churn AS SELECT * FROM read_csv('{}', nullstr = '')",
            csv.display()
        ));
        Some(Self {
            connection,
            expected: serde_json::from_str(&text).unwrap(),
        })
    }

    fn part(&self, filter: &str) -> Relation {
        let mut columns: Vec<(&str, Type)> = CATEGORIES
            .iter()
            .map(|name| (*name, Type::String))
            .collect();
        let numbers = self.expected["numeric_mean_std"].as_object().unwrap();
        columns.extend(numbers.keys().map(|name| (name.as_str(), Type::Int64)));
        columns.push(("churned", Type::Int64));
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let sql = format!("SELECT {} FROM churn WHERE {filter}", names.join(", "));
        relation(&sql, &columns)
    }
}

fn close(found: f64, expected: &Value, tolerance: f64, what: &str) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} where {expected} is expected"
    );
}

/// Weights by `feature` or `feature=category`
fn named_weights(model: &Model) -> Vec<(String, f64)> {
    let Parameters::LogisticRegression { weights, .. } = &model.parameters else {
        panic!("{:?}", model.parameters);
    };
    let names = model
        .features
        .iter()
        .flat_map(|feature| match &feature.encoding {
            Encoding::Standardized { .. } => vec![feature.name.clone()],
            Encoding::OneHot { categories, .. } | Encoding::MultiHot { categories, .. } => {
                categories
                    .iter()
                    .map(String::as_str)
                    .chain(["<null>"])
                    .map(|category| format!("{}={category}", feature.name))
                    .collect()
            }
            other => panic!("{other:?}"),
        });
    names.zip(weights[0].iter().copied()).collect()
}

#[test]
fn training_follows_the_reference() {
    let Some(reference) = Reference::load() else {
        return;
    };
    let expected = &reference.expected;
    let create = logistic(reference.part("split = 'train'"), "churned", &[]);
    let model = train(&reference.connection, &create).unwrap();

    let history = expected["history"].as_array().unwrap();
    assert_eq!(model.training.len(), history.len());
    for (found, expected) in model.training.iter().zip(history) {
        assert_eq!(Some(found.iteration), expected[0].as_i64());
        close(found.loss, &expected[1], 1e-6, "loss");
        close(
            found.learning_rate.unwrap(),
            &expected[2],
            1e-6,
            "learning rate",
        );
    }

    let Parameters::LogisticRegression { intercepts, .. } = &model.parameters else {
        panic!("{:?}", model.parameters);
    };
    close(intercepts[0], &expected["bias"], 1e-4, "bias");
    let weights = named_weights(&model);
    let expected_weights = expected["weights_standardized"].as_object().unwrap();
    assert_eq!(weights.len(), expected_weights.len());
    for (name, weight) in weights {
        close(weight, &expected_weights[&name], 1e-4, &name);
    }

    let metrics = &expected["metrics"]["bqml_like_gd20_linesearch_earlystop"];
    for (part, filter) in [
        ("train", "split = 'train'"),
        ("eval", "split = 'eval'"),
        ("eval_plus_test", "split <> 'train'"),
    ] {
        let call = call("ML.EVALUATE", vec![reference.part(filter)], &[]);
        let evaluate = model.relation(&call, &NoCatalog).unwrap();
        let found = rows(&reference.connection, &evaluate.sql);
        let found = found[0]
            .split(" | ")
            .map(|cell| cell.parse::<f64>().unwrap());
        for (column, found) in evaluate.columns.iter().zip(found) {
            close(found, &metrics[part][&column.name], 1e-4, &column.name);
        }
    }
}

#[test]
fn training_without_early_stop_follows_the_reference() {
    let Some(reference) = Reference::load() else {
        return;
    };
    let options = [("early_stop", googlesql::Value::Bool(false))];
    let create = logistic(reference.part("split = 'train'"), "churned", &options);
    let model = train(&reference.connection, &create).unwrap();
    let metrics = &reference.expected["metrics"]["gd20_noearlystop"];
    assert_eq!(model.training.len(), 20);
    let bqml::Evaluation::Binary(evaluation) = &model.evaluation else {
        panic!("{:?}", model.evaluation);
    };
    let found = evaluation.metrics(0.5);
    for (name, value) in [
        ("precision", found.precision),
        ("recall", found.recall),
        ("accuracy", found.accuracy),
        ("f1_score", found.f1_score),
        ("log_loss", found.log_loss),
        ("roc_auc", found.roc_auc),
    ] {
        close(value, &metrics["train"][name], 1e-4, name);
    }
}
