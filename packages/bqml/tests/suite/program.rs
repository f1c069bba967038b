//! Models as programs: what they answer is what `ML.PREDICT` gives, and select lists are what the
//! engine makes of them

use bqml::program::evaluate::{Evaluator, Tensor, Values};
use bqml::program::{Element, select_list};
use bqml::{Model, Scorer};
use duckdb::Connection;
use googlesql::{Column, CreateModel, Relation, Type, Value};
use serde_json::json;

use crate::support::{NoCatalog, call, create, engine, logistic, relation, text, train};

/// Numbers, texts, truths and dates with NULLs, extremes and categories that training never saw
const ROWS: &str = "CREATE TABLE t AS SELECT
    CASE WHEN i % 11 = 0 THEN NULL WHEN i % 97 = 0 THEN 1e300 WHEN i % 89 = 0 THEN -1e300 ELSE i / 7e0 END AS x,
    CASE WHEN i % 13 > 0 THEN 1700000000000000 + i * 1000003 END AS n,
    CASE WHEN i % 7 > 0 THEN 'c' || i % 12 END AS c,
    CASE WHEN i % 17 > 0 THEN i % 3 = 0 END AS b,
    DATE '2023-12-25' + CAST(i AS INTEGER) AS d,
    CASE WHEN i % 4 = 0 OR i > 250 AND i % 3 > 0 THEN 'yes' ELSE 'no' END AS label,
    CASE WHEN i % 5 < 2 THEN 10 WHEN i % 5 < 4 THEN 9 ELSE -3 END AS grade,
    i * 0.5e0 + i % 5 AS value,
    i AS i
  FROM range(400) AS r(i)";

const COLUMNS: &[(&str, Type)] = &[
    ("x", Type::Float64),
    ("n", Type::Int64),
    ("c", Type::String),
    ("b", Type::Bool),
    ("d", Type::Date),
];

fn training(label: &str) -> Relation {
    let ty = match label {
        "label" => Type::String,
        "grade" => Type::Int64,
        _ => Type::Float64,
    };
    let columns: Vec<_> = COLUMNS.iter().cloned().chain([(label, ty)]).collect();
    // fewer categories than are predicted on
    relation(
        &format!(
            "SELECT x, n, c, b, d, {label} FROM t WHERE i % 97 > 0 AND i % 89 > 0 AND c IS DISTINCT FROM 'c7'"
        ),
        &columns,
    )
}

fn transformed(mut create: CreateModel, items: &str) -> CreateModel {
    create.transform = Some(items.to_owned());
    create.transformed = googlesql::select_over(items, &create.training, &NoCatalog).unwrap();
    create
}

fn regression(training: Relation) -> CreateModel {
    create(
        training,
        &[
            ("model_type", text("LINEAR_REG")),
            ("input_label_cols", Value::Array(vec![text("value")])),
        ],
    )
}

/// The rows as instances, and what `ML.PREDICT` gives for them: a text of the prediction and numbers
fn predicted(
    connection: &Connection,
    model: &Model,
    numbers: &str,
) -> (Vec<serde_json::Value>, Vec<(String, Vec<f64>)>) {
    let relation = model
        .relation(
            &call(
                "ML.PREDICT",
                vec![relation("SELECT x, n, c, b, d FROM t ORDER BY i", COLUMNS)],
                &[],
            ),
            &NoCatalog,
        )
        .unwrap();
    let label = &model.label.as_ref().unwrap().column;
    let sql = format!(
        "SELECT to_json({{'x': CAST(x AS VARCHAR), 'n': n, 'c': c, 'b': b, 'd': d}}), CAST(predicted_{label} AS VARCHAR), to_json({numbers}) FROM ({})",
        relation.sql
    );
    let mut statement = connection.prepare(&sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let (mut instances, mut answers) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next().unwrap() {
        let mut instance: serde_json::Value =
            serde_json::from_str(&row.get::<_, String>(0).unwrap()).unwrap();
        if let Some(x) = instance["x"].as_str() {
            instance["x"] = json!(x.parse::<f64>().unwrap());
        }
        instances.push(instance);
        let numbers: Vec<f64> = serde_json::from_str(&row.get::<_, String>(2).unwrap()).unwrap();
        answers.push((row.get(1).unwrap(), numbers));
    }
    (instances, answers)
}

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12 * right.abs().max(1.0)
}

/// What the scorer answers against what `ML.PREDICT` does
fn check_classes(connection: &Connection, create: &CreateModel) {
    let model = train(connection, create).unwrap();
    let label = model.label.clone().unwrap();
    let numbers = format!(
        "list_transform(predicted_{}_probs, lambda p: p.prob)",
        label.column
    );
    let (instances, answers) = predicted(connection, &model, &numbers);
    let scorer = Scorer::new(model).unwrap();
    let given = scorer.predict(&instances).unwrap();
    let names: Vec<&str> = label
        .classes
        .iter()
        .rev()
        .map(|class| class.value.as_str())
        .collect();
    for ((instance, (predicted, probabilities)), answer) in
        instances.iter().zip(&answers).zip(&given)
    {
        assert_eq!(
            answer[format!("predicted_{}", label.column)],
            json!([predicted]),
            "{instance}"
        );
        assert_eq!(answer[format!("{}_values", label.column)], json!(names));
        let own = answer[format!("{}_probs", label.column)]
            .as_array()
            .unwrap();
        for (own, expected) in own.iter().zip(probabilities) {
            assert!(
                close(own.as_f64().unwrap(), *expected),
                "{instance}: {own} and {expected}"
            );
        }
    }
}

#[test]
fn a_scorer_answers_as_the_engine_does() {
    let connection = engine(ROWS);
    check_classes(&connection, &logistic(training("label"), "label", &[]));
    check_classes(
        &connection,
        &logistic(
            training("label"),
            "label",
            &[("category_encoding_method", text("DUMMY_ENCODING"))],
        ),
    );
    check_classes(&connection, &logistic(training("grade"), "grade", &[]));
}

#[test]
fn a_regressor_answers_with_the_value_itself() {
    let connection = engine(ROWS);
    let model = train(&connection, &regression(training("value"))).unwrap();
    let (instances, answers) = predicted(&connection, &model, "[predicted_value]");
    let scorer = Scorer::new(model).unwrap();
    let given = scorer.predict(&instances).unwrap();
    for ((instance, (_, expected)), answer) in instances.iter().zip(&answers).zip(&given) {
        let own = answer[0].as_f64().unwrap();
        assert!(
            close(own, expected[0]),
            "{instance}: {own} and {}",
            expected[0]
        );
    }
}

#[test]
fn a_transform_is_part_of_the_program() {
    let connection = engine(ROWS);
    let items = "IFNULL(x, 0) / 3 AS x, MOD(n, 1000) AS rest, UPPER(c) AS c, \
        EXTRACT(DAYOFWEEK FROM d) AS weekday, d, IF(b, 'b', NULL) AS b, label";
    let create = transformed(logistic(training("label"), "label", &[]), items);
    check_classes(&connection, &create);
}

#[test]
fn an_explanation_makes_up_the_prediction() {
    let connection = engine(ROWS);
    let model = train(&connection, &logistic(training("grade"), "grade", &[])).unwrap();
    let scorer = Scorer::new(model).unwrap();
    let instance = json!({"x": 3.5, "n": null, "c": "c1", "b": true, "d": "2024-01-01"});
    let answer = &scorer.predict(std::slice::from_ref(&instance)).unwrap()[0];
    let why = &scorer.explain(std::slice::from_ref(&instance)).unwrap()[0];
    assert_eq!(
        answer["predicted_grade"][0].as_str(),
        why.output_class.as_deref()
    );
    assert_eq!(
        answer["grade_values"][why.output_index].as_str(),
        why.output_class.as_deref()
    );
    let parts: f64 = why.features.iter().map(|(_, part)| part).sum();
    assert!(close(why.baseline + parts, why.output));
    let names: Vec<&str> = why.features.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["x", "n", "c", "b", "d"]);
}

#[test]
fn what_does_not_fit_is_named() {
    let connection = engine(ROWS);
    let model = train(&connection, &logistic(training("label"), "label", &[])).unwrap();
    let scorer = Scorer::new(model).unwrap();
    let told = |instance: serde_json::Value| scorer.predict(&[instance]).unwrap_err();
    assert_eq!(
        told(json!({"x": 1, "n": 2, "b": null, "d": ""})),
        "instance 0 lacks `c`"
    );
    assert_eq!(
        told(json!({"x": "1", "n": 2, "c": "", "b": null, "d": ""})),
        "instance 0: `x` is \"1\", expected a number"
    );
    assert!(
        told(json!({"x": 1, "n": 2, "c": "", "b": null, "d": "", "cc": 1}))
            .starts_with("instance 0 has `cc`, which is no input")
    );
    assert_eq!(
        told(json!([1, 2])),
        "instance 0 has 2 values, the model takes 5"
    );
}

/// Select lists on the engine and as programs
const EXPRESSIONS: &[&str] = &[
    "x + n",
    "x * 2 - 1",
    "n / 7",
    "SAFE_DIVIDE(x, i - 5)",
    "DIV(i, 7)",
    "MOD(i - 100, 7)",
    "-x",
    "ABS(x)",
    "SIGN(x)",
    "ROUND(x)",
    "ROUND(x, 2)",
    "TRUNC(x)",
    "CEIL(x)",
    "FLOOR(x)",
    "SQRT(i)",
    "EXP(i / 100)",
    "LN(i + 1)",
    "LOG(i + 1, 2)",
    "LOG10(i + 1)",
    "POW(i, 1.5)",
    "SIN(i)",
    "TANH(i / 50)",
    "ATAN2(i, 3)",
    "GREATEST(x, i, 3)",
    "LEAST(x, 10.5)",
    "IEEE_DIVIDE(i, 3)",
    "SAFE_ADD(x, i)",
    "CAST(i / 3 AS INT64)",
    "CAST(b AS INT64)",
    "CAST(i AS STRING)",
    "CAST(b AS STRING)",
    "CAST(n AS FLOAT64)",
    "SAFE_CAST(SUBSTR(c, 2) AS INT64)",
    "SAFE_CAST(c AS FLOAT64)",
    "IF(x > 10, 'a', 'b')",
    "CASE WHEN x IS NULL THEN 0 WHEN c = 'c1' THEN 1 ELSE 2 END",
    "CASE c WHEN 'c1' THEN 10 WHEN 'c2' THEN 20 END",
    "COALESCE(x, n, 1)",
    "IFNULL(c, 'none')",
    "NULLIF(c, 'c3')",
    "IF(b AND x > 3, 1, 0)",
    "IF(b OR x > 3, 1, 0)",
    "IF(NOT b, 1, 0)",
    "IF(b IS NULL, 1, 0)",
    "IF(b IS TRUE, 1, 0)",
    "IF(x BETWEEN 3 AND 20, 1, 0)",
    "IF(c IN ('c1', 'c5'), 1, 0)",
    "IF(c NOT IN ('c1', 'c5'), 1, 0)",
    "IF(c IS DISTINCT FROM 'c1', 1, 0)",
    "IF(IS_NAN(x), 1, 0)",
    "b",
    "c > 'c3'",
    "LOWER(UPPER(c))",
    "CONCAT(c, '-', c)",
    "c || '!'",
    "LENGTH(c)",
    "BYTE_LENGTH('é' || c)",
    "SUBSTR(c, 2)",
    "SUBSTR(c, 1, 1)",
    "SUBSTR(c, -2)",
    "SUBSTR(c, 0, 2)",
    "LEFT(c, 2)",
    "RIGHT(c, 2)",
    "TRIM('  ' || c || ' ')",
    "IF(STARTS_WITH(c, 'c1'), 1, 0)",
    "IF(ENDS_WITH(c, '1'), 1, 0)",
    "REPLACE(c, 'c', 'd.')",
    "IF(REGEXP_CONTAINS(c, r'1[01]'), 1, 0)",
    "REGEXP_REPLACE(c, r'c(\\d)', r'\\1-')",
    "REGEXP_EXTRACT(c, r'\\d+')",
    "REGEXP_EXTRACT(c, r'c(\\d)')",
    "IF(c LIKE 'c_', 1, 0)",
    "IF(c LIKE '%1', 1, 0)",
    "EXTRACT(YEAR FROM d)",
    "EXTRACT(MONTH FROM d)",
    "EXTRACT(DAY FROM d)",
    "EXTRACT(QUARTER FROM d)",
    "EXTRACT(DAYOFWEEK FROM d)",
    "EXTRACT(DAYOFYEAR FROM d)",
    "DATE_DIFF(d, DATE '2024-02-29', DAY)",
    "UNIX_DATE(DATE_ADD(d, INTERVAL 3 DAY))",
    "EXTRACT(HOUR FROM TIMESTAMP_MICROS(n))",
    "EXTRACT(DAYOFWEEK FROM TIMESTAMP_MICROS(n))",
    "EXTRACT(MINUTE FROM TIMESTAMP_MICROS(n))",
    "EXTRACT(DATE FROM TIMESTAMP_MICROS(n))",
    "DATE_ADD(d, INTERVAL 30 DAY)",
    "TIMESTAMP_DIFF(TIMESTAMP_MICROS(n), TIMESTAMP '2023-01-01 00:00:00+00', HOUR)",
    "SAFE_DIVIDE(i, 0)",
    "ML.BUCKETIZE(x, [3, 9])",
    "ML.BUCKETIZE(i, [3, 9, 20], TRUE)",
];

#[test]
fn a_select_list_is_what_the_engine_makes_of_it() {
    let connection = engine(ROWS);
    let columns: Vec<Column> = COLUMNS
        .iter()
        .cloned()
        .chain([("i", Type::Int64)])
        .map(|(name, ty)| Column::new(name, ty))
        .collect();
    let input = Relation {
        sql: "SELECT x, n, c, b, d, i FROM t ORDER BY i".to_owned(),
        columns: columns.clone(),
    };
    let mut wrong = Vec::new();
    for expression in EXPRESSIONS {
        let items = format!("{expression} AS y");
        let lowered = match googlesql::select_over(&items, &input, &NoCatalog) {
            Ok(lowered) => lowered,
            Err(error) => {
                wrong.push(format!("{expression}: {error}"));
                continue;
            }
        };
        let program = match select_list(&items, &columns, &|_| true) {
            Ok(program) => program,
            Err(error) => {
                wrong.push(format!("{expression}: {error}"));
                continue;
            }
        };
        let inputs: Vec<Values> = program
            .inputs
            .iter()
            .map(|input| column(&connection, &input.name, input.element))
            .collect();
        let outputs = Evaluator::new(program).unwrap().run(&inputs, 400).unwrap();
        let expected = answers(&connection, &lowered);
        let own = texts(&outputs[0]);
        if let Some(row) = (0..400).find(|row| !same(&own[*row], &expected[*row])) {
            wrong.push(format!(
                "{expression}: row {row} is {:?}, not {:?}",
                own[row], expected[row]
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn column(connection: &Connection, name: &str, element: Element) -> Values {
    let sql = format!("SELECT CAST({name} AS VARCHAR) FROM t ORDER BY i");
    let mut statement = connection.prepare(&sql).unwrap();
    let values = statement
        .query_map([], |row| row.get::<_, Option<String>>(0))
        .unwrap()
        .map(Result::unwrap);
    match element {
        Element::Number => Values::Numbers(
            values
                .map(|value| value.map_or(f64::NAN, |text| text.parse().unwrap()))
                .collect(),
        ),
        _ => Values::Texts(
            values
                .map(|value| value.unwrap_or_default().into())
                .collect(),
        ),
    }
}

fn answers(connection: &Connection, lowered: &Relation) -> Vec<Option<String>> {
    let sql = format!("SELECT CAST(y AS VARCHAR) FROM ({})", lowered.sql);
    let mut statement = connection.prepare(&sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(|row| row.unwrap_or_else(|error| panic!("{error}\n{sql}")))
        .collect()
}

fn texts(tensor: &Tensor) -> Vec<Option<String>> {
    match &tensor.values {
        Values::Numbers(all) => all
            .iter()
            .map(|value| (!value.is_nan()).then(|| format!("{value:?}")))
            .collect(),
        Values::Texts(all) => all
            .iter()
            .map(|text| (!text.is_empty()).then(|| text.to_string()))
            .collect(),
        _ => Vec::new(),
    }
}

fn same(own: &Option<String>, expected: &Option<String>) -> bool {
    match (own, expected) {
        (Some(own), Some(expected)) if own != expected => {
            match (own.parse::<f64>(), expected.parse::<f64>()) {
                (Ok(own), Ok(expected)) => close(own, expected),
                _ => false,
            }
        }
        (own, expected) => own == expected,
    }
}
