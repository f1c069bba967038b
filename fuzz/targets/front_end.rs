//! The front end on any text: it ends, without a panic, and what it cannot do it says with a code and a
//! place in the text

use std::ops::Range;

use diagnostic::code;
use googlesql::{
    Catalog, Column, Error, Field, ModelFunction, PhysicalName, Relation, Table, Type,
};

/// Parses and lowers every statement of a text
pub fn check(text: &str) {
    let statements = match googlesql::parse(text) {
        Ok(statements) => statements,
        Err(error) => return placed(text, &error),
    };
    for statement in &statements {
        assert!(text.get(statement.span()).is_some());
        if let Err(error) = googlesql::analyze(text, statement, &Tables) {
            placed(text, &error);
        }
    }
}

fn placed(text: &str, error: &Error) {
    assert!(
        text.get(error.span.clone()).is_some(),
        "{error} at {:?} of {}",
        error.span,
        text.len()
    );
    assert!(!error.message.is_empty());
}

/// A catalog in which every name is a table with a column of each type
struct Tables;

impl Catalog for Tables {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let name = self.physical(path, span)?;
        let pair = vec![
            Field {
                name: Some("k".to_owned()),
                ty: Type::String,
            },
            Field {
                name: None,
                ty: Type::Int64,
            },
        ];
        let columns = [
            ("x", Type::Int64),
            ("f", Type::Float64),
            ("n", Type::Numeric),
            ("s", Type::String),
            ("y", Type::Bytes),
            ("b", Type::Bool),
            ("d", Type::Date),
            ("m", Type::DateTime),
            ("c", Type::Time),
            ("ts", Type::Timestamp),
            ("v", Type::Interval),
            ("j", Type::Json),
            ("a", Type::Array(Box::new(Type::Int64))),
            ("o", Type::Struct(pair.clone())),
            ("l", Type::Array(Box::new(Type::Struct(pair)))),
        ];
        Ok(Table {
            sql: googlesql::quote_identifier(&name.name),
            columns: columns.map(|(name, ty)| Column::new(name, ty)).into(),
            pseudo_columns: vec![Column::new("_TABLE_SUFFIX", Type::String)],
        })
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        let name = path.last().cloned();
        let empty = || Error::new(code::UNKNOWN_TABLE, "a name is empty", span);
        Ok(PhysicalName {
            schema: "main".to_owned(),
            name: name.ok_or_else(empty)?,
        })
    }

    fn schema(&self, path: &[String], _: Range<usize>) -> Result<String, Error> {
        Ok(path.join("."))
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        let error = Error::new(code::MODEL_NOT_FOUND, "no such model", call.span.clone());
        Err(error)
    }
}
