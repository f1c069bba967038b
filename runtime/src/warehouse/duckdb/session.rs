//! One DuckDB connection that runs GoogleSQL statements one after the other

use std::cell::RefCell;
use std::sync::Arc;

use bqml::Registry;
use diagnostic::code;
use duckdb::{Connection, InterruptHandle};
use googlesql::{Analyzed, CreateModel, Effect, Error, PhysicalName, Relation, quote_string};

use super::catalog::{DuckDbCatalog, qualified};
use super::model_views::ModelViews;
use super::source::TABLE_SUFFIX;
use super::{Names, error, value};
use crate::warehouse::{Interrupt, Outcome, Progress, Rows, Session, SqlError};

/// A connection, the names it resolves by and the models beside the file
pub struct DuckDbSession {
    connection: Connection,
    names: Names,
    models: Registry,
    model_views: ModelViews,
}

impl DuckDbSession {
    /// A session of its own on the same database
    pub fn new(
        connection: Connection,
        names: Names,
        models: Registry,
        model_views: ModelViews,
    ) -> Self {
        Self {
            connection,
            names,
            models,
            model_views,
        }
    }

    fn run(
        &self,
        text: &str,
        analyzed: Analyzed,
        asked: &[PhysicalName],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, SqlError> {
        match analyzed {
            Analyzed::Query(relation) => self.query(&relation).map(Outcome::Rows),
            Analyzed::Execute { sql, effect } => {
                let outcome = self.change(&sql, &effect)?;
                if let Effect::CreateView(view) = &effect {
                    self.model_views
                        .note(view, text, asked)
                        .map_err(|failure| self.unreadable(view, &failure))?;
                }
                Ok(outcome)
            }
            Analyzed::CreateModel(create) => self.train(&create, progress),
            Analyzed::DropModel { model, if_exists } => self.drop_model(&model, if_exists),
        }
    }

    fn query(&self, relation: &Relation) -> Result<Rows, SqlError> {
        let failed = |failure: duckdb::Error| error::execution(&failure);
        let mut statement = self.connection.prepare(&relation.sql).map_err(failed)?;
        let mut found = statement.query([]).map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            let mut cells = Vec::with_capacity(relation.columns.len());
            for (index, column) in relation.columns.iter().enumerate() {
                let value = row.get(index).map_err(failed)?;
                cells.push(value::to_cell(value, &column.ty));
            }
            rows.push(cells);
        }
        Ok(Rows {
            columns: relation.columns.clone(),
            rows,
        })
    }

    fn change(&self, sql: &[String], effect: &Effect) -> Result<Outcome, SqlError> {
        let mut changed = 0;
        for statement in sql {
            changed = self
                .connection
                .execute(statement, [])
                .map_err(|failure| error::execution(&failure))?;
        }
        Ok(match effect {
            // the engine does not count the rows of a table that it makes
            Effect::CreateTable(table) => Outcome::Changed(self.count(table)?),
            Effect::Change(_) => Outcome::Changed(changed as u64),
            _ => Outcome::Done,
        })
    }

    fn count(&self, table: &PhysicalName) -> Result<u64, SqlError> {
        self.connection
            .query_row(
                &format!("SELECT count(*) FROM {}", qualified(table)),
                [],
                |row| row.get(0),
            )
            .map_err(|failure| error::execution(&failure))
    }

    fn train(
        &self,
        create: &CreateModel,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, SqlError> {
        let exists = self.load(&create.model)?;
        if exists && create.if_not_exists {
            return Ok(Outcome::Done);
        }
        if exists && !create.or_replace {
            return Err(Error::new(
                code::SQL_INVALID,
                format!("the model `{}` already exists", dotted(&create.model)),
                create.span.clone(),
            )
            .help("write `CREATE OR REPLACE MODEL`")
            .into());
        }
        let (mut iterations, mut last) = (0, f64::NAN);
        let model = bqml::train(&self.connection, create, &mut |step| {
            iterations += 1;
            last = step.loss;
            progress(Progress {
                message: format!("iteration {}, loss {:.4}", step.iteration + 1, step.loss),
            });
        })?;
        self.models
            .save(&create.model, &model)
            .map_err(|failure| self.unreadable(&create.model, &failure))?;
        self.renew_views(&create.model)?;
        Ok(Outcome::Trained {
            iterations,
            loss: last,
            warnings: model.warnings,
        })
    }

    /// Views that ask the model ask the new one from now on
    fn renew_views(&self, model: &PhysicalName) -> Result<(), SqlError> {
        let views = self
            .model_views
            .of_model(model)
            .map_err(|failure| self.unreadable(model, &failure))?;
        for view in views {
            let catalog = self.catalog();
            let renewed = googlesql::parse(&view.sql)
                .and_then(|statements| match statements.first() {
                    Some(statement) => googlesql::analyze(&view.sql, statement, &catalog).map(Some),
                    None => Ok(None),
                })
                .map_err(SqlError::from)
                .and_then(|analyzed| match analyzed {
                    Some(Analyzed::Execute { sql, effect }) => self.change(&sql, &effect),
                    _ => Ok(Outcome::Done),
                });
            if let Err(failure) = renewed {
                // no answer is better than one out of the old model
                let reason = format!(
                    "the view no longer fits the model `{}`: {}",
                    dotted(model),
                    failure.message
                );
                let name = PhysicalName {
                    schema: view.schema,
                    name: view.name,
                };
                self.batch(&format!(
                    "CREATE OR REPLACE VIEW {} AS SELECT error({}) AS reason",
                    qualified(&name),
                    quote_string(&reason)
                ))?;
            }
        }
        Ok(())
    }

    fn catalog(&self) -> DuckDbCatalog<'_> {
        DuckDbCatalog {
            connection: &self.connection,
            names: &self.names,
            models: &self.models,
            asked: RefCell::default(),
        }
    }

    fn drop_model(&self, model: &PhysicalName, if_exists: bool) -> Result<Outcome, SqlError> {
        if !self.load(model)? {
            return if if_exists {
                Ok(Outcome::Done)
            } else {
                Err(SqlError {
                    code: code::MODEL_NOT_FOUND,
                    message: format!("no model `{}` in this warehouse", dotted(model)),
                    span: None,
                    statement: None,
                    help: None,
                })
            };
        }
        self.models
            .remove(model)
            .map(|_| Outcome::Done)
            .map_err(|failure| self.unreadable(model, &failure))
    }

    fn load(&self, model: &PhysicalName) -> Result<bool, SqlError> {
        self.models
            .load(model)
            .map(|found| found.is_some())
            .map_err(|failure| self.unreadable(model, &failure))
    }

    fn unreadable(&self, model: &PhysicalName, failure: &std::io::Error) -> SqlError {
        SqlError {
            code: code::WAREHOUSE_UNAVAILABLE,
            message: format!("the model `{}` cannot be stored: {failure}", dotted(model)),
            span: None,
            statement: None,
            help: None,
        }
    }
}

impl Session for DuckDbSession {
    fn execute(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        let mut outcomes = Vec::new();
        for statement in googlesql::parse(script)? {
            // each statement sees what those before it did
            let catalog = self.catalog();
            let analyzed =
                googlesql::analyze(script, &statement, &catalog).map_err(with_suffix_help)?;
            let asked = catalog.asked.take();
            let text = &script[statement.span()];
            let outcome = self
                .run(text, analyzed, &asked, progress)
                .map_err(|mut failure| {
                    failure.statement = Some(statement.span());
                    failure
                })?;
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    fn begin(&mut self) -> Result<(), SqlError> {
        self.batch("BEGIN TRANSACTION")
    }

    fn commit(&mut self) -> Result<(), SqlError> {
        self.batch("COMMIT")
    }

    fn rollback(&mut self) {
        // a transaction that the engine has already given up needs no rollback
        let _ = self.batch("ROLLBACK");
    }

    fn interrupt_handle(&self) -> Arc<dyn Interrupt> {
        Arc::new(Handle(self.connection.interrupt_handle()))
    }
}

impl DuckDbSession {
    fn batch(&self, sql: &str) -> Result<(), SqlError> {
        self.connection
            .execute_batch(sql)
            .map_err(|failure| error::execution(&failure))
    }
}

/// Where `_TABLE_SUFFIX` comes from locally is ours to explain
fn with_suffix_help(mut error: Error) -> Error {
    if error.code == code::UNKNOWN_COLUMN && error.message.contains(TABLE_SUFFIX) {
        error.help = Some(
            "the names of the files behind a wildcard source give it: map them with a glob such as `data/events_*.parquet`"
                .to_owned(),
        );
    }
    error
}

struct Handle(Arc<InterruptHandle>);

impl Interrupt for Handle {
    fn interrupt(&self) {
        self.0.interrupt();
    }
}

fn dotted(name: &PhysicalName) -> String {
    format!("{}.{}", name.schema, name.name)
}
