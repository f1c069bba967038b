//! Predictions inside the engine against the same model computed here, row by row

use bqml::{Encoding, Model};
use googlesql::Type;
use proptest::prelude::*;

use crate::support::{NoCatalog, call, engine, learned, logistic, relation, train};

const COLUMNS: &[(&str, Type)] = &[
    ("x", Type::Float64),
    ("n", Type::Int64),
    ("b", Type::Bool),
    ("c", Type::String),
];

#[derive(Debug, Clone)]
struct Row {
    x: Option<f64>,
    n: Option<i64>,
    b: Option<bool>,
    c: Option<String>,
    tags: Option<Vec<String>>,
}

fn row() -> impl Strategy<Value = Row> {
    let x = prop_oneof![
        -5.0..5.0,
        Just(0.0),
        Just(1e300),
        Just(-1e300),
        Just(f64::MIN_POSITIVE)
    ];
    let n = prop_oneof![-100_i64..100, Just(i64::MAX), Just(i64::MIN)];
    let c = prop_oneof![
        "[a-z]",
        "c(1[0-9]|[0-9])",
        Just("it's \"é\"".to_owned()),
        Just(String::new()),
        Just("two\nlines\u{1}".to_owned())
    ];
    let tags = proptest::collection::vec("t(1[0-9]|[0-9])", 0..4);
    (
        proptest::option::weighted(0.9, x),
        proptest::option::weighted(0.9, n),
        proptest::option::weighted(0.9, any::<bool>()),
        proptest::option::weighted(0.9, c),
        proptest::option::weighted(0.9, tags),
    )
        .prop_map(|(x, n, b, c, tags)| Row { x, n, b, c, tags })
}

/// The model by its definition
fn probability(model: &Model, row: &Row) -> f64 {
    let (intercept, weights) = learned(model);
    let mut margin = intercept;
    let mut rest = weights;
    for feature in &model.features {
        let (own, tail) = rest.split_at(feature.width());
        rest = tail;
        margin += match (&feature.encoding, feature.column.as_str()) {
            (Encoding::Standardized { mean, deviation }, column) => {
                let value = match column {
                    "x" => row.x,
                    _ => row.n.map(|n| n as f64),
                };
                value.map_or(0.0, |value| (value - mean) / deviation * own[0])
            }
            (Encoding::OneHot { categories, .. }, column) => {
                let value = match column {
                    "b" => row.b.map(|b| b.to_string()),
                    _ => row.c.clone(),
                };
                match value {
                    None => own[categories.len()],
                    Some(value) => weight(categories, own, &value),
                }
            }
            (Encoding::MultiHot { categories, .. }, _) => match &row.tags {
                None => own[categories.len()],
                Some(tags) => {
                    let mut tags = tags.clone();
                    tags.sort();
                    tags.dedup();
                    tags.iter().map(|tag| weight(categories, own, tag)).sum()
                }
            },
            (other, _) => panic!("{other:?}"),
        };
    }
    1.0 / (1.0 + (-margin).exp())
}

fn weight(categories: &[String], weights: &[f64], value: &str) -> f64 {
    categories
        .iter()
        .position(|category| category == value)
        .map_or(0.0, |index| weights[index])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn predictions_in_sql_are_those_of_the_model(
        rows in proptest::collection::vec(row(), 1..60),
        categories in 2_i64..20,
        far in prop_oneof![Just("0e0"), Just("60e0"), Just("1e5")],
    ) {
        // few categories become a CASE, many a join
        let connection = engine(&format!(
            "CREATE TABLE training AS SELECT
               sin(i) + {far} AS x, CASE WHEN i % 9 > 0 THEN i END AS n, i % 4 = 1 AS b,
               CASE WHEN i % 10 = 0 THEN NULL WHEN i % 17 = 0 THEN 'two' || chr(10) || 'lines' || chr(1) ELSE 'c' || (i * 7) % {categories} END AS c,
               CASE WHEN i % 10 > 1 THEN ['t' || i % {categories}, 't' || i % 3] END AS tags,
               CAST(sin(i) + sin(5 * i) > 0 AS BIGINT) AS label
             FROM range(300) AS r(i);
             CREATE TABLE input (row BIGINT, x DOUBLE, n BIGINT, b BOOLEAN, c VARCHAR, tags VARCHAR[])"
        ));
        let mut columns = COLUMNS.to_vec();
        columns.push(("tags", Type::Array(Box::new(Type::String))));
        let mut training = columns.clone();
        training.push(("label", Type::Int64));
        let statement = logistic(relation("SELECT * FROM training", &training), "label", &[]);
        let model = train(&connection, &statement).unwrap();

        for (index, row) in rows.iter().enumerate() {
            let tags = row.tags.as_ref().map(|tags| tags.join(","));
            connection
                .execute(
                    "INSERT INTO input VALUES (?, ?, ?, ?, ?, CASE WHEN CAST(? AS VARCHAR) = '' THEN [] ELSE string_split(?, ',') END)",
                    duckdb::params![index as i64, row.x, row.n, row.b, row.c, tags, tags],
                )
                .unwrap();
        }
        columns.insert(0, ("row", Type::Int64));
        let input = relation("SELECT * FROM input", &columns);
        let predict = model.relation(&call("ML.PREDICT", vec![input], &[]), &NoCatalog).unwrap();
        let sql = format!(
            "SELECT row, predicted_label, predicted_label_probs[1].label, predicted_label_probs[1].prob, predicted_label_probs[2].prob FROM ({}) ORDER BY row",
            predict.sql
        );
        let mut query = connection.prepare(&sql).unwrap();
        let found: Vec<(usize, i64, i64, f64, f64)> = query
            .query_map([], |row| {
                Ok((row.get::<_, i64>(0)? as usize, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .unwrap()
            .map(Result::unwrap)
            .collect();
        prop_assert_eq!(found.len(), rows.len());
        for (index, predicted, first, positive, negative) in found {
            let expected = probability(&model, &rows[index]);
            prop_assert!(
                (positive - expected).abs() <= 1e-12,
                "{:?}: {} where {} is expected", rows[index], positive, expected
            );
            prop_assert!((positive + negative - 1.0).abs() <= 1e-15);
            prop_assert_eq!(first, 1);
            prop_assert_eq!(predicted, i64::from(expected > 0.5));
        }
    }
}
