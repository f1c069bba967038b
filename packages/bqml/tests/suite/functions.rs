//! What `ML.*` functions return: names, types and rows

use bqml::Model;
use duckdb::Connection;
use googlesql::{Relation, Type, Value};

use crate::support::{NoCatalog, binary, call, engine, logistic, relation, rows, text, train};

const ROWS: &str = "CREATE TABLE t AS SELECT
    CAST(i AS DOUBLE) AS x,
    CASE WHEN i % 4 = 3 THEN NULL WHEN i % 2 = 0 THEN 'a' ELSE 'b''s' END AS c,
    CAST(i % 3 = 0 OR i > 25 AS BIGINT) AS label
  FROM range(40) AS r(i)";

const COLUMNS: &[(&str, Type)] = &[
    ("x", Type::Float64),
    ("c", Type::String),
    ("label", Type::Int64),
];

fn trained() -> (Connection, Model) {
    let connection = engine(ROWS);
    let statement = logistic(all(), "label", &[]);
    let mut model = train(&connection, &statement).unwrap();
    for iteration in &mut model.training {
        iteration.duration_ms = 0;
    }
    (connection, model)
}

fn all() -> Relation {
    relation("SELECT * FROM t", COLUMNS)
}

/// The header with types, then the rows; checks that DuckDB agrees about names and types
pub fn table(connection: &Connection, relation: &Relation) -> String {
    let mut header = Vec::new();
    for column in &relation.columns {
        header.push(format!("{} {:?}", column.name, column.ty));
    }
    let described = rows(
        connection,
        &format!(
            "SELECT column_name, replace(column_type, '\"', '') FROM (DESCRIBE {})",
            relation.sql
        ),
    );
    let expected: Vec<String> = relation
        .columns
        .iter()
        .map(|column| format!("{} | {}", column.name, duckdb_type(&column.ty)))
        .collect();
    assert_eq!(described, expected, "{}", relation.sql);
    format!(
        "{}\n{}",
        header.join(" | "),
        rows(connection, &relation.sql).join("\n")
    )
}

fn duckdb_type(ty: &Type) -> String {
    match ty {
        Type::Int64 => "BIGINT".to_owned(),
        Type::Float64 => "DOUBLE".to_owned(),
        Type::String => "VARCHAR".to_owned(),
        Type::Bool => "BOOLEAN".to_owned(),
        Type::Array(element) => format!("{}[]", duckdb_type(element)),
        Type::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|field| {
                    let name = field.name.as_deref().unwrap_or_default();
                    format!("{name} {}", duckdb_type(&field.ty))
                })
                .collect();
            format!("STRUCT({})", fields.join(", "))
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn functions_return_what_is_documented() {
    let (connection, model) = trained();
    let two = relation("SELECT * FROM t WHERE x IN (3, 4)", COLUMNS);
    let half = Value::Float64(0.75);
    let few = Value::Array(vec![Value::Float64(0.25), half.clone(), Value::Int64(1)]);
    let cases = [
        ("predict", call("ML.PREDICT", vec![two.clone()], &[])),
        (
            "predict_threshold",
            call("ML.PREDICT", vec![two], &[("threshold", half.clone())]),
        ),
        ("evaluate", call("ML.EVALUATE", vec![all()], &[])),
        (
            "evaluate_threshold",
            call("ML.EVALUATE", vec![all()], &[("threshold", half.clone())]),
        ),
        (
            "confusion_matrix",
            call("ML.CONFUSION_MATRIX", vec![all()], &[]),
        ),
        (
            "confusion_matrix_threshold",
            call("ML.CONFUSION_MATRIX", vec![], &[("threshold", half)]),
        ),
        ("roc_curve", call("ML.ROC_CURVE", vec![all()], &[])),
        (
            "roc_curve_thresholds",
            call("ML.ROC_CURVE", vec![all()], &[("thresholds", few)]),
        ),
        ("weights", call("ML.WEIGHTS", vec![], &[])),
        (
            "weights_standardized",
            call("ML.WEIGHTS", vec![], &[("standardize", Value::Bool(true))]),
        ),
        ("training_info", call("ML.TRAINING_INFO", vec![], &[])),
        ("feature_info", call("ML.FEATURE_INFO", vec![], &[])),
    ];
    for (name, call) in cases {
        let relation = model.relation(&call, &NoCatalog).unwrap();
        insta::assert_snapshot!(name, table(&connection, &relation));
    }
}

#[test]
fn metrics_at_training_are_those_of_the_same_rows() {
    let (connection, model) = trained();
    for (function, setting) in [
        ("ML.EVALUATE", None),
        ("ML.EVALUATE", Some(("threshold", Value::Float64(0.6)))),
        ("ML.CONFUSION_MATRIX", None),
        ("ML.ROC_CURVE", None),
    ] {
        let settings: Vec<(&str, Value)> = setting.into_iter().collect();
        let of = |inputs: Vec<Relation>| {
            let relation = model.relation(&call(function, inputs, &settings), &NoCatalog);
            table(&connection, &relation.unwrap())
        };
        assert_eq!(of(vec![]), of(vec![all()]), "{function}");
    }
}

#[test]
fn ties_share_their_ranks() {
    // one feature of two values, so all rows have one of two scores: of 2 × 3 pairs
    // the positive row at 1 beats both negatives at 0, ties with the one at 1; the one at 0 ties twice
    let connection = engine("");
    let columns = [("x", Type::Float64), ("label", Type::Int64)];
    let sql =
        "SELECT * FROM (VALUES (0e0, 0), (0e0, 0), (0e0, 1), (1e0, 1), (1e0, 0)) AS t(x, label)";
    let training = relation(sql, &columns);
    let model = train(&connection, &logistic(training.clone(), "label", &[])).unwrap();
    let expected = (2.0 + 0.5 + 0.5 * 2.0) / 6.0;
    assert!((binary(&model).roc_auc - expected).abs() < 1e-15);
    let evaluate = model
        .relation(&call("ML.EVALUATE", vec![training], &[]), &NoCatalog)
        .unwrap();
    let area = crate::support::number(
        &connection,
        &format!("SELECT roc_auc FROM ({})", evaluate.sql),
    );
    assert!((area - expected).abs() < 1e-15);
}

#[test]
fn empty_and_one_sided_input_gives_not_a_number_where_there_is_none() {
    let (connection, model) = trained();
    let show = |filter: &str| {
        let input = relation(&format!("SELECT * FROM t WHERE {filter}"), COLUMNS);
        let lines: Vec<String> = ["ML.EVALUATE", "ML.CONFUSION_MATRIX", "ML.ROC_CURVE"]
            .iter()
            .map(|function| {
                let relation = model
                    .relation(&call(function, vec![input.clone()], &[]), &NoCatalog)
                    .unwrap();
                rows(&connection, &relation.sql).join("\n")
            })
            .collect();
        lines.join("\n")
    };
    insta::assert_snapshot!(format!("{}\n--\n{}", show("false"), show("x = 1")));
}

#[test]
fn class_names_become_column_names() {
    let connection = engine("");
    let sql = "SELECT CAST(i AS DOUBLE) AS x, CASE WHEN i < 4 THEN '<=50K' ELSE 'more' END AS label FROM range(9) AS r(i)";
    let columns = [("x", Type::Float64), ("label", Type::String)];
    let statement = logistic(relation(sql, &columns), "label", &[]);
    let model = train(&connection, &statement).unwrap();
    let matrix = model
        .relation(&call("ML.CONFUSION_MATRIX", vec![], &[]), &NoCatalog)
        .unwrap();
    insta::assert_snapshot!(table(&connection, &matrix));
}

#[test]
fn the_sql_of_predictions_reads_well() {
    let connection = engine(
        "CREATE TABLE t AS SELECT
           i AS n, sin(i) AS x, i % 5 = 0 AS b, 'c' || i % 12 AS c, i % 2 AS label
         FROM range(60) AS r(i)",
    );
    let columns = [
        ("n", Type::Int64),
        ("x", Type::Float64),
        ("b", Type::Bool),
        ("c", Type::String),
        ("label", Type::Int64),
    ];
    let training = relation("SELECT * FROM \"t\"", &columns);
    let options = [
        ("max_iterations", Value::Int64(1)),
        ("data_split_method", text("NO_SPLIT")),
    ];
    let mut model = train(&connection, &logistic(training.clone(), "label", &options)).unwrap();
    // digits that no platform's sine decides
    let bqml::Parameters::LogisticRegression {
        intercepts,
        weights,
        ..
    } = &mut model.parameters
    else {
        panic!("{:?}", model.parameters);
    };
    intercepts[0] = 0.25;
    for (index, weight) in weights[0].iter_mut().enumerate() {
        *weight = index as f64 / 8.0 - 1.0;
    }
    for (index, feature) in model.features.iter_mut().enumerate() {
        if let bqml::Encoding::Standardized { mean, deviation } = &mut feature.encoding {
            *mean = index as f64 + 0.5;
            *deviation = 2.0;
        }
    }
    for (name, function) in [
        ("predict_sql", "ML.PREDICT"),
        ("evaluate_sql", "ML.EVALUATE"),
    ] {
        let relation = model
            .relation(&call(function, vec![training.clone()], &[]), &NoCatalog)
            .unwrap();
        rows(&connection, &relation.sql);
        insta::assert_snapshot!(name, relation.sql);
    }
}
