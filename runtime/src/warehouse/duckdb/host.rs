//! A session as the host of a script: statements run on its connection, their results are handed on

use std::cell::RefCell;
use std::sync::atomic::Ordering;

use diagnostic::code;
use duckdb::types::Value;
use googlesql::script::{Environment, Failure, Host, Ran, Settings, Transaction};
use googlesql::{Analyzed, Catalog, Effect, Error, PhysicalName, Statement, Type};

use super::routines::{Routine, RoutineKind};
use super::session::{DuckDbSession, dotted};
use super::source::TABLE_SUFFIX;
use super::{error, value};
use crate::warehouse::{Outcome, Progress, SqlError};

/// A session while it runs a script
pub struct ScriptHost<'s, 'p> {
    session: &'s mut DuckDbSession,
    progress: &'p mut dyn FnMut(Progress),
    /// Takes what each plain statement gave
    each: &'p mut dyn FnMut(Outcome),
}

impl<'s, 'p> ScriptHost<'s, 'p> {
    /// A host that hands over each statement's result as it ends
    pub fn new(
        session: &'s mut DuckDbSession,
        progress: &'p mut dyn FnMut(Progress),
        each: &'p mut dyn FnMut(Outcome),
    ) -> Self {
        Self {
            session,
            progress,
            each,
        }
    }

    /// An error of the engine; no handler catches one that an interrupt caused
    fn failed(&self, failure: impl Into<Failure>) -> Failure {
        let failure = failure.into();
        match self.session.interrupted.swap(false, Ordering::SeqCst) {
            true => failure.fatal(),
            false => failure,
        }
    }

    fn unreadable(failure: &std::io::Error) -> Failure {
        let message = format!("the routines of the warehouse cannot be stored: {failure}");
        Failure::new(code::WAREHOUSE_UNAVAILABLE, message)
    }
}

impl Host for ScriptHost<'_, '_> {
    fn catalog<'a>(&'a self, environment: &'a Environment) -> Box<dyn Catalog + 'a> {
        Box::new(self.session.catalog(environment))
    }

    fn statement(
        &mut self,
        text: &str,
        statement: &Statement,
        environment: &Environment,
    ) -> Result<Ran, Failure> {
        // each statement sees what those before it did
        let catalog = self.session.catalog(environment);
        let (analyzed, sites) =
            googlesql::analyze_with_sites(text, statement, &catalog).map_err(with_suffix_help)?;
        let asked = RefCell::take(&catalog.asked);
        let written = text.get(statement.span()).unwrap_or_default();
        let changes = matches!(
            &analyzed,
            Analyzed::Execute {
                effect: Effect::Change(_),
                ..
            }
        );
        self.session.sites = sites;
        let outcome = self
            .session
            .run(written, analyzed, &asked, self.progress)
            .map_err(|failure| self.failed(failure))?;
        let changed = match &outcome {
            Outcome::Changed(rows) if changes => Some(*rows),
            _ => None,
        };
        (self.each)(outcome);
        Ok(Ran { changed })
    }

    fn execute(&mut self, sql: &str) -> Result<(), Failure> {
        self.session.workers.start(&self.session.connection);
        self.session
            .connection
            .execute_batch(sql)
            .map_err(|failure| self.failed(error::execution(&failure)))
    }

    fn value(&mut self, sql: &str) -> Result<Option<String>, Failure> {
        self.session.workers.start(&self.session.connection);
        let value: Value = self
            .session
            .connection
            .query_row(sql, [], |row| row.get(0))
            .map_err(|failure| self.failed(error::execution(&failure)))?;
        Ok(match value {
            Value::Null => None,
            value => Some(value::to_cell(value, &Type::String).to_text("")),
        })
    }

    fn configure(&mut self, settings: &Settings) {
        let names = &mut self.session.names;
        names.time_zone = Some(settings.time_zone.clone());
        names.default_dataset.clone_from(&settings.dataset_id);
        names
            .dataset_project
            .clone_from(&settings.dataset_project_id);
    }

    fn transaction(&mut self, what: Transaction) -> Result<(), Failure> {
        let session = &mut *self.session;
        match what {
            Transaction::Begin => session.transactions.begin(&session.connection),
            Transaction::Commit => session
                .transactions
                .commit(&session.connection, &session.routines),
            Transaction::Rollback => session
                .transactions
                .rollback(&session.connection, &session.routines),
        }?;
        (self.each)(Outcome::Done);
        Ok(())
    }

    fn recover(&mut self) -> Result<(), Failure> {
        let session = &mut *self.session;
        session
            .transactions
            .recover(&session.connection, &session.routines)
    }

    fn create_procedure(
        &mut self,
        name: &PhysicalName,
        sql: &str,
        or_replace: bool,
        if_not_exists: bool,
    ) -> Result<(), Failure> {
        let session = &mut *self.session;
        let known = session
            .routines
            .get(name)
            .map_err(|failure| Self::unreadable(&failure))?;
        if known.is_some() && !or_replace {
            if if_not_exists {
                (self.each)(Outcome::Done);
                return Ok(());
            }
            let message = format!("a routine `{}` exists already", dotted(name));
            return Err(Failure::new(code::SQL_INVALID, message)
                .help("write `CREATE OR REPLACE PROCEDURE`"));
        }
        let routine = Routine::new(name, RoutineKind::Procedure, sql);
        let before = session
            .routines
            .set(name, Some(routine))
            .map_err(|failure| Self::unreadable(&failure))?;
        session.transactions.note(name, before);
        (self.each)(Outcome::Done);
        Ok(())
    }

    fn drop_procedure(&mut self, name: &PhysicalName) -> Result<bool, Failure> {
        if self.procedure(name)?.is_none() {
            return Ok(false);
        }
        let session = &mut *self.session;
        let before = session
            .routines
            .set(name, None)
            .map_err(|failure| Self::unreadable(&failure))?;
        session.transactions.note(name, before);
        (self.each)(Outcome::Done);
        Ok(true)
    }

    fn procedure(&self, name: &PhysicalName) -> Result<Option<String>, Failure> {
        let known = self.session.routines.get(name);
        let known = known.map_err(|failure| Self::unreadable(&failure))?;
        Ok(known
            .filter(|routine| routine.kind == RoutineKind::Procedure)
            .map(|routine| routine.sql))
    }

    fn step(&mut self) -> Result<(), Failure> {
        match self.session.interrupted.swap(false, Ordering::SeqCst) {
            true => Err(Failure::new(code::INTERRUPTED, "interrupted").fatal()),
            false => Ok(()),
        }
    }
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Self {
        let mut failure = Self::new(error.code, error.message);
        failure.span = error.span;
        failure.statement = error.statement;
        failure.help = error.help;
        failure.transient = error.transient;
        failure
    }
}

impl From<Failure> for SqlError {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code,
            message: failure.message,
            span: failure.span,
            statement: failure.statement,
            help: failure.help,
            transient: failure.transient,
        }
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
