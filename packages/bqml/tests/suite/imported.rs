//! Imported ONNX models against onnxruntime; `tests/reference/onnx_models.py` makes the files

use std::io;

use bqml::{Element, Model, Parameters};
use googlesql::{Error, ExternalModel, ModelOption, PhysicalName, Type, Value};

use crate::errors::line;
use crate::support::{NoCatalog, call, engine, option_span, relation, rows, text};

fn statement(options: &[(&str, Value)]) -> ExternalModel {
    ExternalModel {
        model: PhysicalName {
            schema: "d".to_owned(),
            name: "m".to_owned(),
        },
        or_replace: false,
        if_not_exists: false,
        inputs: Vec::new(),
        outputs: Vec::new(),
        connection: None,
        options: options
            .iter()
            .enumerate()
            .map(|(index, (name, value))| ModelOption {
                name: (*name).to_owned(),
                value: value.clone(),
                span: option_span(index),
            })
            .collect(),
        span: 0..1000,
    }
}

fn import(options: &[(&str, Value)]) -> Result<Model, Error> {
    bqml::import(
        &statement(options),
        &|path| match path.strip_prefix("gs://models/") {
            Some(name) => {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/");
                std::fs::read(format!("{folder}{name}"))
            }
            None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                "there is no such file",
            )),
        },
    )
}

fn imported(name: &str) -> Option<Model> {
    let path = format!("gs://models/{name}");
    match import(&[("model_type", text("ONNX")), ("model_path", text(&path))]) {
        Err(error) if error.code == diagnostic::code::MODEL_UNSUPPORTED => {
            eprintln!("skipped: {}", error.message);
            None
        }
        model => Some(model.unwrap()),
    }
}

fn expected(name: &str) -> serde_json::Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/onnx.json");
    let all: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    all[name].clone()
}

#[test]
fn scalars_and_arrays_go_in_and_out() {
    let Some(model) = imported("several.onnx") else {
        return;
    };
    let columns = [
        ("age", Type::Int64),
        ("measures", Type::Array(Box::new(Type::Float64))),
        ("visits", Type::Int64),
        ("member", Type::Bool),
        ("id", Type::String),
    ];
    let input = relation("SELECT * FROM t", &columns);
    let connection = engine(
        "CREATE TABLE t AS SELECT * FROM (VALUES
           (1::DOUBLE, [1e0, 2, 3], 0::BIGINT, true, 'a'), (2.5, [0e0, 0, 0], 7, false, 'b'), (40, [-4e0, 0.5, 0.25], -3, true, 'c')
         ) AS v(age, measures, visits, member, id)",
    );
    let answer = model.relation(&call("ML.PREDICT", vec![input.clone()], &[]), &NoCatalog);
    let answer = answer.unwrap();
    let types: Vec<String> = answer
        .columns
        .iter()
        .map(|column| format!("{} {}", column.name, column.ty))
        .collect();
    insta::assert_snapshot!(
        "imported",
        format!(
            "{}\n{}",
            types.join(", "),
            rows(&connection, &answer.sql).join("\n")
        )
    );
    let outputs = &expected("several")["outputs"];
    for (row, size) in rows(&connection, &answer.sql)
        .iter()
        .zip(outputs["size"].as_array().unwrap())
    {
        assert_eq!(
            row.split(" | ").next().unwrap().parse::<f64>().unwrap(),
            size[0].as_f64().unwrap()
        );
    }

    let few = relation(
        "SELECT age, id FROM t",
        &[("age", Type::Int64), ("id", Type::String)],
    );
    let missing = model.relation(&call("ML.PREDICT", vec![few], &[]), &NoCatalog);
    let mut text_age = columns;
    text_age[0].1 = Type::String;
    let other = relation("SELECT * FROM t", &text_age);
    let other = model.relation(&call("ML.PREDICT", vec![other], &[]), &NoCatalog);
    let lines = [missing, other].map(|found| line(&found.unwrap_err()));
    let evaluated = model.relation(&call("ML.EVALUATE", vec![], &[]), &NoCatalog);
    insta::assert_snapshot!(
        "imported_errors",
        format!("{}\n{}", lines.join("\n"), line(&evaluated.unwrap_err()))
    );

    // arrays of another length and NULLs are errors of the query
    for row in ["[1e0, 2]", "[1e0, NULL, 3]", "NULL::DOUBLE[]"] {
        let sql = format!(
            "SELECT 1e0 AS age, {row} AS measures, 0::BIGINT AS visits, true AS member, 'a' AS id"
        );
        let answer = model.relation(
            &call(
                "ML.PREDICT",
                vec![relation(&sql, &input_columns(&input))],
                &[],
            ),
            &NoCatalog,
        );
        assert!(
            connection
                .prepare(&answer.unwrap().sql)
                .unwrap()
                .query([])
                .is_err(),
            "{row}"
        );
    }
}

fn input_columns(input: &googlesql::Relation) -> Vec<(&str, Type)> {
    let columns = input.columns.iter();
    columns
        .map(|column| (column.name.as_str(), column.ty.clone()))
        .collect()
}

#[test]
fn a_forest_of_scikit_learn_answers_as_in_onnxruntime() {
    let Some(model) = imported("forest.onnx") else {
        return;
    };
    let Parameters::Onnx(imported) = &model.parameters else {
        panic!("{:?}", model.parameters);
    };
    assert_eq!(imported.outputs[0].element, Element::Integer);
    let expected = expected("forest");
    let values: Vec<String> = expected["inputs"]["X"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(index, row)| format!("({index}, {row})"))
        .collect();
    let connection = engine(&format!(
        "CREATE TABLE t AS SELECT * FROM (VALUES {}) AS v(n, X)",
        values.join(", ")
    ));
    let array = Type::Array(Box::new(Type::Float64));
    let input = relation("SELECT n, X FROM t", &[("n", Type::Int64), ("X", array)]);
    let answer = model.relation(&call("ML.PREDICT", vec![input], &[]), &NoCatalog);
    let sql = format!(
        "SELECT label, unnest(probabilities) FROM ({}) ORDER BY n",
        answer.unwrap().sql
    );
    let mut found = rows(&connection, &sql).into_iter();
    let labels = expected["outputs"]["label"].as_array().unwrap();
    for (label, all) in labels
        .iter()
        .zip(expected["outputs"]["probabilities"].as_array().unwrap())
    {
        for probability in all.as_array().unwrap() {
            let row = found.next().unwrap();
            let (own, value) = row.split_once(" | ").unwrap();
            assert_eq!(own, label.to_string());
            let difference = value.parse::<f64>().unwrap() - probability.as_f64().unwrap();
            assert!(difference.abs() < 1e-6, "{row} where {probability}");
        }
    }
}

#[test]
fn imports_are_checked() {
    let cases: &[&[(&str, Value)]] = &[
        &[("model_path", text("gs://models/several.onnx"))],
        &[("model_type", text("ONNX"))],
        &[("model_type", text("XGBOOST")), ("model_path", text("x"))],
        &[("model_type", text("LINEAR_REG"))],
        &[
            ("model_type", text("ONNX")),
            ("model_path", text("none.onnx")),
        ],
        &[
            ("model_type", text("ONNX")),
            ("model_path", text("none.onnx")),
            ("l2_reg", Value::Int64(1)),
        ],
    ];
    // without the runtime no file is read
    if imported("several.onnx").is_none() {
        return;
    }
    let lines: Vec<String> = cases
        .iter()
        .map(|options| line(&import(options).unwrap_err()))
        .collect();
    insta::assert_snapshot!("imports_are_checked", lines.join("\n"));
}
