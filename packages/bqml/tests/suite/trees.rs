//! Trees against XGBoost's on the same rows; `tests/reference/kinds.py` makes the file

use bqml::{Evaluation, Model, Parameters};
use duckdb::Connection;
use googlesql::{Relation, Type, Value};

use crate::scikit_learn::{close, number};
use crate::support::{NoCatalog, call, create, engine, relation, rows, text, train};

/// A data set as table `t`: features, `label`, and `held_out`
fn load(name: &str) -> (Connection, Relation, serde_json::Value) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/trees.json");
    let all: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let data = &all[name];
    let found = data["rows"].as_array().unwrap();
    let width = found[0].as_array().unwrap().len();
    let label = match name {
        "diabetes" => Type::Float64,
        _ => Type::Int64,
    };
    let mut columns: Vec<(String, Type)> = (0..width - 2)
        .map(|index| (format!("x{index:02}"), Type::Float64))
        .collect();
    columns.push(("label".to_owned(), label));
    columns.push(("held_out".to_owned(), Type::Bool));
    let values: Vec<String> = found
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
    let training = relation("SELECT * FROM t", &borrowed);
    (connection, training, data["variants"].clone())
}

fn options(model_type: &str, variant: &str) -> Vec<(&'static str, Value)> {
    let family = if variant == "forest" {
        "RANDOM_FOREST"
    } else {
        "BOOSTED_TREE"
    };
    let mut options = vec![
        ("model_type", text(&format!("{family}_{model_type}"))),
        ("data_split_method", text("CUSTOM")),
        ("data_split_col", text("held_out")),
        ("early_stop", Value::Bool(false)),
    ];
    options.extend(match variant {
        "exact" => vec![("tree_method", text("EXACT"))],
        "regularized" => vec![
            ("max_tree_depth", Value::Int64(3)),
            ("min_split_loss", Value::Float64(1.0)),
            ("l1_reg", Value::Float64(0.5)),
            ("min_tree_child_weight", Value::Int64(3)),
        ],
        "dart" => vec![
            ("booster_type", text("DART")),
            ("dropout", Value::Float64(0.1)),
        ],
        _ => vec![],
    });
    options
}

#[test]
fn trees_do_as_well_as_xgboost() {
    for (name, model_type) in [
        ("breast_cancer", "CLASSIFIER"),
        ("wine", "CLASSIFIER"),
        ("diabetes", "REGRESSOR"),
    ] {
        let (connection, training, variants) = load(name);
        for (variant, expected) in variants.as_object().unwrap() {
            let statement = create(training.clone(), &options(model_type, variant));
            let model = train(&connection, &statement).unwrap();
            let what = format!("{name} {variant}");
            match &model.evaluation {
                Evaluation::Binary(found) => {
                    eprintln!(
                        "{what}: {} {} where {expected}",
                        found.roc_auc, found.log_loss
                    );
                    close(found.roc_auc, number(&expected["roc_auc"]), 0.01, &what);
                }
                Evaluation::Multiclass(found) => {
                    eprintln!(
                        "{what}: {} {} where {expected}",
                        found.roc_auc, found.log_loss
                    );
                    close(found.roc_auc, number(&expected["roc_auc"]), 0.01, &what);
                }
                Evaluation::Regression(found) => {
                    eprintln!("{what}: {} where {expected}", found.mean_squared_error);
                    let expected = number(&expected["mean_squared_error"]);
                    close(found.mean_squared_error / expected, 1.0, 0.1, &what);
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

fn ask(
    connection: &Connection,
    model: &Model,
    function: &str,
    input: Option<&Relation>,
) -> Vec<String> {
    let inputs = input.cloned().into_iter().collect();
    let answer = model
        .relation(&call(function, inputs, &[]), &NoCatalog)
        .unwrap();
    rows(connection, &answer.sql)
}

#[test]
fn answers_in_sql_are_those_of_the_training() {
    for (name, model_type) in [
        ("breast_cancer", "CLASSIFIER"),
        ("wine", "CLASSIFIER"),
        ("diabetes", "REGRESSOR"),
    ] {
        let (connection, training, _) = load(name);
        let model = train(
            &connection,
            &create(training.clone(), &options(model_type, "boosted")),
        );
        let model = model.unwrap();
        let held_out = Relation {
            sql: "SELECT * FROM t WHERE held_out".to_owned(),
            ..training.clone()
        };
        let stored = ask(&connection, &model, "ML.EVALUATE", None);
        let computed = ask(&connection, &model, "ML.EVALUATE", Some(&held_out));
        for (stored, computed) in stored[0].split(" | ").zip(computed[0].split(" | ")) {
            let expected: f64 = stored.parse().unwrap();
            close(
                computed.parse().unwrap(),
                expected,
                1e-9 * expected.abs().max(1.0),
                name,
            );
        }
        if model_type == "CLASSIFIER" {
            assert_eq!(
                ask(&connection, &model, "ML.CONFUSION_MATRIX", None),
                ask(&connection, &model, "ML.CONFUSION_MATRIX", Some(&held_out))
            );
        }
    }
}

#[test]
fn attributions_add_up_to_the_prediction() {
    for (name, model_type) in [
        ("breast_cancer", "CLASSIFIER"),
        ("wine", "CLASSIFIER"),
        ("diabetes", "REGRESSOR"),
    ] {
        let (connection, training, _) = load(name);
        let model = train(
            &connection,
            &create(training.clone(), &options(model_type, "boosted")),
        );
        let model = model.unwrap();
        let explain = call(
            "ML.EXPLAIN_PREDICT",
            vec![training.clone()],
            &[("top_k_features", Value::Int64(100))],
        );
        let sql = model.relation(&explain, &NoCatalog).unwrap().sql;
        let worst = rows(
            &connection,
            &format!(
                "SELECT max(abs(baseline_prediction_value + list_sum([one.attribution for one in top_feature_attributions]) - prediction_value)) < 1e-9, min(len(top_feature_attributions)) = {} FROM ({sql})",
                model.features.len()
            ),
        );
        assert_eq!(worst, ["true | true"], "{name}");
        let plain = ask(&connection, &model, "ML.PREDICT", Some(&training));
        let explained = ask(&connection, &model, "ML.EXPLAIN_PREDICT", Some(&training));
        for (plain, explained) in plain.iter().zip(&explained) {
            assert_eq!(plain.split(" | ").next(), explained.split(" | ").next());
        }
    }
}

#[test]
fn importance_counts_the_splits_of_the_forest() {
    let (connection, training, _) = load("breast_cancer");
    let model = train(
        &connection,
        &create(training, &options("CLASSIFIER", "boosted")),
    )
    .unwrap();
    let Parameters::Trees { forest, .. } = &model.parameters else {
        panic!("{:?}", model.parameters);
    };
    let splits: usize = forest
        .trees
        .iter()
        .map(|tree| {
            (0..tree.left.len())
                .filter(|node| !tree.is_leaf(*node))
                .count()
        })
        .sum();
    let found = ask(&connection, &model, "ML.FEATURE_IMPORTANCE", None);
    assert_eq!(found.len(), model.features.len());
    let counted: usize = found
        .iter()
        .map(|row| row.split(" | ").nth(1).unwrap().parse::<usize>().unwrap())
        .sum();
    assert_eq!(counted, splits);
}

#[test]
fn categories_are_encoded_by_the_option_and_unseen_ones_are_answered() {
    let connection = engine(
        "CREATE TABLE t AS SELECT 'c' || i % 12 AS c, ['a' || i % 5, 'b' || i % 3] AS s,
           CASE WHEN i % 9 <> 4 THEN CAST(i % 30 AS DOUBLE) END AS x, i % 12 IN (2, 7) OR i % 30 > 24 AS y
         FROM range(600) AS r(i)",
    );
    let array = Type::Array(Box::new(Type::String));
    let columns = [
        ("c", Type::String),
        ("s", array),
        ("x", Type::Float64),
        ("y", Type::Bool),
    ];
    let training = relation("SELECT c, s, x, y FROM t", &columns);
    let strange = relation(
        "SELECT * FROM (VALUES ('c2', ['a1'], 3e0, true), ('new', ['new'], 3e0, true), (NULL, NULL, NULL, true)) AS v(c, s, x, y)",
        &columns,
    );
    for encoding in ["LABEL_ENCODING", "ONE_HOT_ENCODING", "DUMMY_ENCODING"] {
        for family in ["BOOSTED_TREE", "RANDOM_FOREST"] {
            let options = [
                ("model_type", text(&format!("{family}_CLASSIFIER"))),
                ("input_label_cols", Value::Array(vec![text("y")])),
                ("category_encoding_method", text(encoding)),
                ("data_split_method", text("NO_SPLIT")),
                ("enable_global_explain", Value::Bool(true)),
            ];
            let model = train(&connection, &create(training.clone(), &options)).unwrap();
            let Evaluation::Binary(found) = &model.evaluation else {
                panic!("{:?}", model.evaluation);
            };
            assert!(
                found.roc_auc > 0.99,
                "{family} {encoding}: {}",
                found.roc_auc
            );
            let stored = ask(&connection, &model, "ML.EVALUATE", None);
            assert_eq!(
                stored,
                ask(&connection, &model, "ML.EVALUATE", Some(&training))
            );
            assert_eq!(
                ask(&connection, &model, "ML.PREDICT", Some(&strange)).len(),
                3
            );
            let explained = ask(&connection, &model, "ML.GLOBAL_EXPLAIN", None);
            assert_eq!(explained.len(), 3);
            let again = train(&connection, &create(training.clone(), &options)).unwrap();
            assert_eq!(again.parameters, model.parameters);
        }
    }
}

#[test]
fn options_are_checked() {
    let connection =
        engine("CREATE TABLE t AS SELECT i % 3 AS x, i % 2 AS y FROM range(20) AS r(i)");
    let training = relation(
        "SELECT x, y FROM t",
        &[("x", Type::Int64), ("y", Type::Int64)],
    );
    let cases: &[(&str, &str, Value)] = &[
        ("BOOSTED_TREE_CLASSIFIER", "dropout", Value::Float64(0.5)),
        (
            "BOOSTED_TREE_CLASSIFIER",
            "category_encoding_method",
            text("TARGET_ENCODING"),
        ),
        ("BOOSTED_TREE_CLASSIFIER", "instance_weight_col", text("x")),
        ("BOOSTED_TREE_CLASSIFIER", "subsample", Value::Float64(0.0)),
        ("BOOSTED_TREE_CLASSIFIER", "tree_method", text("GPU")),
        (
            "BOOSTED_TREE_REGRESSOR",
            "class_weights",
            Value::Array(vec![]),
        ),
        (
            "RANDOM_FOREST_CLASSIFIER",
            "learn_rate",
            Value::Float64(0.1),
        ),
        (
            "RANDOM_FOREST_CLASSIFIER",
            "max_iterations",
            Value::Int64(3),
        ),
        ("RANDOM_FOREST_REGRESSOR", "num_clusters", Value::Int64(3)),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|(model_type, option, value)| {
            let options = [
                ("model_type", text(model_type)),
                ("input_label_cols", Value::Array(vec![text("y")])),
                (option, value.clone()),
            ];
            let trained = train(&connection, &create(training.clone(), &options));
            crate::errors::line(&trained.unwrap_err())
        })
        .collect();
    insta::assert_snapshot!("tree_options", lines.join("\n"));
}
