//! One DuckDB connection that runs GoogleSQL statements one after the other

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bqml::Registry;
use diagnostic::code;
use duckdb::{Connection, InterruptHandle};
use googlesql::script::{Environment, Settings};
use googlesql::{Analyzed, Effect, PhysicalName, Relation, Sites};
use sqlx_compiler::Target;

use super::catalog::{DuckDbCatalog, TEMPORARY, qualified};
use super::host::ScriptHost;
use super::model_views::ModelViews;
use super::routines::Routines;
use super::stored::note_creation;
use super::transaction::{Needs, Transactions};
use super::workers::Workers;
use super::{Names, array_nulls, error, value};
use crate::warehouse::{
    Atomicity, Interrupt, Metadata, Outcome, Progress, Rows, Session, SessionContext, SqlError,
};

/// A connection, the names it resolves by, what stands beside the file, and what scripts left behind
pub struct DuckDbSession {
    pub connection: Connection,
    pub names: Names,
    pub models: Registry,
    pub model_views: ModelViews,
    pub routines: Routines,
    pub workers: Workers,
    pub temporary_functions: Routines,
    pub transactions: Transactions,
    /// Set by an interrupt until the script has noticed
    pub interrupted: Arc<AtomicBool>,
    /// Whether a result may have arrays with NULL elements
    pub array_nulls: bool,
    /// What leads from an error to its place in the statement that runs
    pub sites: Sites,
    /// What the session is for, where its scripts are remembered
    pub context: Option<SessionContext>,
    /// How many of them there were
    pub scripts: u32,
    /// How many models the script that runs has made
    pub models_made: Cell<u32>,
    /// What is to be written about the table that the next script makes
    pub declared: Option<(PhysicalName, Metadata)>,
    /// Set by an interrupt for good
    pub stopped: Arc<AtomicBool>,
    environment: Environment,
}

impl DuckDbSession {
    /// A session of its own on the same database
    pub fn new(
        connection: Connection,
        names: Names,
        models: Registry,
        model_views: ModelViews,
        routines: Routines,
        workers: Workers,
    ) -> Self {
        let created = jiff::Timestamp::now().as_microsecond();
        let environment = Environment::new(Settings {
            time_zone: names.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
            project_id: names.default_project.clone(),
            dataset_id: names.default_dataset.clone(),
            dataset_project_id: names.default_project.clone(),
            job: format!("script_job_{created}"),
            created,
            ..Settings::default()
        });
        Self {
            connection,
            names,
            models,
            model_views,
            routines,
            workers,
            temporary_functions: Routines::new(None),
            transactions: Transactions::default(),
            interrupted: Arc::default(),
            array_nulls: false,
            sites: Sites::default(),
            context: None,
            scripts: 0,
            models_made: Cell::default(),
            declared: None,
            stopped: Arc::default(),
            environment,
        }
    }

    /// Runs a plain statement
    ///
    /// # Errors
    /// The engine refuses it
    pub fn run(
        &mut self,
        text: &str,
        analyzed: Analyzed,
        asked: &[PhysicalName],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Outcome, SqlError> {
        if reads_rows(&analyzed) {
            self.workers.start(&self.connection);
        }
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
            Analyzed::ExternalModel(create) => self.external_model(&create),
            Analyzed::ExportModel(export) => self.export_model(&export, progress),
            Analyzed::AlterModel {
                model,
                if_exists,
                options,
                span,
            } => self.alter_model(&model, if_exists, &options, &span),
            Analyzed::DropModel { model, if_exists } => self.drop_model(&model, if_exists),
            Analyzed::CreateRoutine(create) => self.create_function(create),
            Analyzed::DropRoutine {
                path,
                table_function,
                if_exists,
                span,
            } => self.drop_function(&path, table_function, if_exists, &span),
            Analyzed::NoEffect { reason } => {
                progress(Progress { message: reason });
                Ok(Outcome::Done)
            }
        }
    }

    fn query(&self, relation: &Relation) -> Result<Rows, SqlError> {
        let failed = |failure: duckdb::Error| self.failed(&failure);
        let mut statement = self.connection.prepare(&relation.sql).map_err(failed)?;
        let mut found = statement.query([]).map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(row) = found.next().map_err(failed)? {
            let mut cells = Vec::with_capacity(relation.columns.len());
            for (index, column) in relation.columns.iter().enumerate() {
                value::check_size(&row.get_ref(index).map_err(failed)?)?;
                let value = row.get(index).map_err(failed)?;
                cells.push(value::to_cell(value, &column.ty));
            }
            rows.push(cells);
        }
        let rows = Rows {
            columns: relation.columns.clone(),
            rows,
        };
        if !self.array_nulls {
            array_nulls::refuse(&rows)?;
        }
        Ok(rows)
    }

    /// Runs DuckDB statements, all of them or none
    ///
    /// # Errors
    /// The engine refuses one
    pub fn change(&self, sql: &[String], effect: &Effect) -> Result<Outcome, SqlError> {
        if let Effect::Export { file } = effect {
            make_folder(file)?;
        }
        let reshaped = match reshaped(sql, effect) {
            Some(name) if self.may_have_readers(name)? => Some(name),
            _ => None,
        };
        let before = reshaped.map(|name| self.shape(name)).transpose()?;
        let mut changed = 0;
        let several = sql.len() > 1 && self.transactions.is_none();
        if several {
            self.batch("BEGIN TRANSACTION")?;
        }
        // the engine plans a statement twice that is prepared, which alone counts rows
        let counts = matches!(effect, Effect::Change(_));
        let run = |statement: &str| match counts {
            true => self.connection.execute(statement, []),
            false => self.connection.execute_batch(statement).map(|()| 0),
        };
        for statement in sql {
            match run(statement) {
                Ok(rows) => changed = rows,
                Err(failure) => {
                    if several {
                        // the engine may have ended it already
                        let _ = self.batch("ROLLBACK");
                    }
                    return Err(self.failed(&failure));
                }
            }
        }
        if let Effect::CreateTable(name) | Effect::CreateView(name) = effect {
            let view = matches!(effect, Effect::CreateView(_));
            note_creation(&self.connection, name, view)
                .map_err(|failure| error::execution(&failure))?;
        }
        if let Some(name) = reshaped
            && before != Some(self.shape(name)?)
        {
            self.renew_readers(name)?;
        }
        if several {
            self.batch("COMMIT")?;
        }
        Ok(match effect {
            // the engine does not count the rows of a table that it makes
            Effect::CreateTable(table) => Outcome::Changed(self.count(table)?),
            Effect::Change(_) => Outcome::Changed(changed as u64),
            _ => Outcome::Done,
        })
    }

    /// A statement that failed while it ran, at the expression that caused it, where one alone can have
    fn failed(&self, failure: &duckdb::Error) -> SqlError {
        let views = match self.sites.tables() {
            [] => Vec::new(),
            tables => self.views_among(tables),
        };
        SqlError {
            span: self.sites.place_of(&error::raw(failure), &views),
            ..error::execution(failure)
        }
    }

    /// The texts of all views, if one of these tables is a view: an error may have been raised in it
    fn views_among(&self, tables: &[String]) -> Vec<String> {
        let read = || -> duckdb::Result<Vec<(String, String)>> {
            // the session's transaction answers nothing after an error
            let connection = self.connection.try_clone()?;
            let mut statement = connection.prepare(
                "SELECT '\"' || schema_name || '\".\"' || view_name || '\"', sql FROM duckdb_views() WHERE NOT internal",
            )?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        };
        let views = read().unwrap_or_default();
        match views.iter().any(|(name, _)| tables.contains(name)) {
            true => views.into_iter().map(|(_, sql)| sql).collect(),
            false => Vec::new(),
        }
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

    /// The catalog as it is now
    pub fn catalog<'a>(&'a self, environment: &'a Environment) -> DuckDbCatalog<'a> {
        DuckDbCatalog {
            connection: &self.connection,
            names: &self.names,
            models: &self.models,
            routines: &self.routines,
            temporary_functions: &self.temporary_functions,
            asked: RefCell::default(),
            environment,
            given_up: self.transactions.is_given_up(),
        }
    }

    /// What scripts of this session left behind
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Runs a script, and writes what is declared about the table that it makes
    ///
    /// # Errors
    /// The first statement that fails
    pub fn execute_declared(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.models_made.set(0);
        let outcomes = self.execute(script, progress)?;
        if let Some((name, metadata)) = self.declared.clone() {
            let comments = self.comments(&name, &metadata)?;
            if !comments.is_empty() {
                self.batch(&comments.join("; "))?;
            }
        }
        Ok(outcomes)
    }

    /// Runs DuckDB statements that return nothing
    ///
    /// # Errors
    /// The engine refuses one
    pub fn batch(&self, sql: &str) -> Result<(), SqlError> {
        self.connection
            .execute_batch(sql)
            .map_err(|failure| error::execution(&failure))
    }
}

impl Session for DuckDbSession {
    fn execute(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        let mut outcomes = Vec::new();
        self.execute_each(script, progress, &mut |outcome| outcomes.push(outcome))?;
        Ok(outcomes)
    }

    fn execute_each(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
        each: &mut dyn FnMut(Outcome),
    ) -> Result<(), SqlError> {
        let statements = googlesql::parse(script)?;
        let mut environment = self.environment.clone();
        let mut host = ScriptHost::new(self, progress, each);
        let ran = googlesql::script::run(script, &statements, &mut host, &mut environment);
        self.environment = environment;
        self.transactions.close(&self.connection, &self.routines);
        Ok(ran?)
    }

    fn execute_together(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.transactions.begin_outer(&self.connection)?;
        let outcome = self.execute_declared(script, progress);
        if outcome.is_ok() {
            self.transactions
                .commit_outer(&self.connection, &self.routines)?;
            return outcome;
        }
        let needs = self
            .transactions
            .rollback_outer(&self.connection, &self.routines);
        match needs {
            Needs::Nothing => outcome,
            Needs::OwnTransactions => self.execute_declared(script, progress),
        }
    }

    fn execute_once(
        &mut self,
        script: &str,
        atomicity: Atomicity,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        match (self.context.clone(), atomicity) {
            (Some(context), _) => self.once(&context, script, atomicity, progress),
            (None, Atomicity::Whole) => self.execute_together(script, progress),
            (None, Atomicity::ByStatement) => self.execute(script, progress),
        }
    }

    fn declare(&mut self, target: &Target, metadata: &Metadata) -> bool {
        self.declared = Some((self.names.physical(target), metadata.clone()));
        true
    }

    fn interrupt_handle(&self) -> Arc<dyn Interrupt> {
        Arc::new(Handle {
            engine: self.connection.interrupt_handle(),
            flag: Arc::clone(&self.interrupted),
            stopped: Arc::clone(&self.stopped),
        })
    }
}

/// Stops the running statement, and the script before its next one
struct Handle {
    engine: Arc<InterruptHandle>,
    flag: Arc<AtomicBool>,
    stopped: Arc<AtomicBool>,
}

impl Interrupt for Handle {
    fn interrupt(&self) {
        self.flag.store(true, Ordering::SeqCst);
        self.stopped.store(true, Ordering::SeqCst);
        self.engine.interrupt();
    }
}

/// The lasting table or view whose columns a statement may change
fn reshaped<'e>(sql: &[String], effect: &'e Effect) -> Option<&'e PhysicalName> {
    let loads = || sql.first().is_some_and(|first| is_creation(first));
    let name = match effect {
        Effect::CreateTable(name) | Effect::CreateView(name) | Effect::Alter(name) => name,
        Effect::Change(name) if loads() => name,
        _ => return None,
    };
    (name.schema != TEMPORARY).then_some(name)
}

/// Whether rows are put into a table that is made for them
fn is_creation(sql: &str) -> bool {
    sql.starts_with("CREATE TABLE") || sql.starts_with("CREATE OR REPLACE TABLE")
}

/// Whether a statement may have rows to work on
fn reads_rows(analyzed: &Analyzed) -> bool {
    match analyzed {
        Analyzed::Execute { effect, .. } => !matches!(
            effect,
            Effect::CreateView(_)
                | Effect::Drop(_)
                | Effect::CreateSchema(_)
                | Effect::DropSchema(_)
        ),
        Analyzed::CreateRoutine(_) | Analyzed::DropRoutine { .. } | Analyzed::NoEffect { .. } => {
            false
        }
        _ => true,
    }
}

/// Makes the folder that a file goes to
fn make_folder(file: &str) -> Result<(), SqlError> {
    let Some(folder) = Path::new(file).parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|failure| {
        let message = format!(
            "the folder `{}` cannot be made: {failure}",
            folder.display()
        );
        SqlError::new(code::EXECUTION_FAILED, message)
    })
}

/// `schema.name`
pub fn dotted(name: &PhysicalName) -> String {
    format!("{}.{}", name.schema, name.name)
}
