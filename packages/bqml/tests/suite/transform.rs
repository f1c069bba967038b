//! `TRANSFORM`: applied in training and again to the input of every function

use bqml::Model;
use duckdb::Connection;
use googlesql::{Catalog, CreateModel, Error, Relation, Type};

use crate::support::{NoCatalog, call, engine, logistic, number, relation, rows, train};

const ROWS: &str = "CREATE TABLE t AS SELECT
    'user' || i AS id, i AS x, CASE WHEN i % 5 > 0 THEN 'c' || i % 3 END AS c,
    CAST(i % 4 = 0 OR i > 50 AS BIGINT) AS label
  FROM range(80) AS r(i)";

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::String),
    ("x", Type::Int64),
    ("c", Type::String),
    ("label", Type::Int64),
];

fn statement(items: &str, catalog: &dyn Catalog) -> CreateModel {
    let mut statement = logistic(all(), "label", &[]);
    statement.transform = Some(items.to_owned());
    statement.transformed = googlesql::select_over(items, &statement.training, catalog).unwrap();
    statement
}

fn all() -> Relation {
    relation("SELECT * FROM t", COLUMNS)
}

fn columns(names: &[&str]) -> Relation {
    let columns: Vec<(&str, Type)> = COLUMNS
        .iter()
        .filter(|(name, _)| names.contains(name))
        .cloned()
        .collect();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    relation(&format!("SELECT {} FROM t", names.join(", ")), &columns)
}

fn predict(model: &Model, input: Relation) -> Result<Relation, Error> {
    model.relation(&call("ML.PREDICT", vec![input], &[]), &NoCatalog)
}

fn probabilities(connection: &Connection, predict: &Relation) -> Vec<String> {
    let sql = format!(
        "SELECT id, predicted_label_probs[1].prob FROM ({}) ORDER BY id",
        predict.sql
    );
    rows(connection, &sql)
}

#[test]
fn a_transformed_model_is_that_of_the_transformed_rows() {
    let connection = engine(ROWS);
    let by_hand = relation(
        "SELECT id, x * 2 AS x, coalesce(upper(c), 'none') AS c, label FROM t",
        COLUMNS,
    );
    let features = relation(
        &format!("SELECT x, c, label FROM ({})", by_hand.sql),
        &COLUMNS[1..],
    );
    let plain = train(&connection, &logistic(features, "label", &[])).unwrap();
    let expected = probabilities(&connection, &predict(&plain, by_hand).unwrap());

    for items in [
        "x * 2 AS x, IFNULL(UPPER(c), 'none') AS c, label",
        "x * 2 AS x,\n IFNULL(UPPER(c), 'none') AS c, label, -- the label last",
        "* EXCEPT (id, x, c), x * 2 AS x, IFNULL(UPPER(c), 'none') AS c",
    ] {
        let model = train(&connection, &statement(items, &NoCatalog)).unwrap();
        assert_eq!(model.features.len(), 2, "{items}");
        for input in [all(), columns(&["id", "x", "c"])] {
            let given = input.columns.clone();
            let relation = predict(&model, input).unwrap();
            assert_eq!(probabilities(&connection, &relation), expected, "{items}");
            // the input comes out as it was, not as the transform made it
            assert_eq!(relation.columns[2..], given);
            let sql = format!("SELECT sum(x) FROM ({})", relation.sql);
            assert_eq!(
                number(&connection, &format!("SELECT CAST(({sql}) AS DOUBLE)")),
                3160.0
            );
        }
        let evaluate = model
            .relation(&call("ML.EVALUATE", vec![all()], &[]), &NoCatalog)
            .unwrap();
        let loss = number(
            &connection,
            &format!("SELECT log_loss FROM ({})", evaluate.sql),
        );
        assert!((loss - crate::support::binary(&model).log_loss).abs() < 1e-12);
    }
}

#[test]
fn input_that_the_transform_cannot_take_is_refused() {
    let connection = engine(ROWS);
    let items = "x * 2 AS x, UPPER(c) AS c, label";
    let model = train(&connection, &statement(items, &NoCatalog)).unwrap();
    let texts = relation(
        "SELECT 'one' AS x, c FROM t",
        &[("x", Type::String), ("c", Type::String)],
    );
    let lines: Vec<String> = [columns(&["x"]), columns(&["id"]), texts]
        .into_iter()
        .map(|input| {
            let error = predict(&model, input).unwrap_err();
            // what the front end says about the mismatch is its own affair
            let message = error.message.split(": ").next().unwrap_or_default();
            format!("{} {:?} {message}", error.code, error.span)
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    let evaluate = call("ML.EVALUATE", vec![columns(&["x", "c"])], &[]);
    let error = model.relation(&evaluate, &NoCatalog).unwrap_err();
    assert!(error.message.contains("`label`"), "{}", error.message);
}
