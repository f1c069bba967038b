//! The project that a command is about: found, compiled, and its warehouse opened

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use diagnostic::{Diagnostic, Severity, code};
use sqlx_compiler::{Compilation, CompileOptions, ConfigOverride, DiskProject, compile};
#[cfg(feature = "gcp")]
use sqlx_runtime::Priority as Queue;
#[cfg(feature = "gcp")]
use sqlx_runtime::warehouse::bigquery::{
    Account, BigQueryOptions, BigQueryWarehouse, CredentialSource, Endpoint, Priority,
};
use sqlx_runtime::warehouse::duckdb::{DuckDbOptions, DuckDbWarehouse, Names};
use sqlx_runtime::warehouse::{Engine, Warehouse};
use sqlx_runtime::{
    Environment, EnvironmentVariables, RunSettings, Vertex, VertexOptions, VertexPlace, names,
    source_files,
};
#[cfg(feature = "gcp")]
use vertex::client::ClientOptions;
use vertex::client::Identity;

use crate::arguments::GlobalArguments;
use crate::exit;
use crate::printer::Printer;

/// Our files in a project
const STATE_FOLDER: &str = ".sqlx-run";

/// What `dataform init-creds` writes
#[cfg(feature = "gcp")]
const DATAFORM_CREDENTIALS: &str = ".df-credentials.json";

/// A compiled project
pub struct Project {
    /// Its folder
    pub root: PathBuf,
    /// Graph and findings
    pub compilation: Arc<Compilation>,
    /// Where its actions run
    pub environment: Environment,
}

/// The folder a command is about
pub fn root(global: &GlobalArguments) -> PathBuf {
    global
        .directory
        .clone()
        .unwrap_or_else(|| PathBuf::from("."))
}

/// Whether a folder holds a project
pub fn is_project(root: &Path) -> bool {
    root.join("workflow_settings.yaml").is_file() || root.join("dataform.json").is_file()
}

/// Whether a command can be about a folder
///
/// # Errors
/// There is no project in it
pub fn check(root: &Path) -> Result<(), Diagnostic> {
    if !root.is_dir() {
        return Err(Diagnostic::error(
            code::PROJECT_NOT_FOUND,
            format!("there is no folder `{}`", root.display()),
        )
        .help("name the project's folder with `-C DIR`"));
    }
    if !is_project(root) {
        return Err(Diagnostic::error(
            code::PROJECT_NOT_FOUND,
            format!(
                "{} is not a Dataform project: it has no `workflow_settings.yaml`",
                if root == Path::new(".") {
                    "this folder".to_owned()
                } else {
                    format!("`{}`", root.display())
                }
            ),
        )
        .help(
            "go to the project's folder, name it with `-C DIR`, or begin one with `sqlx-run init`",
        ));
    }
    Ok(())
}

/// The environment that a command line names, with what the command line says otherwise
///
/// # Errors
/// `sqlx-run.toml` is not valid, or has no such environment
pub fn environment(global: &GlobalArguments, root: &Path) -> Result<Environment, Diagnostic> {
    let variable = EnvironmentVariables::read;
    let named = global
        .environment
        .clone()
        .or_else(|| variable(EnvironmentVariables::ENVIRONMENT));
    let mut environment = RunSettings::read(root)?.environment(named.as_deref())?;
    environment.vars.extend(global.vars.iter().cloned());
    if global.embedded {
        environment.engine = Engine::Embedded;
    }
    let endpoint = global.api_endpoint.clone();
    environment.api_endpoint = endpoint
        .or(environment.api_endpoint)
        .or_else(|| variable(EnvironmentVariables::EMULATOR_HOST));
    let vertex = global.vertex_endpoint.clone();
    environment.vertex_endpoint = vertex
        .or(environment.vertex_endpoint)
        .or_else(|| variable(EnvironmentVariables::VERTEX_ENDPOINT));
    let impersonate = global.impersonate_service_account.clone();
    environment.credentials.impersonate = impersonate.or(environment.credentials.impersonate);
    Ok(environment)
}

/// How a command compiles
pub fn options(global: &GlobalArguments, environment: &Environment) -> CompileOptions {
    CompileOptions {
        overrides: overrides(environment),
        time_limit: Duration::from_secs(global.compile_timeout),
        memory_limit: (global.compile_memory as usize) << 20,
        incremental_tests: true,
        vertex_actions: true,
        ..CompileOptions::default()
    }
}

/// What becomes of the embedded engine's file where there is none
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It is made
    Make,
    /// Nothing is left behind
    LeaveOut,
}

impl Project {
    /// Compiles the project
    ///
    /// # Errors
    /// There is no project
    pub fn compile(global: &GlobalArguments, root: PathBuf) -> Result<Self, Diagnostic> {
        check(&root)?;
        let environment = environment(global, &root)?;
        let compilation = compile(&DiskProject::new(&root), &options(global, &environment));
        Ok(Self {
            root,
            environment,
            compilation: Arc::new(compilation),
        })
    }

    /// The same, for commands that need a graph without errors: findings are printed
    ///
    /// # Errors
    /// The exit code
    pub fn compile_clean(
        global: &GlobalArguments,
        root: PathBuf,
        printer: &Printer,
    ) -> Result<Self, u8> {
        let project = Self::compile(global, root).map_err(|diagnostic| {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        })?;
        project.show_console(printer);
        let found = &project.compilation.diagnostics;
        if project.compilation.has_errors() {
            printer.diagnostics(found);
            return Err(exit::USAGE);
        }
        if !printer.is_json() {
            let warnings: Vec<Diagnostic> = found
                .iter()
                .filter(|finding| finding.severity != Severity::Error)
                .cloned()
                .collect();
            printer.diagnostics(&warnings);
        }
        Ok(project)
    }

    /// What project code wrote on its console
    pub fn show_console(&self, printer: &Printer) {
        for line in &self.compilation.console {
            printer.note(line);
        }
    }

    /// Opens the warehouse of the environment's engine
    ///
    /// # Errors
    /// Settings or sources are wrong, or the warehouse does not open
    pub fn open_warehouse(
        &self,
        global: &GlobalArguments,
        missing: Missing,
    ) -> Result<Arc<dyn Warehouse>, Diagnostic> {
        match self.environment.engine {
            Engine::Embedded => {
                let file = self.warehouse_file(global);
                let file = (missing == Missing::Make || file.exists()).then_some(file);
                Ok(Arc::new(self.open_file(global, file)?))
            }
            Engine::BigQuery => self.open_bigquery(),
        }
    }

    #[cfg(not(feature = "gcp"))]
    fn open_bigquery(&self) -> Result<Arc<dyn Warehouse>, Diagnostic> {
        Err(Diagnostic::error(
            code::WAREHOUSE_UNAVAILABLE,
            "this program was built without BigQuery as an engine",
        )
        .help("build it with the feature `gcp`"))
    }

    #[cfg(feature = "gcp")]
    fn bigquery_options(&self) -> BigQueryOptions {
        let environment = &self.environment;
        let config = self.compilation.graph.project_config.as_ref();
        let names = names(&self.compilation.graph);
        let dataform = self.root.join(DATAFORM_CREDENTIALS);
        let credentials = match &environment.credentials.file {
            Some(file) => CredentialSource::File(self.root.join(file)),
            None if dataform.is_file() => CredentialSource::File(dataform),
            None => CredentialSource::Default,
        };
        let location = config.and_then(|config| config.default_location.clone());
        BigQueryOptions {
            project: names.default_project,
            default_dataset: names.default_dataset,
            location: location.filter(|location| !location.is_empty()),
            endpoint: environment.api_endpoint.clone(),
            credentials,
            impersonate: environment.credentials.impersonate.clone(),
            priority: match environment.priority {
                Queue::Interactive => Priority::Interactive,
                Queue::Batch => Priority::Batch,
            },
            reservation: environment.reservation.clone(),
            maximum_bytes_billed: environment.maximum_bytes_billed,
            labels: environment.labels.clone(),
            request_timeout: None,
        }
    }

    #[cfg(feature = "gcp")]
    fn open_bigquery(&self) -> Result<Arc<dyn Warehouse>, Diagnostic> {
        let warehouse = BigQueryWarehouse::open(self.bigquery_options())?;
        Ok(Arc::new(warehouse))
    }

    /// What makes the project's Vertex AI actions, where it has some
    ///
    /// # Errors
    /// The address of Vertex AI is none
    pub fn vertex(
        &self,
        warehouse: &Arc<dyn Warehouse>,
    ) -> Result<Option<Arc<Vertex>>, Diagnostic> {
        let graph = &self.compilation.graph;
        if graph.vertex_actions.is_empty() {
            return Ok(None);
        }
        let place = match self.environment.engine {
            Engine::Embedded => VertexPlace::Local,
            Engine::BigQuery => self.cloud()?,
        };
        let config = graph.project_config.as_ref();
        let project = config.and_then(|config| config.default_database.clone());
        let options = VertexOptions {
            place,
            project: project.unwrap_or_default(),
            folder: self.root.clone(),
        };
        let vertex = Vertex::new(
            options,
            Arc::clone(&self.compilation),
            Arc::clone(warehouse),
        );
        Ok(Some(Arc::new(vertex)))
    }

    /// Vertex AI on Google Cloud, or what answers in its place
    ///
    /// # Errors
    /// Its address is none
    pub fn cloud(&self) -> Result<VertexPlace, Diagnostic> {
        let address = self.environment.vertex_endpoint.clone();
        #[cfg(feature = "gcp")]
        let identity = {
            let google = ClientOptions::google_address("us-central1");
            let endpoint = Endpoint::parse(address.as_deref().unwrap_or(&google))?;
            Identity::Account(Arc::new(Account::new(self.bigquery_options(), endpoint)))
        };
        #[cfg(not(feature = "gcp"))]
        let identity = Identity::Nobody;
        Ok(VertexPlace::Cloud { address, identity })
    }

    fn open_file(
        &self,
        global: &GlobalArguments,
        file: Option<PathBuf>,
    ) -> Result<DuckDbWarehouse, Diagnostic> {
        let graph = &self.compilation.graph;
        let names = names(graph);
        let declared = &self.environment.sources;
        let sources = source_files(graph, &names, &self.root, declared, &global.sources)?;
        let names = Names {
            folder: self.root.clone(),
            remote_models: self.environment.remote_models.clone(),
            ..names
        };
        DuckDbWarehouse::open(DuckDbOptions {
            file,
            names,
            sources,
            ..DuckDbOptions::default()
        })
    }

    /// The project's warehouse, to be asked for the columns of what no action makes; `None` where there is
    /// neither a file nor a source with files
    ///
    /// # Errors
    /// As [`Project::open_warehouse`]
    pub fn known_warehouse(
        &self,
        global: &GlobalArguments,
    ) -> Result<Option<Arc<dyn Warehouse>>, Diagnostic> {
        let nothing = self.environment.engine == Engine::Embedded
            && !self.warehouse_file(global).exists()
            && self.environment.sources.is_empty()
            && global.sources.is_empty();
        if nothing {
            return Ok(None);
        }
        self.open_warehouse(global, Missing::LeaveOut).map(Some)
    }

    /// Where the embedded engine's warehouse is, or will be
    pub fn warehouse_file(&self, global: &GlobalArguments) -> PathBuf {
        warehouse_file(global, &self.environment, &self.root)
    }

    /// The warehouse as a report names it
    pub fn warehouse_name(&self, global: &GlobalArguments) -> String {
        match self.environment.engine {
            Engine::Embedded => self.warehouse_file(global).display().to_string(),
            Engine::BigQuery => {
                let settings = &self.compilation.graph.project_config;
                let project = settings
                    .as_ref()
                    .and_then(|settings| settings.default_database.as_deref());
                format!("BigQuery project {}", project.unwrap_or_default())
            }
        }
    }

    /// Where our files are, or will be
    pub fn state_folder(&self) -> PathBuf {
        state_folder(&self.root)
    }
}

/// Where the records of a project's runs are, or will be
pub fn records_folder(root: &Path) -> PathBuf {
    state_folder(root).join("runs")
}

/// Where the server of a project keeps models, endpoints and requests
pub fn vertex_folder(root: &Path) -> PathBuf {
    state_folder(root).join("vertex")
}

fn state_folder(root: &Path) -> PathBuf {
    let folder = root.join(STATE_FOLDER);
    folder
        .strip_prefix(".")
        .map_or_else(|_| folder.clone(), Path::to_owned)
}

/// Where the embedded engine's warehouse of an environment is, or will be
pub fn warehouse_file(global: &GlobalArguments, environment: &Environment, root: &Path) -> PathBuf {
    let own = environment.warehouse.as_ref();
    let file = global.warehouse.clone();
    file.or_else(|| own.map(|path| root.join(path)))
        .unwrap_or_else(|| state_folder(root).join("warehouse.duckdb"))
}

/// A warehouse without a project: names have a dataset, and nothing is declared
///
/// # Errors
/// The file does not open; a source is named, which only a project declares
pub fn open_without_project(global: &GlobalArguments) -> Result<DuckDbWarehouse, Diagnostic> {
    if let Some(source) = global.sources.first() {
        return Err(Diagnostic::error(
            code::USAGE,
            format!(
                "`--source {}` needs a project that declares it",
                source.name
            ),
        )
        .help("name the project's folder with `-C DIR`"));
    }
    DuckDbWarehouse::open(DuckDbOptions {
        file: global.warehouse.clone(),
        ..DuckDbOptions::default()
    })
}

/// What Dataform would be told with `--default-database`, `--schema-suffix` and the like
fn overrides(environment: &Environment) -> ConfigOverride {
    ConfigOverride {
        default_database: environment.project.clone(),
        default_location: environment.location.clone(),
        schema_suffix: environment.dataset_suffix.clone(),
        vars: environment
            .vars
            .iter()
            .map(|(key, value)| (key.clone(), value.as_str().into()))
            .collect(),
        ..ConfigOverride::default()
    }
}
