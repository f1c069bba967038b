//! What `ML.*` functions return of linear regressions and of classifiers of several classes

use bqml::Model;
use duckdb::Connection;
use googlesql::{Relation, Type, Value};

use crate::errors::line;
use crate::functions::table;
use crate::support::{NoCatalog, call, create, engine, number, relation, rows, text, train};

const ROWS: &str = "CREATE TABLE t AS SELECT
    CASE WHEN i % 7 <> 3 THEN CAST(i AS DOUBLE) END AS x,
    make_timestamp(i * 3600000000) AS t,
    CASE WHEN i % 11 <> 5 THEN 'c' || i % 10 END AS c,
    i % 2 = 0 AS b,
    ['none', 'some', 'more'][CAST(1 + (i * i % 17 + i // 20) % 3 AS BIGINT)] AS class,
    i / 4e0 + CASE WHEN i % 10 > 4 THEN 3 ELSE 0 END + i * i % 5 AS size
  FROM range(60) AS r(i)";

const FEATURES: &[(&str, Type)] = &[("x", Type::Float64), ("c", Type::String), ("b", Type::Bool)];

fn rows_with(label: &str, ty: Type) -> Relation {
    let mut columns = FEATURES.to_vec();
    columns.push((label, ty));
    relation(&format!("SELECT x, c, b, {label} FROM t"), &columns)
}

fn trained(connection: &Connection, model_type: &str, more: &[(&str, Value)]) -> (Model, Relation) {
    let (label, ty) = match model_type {
        "LINEAR_REG" => ("size", Type::Float64),
        _ => ("class", Type::String),
    };
    let mut options = vec![
        ("model_type", text(model_type)),
        ("input_label_cols", Value::Array(vec![text(label)])),
        ("enable_global_explain", Value::Bool(true)),
        ("max_iterations", Value::Int64(5)),
    ];
    options.extend(more.iter().cloned());
    let training = rows_with(label, ty);
    let mut model = train(connection, &create(training.clone(), &options)).unwrap();
    for iteration in &mut model.training {
        iteration.duration_ms = 0;
    }
    (model, training)
}

#[test]
fn functions_return_what_is_documented() {
    let connection = engine(ROWS);
    for model_type in ["LINEAR_REG", "LOGISTIC_REG"] {
        let p_values = [
            ("calculate_p_values", Value::Bool(true)),
            ("category_encoding_method", text("DUMMY_ENCODING")),
        ];
        let more: &[(&str, Value)] = match model_type {
            "LINEAR_REG" => &p_values,
            _ => &[],
        };
        let (model, all) = trained(&connection, model_type, more);
        let few = Relation {
            sql: format!("SELECT * FROM ({}) WHERE x IN (1, 4)", all.sql),
            ..all.clone()
        };
        let three = [("top_k_features", Value::Int64(2))];
        let by_class = [("class_level_explain", Value::Bool(true))];
        let mut calls = vec![
            call("ML.PREDICT", vec![few.clone()], &[]),
            call("ML.EXPLAIN_PREDICT", vec![few], &three),
            call("ML.EVALUATE", vec![all.clone()], &[]),
            call("ML.EVALUATE", vec![], &[]),
            call("ML.WEIGHTS", vec![], &[]),
            call("ML.GLOBAL_EXPLAIN", vec![], &[]),
            call("ML.TRAINING_INFO", vec![], &[]),
        ];
        if model_type == "LINEAR_REG" {
            calls.push(call("ML.ADVANCED_WEIGHTS", vec![], &[]));
        } else {
            calls.push(call("ML.GLOBAL_EXPLAIN", vec![], &by_class));
            calls.push(call("ML.CONFUSION_MATRIX", vec![all], &[]));
            calls.push(call("ML.CONFUSION_MATRIX", vec![], &[]));
        }
        let shown: Vec<String> = calls
            .iter()
            .map(|call| {
                let relation = model.relation(call, &NoCatalog).unwrap();
                format!("{}\n{}\n", call.function, table(&connection, &relation))
            })
            .collect();
        insta::assert_snapshot!(model_type.to_lowercase(), shown.join("\n"));
    }
}

#[test]
fn functions_of_other_kinds_of_models_are_refused() {
    let connection = engine(ROWS);
    let threshold = [("threshold", Value::Float64(0.3))];
    let mut lines = Vec::new();
    for model_type in ["LINEAR_REG", "LOGISTIC_REG"] {
        let (model, all) = trained(&connection, model_type, &[]);
        for call in [
            call("ML.ROC_CURVE", vec![all.clone()], &[]),
            call("ML.PREDICT", vec![all.clone()], &threshold),
            call("ML.EXPLAIN_PREDICT", vec![all.clone()], &threshold),
            call("ML.EVALUATE", vec![all.clone()], &threshold),
            call("ML.CONFUSION_MATRIX", vec![all], &threshold),
            call("ML.ADVANCED_WEIGHTS", vec![], &[]),
            call(
                "ML.GLOBAL_EXPLAIN",
                vec![],
                &[("class_level_explain", Value::Bool(true))],
            ),
        ] {
            let answer = model.relation(&call, &NoCatalog);
            lines.push(answer.map_or_else(|error| line(&error), |_| "answers".to_owned()));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn attributions_add_up_to_the_prediction() {
    let connection = engine(ROWS);
    let binary = Relation {
        sql: "SELECT x, c, b, t, class = 'some' AS label FROM t".to_owned(),
        columns: relation(
            "",
            &[
                ("x", Type::Float64),
                ("c", Type::String),
                ("b", Type::Bool),
                ("t", Type::Timestamp),
                ("label", Type::Bool),
            ],
        )
        .columns,
    };
    let options = [("model_type", text("LOGISTIC_REG"))];
    let of_two = train(&connection, &create(binary.clone(), &options)).unwrap();
    for (model, all) in [
        (of_two, binary),
        trained(&connection, "LOGISTIC_REG", &[]),
        trained(&connection, "LINEAR_REG", &[]),
    ] {
        let everything = [("top_k_features", Value::Int64(100))];
        let explain = call("ML.EXPLAIN_PREDICT", vec![all.clone()], &everything);
        let explain = model.relation(&explain, &NoCatalog).unwrap();
        let predict = call("ML.PREDICT", vec![all.clone()], &[]);
        let predict = model.relation(&predict, &NoCatalog).unwrap();
        let label = &model.label.as_ref().unwrap().column;
        let features = model.features.len();
        let off = rows(
            &connection,
            &format!(
                "SELECT count(*), max(abs(baseline_prediction_value + list_sum(list_transform(top_feature_attributions, lambda one: one.attribution)) - prediction_value)) < 1e-12,
                   bool_and(len(top_feature_attributions) = {features} AND approximation_error = 0)
                 FROM ({})",
                explain.sql
            ),
        );
        assert_eq!(off, ["60 | true | true"], "{:?}", model.parameters);
        let same = number(
            &connection,
            &format!(
                "SELECT count(*) FROM ({}) AS a POSITIONAL JOIN ({}) AS b WHERE a.predicted_{label} = b.predicted_{label}",
                explain.sql, predict.sql
            ),
        );
        assert_eq!(same, 60.0);
    }
}

#[test]
fn a_small_table_is_fitted_by_descent_and_a_long_one_exactly() {
    let connection =
        engine("CREATE TABLE t AS SELECT i AS x, 3 * i + 1 AS label FROM range(40) AS r(i)");
    let columns = [("x", Type::Int64), ("label", Type::Int64)];
    let fit = |rows: usize, strategy: &str| {
        let training = relation(&format!("SELECT * FROM t LIMIT {rows}"), &columns);
        let options = [
            ("model_type", text("LINEAR_REG")),
            ("optimize_strategy", text(strategy)),
        ];
        train(&connection, &create(training, &options)).unwrap()
    };
    let steps = |model: &Model| model.training.len();
    assert_eq!(steps(&fit(40, "AUTO_STRATEGY")), 1);
    assert!(steps(&fit(9, "AUTO_STRATEGY")) > 1);
    assert!(steps(&fit(40, "BATCH_GRADIENT_DESCENT")) > 1);
    let exact = fit(9, "NORMAL_EQUATION");
    let weights = exact.relation(&call("ML.WEIGHTS", vec![], &[]), &NoCatalog);
    let found = rows(&connection, &weights.unwrap().sql);
    assert_eq!(found, ["x | 3.0 | NULL", "__INTERCEPT__ | 1.0 | NULL"]);
    let training = relation("SELECT * FROM t", &columns);
    let options = [
        ("model_type", text("LINEAR_REG")),
        ("optimize_strategy", text("NORMAL_EQUATION")),
        ("learn_rate_strategy", text("LINE_SEARCH")),
    ];
    let model = train(&connection, &create(training, &options)).unwrap();
    insta::assert_snapshot!(model.warnings.join("\n"));
}

#[test]
fn categories_that_say_the_same_share_their_weight() {
    // two columns of the same categories: the shortest solution gives both half
    let connection = engine("");
    let sql = "SELECT CASE WHEN i % 2 = 0 THEN 'a' ELSE 'b' END AS c, CASE WHEN i % 2 = 0 THEN 'x' ELSE 'y' END AS d, i % 2 * 8e0 AS label FROM range(600) AS r(i)";
    let columns = [
        ("c", Type::String),
        ("d", Type::String),
        ("label", Type::Float64),
    ];
    let options = [
        ("model_type", text("LINEAR_REG")),
        ("data_split_method", text("NO_SPLIT")),
    ];
    let model = train(&connection, &create(relation(sql, &columns), &options)).unwrap();
    let (intercept, weights) = crate::support::learned(&model);
    for (found, expected) in weights.iter().zip([-2.0, 2.0, 0.0, -2.0, 2.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12, "{weights:?}");
    }
    assert!((intercept - 4.0).abs() < 1e-12, "{intercept}");
    let refused = [
        ("model_type", text("LINEAR_REG")),
        ("calculate_p_values", Value::Bool(true)),
        ("category_encoding_method", text("DUMMY_ENCODING")),
    ];
    let error = train(&connection, &create(relation(sql, &columns), &refused)).unwrap_err();
    insta::assert_snapshot!(line(&error));
}
