//! What is refused, with which code, where and how it is said

use googlesql::{Error, Type, Value};

use crate::support::{NoCatalog, call, create, engine, logistic, relation, text, train};

const ROWS: &str =
    "CREATE TABLE t AS SELECT i AS x, i % 2 AS label, 'a' AS s FROM range(40) AS r(i)";

const COLUMNS: &[(&str, Type)] = &[
    ("x", Type::Int64),
    ("label", Type::Int64),
    ("s", Type::String),
];

pub fn line(error: &Error) -> String {
    let help = error
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(" ({help})"));
    format!("{} {:?} {}{help}", error.code, error.span, error.message)
}

#[test]
fn options_are_checked_where_they_stand() {
    let connection = engine(ROWS);
    let weight = |label: &str, weight: f64| {
        Value::Struct(vec![(None, text(label)), (None, Value::Float64(weight))])
    };
    let cases: Vec<Vec<(&str, Value)>> = vec![
        vec![("max_iteration", Value::Int64(3))],
        vec![("nonsense", Value::Int64(3))],
        vec![("max_iterations", Value::Int64(0))],
        vec![("max_iterations", text("many"))],
        vec![("l2_reg", Value::Float64(-1.0))],
        vec![("early_stop", Value::Int64(1))],
        vec![("learn_rate_strategy", text("fast"))],
        vec![("learn_rate", Value::Float64(0.1))],
        vec![
            ("learn_rate_strategy", text("constant")),
            ("ls_init_learn_rate", Value::Float64(0.1)),
        ],
        vec![("optimize_strategy", text("NORMAL_EQUATION"))],
        vec![("calculate_p_values", Value::Bool(true))],
        vec![("warm_start", Value::Bool(true))],
        vec![("max_parallel_trials", Value::Int64(3))],
        vec![("data_split_method", text("SEQ"))],
        vec![("data_split_col", text("x"))],
        vec![
            ("data_split_method", text("CUSTOM")),
            ("data_split_col", text("x")),
        ],
        vec![
            ("data_split_method", text("SEQ")),
            ("data_split_col", text("y")),
        ],
        vec![("l1_reg", Value::Int64(0)), ("l1_reg", Value::Int64(1))],
        vec![(
            "class_weights",
            Value::Array(vec![weight("0", 1.0), weight("2", 1.0)]),
        )],
        vec![("class_weights", Value::Array(vec![weight("0", 1.0)]))],
        vec![("class_weights", Value::Array(vec![weight("0", -1.0)]))],
        vec![
            ("auto_class_weights", Value::Bool(true)),
            (
                "class_weights",
                Value::Array(vec![weight("0", 1.0), weight("1", 1.0)]),
            ),
        ],
        vec![("category_encoding_method", text("LABEL_ENCODING"))],
    ];
    let mut lines = Vec::new();
    for options in cases {
        let statement = logistic(relation("SELECT * FROM t", COLUMNS), "label", &options);
        let error = train(&connection, &statement).unwrap_err();
        let index = statement
            .options
            .iter()
            .position(|option| option.span == error.span);
        assert!(index.is_some(), "{} has no option's place", line(&error));
        lines.push(line(&error));
    }
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn model_types_and_labels_are_checked() {
    let connection = engine(ROWS);
    let label = |names: &[&str]| Value::Array(names.iter().map(|name| text(name)).collect());
    let kind = ("model_type", text("logistic_reg"));
    let cases: Vec<Vec<(&str, Value)>> = vec![
        vec![],
        vec![("model_type", text("MATRIX_FACTORIZATION"))],
        vec![("model_type", text("LOGISTIC_REGR"))],
        vec![("model_type", Value::Int64(1))],
        vec![kind.clone(), ("input_label_cols", label(&["label", "x"]))],
        vec![kind.clone(), ("input_label_cols", label(&[]))],
        vec![kind.clone(), ("input_label_cols", text("label"))],
        vec![kind.clone(), ("input_label_cols", label(&["lable"]))],
        vec![
            ("model_type", text("LINEAR_REG")),
            ("input_label_cols", label(&["s"])),
        ],
        vec![
            ("model_type", text("LINEAR_REG")),
            ("class_weights", Value::Array(vec![])),
        ],
        vec![kind.clone(), ("input_label_cols", label(&["s"]))],
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|options| {
            let statement = create(relation("SELECT * FROM t", COLUMNS), options);
            line(&train(&connection, &statement).unwrap_err())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn rows_that_cannot_be_trained_on_are_named() {
    let connection = engine(ROWS);
    let array = |ty: Type| Type::Array(Box::new(ty));
    let cases: Vec<(&str, Vec<(&str, Type)>)> = vec![
        ("SELECT * FROM t WHERE false", COLUMNS.to_vec()),
        (
            "SELECT x, CAST(NULL AS BIGINT) AS label FROM t",
            vec![("x", Type::Int64), ("label", Type::Int64)],
        ),
        (
            "SELECT x, 1 AS label FROM t",
            vec![("x", Type::Int64), ("label", Type::Int64)],
        ),
        ("SELECT label FROM t", vec![("label", Type::Int64)]),
        (
            "SELECT CAST('NaN' AS DOUBLE) AS x, label FROM t",
            vec![("x", Type::Float64), ("label", Type::Int64)],
        ),
        (
            "SELECT [CAST('{}' AS JSON)] AS v, label FROM t",
            vec![("v", array(Type::Json)), ("label", Type::Int64)],
        ),
        (
            "SELECT CAST('{}' AS JSON) AS j, label FROM t",
            vec![("j", Type::Json), ("label", Type::Int64)],
        ),
        (
            "SELECT x, DATE '2020-01-01' AS label FROM t",
            vec![("x", Type::Int64), ("label", Type::Date)],
        ),
        (
            "SELECT s, i AS label FROM t CROSS JOIN range(51) AS r(i)",
            vec![("s", Type::String), ("label", Type::Int64)],
        ),
        (
            "SELECT error('boom ' || x) AS x, label FROM t",
            vec![("x", Type::String), ("label", Type::Int64)],
        ),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|(sql, columns)| {
            let statement = logistic(relation(sql, columns), "label", &[]);
            line(&train(&connection, &statement).unwrap_err())
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_split_that_leaves_one_class_to_train_on_says_so() {
    let connection = engine(ROWS);
    let columns = [
        ("x", Type::Int64),
        ("label", Type::Int64),
        ("held", Type::Bool),
    ];
    let statement = logistic(
        relation("SELECT x, label, label = 1 AS held FROM t", &columns),
        "label",
        &[
            ("data_split_method", text("CUSTOM")),
            ("data_split_col", text("held")),
        ],
    );
    let error = train(&connection, &statement).unwrap_err();
    assert_eq!(error.code, diagnostic::code::LABEL_ONE_CLASS);
    assert!(error.message.contains("one value, 0"), "{}", error.message);
}

#[test]
fn options_without_effect_are_warnings() {
    let connection = engine(ROWS);
    let statement = logistic(
        relation("SELECT x, label FROM t", &COLUMNS[..2]),
        "label",
        &[
            ("model_registry", text("VERTEX_AI")),
            ("data_split_eval_fraction", Value::Float64(0.3)),
        ],
    );
    let model = train(&connection, &statement).unwrap();
    insta::assert_snapshot!(model.warnings.join("\n"));
}

#[test]
fn calls_are_checked() {
    let connection = engine(ROWS);
    let statement = logistic(relation("SELECT * FROM t", COLUMNS), "label", &[]);
    let model = train(&connection, &statement).unwrap();
    let all = relation("SELECT * FROM t", COLUMNS);
    let given = |columns: &[(&str, Type)]| {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        vec![relation(
            &format!("SELECT {} FROM t", names.join(", ")),
            columns,
        )]
    };
    let threshold = |value: Value| vec![("threshold", value)];
    let cases = [
        call("ML.PREDICTS", vec![], &[]),
        call("ML.RECOMMEND", vec![all.clone()], &[]),
        call("ML.ADVANCED_WEIGHTS", vec![], &[]),
        call("ML.GLOBAL_EXPLAIN", vec![], &[]),
        call("ML.EXPLAIN_PREDICT", vec![], &[]),
        call(
            "ML.EXPLAIN_PREDICT",
            vec![all.clone()],
            &[("top_k_features", Value::Int64(0))],
        ),
        call("ML.PREDICT", vec![], &[]),
        call("ML.PREDICT", vec![all.clone(), all.clone()], &[]),
        call(
            "ML.PREDICT",
            vec![all.clone()],
            &[("treshold", Value::Float64(0.5))],
        ),
        call(
            "ML.PREDICT",
            vec![all.clone()],
            &threshold(Value::Float64(1.5)),
        ),
        call("ML.PREDICT", vec![all.clone()], &threshold(text("half"))),
        call("ML.PREDICT", given(&[("x", Type::Int64)]), &[]),
        call("ML.PREDICT", given(&[("label", Type::Int64)]), &[]),
        call(
            "ML.PREDICT",
            given(&[("x", Type::String), ("s", Type::String)]),
            &[],
        ),
        call(
            "ML.PREDICT",
            vec![relation(
                "SELECT x, s, 1 AS predicted_label FROM t",
                &[
                    ("x", Type::Int64),
                    ("s", Type::String),
                    ("predicted_label", Type::Int64),
                ],
            )],
            &[],
        ),
        call(
            "ML.EVALUATE",
            given(&[("x", Type::Int64), ("s", Type::String)]),
            &[],
        ),
        call("ML.WEIGHTS", vec![all.clone()], &[]),
        call("ML.WEIGHTS", vec![], &[("standardize", Value::Int64(1))]),
        call(
            "ML.ROC_CURVE",
            vec![all],
            &[("thresholds", Value::Float64(0.1))],
        ),
    ];
    let lines: Vec<String> = cases
        .iter()
        .map(|call| line(&model.relation(call, &NoCatalog).unwrap_err()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_label_that_the_model_does_not_know_fails_the_evaluation() {
    let connection = engine(ROWS);
    let statement = logistic(relation("SELECT * FROM t", COLUMNS), "label", &[]);
    let model = train(&connection, &statement).unwrap();
    let strange = relation("SELECT x, 7 AS label, s FROM t", COLUMNS);
    let evaluate = model
        .relation(&call("ML.EVALUATE", vec![strange], &[]), &NoCatalog)
        .unwrap();
    let error = connection
        .query_row(&evaluate.sql, [], |row| row.get::<_, f64>(0))
        .unwrap_err();
    assert!(
        error.to_string().contains("the label has the value 7"),
        "{error}"
    );
}
