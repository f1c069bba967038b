//! A catalog in which nearly every name is a table with a column of each type, with functions and stored tables

use std::ops::Range;

use diagnostic::code;
use googlesql::script::Environment;
use googlesql::{
    Catalog, Column, Error, Field, ModelFunction, PhysicalName, Relation, StoredColumn,
    StoredTable, Table, Type,
};

/// Tables, and the variables of a script
#[derive(Default)]
pub struct Tables<'a> {
    /// Whether the schemas of tables are known in part only
    open: bool,
    environment: Option<&'a Environment>,
}

/// The names of the columns, with their types
pub fn columns() -> Vec<Column> {
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
        ("bn", Type::BigNumeric),
        ("s", Type::String),
        ("y", Type::Bytes),
        ("b", Type::Bool),
        ("d", Type::Date),
        ("m", Type::DateTime),
        ("c", Type::Time),
        ("ts", Type::Timestamp),
        ("v", Type::Interval),
        ("j", Type::Json),
        ("r", Type::Range(Box::new(Type::Date))),
        ("a", Type::Array(Box::new(Type::Int64))),
        ("t", Type::Array(Box::new(Type::String))),
        ("o", Type::Struct(pair.clone())),
        ("l", Type::Array(Box::new(Type::Struct(pair)))),
    ];
    columns.map(|(name, ty)| Column::new(name, ty)).into()
}

/// Functions by the last part of their names; some are wrong, or call themselves
const ROUTINES: &[(&str, &str)] = &[
    (
        "add_one",
        "CREATE FUNCTION d.add_one(p INT64) RETURNS INT64 AS (p + 1)",
    ),
    (
        "any_of",
        "CREATE FUNCTION d.any_of(p ANY TYPE, q ANY TYPE) AS (IF(p IS NULL, q, p))",
    ),
    (
        "again",
        "CREATE FUNCTION d.again(p INT64) AS (d.again(p - 1))",
    ),
    ("here", "CREATE FUNCTION d.here(p INT64) AS (d.there(p))"),
    ("there", "CREATE FUNCTION d.there(p INT64) AS (d.here(p))"),
    ("broken", "CREATE FUNCTION d.broken(p INT64) AS (p +"),
    (
        "wrong",
        "CREATE FUNCTION d.wrong(p INT64) AS (p || nothing)",
    ),
    (
        "script",
        "CREATE FUNCTION d.script(p FLOAT64) RETURNS STRING LANGUAGE js AS 'return p + 1'",
    ),
    (
        "total",
        "CREATE AGGREGATE FUNCTION d.total(p INT64) AS (SUM(p) + COUNT(*))",
    ),
    (
        "rows_of",
        "CREATE TABLE FUNCTION d.rows_of(p INT64) AS SELECT x + p AS x, s FROM d.t",
    ),
    (
        "all_of",
        "CREATE TABLE FUNCTION d.all_of(p TABLE<x INT64>) AS SELECT x FROM p",
    ),
];

impl<'a> Tables<'a> {
    /// Tables of which some columns are known
    pub fn open() -> Self {
        Self {
            open: true,
            ..Self::default()
        }
    }

    /// With a script's variables
    pub fn with(environment: &'a Environment) -> Self {
        Self {
            environment: Some(environment),
            ..Self::default()
        }
    }
}

impl Catalog for Tables<'_> {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        let name = self.physical(path, span.clone())?;
        if name.name.starts_with("missing") {
            return Err(Error::new(code::UNKNOWN_TABLE, "no such table", span));
        }
        let mut columns = columns();
        if self.open {
            columns.truncate(6);
            columns.push(Column::rest());
        }
        Ok(Table {
            sql: googlesql::quote_identifier(&name.name),
            columns,
            pseudo_columns: vec![
                Column::new("_TABLE_SUFFIX", Type::String),
                Column::new("_PARTITIONTIME", Type::Timestamp),
            ],
        })
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        if path.len() > 3 {
            return Err(Error::new(code::UNKNOWN_TABLE, "too many parts", span));
        }
        let name = path.last().filter(|name| !name.is_empty()).cloned();
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
        match call.inputs.first() {
            Some(input) => Ok(Relation {
                sql: format!("SELECT *, 0.5e0 AS \"predicted\" FROM ({})", input.sql),
                columns: (input.columns.iter().cloned())
                    .chain([Column::new("predicted", Type::Float64)])
                    .collect(),
            }),
            None => {
                let span = call.span.clone();
                Err(Error::new(code::MODEL_NOT_FOUND, "no such model", span))
            }
        }
    }

    fn routine(&self, path: &[String], _: Range<usize>) -> Result<Option<String>, Error> {
        let name = path.last().map(String::as_str).unwrap_or_default();
        let found = ROUTINES
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        Ok(found.map(|(_, sql)| (*sql).to_owned()))
    }

    fn stored(&self, name: &PhysicalName, _: Range<usize>) -> Result<Option<StoredTable>, Error> {
        if name.name.starts_with("missing") || name.name.starts_with("new") {
            return Ok(None);
        }
        let columns = columns().into_iter().map(|column| StoredColumn {
            not_null: column.name == "x",
            default: (column.name == "s").then(|| "'none'".to_owned()),
            comment: None,
            column,
        });
        Ok(Some(StoredTable {
            view: name.name.starts_with('v'),
            comment: None,
            columns: columns.collect(),
        }))
    }

    fn temporary(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        self.physical(path, span)
    }

    fn file(&self, uri: &str, span: Range<usize>) -> Result<String, Error> {
        match uri.starts_with("gs://") {
            true => Err(Error::new(code::SQL_UNSUPPORTED, "no cloud here", span)),
            false => Ok(uri.to_owned()),
        }
    }

    fn variable(&self, name: &str) -> Option<googlesql::script::Variable> {
        self.environment?.variable(name)
    }

    fn variables(&self) -> Vec<String> {
        match self.environment {
            Some(environment) => environment.names().map(str::to_owned).collect(),
            None => Vec::new(),
        }
    }

    fn described(&self, _: &str, _: bool, _: Range<usize>) -> Result<Table, Error> {
        Ok(Table {
            sql: "\"file\"".to_owned(),
            columns: columns(),
            pseudo_columns: Vec::new(),
        })
    }
}
