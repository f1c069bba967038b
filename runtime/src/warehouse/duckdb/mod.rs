//! The embedded warehouse: one DuckDB file, models beside it

mod array_nulls;
mod catalog;
mod error;
mod export;
mod files;
mod functions;
mod host;
mod information_columns;
mod information_ddl;
mod information_keys;
mod information_models;
mod information_partitions;
mod information_routines;
mod information_schema;
mod metadata;
mod model_views;
mod models;
mod names;
mod once;
mod remote;
mod renewal;
mod routines;
mod session;
mod source;
mod stored;
mod transaction;
mod value;
mod version;
mod wildcard;
mod workers;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use bqml::Registry;
use diagnostic::{Diagnostic, code};
use duckdb::{Config, Connection};
use googlesql::{Column, PhysicalName, TableMetadata, Type, quote_identifier};
use sqlx_compiler::Target;

use super::{
    Engine, Existing, Metadata, Session, SessionContext, SqlError, TableKind, TableState, Version,
    Warehouse,
};
use catalog::{describe, qualified};
use model_views::ModelViews;
pub use remote::{Protocol, RemoteEndpoint};
use routines::Routines;
use session::DuckDbSession;
pub use source::SourceFiles;
use transaction::together;
use workers::Workers;

/// How paths in SQL become names in the file
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The project whose datasets need no project in their schema's name
    pub default_project: Option<String>,
    /// The dataset of names that stand alone
    pub default_dataset: Option<String>,
    /// The project of datasets that stand alone; the default project unless given
    pub dataset_project: Option<String>,
    /// The time zone that sessions begin with; UTC unless given
    pub time_zone: Option<String>,
    /// Where relative paths in statements start; where the process runs unless given
    pub folder: PathBuf,
    /// What the project declares: sources that exist elsewhere
    pub declarations: HashSet<PhysicalName>,
    /// Sources whose files cannot be read, with the reason
    pub unreadable: HashMap<PhysicalName, Diagnostic>,
    /// What stands for the endpoints and connections of remote models, by these
    pub remote_models: BTreeMap<String, RemoteEndpoint>,
}

impl Names {
    /// `dataset` in the default project, `project.dataset` in others
    pub fn schema(&self, project: Option<&str>, dataset: &str) -> String {
        match project {
            Some(project) if self.default_project.as_deref() != Some(project) => {
                format!("{project}.{dataset}")
            }
            _ => dataset.to_owned(),
        }
    }

    /// Whether there is a project around, whose actions make tables
    pub fn in_project(&self) -> bool {
        self.default_project.is_some() || self.default_dataset.is_some()
    }

    /// Where a target of the compiled graph lives
    pub fn physical(&self, target: &Target) -> PhysicalName {
        let dataset = target
            .schema
            .as_deref()
            .or(self.default_dataset.as_deref())
            .unwrap_or("main");
        PhysicalName {
            schema: self.schema(target.database.as_deref(), dataset),
            name: target.name.clone(),
        }
    }
}

/// Where the warehouse lives and what it reads
#[derive(Debug, Clone, Default)]
pub struct DuckDbOptions {
    /// The file; `None` keeps everything in memory
    pub file: Option<PathBuf>,
    /// How paths become names
    pub names: Names,
    /// Files behind declared sources
    pub sources: Vec<SourceFiles>,
    /// How many threads the engine works with; all processors unless given. With one, rows that no
    /// statement orders come in the same order each time
    pub threads: Option<usize>,
    /// Whether results may have arrays with NULL elements, which BigQuery refuses; a measure of functions
    /// wants to see them
    pub array_nulls: bool,
}

/// The embedded warehouse
pub struct DuckDbWarehouse {
    root: Mutex<Connection>,
    names: Names,
    models: Registry,
    model_views: ModelViews,
    routines: Routines,
    workers: Workers,
    array_nulls: bool,
    sources: Vec<SourceFiles>,
    /// Whether scripts leave markers, as they do in a run
    marking: AtomicBool,
    /// Models of a warehouse in memory go with it
    scratch: Option<PathBuf>,
}

impl DuckDbWarehouse {
    /// Opens or makes the file, registers the functions and maps the sources
    ///
    /// # Errors
    /// The file is locked, not writable or no DuckDB database; a source cannot be read
    pub fn open(options: DuckDbOptions) -> Result<Self, Diagnostic> {
        let connection = connect(options.file.as_deref())?;
        let workers = Workers::new(options.threads);
        if options.sources.iter().any(SourceFiles::are_many) {
            workers.start(&connection);
        }
        googlesql::udf::register(&connection).map_err(|failure| error::unavailable(&failure))?;
        let mut names = options.names;
        for (source, failure) in source::create_views(&connection, &options.sources) {
            if source.required {
                return Err(failure);
            }
            names.unreadable.insert(source.name.clone(), failure);
        }
        let (models, scratch) = match &options.file {
            Some(file) => (file.with_extension("models"), None),
            None => {
                let folder = std::env::temp_dir().join(format!("sqlx-run-{}", std::process::id()));
                (folder.clone(), Some(folder))
            }
        };
        let model_views = ModelViews::new(&models);
        let registry = Registry::new(models);
        bqml::register(&connection, Some(&registry))
            .map_err(|failure| error::unavailable(&failure))?;
        remote::register(&connection, &names.remote_models)
            .map_err(|failure| error::unavailable(&failure))?;
        let routines = options.file.as_ref();
        let routines = routines.map(|file| file.with_extension("routines"));
        Ok(Self {
            root: Mutex::new(connection),
            array_nulls: options.array_nulls,
            names,
            sources: options.sources,
            marking: AtomicBool::new(false),
            routines: Routines::new(routines.as_deref()),
            workers,
            model_views,
            models: registry,
            scratch,
        })
    }

    /// What runs that were killed left: models half written, and procedures that compare the columns of a
    /// table for a moment
    fn drop_left_behind(&self) -> std::io::Result<()> {
        self.models.drop_left_behind()?;
        for routine in self.routines.list()? {
            if routine.kind == routines::RoutineKind::Procedure
                && routine.name.starts_with("df_osc_")
            {
                let (schema, name) = (routine.schema, routine.name);
                self.routines.set(&PhysicalName { schema, name }, None)?;
            }
        }
        Ok(())
    }

    fn open_session(&self) -> Result<DuckDbSession, Diagnostic> {
        let mut session = DuckDbSession::new(
            self.connection()?,
            self.names.clone(),
            self.models.clone(),
            self.model_views.clone(),
            self.routines.clone(),
            self.workers.clone(),
        );
        session.array_nulls = self.array_nulls;
        Ok(session)
    }

    fn connection(&self) -> Result<Connection, Diagnostic> {
        self.root
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_clone()
            .map_err(|failure| error::unavailable(&failure))
    }
}

impl Drop for DuckDbWarehouse {
    fn drop(&mut self) {
        if let Some(folder) = &self.scratch {
            // nothing is lost when a scratch folder stays behind
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

impl Warehouse for DuckDbWarehouse {
    fn engine(&self) -> Engine {
        Engine::Embedded
    }

    fn create_datasets(&self, targets: &[Target]) -> Result<(), Diagnostic> {
        let statements: Vec<String> = targets
            .iter()
            .map(|target| quote_identifier(&self.names.physical(target).schema))
            .map(|schema| format!("CREATE SCHEMA IF NOT EXISTS {schema}"))
            .collect();
        together(&self.connection()?, &statements).map_err(|failure| error::unavailable(&failure))
    }

    fn existing(&self, target: &Target) -> Result<Existing, Diagnostic> {
        let connection = self.connection()?;
        let name = self.names.physical(target);
        let found =
            stored::listed(&connection, &name).map_err(|failure| error::unavailable(&failure))?;
        match found {
            None => Ok(Existing::None),
            Some(found) if found.name != name.name => Err(Diagnostic::error(
                code::SQL_UNSUPPORTED,
                format!(
                    "`{}` exists as `{}`, and names in a DuckDB file do not differ by case alone",
                    name.name, found.name
                ),
            )
            .help("rename one of the two")),
            Some(found) if found.view => {
                let kind = TableMetadata::read(found.comment.as_deref()).kind;
                Ok(match kind.as_deref() {
                    Some("MATERIALIZED VIEW") => Existing::MaterializedView,
                    _ => Existing::View,
                })
            }
            Some(_) => {
                let columns = describe(&connection, &qualified(&name))
                    .map_err(|failure| error::unavailable(&failure))?;
                Ok(Existing::Table(
                    columns.into_iter().map(|(column, _)| column).collect(),
                ))
            }
        }
    }

    fn columns(&self, name: &PhysicalName) -> Option<Vec<Column>> {
        let connection = self.connection().ok()?;
        let described = describe(&connection, &qualified(name)).ok()?;
        let column = |(column, ty): (String, String)| {
            let known = Type::from_duckdb(&ty).map(|(known, _)| known);
            Column::new(column, known.unwrap_or(Type::Unknown))
        };
        Some(described.into_iter().map(column).collect())
    }

    fn tables(&self) -> Result<Vec<PhysicalName>, Diagnostic> {
        let connection = self.connection()?;
        all_tables(&connection).map_err(|failure| error::unavailable(&failure))
    }

    fn describe(&self, targets: &[Target]) -> Result<Vec<Option<TableState>>, Diagnostic> {
        let describe = |target: &Target| {
            let kind = match self.existing(target)? {
                Existing::None => return Ok(None),
                Existing::Table(_) => TableKind::Table,
                Existing::View => TableKind::View,
                Existing::MaterializedView => TableKind::MaterializedView,
            };
            Ok(Some(TableState {
                kind,
                columns: self
                    .columns(&self.names.physical(target))
                    .unwrap_or_default(),
                version: None,
                created_by: None,
            }))
        };
        targets.iter().map(describe).collect()
    }

    fn version(&self, target: &Target) -> Result<Option<Version>, Diagnostic> {
        let connection = self.connection()?;
        let name = self.names.physical(target);
        let unreadable = |failure: std::io::Error| {
            let message = format!("the version of `{target}` cannot be told: {failure}");
            Diagnostic::error(code::WAREHOUSE_UNAVAILABLE, message)
        };
        if let Some(source) = self.sources.iter().find(|source| source.name == name) {
            return version::of_files(&connection, source)
                .map(Some)
                .map_err(unreadable);
        }
        let found = version::of_table(&connection, &name, &self.workers)
            .map_err(|failure| error::unavailable(&failure))?;
        match found {
            Some(found) => Ok(Some(found)),
            None => version::of_model(&self.models, &name).map_err(unreadable),
        }
    }

    fn begin_run(&self) -> Result<(), Diagnostic> {
        // what is in memory goes with the process
        if self.scratch.is_none() {
            once::begin(&self.connection()?).map_err(|failure| error::unavailable(&failure))?;
            self.drop_left_behind()
                .map_err(|failure| error::unreadable_routines(&failure))?;
            self.marking.store(true, Ordering::SeqCst);
        }
        Ok(())
    }

    fn end_run(&self, runs: &[&str]) -> Result<(), Diagnostic> {
        self.marking.store(false, Ordering::SeqCst);
        once::end(&self.connection()?, runs).map_err(|failure| error::unavailable(&failure))
    }

    fn set_metadata(&self, target: &Target, metadata: &Metadata) -> Result<(), Diagnostic> {
        let mut session = self.open_session()?;
        let name = self.names.physical(target);
        let connection = self.connection()?;
        let statements = session
            .comments(&name, metadata)
            .map_err(SqlError::into_diagnostic)?;
        together(&connection, &statements).map_err(|failure| error::unavailable(&failure))
    }

    fn drop(&self, target: &Target, kind: TableKind) -> Result<(), Diagnostic> {
        // the engine has no other kinds
        let word = match kind {
            TableKind::View | TableKind::MaterializedView => "VIEW",
            TableKind::Table | TableKind::External | TableKind::Snapshot => "TABLE",
        };
        let name = qualified(&self.names.physical(target));
        self.connection()?
            .execute_batch(&format!("DROP {word} IF EXISTS {name}"))
            .map_err(|failure| error::unavailable(&failure))
    }

    fn session(&self, context: &SessionContext) -> Result<Box<dyn Session>, Diagnostic> {
        let mut session = self.open_session()?;
        if self.marking.load(Ordering::SeqCst) {
            session.context = Some(context.clone());
        }
        Ok(Box::new(session))
    }
}

fn all_tables(connection: &Connection) -> duckdb::Result<Vec<PhysicalName>> {
    let mut tables: Vec<PhysicalName> = connection
        .prepare(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE NOT internal \
             UNION ALL SELECT schema_name, view_name FROM duckdb_views() WHERE NOT internal",
        )?
        .query_map([], |row| {
            Ok(PhysicalName {
                schema: row.get(0)?,
                name: row.get(1)?,
            })
        })?
        .collect::<duckdb::Result<_>>()?;
    tables.retain(|table| table.schema != once::SCHEMA);
    tables.sort();
    Ok(tables)
}

fn connect(file: Option<&Path>) -> Result<Connection, Diagnostic> {
    let opening = |failure: duckdb::Error| match file {
        Some(file) => error::opening(&failure, file),
        None => error::unavailable(&failure),
    };
    let config = Config::default()
        .enable_autoload_extension(false)
        .and_then(|config| config.with("autoinstall_known_extensions", "false"))
        .and_then(|config| config.threads(1))
        .map_err(opening)?;
    let connection = match file {
        Some(file) => {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder).map_err(|failure| {
                    Diagnostic::error(
                        code::WAREHOUSE_UNAVAILABLE,
                        format!(
                            "the folder of the warehouse `{}` cannot be made: {failure}",
                            file.display()
                        ),
                    )
                    .help("check that it is writable, or name another file with `--warehouse FILE`")
                })?;
            }
            Connection::open_with_flags(file, config)
        }
        None => Connection::open_in_memory_with_flags(config),
    }
    .map_err(opening)?;
    // every statement binds the views over source files anew: their metadata is read once
    connection
        .execute_batch("SET GLOBAL parquet_metadata_cache = true")
        .map_err(|failure| error::unavailable(&failure))?;
    Ok(connection)
}
