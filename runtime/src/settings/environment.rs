//! An environment: where a command runs, and what it puts on top of the project's settings

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::file::EnvironmentSettings;
use crate::warehouse::Engine;
use crate::warehouse::duckdb::RemoteEndpoint;

/// Dollars for each TiB that on-demand queries read, by BigQuery's list for the US
pub const LIST_PRICE_PER_TIB: f64 = 6.25;

/// Where a command runs, resolved from `sqlx-run.toml` and the arguments
#[derive(Debug, Clone, PartialEq)]
pub struct Environment {
    /// Its name in the file; `None` where none is named and the file has no default
    pub name: Option<String>,
    /// Which engine runs the SQL
    pub engine: Engine,
    /// The DuckDB file, relative to the project
    pub warehouse: Option<PathBuf>,
    /// The Google Cloud project, in the place of `defaultProject`
    pub project: Option<String>,
    /// The BigQuery location, in the place of `defaultLocation`
    pub location: Option<String>,
    /// Goes after every dataset, with an underscore
    pub dataset_suffix: Option<String>,
    /// Values for project code
    pub vars: BTreeMap<String, String>,
    /// Declared source → files, relative to the project
    pub sources: BTreeMap<String, PathBuf>,
    /// With whose rights BigQuery is asked
    pub credentials: Credentials,
    /// Where BigQuery's API is, where it is not Google's
    pub api_endpoint: Option<String>,
    /// Where Vertex AI is, where it is not Google's
    pub vertex_endpoint: Option<String>,
    /// How BigQuery queues queries
    pub priority: Priority,
    /// `projects/P/locations/L/reservations/R`
    pub reservation: Option<String>,
    /// A statement that would read more is refused by BigQuery
    pub maximum_bytes_billed: Option<u64>,
    /// Labels of each job
    pub labels: BTreeMap<String, String>,
    /// What stands for the endpoints and connections of remote models, by these
    pub remote_models: BTreeMap<String, RemoteEndpoint>,
    /// Whether a command that writes asks first
    pub protected: bool,
    /// Dollars for 2^40 bytes that queries read
    pub price_per_tib: f64,
}

/// With whose rights BigQuery is asked; without any of it, Application Default Credentials
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// A key file, or Dataform's `.df-credentials.json`; relative to the project
    pub file: Option<PathBuf>,
    /// A service account in whose name to ask
    pub impersonate: Option<String>,
}

/// How BigQuery queues queries
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Priority {
    /// At once
    #[default]
    Interactive,
    /// When there is room
    Batch,
}

impl Default for Environment {
    fn default() -> Self {
        let written = EnvironmentSettings::default();
        Self {
            name: None,
            ..Self::new("", &written, &BTreeMap::new())
        }
    }
}

impl Environment {
    /// From what is written, with the sources of every environment
    pub fn new(
        name: &str,
        written: &EnvironmentSettings,
        sources: &BTreeMap<String, PathBuf>,
    ) -> Self {
        let written = written.clone();
        let mut sources = sources.clone();
        sources.extend(written.sources);
        Self {
            name: Some(name.to_owned()),
            engine: written.engine.unwrap_or(Engine::Embedded),
            warehouse: written.warehouse,
            project: written.project,
            location: written.location,
            dataset_suffix: written.dataset_suffix,
            vars: written.vars,
            sources,
            credentials: written.credentials.unwrap_or_default(),
            api_endpoint: written.api_endpoint,
            vertex_endpoint: written.vertex_endpoint,
            priority: written.priority.unwrap_or_default(),
            reservation: written.reservation,
            maximum_bytes_billed: written.maximum_bytes_billed,
            labels: written.labels,
            remote_models: BTreeMap::new(),
            protected: written.protected,
            price_per_tib: written.price_per_tib.unwrap_or(LIST_PRICE_PER_TIB),
        }
    }
}
