//! What the tests share: an engine, statements built by hand, and a catalog that knows nothing

use std::ops::Range;

use bqml::Model;
use duckdb::Connection;
use googlesql::{
    Catalog, Column, CreateModel, Error, ModelFunction, ModelOption, PhysicalName, Relation, Table,
    Type, Value,
};

/// An engine in memory with the given tables
pub fn engine(setup: &str) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    googlesql::udf::register(&connection).unwrap();
    bqml::register(&connection, None).unwrap();
    connection
        .execute_batch("SET autoinstall_known_extensions = false; SET threads = 2;")
        .unwrap();
    connection.execute_batch(setup).unwrap();
    connection
}

/// A relation from SQL and (name, type) pairs
pub fn relation(sql: &str, columns: &[(&str, Type)]) -> Relation {
    Relation {
        sql: sql.to_owned(),
        columns: columns
            .iter()
            .map(|(name, ty)| Column::new(*name, ty.clone()))
            .collect(),
    }
}

/// `CREATE MODEL d.m OPTIONS(…) AS …` with option `i` at byte range `100 * (i + 1)..100 * (i + 1) + 10`
pub fn create(training: Relation, options: &[(&str, Value)]) -> CreateModel {
    CreateModel {
        model: PhysicalName {
            schema: "d".to_owned(),
            name: "m".to_owned(),
        },
        or_replace: false,
        if_not_exists: false,
        statistics: None,
        fitted_transform: None,
        transform: None,
        options: options
            .iter()
            .enumerate()
            .map(|(index, (name, value))| ModelOption {
                name: (*name).to_owned(),
                value: value.clone(),
                span: option_span(index),
            })
            .collect(),
        query: "SELECT …".to_owned(),
        transformed: training.clone(),
        training,
        span: 0..1000,
    }
}

/// Where [`create`] puts the option of an index
pub fn option_span(index: usize) -> Range<usize> {
    100 * (index + 1)..100 * (index + 1) + 10
}

/// A logistic regression of `label`, with more options
pub fn logistic(training: Relation, label: &str, more: &[(&str, Value)]) -> CreateModel {
    let mut options = vec![
        ("model_type", text("LOGISTIC_REG")),
        ("input_label_cols", Value::Array(vec![text(label)])),
    ];
    options.extend(more.iter().cloned());
    create(training, &options)
}

/// A string value
pub fn text(value: &str) -> Value {
    Value::String(value.to_owned())
}

/// Trains without listening
pub fn train(connection: &Connection, create: &CreateModel) -> Result<Model, Error> {
    bqml::train(connection, create, &mut |_| {})
}

/// The constant term and weights of a model with one margin
pub fn learned(model: &Model) -> (f64, &[f64]) {
    match &model.parameters {
        bqml::Parameters::LogisticRegression {
            intercepts,
            weights,
            ..
        } => (intercepts[0], &weights[0]),
        bqml::Parameters::LinearRegression {
            intercept, weights, ..
        } => (*intercept, weights),
        other => panic!("{other:?}"),
    }
}

/// The metrics at training of a classifier of two classes
pub fn binary(model: &Model) -> &bqml::BinaryEvaluation {
    match &model.evaluation {
        bqml::Evaluation::Binary(evaluation) => evaluation,
        other => panic!("{other:?}"),
    }
}

/// A call of a model function
pub fn call(function: &str, inputs: Vec<Relation>, settings: &[(&str, Value)]) -> ModelFunction {
    ModelFunction {
        function: function.to_owned(),
        model: vec!["d".to_owned(), "m".to_owned()],
        inputs,
        settings: settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        span: 7..77,
    }
}

/// A catalog without tables or models
pub struct NoCatalog;

impl Catalog for NoCatalog {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        Err(Error::new(
            diagnostic::code::UNKNOWN_TABLE,
            format!("no table {}", path.join(".")),
            span,
        ))
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        Err(Error::new(
            diagnostic::code::UNKNOWN_TABLE,
            format!("no name {}", path.join(".")),
            span,
        ))
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        Err(Error::new(
            diagnostic::code::UNKNOWN_TABLE,
            format!("no schema {}", path.join(".")),
            span,
        ))
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        Err(Error::new(
            diagnostic::code::MODEL_NOT_FOUND,
            format!("no model {}", call.model.join(".")),
            call.span.clone(),
        ))
    }
}

/// Rows of a query, each value as text (`NULL` for NULL), each row joined by ` | `, in order
pub fn rows(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection
        .prepare(sql)
        .unwrap_or_else(|e| panic!("{e}\n{sql}"));
    let mut rows = statement.query([]).unwrap_or_else(|e| panic!("{e}\n{sql}"));
    let mut texts = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        let count = row.as_ref().column_count();
        let cells: Vec<String> = (0..count)
            .map(|index| cell(&row.get::<_, duckdb::types::Value>(index).unwrap()))
            .collect();
        texts.push(cells.join(" | "));
    }
    texts
}

fn cell(value: &duckdb::types::Value) -> String {
    use duckdb::types::Value;
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::BigInt(value) => value.to_string(),
        Value::Int(value) => format!("INTEGER {value}"),
        Value::HugeInt(value) => format!("HUGEINT {value}"),
        // enough digits to notice, few enough to survive another platform's exp
        Value::Double(value) if value.abs() < 1e6 => {
            let rounded = (value * 1e9).round() / 1e9;
            format!("{:?}", rounded + 0.0)
        }
        Value::Double(value) => format!("{value:?}"),
        Value::Text(value) => value.clone(),
        Value::List(values) => {
            let values: Vec<String> = values.iter().map(cell).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Struct(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", cell(value)))
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// One number of a query
pub fn number(connection: &Connection, sql: &str) -> f64 {
    connection
        .query_row(sql, [], |row| row.get(0))
        .unwrap_or_else(|error| panic!("{error}\n{sql}"))
}
