//! Names and types as they stand in the DuckDB file: dataset = schema, other projects are `project.dataset`

use std::cell::RefCell;
use std::ops::Range;

use bqml::Registry;
use diagnostic::{code, did_you_mean};
use duckdb::Connection;
use googlesql::script::{Environment, Variable};
use googlesql::{
    Catalog, Column, Error, ModelFunction, PhysicalName, Relation, StoredTable, Table, Type,
    quote_identifier, quote_string,
};

use super::routines::Routines;
use super::source::TABLE_SUFFIX;
use super::stored::with_temporary;
use super::transaction::given_up;
use super::{Names, files, functions, information_schema, stored, wildcard};

/// Hidden columns of tables that are partitioned by the time of ingestion
pub const INGESTION_TIME: &str = "_PARTITIONTIME";
const INGESTION_DATE: &str = "_PARTITIONDATE";

/// The catalog that one connection sees
pub struct DuckDbCatalog<'a> {
    /// Sees its own uncommitted work
    pub connection: &'a Connection,
    /// How paths become names
    pub names: &'a Names,
    /// The models beside the file
    pub models: &'a Registry,
    /// The routines beside the file
    pub routines: &'a Routines,
    /// The temporary functions of the session
    pub temporary_functions: &'a Routines,
    /// The models that statements have asked so far
    pub asked: RefCell<Vec<PhysicalName>>,
    /// The variables of the script that runs
    pub environment: &'a Environment,
    /// An error ended the script's transaction: tables are out of reach until it rolls back
    pub given_up: bool,
}

impl Catalog for DuckDbCatalog<'_> {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        if let Some(found) = self.information(path, span.clone())? {
            return Ok(found);
        }
        let name = self.physical(path, span.clone())?;
        if let Some(failure) = self.names.unreadable.get(&name) {
            let mut error = Error::new(failure.code, failure.message.clone(), span);
            error.help = failure.help.clone();
            return Err(error);
        }
        let tables = tables(self.connection, &name.schema).map_err(|error| {
            Error::new(
                code::WAREHOUSE_UNAVAILABLE,
                super::error::message(&error),
                span.clone(),
            )
        })?;
        if tables.contains(&name.name) {
            return self.existing(&name, span);
        }
        if let Some(prefix) = name.name.strip_suffix('*') {
            let parts: Vec<&String> = tables
                .iter()
                .filter(|table| table.starts_with(prefix) && !table.ends_with('*'))
                .collect();
            if !parts.is_empty() {
                return self.wildcard(&name, prefix, &parts, span);
            }
        }
        Err(self.unknown(path, &name, &tables, span))
    }

    fn routine(&self, path: &[String], span: Range<usize>) -> Result<Option<String>, Error> {
        let (routines, temporaries) = (self.routines, self.temporary_functions);
        functions::definition(self.names, routines, temporaries, path, span)
    }

    fn stored(
        &self,
        name: &PhysicalName,
        span: Range<usize>,
    ) -> Result<Option<StoredTable>, Error> {
        stored::stored(self.connection, name).map_err(|failure| {
            let message = super::error::message(&failure);
            Error::new(code::WAREHOUSE_UNAVAILABLE, message, span)
        })
    }

    fn file(&self, uri: &str, span: Range<usize>) -> Result<String, Error> {
        files::local(uri, &self.names.folder, span)
    }

    fn described(&self, from: &str, texts: bool, span: Range<usize>) -> Result<Table, Error> {
        files::described(self.connection, from, texts, span)
    }

    fn temporary(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        if self.given_up {
            return self.physical(path, span);
        }
        match path {
            [name] => Ok(in_session(name)),
            [session, name] if session.eq_ignore_ascii_case(SESSION) => Ok(in_session(name)),
            _ => {
                let message = "a temporary table has a name without a dataset";
                Err(Error::new(code::SQL_INVALID, message, span))
            }
        }
    }

    fn variable(&self, name: &str) -> Option<Variable> {
        self.environment.variable(name)
    }

    fn variables(&self) -> Vec<String> {
        self.environment.names().map(str::to_owned).collect()
    }

    fn required_filter(
        &self,
        path: &[String],
        span: Range<usize>,
    ) -> Result<Option<(PhysicalName, Vec<String>)>, Error> {
        if information_schema::is_named(path) {
            return Ok(None);
        }
        let name = self.physical(path, span.clone())?;
        let column = stored::filtered_by(self.connection, &name).map_err(|failure| {
            let message = super::error::message(&failure);
            Error::new(code::WAREHOUSE_UNAVAILABLE, message, span)
        })?;
        Ok(column.map(|column| match column.as_str() {
            INGESTION_TIME => (name, vec![column, INGESTION_DATE.to_owned()]),
            _ => (name, vec![column]),
        }))
    }

    fn has_schema(&self, schema: &str) -> bool {
        let found = || -> duckdb::Result<bool> {
            self.connection
                .prepare_cached(
                    "SELECT count(*) > 0 FROM duckdb_schemas() \
                     WHERE database_name = current_database() AND schema_name = ?",
                )?
                .query_row([schema], |row| row.get(0))
        };
        found().unwrap_or(true)
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        if self.given_up {
            let failure = given_up();
            let mut error = Error::new(failure.code, failure.message, span);
            error.help = failure.help;
            return Err(error);
        }
        if let Some(temporary) = self.existing_temporary(path) {
            return Ok(temporary);
        }
        self.names.path(path, span)
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        self.names.dataset(path, span)
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        let name = self.physical(&call.model, call.span.clone())?;
        let written = call.model.join(".");
        match self.models.load(&name) {
            Ok(Some(model)) => {
                self.asked.borrow_mut().push(name);
                model.relation(call, self)
            }
            Ok(None) if self.models.remote(&name).is_ok_and(|found| found.is_some()) => {
                let remote = self.models.remote(&name).ok().flatten();
                self.asked.borrow_mut().push(name);
                match remote {
                    Some(remote) => super::remote::relation(call, &remote, self.names),
                    None => Err(Error::new(
                        code::MODEL_NOT_FOUND,
                        written,
                        call.span.clone(),
                    )),
                }
            }
            Ok(None) => {
                let known = self.models.list().unwrap_or_default();
                let mut error = Error::new(
                    code::MODEL_NOT_FOUND,
                    format!("no model `{written}` in this warehouse"),
                    call.span.clone(),
                );
                error.help =
                    did_you_mean(&name.name, known.iter().map(|known| known.name.as_str()))
                        .or_else(|| {
                            let first = "run the action that creates it";
                            self.names.in_project().then(|| first.to_owned())
                        });
                Err(error)
            }
            Err(error) => Err(Error::new(
                code::MODEL_NOT_FOUND,
                format!("the model `{written}` cannot be read: {error}"),
                call.span.clone(),
            )),
        }
    }

    fn time_zone(&self) -> &str {
        self.names.time_zone.as_deref().unwrap_or("UTC")
    }
}

impl DuckDbCatalog<'_> {
    /// The temporary table that a path names: a name alone is first looked for among them
    fn existing_temporary(&self, path: &[String]) -> Option<PhysicalName> {
        let name = match path {
            [session, name] if session.eq_ignore_ascii_case(SESSION) => {
                return Some(in_session(name));
            }
            [name] => name,
            _ => return None,
        };
        let sql = format!(
            "SELECT count(*) > 0 FROM duckdb_tables() WHERE temporary AND table_name = {}",
            quote_string(&in_session(name).name)
        );
        let found: duckdb::Result<bool> = self.connection.query_row(&sql, [], |row| row.get(0));
        found.unwrap_or_default().then(|| in_session(name))
    }

    /// A view of the information schema
    fn information(&self, path: &[String], span: Range<usize>) -> Result<Option<Table>, Error> {
        if !information_schema::is_named(path) {
            return Ok(None);
        }
        let routines = self.routines.list().map_err(|failure| {
            let message = format!("the routines of the warehouse cannot be read: {failure}");
            Error::new(code::WAREHOUSE_UNAVAILABLE, message, span.clone())
        })?;
        let source = information_schema::Source {
            connection: self.connection,
            names: self.names,
            routines: &routines,
            models: self.models,
        };
        information_schema::table(&source, path, span)
    }

    fn existing(&self, name: &PhysicalName, span: Range<usize>) -> Result<Table, Error> {
        let mut sql = qualified(name);
        let mut columns = self.columns(&sql, &name.name, span)?;
        let mut pseudo_columns = Vec::new();
        if let Some(at) = columns.iter().position(|one| one.name == INGESTION_TIME) {
            pseudo_columns.push(columns.remove(at));
            pseudo_columns.push(Column::new(INGESTION_DATE, Type::Date));
            sql = format!(
                "(SELECT *, CAST(CAST({} AS TIMESTAMP) AS DATE) AS {} FROM {sql})",
                quote_identifier(INGESTION_TIME),
                quote_identifier(INGESTION_DATE)
            );
        }
        if name.name.ends_with('*') {
            columns.retain(|column| {
                column.name != TABLE_SUFFIX || {
                    pseudo_columns.push(column.clone());
                    false
                }
            });
        }
        Ok(Table {
            sql,
            columns,
            pseudo_columns,
        })
    }

    /// The tables that share a prefix, with the rest of each one's name as `_TABLE_SUFFIX`; the columns are
    /// those of the newest one
    fn wildcard(
        &self,
        name: &PhysicalName,
        prefix: &str,
        tables: &[&String],
        span: Range<usize>,
    ) -> Result<Table, Error> {
        let unreachable = |failure: duckdb::Error| {
            let message = super::error::message(&failure);
            Error::new(code::WAREHOUSE_UNAVAILABLE, message, span.clone())
        };
        let mut parts = Vec::new();
        for table in tables {
            let part = PhysicalName {
                schema: name.schema.clone(),
                name: (*table).clone(),
            };
            let stored = stored::stored(self.connection, &part).map_err(unreachable)?;
            if let Some(stored) = stored {
                parts.push((part, stored));
            }
        }
        let parts = wildcard::parts(self.names, prefix, parts, &span)?;
        let selects: Vec<String> = parts
            .tables
            .iter()
            .map(|(part, columns)| {
                format!(
                    "SELECT {}, {} AS {} FROM {}",
                    columns.join(", "),
                    quote_string(&part.name[prefix.len()..]),
                    quote_identifier(TABLE_SUFFIX),
                    qualified(part)
                )
            })
            .collect();
        Ok(Table {
            sql: format!("({})", selects.join(" UNION ALL ")),
            columns: parts.columns,
            pseudo_columns: vec![Column::new(TABLE_SUFFIX, Type::String)],
        })
    }

    fn columns(&self, from: &str, name: &str, span: Range<usize>) -> Result<Vec<Column>, Error> {
        let described = describe(self.connection, from).map_err(|error| {
            Error::new(
                code::UNKNOWN_TABLE,
                format!("`{name}` cannot be read: {}", super::error::message(&error)),
                span.clone(),
            )
        })?;
        described
            .into_iter()
            .map(|(column, ty)| match Type::from_duckdb(&ty) {
                Some((known, _)) => Ok(Column::new(column, known)),
                None => Err(Error::new(
                    code::SQL_UNSUPPORTED,
                    format!(
                        "column `{column}` of `{name}` has the type {ty}, which GoogleSQL lacks"
                    ),
                    span.clone(),
                )),
            })
            .collect()
    }

    fn unknown(
        &self,
        path: &[String],
        name: &PhysicalName,
        tables: &[String],
        span: Range<usize>,
    ) -> Error {
        let written = path.join(".");
        if self.names.declarations.contains(name) {
            return Error::new(
                code::SOURCE_WITHOUT_DATA,
                format!("the source `{written}` has no data here"),
                span,
            )
            .help(format!(
                "map it to files: `--source '{}=data/*.parquet'`, or under `[sources]` in `sqlx-run.toml`",
                name.name
            ));
        }
        let mut error = Error::new(
            code::UNKNOWN_TABLE,
            format!("no table or view `{written}` in this warehouse"),
            span,
        );
        let nearest = diagnostic::nearest(&name.name, tables.iter().map(String::as_str));
        let nearest = nearest.map(|table| format!("did you mean `{}.{table}`?", name.schema));
        let first = "run the action that makes it first, for example with `--include-deps`";
        error.help = nearest.or_else(|| self.names.in_project().then(|| first.to_owned()));
        error
    }
}

/// Names of the tables and views of a schema, in order
pub fn tables(connection: &Connection, schema: &str) -> duckdb::Result<Vec<String>> {
    let mut tables: Vec<String> = connection
        .prepare(&format!(
            "SELECT table_name FROM duckdb_tables() WHERE {} \
             UNION ALL SELECT view_name FROM duckdb_views() WHERE {}",
            with_temporary(schema),
            with_temporary(schema)
        ))?
        .query_map([], |row| row.get(0))?
        .collect::<duckdb::Result<_>>()?;
    tables.sort();
    Ok(tables)
}

/// The dataset of temporary tables
const SESSION: &str = "_SESSION";

/// DuckDB's place for the tables of one connection
pub const TEMPORARY: &str = "temp";

/// A temporary table; under its own name DuckDB would find it in the dataset `main` too
fn in_session(name: &str) -> PhysicalName {
    PhysicalName {
        schema: TEMPORARY.to_owned(),
        name: format!("{SESSION}.{name}"),
    }
}

/// Columns of something that can stand in `FROM`, with DuckDB's type texts
pub fn describe(connection: &Connection, from: &str) -> duckdb::Result<Vec<(String, String)>> {
    connection
        .prepare(&format!("DESCRIBE SELECT * FROM {from}"))?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// `"schema"."name"`
pub fn qualified(name: &PhysicalName) -> String {
    format!(
        "{}.{}",
        quote_identifier(&name.schema),
        quote_identifier(&name.name)
    )
}
