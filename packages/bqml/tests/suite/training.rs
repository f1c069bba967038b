//! What training finds, on rows small enough to reckon by hand

use bqml::{Encoding, Model};
use duckdb::Connection;
use googlesql::{Relation, Type, Value};
use proptest::prelude::*;

use crate::support::{NoCatalog, call, engine, learned, logistic, number, relation, text, train};

const FLAT: &[(&str, Type)] = &[("x", Type::Float64), ("label", Type::Int64)];

fn fit(connection: &Connection, training: Relation, options: &[(&str, Value)]) -> Model {
    train(connection, &logistic(training, "label", options)).unwrap()
}

fn until_convergence() -> Vec<(&'static str, Value)> {
    vec![
        ("max_iterations", Value::Int64(3000)),
        ("early_stop", Value::Bool(false)),
    ]
}

#[test]
fn a_step_at_a_constant_rate_is_the_gradient() {
    // x = ±1 standardizes to itself; at 0 every probability is ½, so the mean gradients are
    // intercept ½ − 3/4 = −¼ and weight ¼·((−1)(½−0) + (−1)(½−1) + 2·(1)(½−1)) = −¼
    let connection = engine("");
    let sql = "SELECT * FROM (VALUES (-1e0, 0), (-1e0, 1), (1e0, 1), (1e0, 1)) AS t(x, label)";
    let options = [
        ("learn_rate_strategy", text("constant")),
        ("learn_rate", Value::Float64(0.4)),
        ("max_iterations", Value::Int64(1)),
    ];
    let model = fit(&connection, relation(sql, FLAT), &options);
    let (intercept, weights) = learned(&model);
    assert!((intercept - 0.1).abs() < 1e-15);
    assert!((weights[0] - 0.1).abs() < 1e-15);
    let loss = [(-0.2_f64, 1.0), (-0.2, 1.0)]; // margins of the positive rows at x = 1, negated
    let expected =
        (loss.iter().map(|(m, _)| m.exp().ln_1p()).sum::<f64>() + 2.0 * 2_f64.ln()) / 4.0;
    assert!((model.training[0].loss - expected).abs() < 1e-15);
}

#[test]
fn categories_converge_to_their_log_odds() {
    // without intercept each category's weight is the log-odds of its rows: 3:1 and 1:4
    let connection = engine(
        "CREATE TABLE t AS SELECT 'a' AS c, i < 3 AS label FROM range(4) AS r(i)
         UNION ALL SELECT NULL, i < 1 FROM range(5) AS r(i)",
    );
    let columns = [("c", Type::String), ("label", Type::Bool)];
    let mut options = until_convergence();
    options.push(("fit_intercept", Value::Bool(false)));
    let model = fit(&connection, relation("SELECT * FROM t", &columns), &options);
    let (intercept, weights) = learned(&model);
    assert_eq!(intercept, 0.0);
    assert!((weights[0] - 3_f64.ln()).abs() < 1e-6, "{weights:?}");
    assert!((weights[1] + 4_f64.ln()).abs() < 1e-6, "{weights:?}");
}

#[test]
fn class_weights_move_the_odds() {
    // a constant feature leaves the intercept alone: ln(Σ positive weight / Σ negative weight)
    let connection = engine(
        "CREATE TABLE t AS SELECT 5e0 AS x, CAST(i < 2 AS BIGINT) AS label FROM range(10) AS r(i)",
    );
    let weights = Value::Array(vec![
        Value::Struct(vec![(None, text("0")), (None, Value::Float64(0.5))]),
        Value::Struct(vec![(None, text("1")), (None, Value::Int64(6))]),
    ]);
    for (option, expected) in [
        (vec![], (2_f64 / 8.0).ln()),
        (vec![("auto_class_weights", Value::Bool(true))], 0.0),
        (vec![("class_weights", weights)], (12_f64 / 4.0).ln()),
    ] {
        let mut options = until_convergence();
        options.extend(option);
        let model = fit(&connection, relation("SELECT * FROM t", FLAT), &options);
        let (intercept, weights) = learned(&model);
        assert!(
            (intercept - expected).abs() < 1e-6,
            "{intercept} {expected}"
        );
        assert_eq!(weights, [0.0]);
    }
}

#[test]
fn penalties_shrink_weights() {
    let connection = engine(
        "CREATE TABLE t AS SELECT sin(i) AS x, CAST(sin(i) + cos(7 * i) > 0.3 AS BIGINT) AS label FROM range(200) AS r(i)",
    );
    let weight = |option: Option<(&'static str, Value)>| {
        let mut options = until_convergence();
        options.extend(option);
        let model = fit(&connection, relation("SELECT * FROM t", FLAT), &options);
        learned(&model).1[0]
    };
    let free = weight(None);
    let ridge = weight(Some(("l2_reg", Value::Float64(0.1))));
    let lasso = weight(Some(("l1_reg", Value::Float64(0.05))));
    assert!(0.0 < ridge && ridge < free, "{ridge} {free}");
    assert!(0.0 < lasso && lasso < free, "{lasso} {free}");
    // above the gradient at 0 the l1 penalty keeps a weight at exactly 0
    assert_eq!(weight(Some(("l1_reg", Value::Int64(1)))), 0.0);
}

#[test]
fn dummy_encoding_drops_the_most_frequent_category() {
    let connection = engine(
        "CREATE TABLE t AS SELECT CASE WHEN i % 3 = 0 THEN 'rare' ELSE 'often' END AS c, i % 2 AS label FROM range(60) AS r(i)",
    );
    let columns = [("c", Type::String), ("label", Type::Int64)];
    let options = [("category_encoding_method", text("DUMMY_ENCODING"))];
    let model = fit(&connection, relation("SELECT * FROM t", &columns), &options);
    let Encoding::OneHot {
        categories,
        dropped,
    } = &model.features[0].encoding
    else {
        panic!("{:?}", model.features[0]);
    };
    assert_eq!(categories, &["often", "rare"]);
    assert_eq!(*dropped, Some(0));
    assert_eq!(learned(&model).1[0], 0.0);
}

#[test]
fn null_counts_as_the_mean_and_does_not_move_it() {
    let connection = engine("");
    let sql = "SELECT * FROM (VALUES (1e0, 0), (3e0, 1), (NULL, 1), (NULL, 0)) AS t(x, label)";
    let model = fit(&connection, relation(sql, FLAT), &[]);
    assert_eq!(
        model.features[0].encoding,
        Encoding::Standardized {
            mean: 2.0,
            deviation: 0.5_f64.sqrt()
        }
    );
}

#[test]
fn splits_have_the_documented_sizes() {
    let connection = engine("");
    let numbers = |rows: i64| {
        relation(
            &format!("SELECT CAST(i AS DOUBLE) AS x, i % 2 AS label FROM range({rows}) AS r(i)"),
            FLAT,
        )
    };
    let method = |name: &str| vec![("data_split_method", text(name))];
    let fraction = ("data_split_eval_fraction", Value::Float64(0.3));
    let mut random = method("RANDOM");
    random.push(fraction);
    for (rows, options, expected) in [
        (499, vec![], 0),
        (500, vec![], 100),
        (50_000, vec![], 10_000),
        (60_000, vec![], 10_000),
        (1000, method("NO_SPLIT"), 0),
        (100, method("RANDOM"), 20),
        (100, random, 30),
    ] {
        let mut options = options;
        options.push(("max_iterations", Value::Int64(1)));
        let model = fit(&connection, numbers(rows), &options);
        let held = if crate::support::binary(&model).held_out {
            crate::support::binary(&model).rows
        } else {
            0
        };
        assert_eq!(held, expected, "{rows} {options:?}");
        assert_eq!(model.training[0].eval_loss.is_some(), expected > 0);
    }
}

#[test]
fn a_split_column_decides_and_is_no_feature() {
    let connection = engine(
        "CREATE TABLE t AS SELECT CAST(i AS DOUBLE) AS x, i % 2 AS label, CASE WHEN i >= 90 THEN NULL ELSE i >= 80 END AS held, DATE '2020-01-01' + CAST(i AS INTEGER) AS day FROM range(100) AS r(i)",
    );
    let custom = [
        ("data_split_method", text("CUSTOM")),
        ("data_split_col", text("HELD")),
    ];
    let columns = [
        ("x", Type::Float64),
        ("label", Type::Int64),
        ("held", Type::Bool),
    ];
    let model = fit(
        &connection,
        relation("SELECT x, label, held FROM t", &columns),
        &custom,
    );
    assert_eq!(model.features.len(), 1);
    assert_eq!(crate::support::binary(&model).rows, 20);
    let sequential = [
        ("data_split_method", text("SEQ")),
        ("data_split_col", text("day")),
        ("data_split_eval_fraction", Value::Float64(0.2)),
    ];
    let columns = [
        ("x", Type::Float64),
        ("label", Type::Int64),
        ("day", Type::Date),
    ];
    let model = fit(
        &connection,
        relation("SELECT x, label, day FROM t", &columns),
        &sequential,
    );
    assert_eq!(crate::support::binary(&model).rows, 20);
    // the last 20 days are kept, so the mean is that of 0 to 79
    let Encoding::Standardized { mean, .. } = model.features[0].encoding else {
        panic!("{:?}", model.features);
    };
    assert_eq!(mean, 39.5);
}

#[test]
fn labels_of_every_type_have_the_higher_value_as_positive() {
    let connection = engine("");
    for (negative, positive, ty, expected) in [
        (
            "CAST(9 AS BIGINT)",
            "CAST(10 AS BIGINT)",
            Type::Int64,
            ["9", "10"],
        ),
        ("-1.5e0", "1e1", Type::Float64, ["-1.5", "10.0"]),
        ("'no'", "'yes'", Type::String, ["no", "yes"]),
        ("'10'", "'9'", Type::String, ["10", "9"]),
        ("false", "true", Type::Bool, ["false", "true"]),
    ] {
        let sql = format!(
            "SELECT CAST(i AS DOUBLE) AS x, CASE WHEN i < 5 THEN {negative} WHEN i < 9 THEN {positive} END AS label FROM range(12) AS r(i)"
        );
        let columns = [("x", Type::Float64), ("label", ty)];
        let model = fit(&connection, relation(&sql, &columns), &[]);
        let values: Vec<&str> = model
            .label
            .iter()
            .flat_map(|label| &label.classes)
            .map(|c| c.value.as_str())
            .collect();
        assert_eq!(values, expected);
        assert_eq!(model.data.rows, 9);
        assert!(learned(&model).1[0] > 0.0);
    }
}

#[test]
fn progress_tells_every_iteration() {
    let connection = engine("");
    let sql = "SELECT CAST(i AS DOUBLE) AS x, CAST(i > 3 AS BIGINT) AS label FROM range(9) AS r(i)";
    let statement = logistic(relation(sql, FLAT), "label", &[]);
    let mut heard = Vec::new();
    let model = bqml::train(&connection, &statement, &mut |iteration| {
        heard.push(iteration.clone());
    })
    .unwrap();
    assert_eq!(heard, model.training);
    assert!(heard.windows(2).all(|pair| pair[0].loss > pair[1].loss));
}

#[test]
fn structs_timestamps_and_arrays_become_features() {
    let connection = engine(
        "CREATE TABLE t AS SELECT
           {'os': 'o' || i % 2, 'screen': {'width': i}} AS device,
           TIMESTAMPTZ '2021-02-03 04:05:06+00' + to_hours(CAST(i AS INTEGER)) AS at,
           CASE WHEN i % 5 > 0 THEN ['t' || i % 3, 't0', NULL] END AS tags,
           i % 2 AS label
         FROM range(50) AS r(i)",
    );
    let field = |name: &str, ty: Type| googlesql::Field {
        name: Some(name.to_owned()),
        ty,
    };
    let screen = Type::Struct(vec![field("width", Type::Int64)]);
    let columns = [
        (
            "device",
            Type::Struct(vec![field("os", Type::String), field("screen", screen)]),
        ),
        ("at", Type::Timestamp),
        ("tags", Type::Array(Box::new(Type::String))),
        ("label", Type::Int64),
    ];
    let model = fit(&connection, relation("SELECT * FROM t", &columns), &[]);
    let features: Vec<String> = model
        .features
        .iter()
        .map(|feature| match &feature.encoding {
            Encoding::Standardized { mean, .. } => format!("{} mean {mean}", feature.name),
            Encoding::OneHot { categories, .. } => {
                format!("{} one of {}", feature.name, categories.join(" "))
            }
            Encoding::MultiHot { categories, .. } => {
                format!("{} any of {}", feature.name, categories.join(" "))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    insta::assert_snapshot!(features.join("\n"));

    // the engine reads the same features out of the same rows
    let call = call(
        "ML.EVALUATE",
        vec![relation("SELECT * FROM t", &columns)],
        &[],
    );
    let evaluate = model.relation(&call, &NoCatalog).unwrap();
    let loss = number(
        &connection,
        &format!("SELECT log_loss FROM ({})", evaluate.sql),
    );
    assert!((loss - crate::support::binary(&model).log_loss).abs() < 1e-12);
    assert!(loss < 2_f64.ln());
}

#[test]
fn losses_far_from_the_origin_are_those_of_the_rows() {
    // margins of some rows become large, of others stay small, classes weigh differently
    let connection = engine(
        "CREATE TABLE t AS SELECT CASE WHEN i % 50 = 0 THEN 1e3 * (i % 100 - 40) ELSE (i % 7 - 3) / 1e1 END AS x, CAST(i % 100 < 30 + i % 7 * 5 AS BIGINT) AS label FROM range(400) AS r(i)",
    );
    for rate in [0.1, 40.0, 5_000.0] {
        let options = [
            ("max_iterations", Value::Int64(6)),
            ("early_stop", Value::Bool(false)),
            ("ls_init_learn_rate", Value::Float64(rate)),
        ];
        let model = fit(&connection, relation("SELECT * FROM t", FLAT), &options);
        let last = model.training.last().unwrap();
        let evaluated = crate::support::binary(&model).log_loss;
        // the line search ends where no rate is better: the model is then the one before
        let best = model.training.iter().map(|step| step.loss);
        let best = best.fold(f64::INFINITY, f64::min);
        assert!(
            (best - evaluated).abs() < 1e-12,
            "{best} {evaluated} {last:?}"
        );
    }
}

#[test]
fn many_blocks_of_rows_and_threads_give_the_same_model() {
    let connection = engine(
        "CREATE TABLE t AS SELECT hash(i) % 1000 / 7e0 AS x, 'c' || hash(i, 1) % 40 AS c, CAST(hash(i, 2) % 3 = 0 AS BIGINT) AS label FROM range(70000) AS r(i)",
    );
    let columns = [
        ("x", Type::Float64),
        ("c", Type::String),
        ("label", Type::Int64),
    ];
    let weights = |order: &str, option: (&'static str, Value)| {
        let training = relation(&format!("SELECT * FROM t ORDER BY {order}"), &columns);
        let model = fit(&connection, training, &[option]);
        (model.parameters, model.data, model.evaluation)
    };
    for penalty in ["l1_reg", "l2_reg"] {
        let option = || (penalty, Value::Float64(0.01));
        assert_eq!(
            weights("x, c", option()),
            weights("hash(x), c DESC", option())
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The same rows give the same model, bit by bit, in whatever order they come
    #[test]
    fn the_order_of_rows_does_not_matter(seed in 0_u32..10_000, rows in 20_usize..900) {
        let connection = engine(&format!(
            "CREATE TABLE t AS SELECT
               sin(i * {seed}.5) * 1e6 AS x,
               CASE WHEN i % 7 = 0 THEN NULL ELSE 'c' || i % 11 END AS c,
               CAST(i % 2 AS BIGINT) AS label
             FROM range({rows}) AS r(i)"
        ));
        let columns = [("x", Type::Float64), ("c", Type::String), ("label", Type::Int64)];
        let sorted = relation("SELECT * FROM t ORDER BY x", &columns);
        let shuffled = relation(&format!("SELECT * FROM t ORDER BY hash(x, {seed})"), &columns);
        let forget_durations = |mut model: Model| {
            for iteration in &mut model.training {
                iteration.duration_ms = 0;
            }
            model
        };
        let left = forget_durations(fit(&connection, sorted, &[]));
        let right = forget_durations(fit(&connection, shuffled, &[]));
        prop_assert_eq!(left, right);
    }
}
