//! A catalog of tables in an in-memory DuckDB, and running GoogleSQL against it

use std::ops::Range;

use diagnostic::code;
use duckdb::Connection;
use duckdb::types::Value;
use googlesql::{
    Analyzed, Catalog, Column, Error, ModelFunction, PhysicalName, Relation, Table, Type,
    quote_identifier,
};

/// Tables with fixed columns; the last part of a path names the table
pub struct Tables {
    pub tables: Vec<(&'static str, Vec<Column>)>,
    pub zone: &'static str,
}

impl Catalog for Tables {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let name = self.physical(path, span.clone())?;
        match self.tables.iter().find(|(own, _)| *own == name.name) {
            Some((_, columns)) => Ok(Table {
                sql: format!(
                    "{}.{}",
                    quote_identifier(&name.schema),
                    quote_identifier(&name.name)
                ),
                columns: columns.clone(),
                pseudo_columns: match name.name.ends_with('*') {
                    true => vec![Column::new("_TABLE_SUFFIX", Type::String)],
                    false => Vec::new(),
                },
            }),
            None => {
                let message = format!("no table `{}`", path.join("."));
                Err(Error::new(code::UNKNOWN_TABLE, message, span))
            }
        }
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        match path {
            [name] => Ok(PhysicalName {
                schema: "main".to_owned(),
                name: name.clone(),
            }),
            [.., schema, name] => Ok(PhysicalName {
                schema: schema.clone(),
                name: name.clone(),
            }),
            [] => Err(Error::new(code::UNKNOWN_TABLE, "a name is empty", span)),
        }
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        path.last()
            .cloned()
            .ok_or_else(|| Error::new(code::UNKNOWN_TABLE, "a name is empty", span))
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        match call.inputs.first() {
            Some(input) => Ok(Relation {
                sql: format!(
                    "SELECT *, 0.5e0 AS \"predicted\" FROM ({}) AS \"scored\"",
                    input.sql
                ),
                columns: input
                    .columns
                    .iter()
                    .cloned()
                    .chain([Column::new("predicted", Type::Float64)])
                    .collect(),
            }),
            None => Err(Error::new(
                code::MODEL_INPUT_INVALID,
                "no input",
                call.span.clone(),
            )),
        }
    }

    fn time_zone(&self) -> &str {
        self.zone
    }
}

/// Tables of a small shop
pub fn shop() -> Tables {
    let params = Type::Array(Box::new(Type::Struct(vec![
        field("key", Type::String),
        field(
            "value",
            Type::Struct(vec![
                field("text", Type::String),
                field("number", Type::Int64),
            ]),
        ),
    ])));
    Tables {
        tables: vec![
            (
                "orders",
                vec![
                    Column::new("id", Type::Int64),
                    Column::new("customer", Type::String),
                    Column::new("amount", Type::Float64),
                    Column::new("price", Type::Numeric),
                    Column::new("at", Type::Timestamp),
                    Column::new("day", Type::Date),
                    Column::new("tags", Type::Array(Box::new(Type::String))),
                ],
            ),
            (
                "customers",
                vec![
                    Column::new("customer", Type::String),
                    Column::new("country", Type::String),
                ],
            ),
            (
                "events_*",
                vec![
                    Column::new("user", Type::String),
                    Column::new("name", Type::String),
                    Column::new("micros", Type::Int64),
                    Column::new("params", params),
                ],
            ),
        ],
        zone: "UTC",
    }
}

fn field(name: &str, ty: Type) -> googlesql::Field {
    googlesql::Field {
        name: Some(name.to_owned()),
        ty,
    }
}

/// The analysed statements of a script
pub fn analyze(sql: &str, catalog: &dyn Catalog) -> Result<Vec<Analyzed>, Error> {
    googlesql::parse(sql)?
        .iter()
        .map(|statement| googlesql::analyze(sql, statement, catalog))
        .collect()
}

/// A database that knows the Rust functions, with one thread so that rows keep their order
pub fn database() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    googlesql::udf::register(&connection).unwrap();
    connection.execute_batch("SET threads = 1").unwrap();
    connection
}

/// The rows of a query as texts, one per row, cells separated by ` | `
pub fn rows(connection: &Connection, relation: &Relation) -> Result<Vec<String>, String> {
    let mut statement = connection.prepare(&relation.sql).map_err(told)?;
    let mut rows = statement.query([]).map_err(told)?;
    let mut lines = Vec::new();
    while let Some(row) = rows.next().map_err(told)? {
        let cells: Vec<_> = (0..relation.columns.len())
            .map(|at| show(&row.get::<_, Value>(at).unwrap()))
            .collect();
        lines.push(cells.join(" | "));
    }
    Ok(lines)
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Boolean(value) => value.to_string(),
        Value::BigInt(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            format!(
                "[{}]",
                items.iter().map(show).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Struct(fields) => {
            let fields: Vec<_> = fields.iter().map(|(_, value)| show(value)).collect();
            format!("{{{}}}", fields.join(", "))
        }
        other => format!("{other:?}"),
    }
}

/// What the engine says, without the names of functions in Rust
fn told(error: duckdb::Error) -> String {
    googlesql::without_mark(&error.to_string()).into_owned()
}
