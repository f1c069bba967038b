//! Training and metrics against scikit-learn's on its own data sets; `tests/reference/make.py` makes
//! the files

use bqml::{Model, Parameters};
use duckdb::Connection;
use googlesql::{Relation, Type, Value};

use crate::support::{NoCatalog, call, create, engine, relation, rows, text, train};

pub struct Reference {
    pub connection: Connection,
    pub expected: serde_json::Value,
    pub training: Relation,
}

impl Reference {
    /// The file's rows as table `t`: numbers, the last of them the label
    pub fn load(file: &str, label: Type) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/");
        let text = std::fs::read_to_string(format!("{folder}{file}")).unwrap();
        let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
        let data = expected["rows"].as_array().unwrap();
        let width = data[0].as_array().unwrap().len();
        let mut columns: Vec<(String, Type)> = (1..width)
            .map(|index| (format!("x{index:02}"), Type::Float64))
            .collect();
        columns.push(("label".to_owned(), label));
        let values: Vec<String> = data
            .iter()
            .map(|row| {
                let cells = row.as_array().unwrap().iter();
                let cells: Vec<String> = cells.map(|cell| format!("{:e}", number(cell))).collect();
                format!("({})", cells.join(", "))
            })
            .collect();
        let items: Vec<String> = columns
            .iter()
            .map(|(name, ty)| format!("CAST({name} AS {}) AS {name}", ty.duckdb()))
            .collect();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let connection = engine(&format!(
            "CREATE TABLE t AS SELECT {} FROM (VALUES {}) AS v({})",
            items.join(", "),
            values.join(", "),
            names.join(", ")
        ));
        let borrowed: Vec<(&str, Type)> = columns
            .iter()
            .map(|(name, ty)| (name.as_str(), ty.clone()))
            .collect();
        Self {
            connection,
            training: relation("SELECT * FROM t", &borrowed),
            expected,
        }
    }

    fn train(&self, model_type: &str, more: &[(&str, Value)]) -> Model {
        let mut options = vec![
            ("model_type", text(model_type)),
            ("data_split_method", text("NO_SPLIT")),
        ];
        options.extend(more.iter().cloned());
        train(&self.connection, &create(self.training.clone(), &options)).unwrap()
    }

    /// The rows of a call over the training rows, or without any
    pub fn ask(&self, model: &Model, function: &str, with_rows: bool) -> Vec<Vec<String>> {
        let inputs = if with_rows {
            vec![self.training.clone()]
        } else {
            vec![]
        };
        let answer = model.relation(&call(function, inputs, &[]), &NoCatalog);
        rows(&self.connection, &answer.unwrap().sql)
            .iter()
            .map(|row| row.split(" | ").map(str::to_owned).collect())
            .collect()
    }

    pub fn check_metrics(&self, model: &Model, expected: &serde_json::Value, tolerance: f64) {
        let names = model.relation(&call("ML.EVALUATE", vec![], &[]), &NoCatalog);
        for with_rows in [false, true] {
            let found = self.ask(model, "ML.EVALUATE", with_rows).remove(0);
            for (column, found) in names.as_ref().unwrap().columns.iter().zip(found) {
                let expected = number(&expected[&column.name]);
                close(
                    found.parse().unwrap(),
                    expected,
                    tolerance * expected.abs().max(1.0),
                    &column.name,
                );
            }
        }
    }
}

pub fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap()
}

pub fn numbers(value: &serde_json::Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

pub fn close(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{what}: {found} where {expected} is expected"
    );
}

fn descend_long() -> Vec<(&'static str, Value)> {
    vec![
        ("max_iterations", Value::Int64(20_000)),
        ("early_stop", Value::Bool(true)),
        ("min_rel_progress", Value::Float64(1e-15)),
    ]
}

#[test]
fn several_classes_agree_with_scikit_learn() {
    for file in ["iris.json", "wine.json"] {
        let reference = Reference::load(file, Type::Int64);
        let expected = &reference.expected;
        let mut options = descend_long();
        options.push(("l2_reg", Value::Float64(number(&expected["l2"]))));
        let model = reference.train("LOGISTIC_REG", &options);
        check_classes(&model, expected);
        let weights = expected["class_weights"].as_array().unwrap().iter();
        let weights: Vec<Value> = weights
            .enumerate()
            .map(|(class, weight)| {
                let label = text(&class.to_string());
                Value::Struct(vec![(None, label), (None, Value::Float64(number(weight)))])
            })
            .collect();
        options.push(("class_weights", Value::Array(weights)));
        let weighted = reference.train("LOGISTIC_REG", &options);
        check_classes(&weighted, &expected["weighted"]);
        reference.check_metrics(&model, &expected["metrics"], 1e-6);
        for with_rows in [false, true] {
            let confusion = reference.ask(&model, "ML.CONFUSION_MATRIX", with_rows);
            let confusion: Vec<Vec<f64>> = confusion
                .iter()
                .map(|row| row[1..].iter().map(|cell| cell.parse().unwrap()).collect())
                .collect();
            let expected = expected["confusion"].as_array().unwrap();
            assert_eq!(confusion, expected.iter().map(numbers).collect::<Vec<_>>());
        }
        let input = relation("SELECT * FROM t LIMIT 5", &columns(&reference));
        let predict = model.relation(&call("ML.PREDICT", vec![input], &[]), &NoCatalog);
        let found = rows(
            &reference.connection,
            &format!(
                "SELECT predicted_label_probs[3].prob, predicted_label_probs[2].prob, predicted_label_probs[1].prob FROM ({})",
                predict.unwrap().sql
            ),
        );
        for (found, expected) in found
            .iter()
            .zip(expected["probabilities"].as_array().unwrap())
        {
            for (found, expected) in found.split(" | ").zip(numbers(expected)) {
                close(found.parse().unwrap(), expected, 1e-6, "probability");
            }
        }
    }
}

/// Constant terms and weights of each class
fn check_classes(model: &Model, expected: &serde_json::Value) {
    let Parameters::LogisticRegression {
        intercepts,
        weights,
        ..
    } = &model.parameters
    else {
        panic!("{:?}", model.parameters);
    };
    // softmax leaves the intercepts free by a constant: both are compared around their mean
    let centred = |values: &[f64]| -> Vec<f64> {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values.iter().map(|value| value - mean).collect()
    };
    let wanted = centred(&numbers(&expected["intercepts"]));
    for (found, expected) in centred(intercepts).into_iter().zip(wanted) {
        close(found, expected, 1e-5, "intercept");
    }
    for (found, expected) in weights.iter().zip(expected["weights"].as_array().unwrap()) {
        for (found, expected) in found.iter().zip(numbers(expected)) {
            close(*found, expected, 1e-5, "weight");
        }
    }
}

fn columns(reference: &Reference) -> Vec<(&str, Type)> {
    let columns = reference.training.columns.iter();
    columns
        .map(|column| (column.name.as_str(), column.ty.clone()))
        .collect()
}

#[test]
fn many_blocks_of_rows_learn_what_one_does() {
    // the same rows over and over have the same means, and so the same model
    let iterations = [
        ("max_iterations", Value::Int64(8)),
        ("early_stop", Value::Bool(false)),
        ("optimize_strategy", text("BATCH_GRADIENT_DESCENT")),
    ];
    let l1 = ("l1_reg", Value::Float64(0.01));
    for (file, label, model_type, times) in [
        ("iris.json", Type::Int64, "LOGISTIC_REG", 300),
        ("diabetes.json", Type::Float64, "LINEAR_REG", 100),
    ] {
        let mut reference = Reference::load(file, label);
        let mut options = iterations.to_vec();
        if model_type == "LOGISTIC_REG" {
            options.pop();
        }
        for penalty in [None, Some(l1.clone())] {
            options.extend(penalty);
            reference.training.sql = "SELECT * FROM t".to_owned();
            let once = reference.train(model_type, &options);
            reference.training.sql = format!("SELECT t.* FROM t CROSS JOIN range({times})");
            let often = reference.train(model_type, &options);
            assert_eq!(once.training.len(), often.training.len());
            for (one, many) in once.training.iter().zip(&often.training) {
                close(many.loss, one.loss, 1e-9 * one.loss, "loss");
                assert_eq!(many.learning_rate, one.learning_rate);
            }
            for name in ["ML.EVALUATE", "ML.WEIGHTS"] {
                let one = reference.ask(&once, name, false);
                let many = reference.ask(&often, name, false);
                for (one, many) in one.iter().flatten().zip(many.iter().flatten()) {
                    if let (Ok(one), Ok(many)) = (one.parse::<f64>(), many.parse::<f64>()) {
                        close(many, one, 1e-7 * one.abs().max(1.0), name);
                    }
                }
            }
        }
    }
}

#[test]
fn regressions_agree_with_scikit_learn() {
    let reference = Reference::load("diabetes.json", Type::Float64);
    let fitted = &reference.expected["fitted"];
    let strategy = |name: &str| ("optimize_strategy", text(name));
    let check = |model: &Model, expected: &serde_json::Value, tolerance: f64| {
        let (intercept, weights) = crate::support::learned(model);
        close(
            intercept,
            number(&expected["intercept"]),
            tolerance,
            "intercept",
        );
        for (found, expected) in weights.iter().zip(numbers(&expected["weights"])) {
            close(*found, expected, tolerance, "weight");
        }
    };
    let exact = reference.train("LINEAR_REG", &[]);
    assert_eq!(exact.training.len(), 1);
    assert_eq!(exact.training[0].learning_rate, None);
    check(&exact, &fitted["ordinary"], 1e-9);
    reference.check_metrics(&exact, &fitted["ordinary"]["metrics"], 1e-9);

    let l2 = ("l2_reg", Value::Float64(number(&fitted["ridge"]["l2"])));
    for (name, tolerance) in [("NORMAL_EQUATION", 1e-9), ("BATCH_GRADIENT_DESCENT", 1e-4)] {
        let mut options = descend_long();
        options.extend([strategy(name), l2.clone()]);
        let ridge = reference.train("LINEAR_REG", &options);
        check(&ridge, &fitted["ridge"], tolerance);
        reference.check_metrics(&ridge, &fitted["ridge"]["metrics"], 1e-6);
    }

    let mut options = descend_long();
    options.push(("l1_reg", Value::Float64(number(&fitted["lasso"]["l1"]))));
    let lasso = reference.train("LINEAR_REG", &options);
    assert!(lasso.training.len() > 1, "l1 is trained by descent");
    check(&lasso, &fitted["lasso"], 1e-4);
}

#[test]
fn p_values_agree_with_least_squares_and_newton() {
    let reference = Reference::load("diabetes.json", Type::Float64);
    let p_values = [
        ("calculate_p_values", Value::Bool(true)),
        ("category_encoding_method", text("DUMMY_ENCODING")),
    ];
    let linear = reference.train("LINEAR_REG", &p_values);
    for (standardize, expected) in [(false, "unscaled"), (true, "standardized")] {
        let settings = [("standardize", Value::Bool(standardize))];
        check_significance(&reference, &linear, &settings, expected, 1e-8);
    }

    let training = Relation {
        sql: "SELECT * REPLACE (CAST(label > 150 AS BIGINT) AS label) FROM t".to_owned(),
        columns: reference.training.columns.clone(),
    };
    let mut options = vec![
        ("model_type", text("LOGISTIC_REG")),
        ("data_split_method", text("NO_SPLIT")),
    ];
    options.extend(descend_long());
    options.extend(p_values);
    let logistic = train(&reference.connection, &create(training, &options)).unwrap();
    check_significance(&reference, &logistic, &[], "logistic", 1e-4);
}

fn check_significance(
    reference: &Reference,
    model: &Model,
    settings: &[(&str, Value)],
    expected: &str,
    tolerance: f64,
) {
    let answer = model.relation(&call("ML.ADVANCED_WEIGHTS", vec![], settings), &NoCatalog);
    let sql = format!(
        "SELECT weight, standard_error, p_value FROM ({})",
        answer.unwrap().sql
    );
    let found = rows(&reference.connection, &sql);
    let expected = &reference.expected[expected];
    for (column, what) in ["weight", "standard error", "p-value"].iter().enumerate() {
        for (found, expected) in found.iter().zip(numbers(&expected[column])) {
            let found: f64 = found.split(" | ").nth(column).unwrap().parse().unwrap();
            close(found, expected, tolerance * expected.abs().max(1.0), what);
        }
    }
}
