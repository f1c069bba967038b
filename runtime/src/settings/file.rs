//! `sqlx-run.toml` as it is written

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Location, code, did_you_mean};
use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::bytes;
use super::environment::{Credentials, Environment, Priority};
use crate::assertions::Severity;
use crate::warehouse::Engine;
use crate::warehouse::duckdb::RemoteEndpoint;

/// The file beside the project's settings
pub const FILE: &str = "sqlx-run.toml";

/// `sqlx-run.toml`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Declared source → files, relative to the project
    #[serde(default)]
    pub sources: BTreeMap<String, PathBuf>,
    /// What holds where an argument does not say otherwise
    #[serde(default)]
    pub defaults: Defaults,
    /// Names of assertions, or globs, and how grave it is when one finds rows
    #[serde(default)]
    pub assertions: BTreeMap<String, Severity>,
    /// What stands for the endpoints and connections of remote models here, by these
    #[serde(default)]
    pub remote_models: BTreeMap<String, RemoteEndpoint>,
    /// The environments by name
    #[serde(default)]
    pub environments: BTreeMap<String, EnvironmentSettings>,
    #[serde(skip)]
    text: String,
}

/// `[defaults]`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// The environment where none is named
    pub environment: Option<String>,
    /// As `--jobs`
    pub jobs: Option<u16>,
}

/// `[environments.NAME]`
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentSettings {
    /// Which engine runs the SQL; the embedded one where nothing is said
    pub engine: Option<Engine>,
    /// The DuckDB file, relative to the project
    pub warehouse: Option<PathBuf>,
    /// The Google Cloud project, in the place of `defaultProject`
    pub project: Option<String>,
    /// The BigQuery location, in the place of `defaultLocation`
    pub location: Option<String>,
    /// Goes after every dataset, with an underscore
    pub dataset_suffix: Option<String>,
    /// Values for project code
    #[serde(default)]
    pub vars: BTreeMap<String, String>,
    /// Declared source → files, on top of `[sources]`
    #[serde(default)]
    pub sources: BTreeMap<String, PathBuf>,
    /// With whose rights BigQuery is asked
    pub credentials: Option<Credentials>,
    /// Where BigQuery's API is
    pub api_endpoint: Option<String>,
    /// Where Vertex AI's API is
    pub vertex_endpoint: Option<String>,
    /// How BigQuery queues queries
    pub priority: Option<Priority>,
    /// `projects/P/locations/L/reservations/R`
    pub reservation: Option<String>,
    /// A statement that would read more is refused by BigQuery
    #[serde(default, deserialize_with = "bytes::deserialize")]
    pub maximum_bytes_billed: Option<u64>,
    /// Labels of each job
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Whether a command that writes asks first
    #[serde(default)]
    pub protected: bool,
    /// Dollars for 2^40 bytes that queries read
    pub price_per_tib: Option<f64>,
}

impl RunSettings {
    /// Reads the file of a project; a project without one has no settings
    ///
    /// # Errors
    /// The file is not readable or not valid
    pub fn read(project: &Path) -> Result<Self, Diagnostic> {
        match std::fs::read_to_string(project.join(FILE)) {
            Ok(text) => Self::parse(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Diagnostic::error(
                code::RUN_SETTINGS_INVALID,
                format!("cannot be read: {error}"),
            )
            .in_file(FILE)),
        }
    }

    /// Reads the file's text
    ///
    /// # Errors
    /// It is not valid, at its place
    pub fn parse(text: String) -> Result<Self, Diagnostic> {
        let mut settings: Self = toml::from_str(&text).map_err(|error| invalid(&error, &text))?;
        settings.text = text;
        settings.check()?;
        Ok(settings)
    }

    /// The environment of that name; without one the default, which is the embedded engine where the file
    /// says nothing
    ///
    /// # Errors
    /// There is no environment of that name
    pub fn environment(&self, name: Option<&str>) -> Result<Environment, Diagnostic> {
        let Some(name) = name.or(self.defaults.environment.as_deref()) else {
            return Ok(Environment {
                sources: self.sources.clone(),
                remote_models: self.remote_models.clone(),
                ..Environment::default()
            });
        };
        match self.environments.get(name) {
            Some(written) => Ok(Environment {
                remote_models: self.remote_models.clone(),
                ..Environment::new(name, written, &self.sources)
            }),
            None => Err(self.unknown(name)),
        }
    }

    fn unknown(&self, name: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(
            code::ENVIRONMENT_UNKNOWN,
            format!("`{FILE}` has no environment `{name}`"),
        );
        let known = self.environments.keys().map(String::as_str);
        diagnostic.help = did_you_mean(name, known.clone()).or_else(|| {
            let known: Vec<&str> = known.collect();
            Some(if known.is_empty() {
                format!("add `[environments.{name}]` to `{FILE}`")
            } else {
                format!("its environments are: {}", known.join(", "))
            })
        });
        diagnostic
    }

    /// What types alone do not say
    fn check(&self) -> Result<(), Diagnostic> {
        if let Some(name) = &self.defaults.environment
            && !self.environments.contains_key(name)
        {
            return Err(self.at(self.unknown(name), &["defaults", "environment"]));
        }
        for pattern in self.assertions.keys() {
            if let Err(error) = globset::Glob::new(pattern) {
                let message = format!("`{pattern}` is not a glob: {}", error.kind());
                let diagnostic = Diagnostic::error(code::RUN_SETTINGS_INVALID, message)
                    .help("write the name of an assertion, with `*` and `?` for the rest");
                return Err(self.at(diagnostic, &["assertions", pattern]));
            }
        }
        for (name, written) in &self.environments {
            let refuse = |key: &str, message: String, help: &str| {
                let diagnostic = Diagnostic::error(code::RUN_SETTINGS_INVALID, message).help(help);
                Err(self.at(diagnostic, &["environments", name, key]))
            };
            let price = written.price_per_tib.unwrap_or_default();
            if !price.is_finite() || price < 0.0 {
                return refuse(
                    "price_per_tib",
                    format!("`{price}` is no price"),
                    "write dollars for each TiB, such as `6.25`",
                );
            }
            if written.dataset_suffix.as_deref() == Some("") {
                return refuse(
                    "dataset_suffix",
                    "the suffix is empty".to_owned(),
                    "leave the line out where datasets have no suffix",
                );
            }
            if let Some(key) = written.misplaced() {
                let (own, other) = match written.engine {
                    Some(Engine::BigQuery) => ("embedded", "bigquery"),
                    _ => ("bigquery", "embedded"),
                };
                return refuse(
                    key,
                    format!(
                        "`{key}` is for the engine `{own}`, and `{name}` runs on the engine `{other}`"
                    ),
                    &format!("remove the line, or set `engine = \"{own}\"`"),
                );
            }
        }
        Ok(())
    }

    /// At a key of the file
    fn at(&self, diagnostic: Diagnostic, keys: &[&str]) -> Diagnostic {
        match place(&self.text, keys) {
            Some(span) => diagnostic.at(Location::new(FILE, self.text.as_str(), span)),
            None => diagnostic.in_file(FILE),
        }
    }
}

impl EnvironmentSettings {
    /// A key that has no meaning for the engine
    fn misplaced(&self) -> Option<&'static str> {
        let keys: &[(&str, bool)] = match self.engine {
            Some(Engine::BigQuery) => &[
                ("warehouse", self.warehouse.is_some()),
                ("sources", !self.sources.is_empty()),
            ],
            _ => &[
                ("credentials", self.credentials.is_some()),
                ("api_endpoint", self.api_endpoint.is_some()),
                ("vertex_endpoint", self.vertex_endpoint.is_some()),
                ("priority", self.priority.is_some()),
                ("reservation", self.reservation.is_some()),
                ("maximum_bytes_billed", self.maximum_bytes_billed.is_some()),
                ("labels", !self.labels.is_empty()),
                ("price_per_tib", self.price_per_tib.is_some()),
            ],
        };
        let given = keys.iter().find(|(_, given)| *given);
        given.map(|(key, _)| *key)
    }
}

/// The value at a path of keys
fn place(text: &str, keys: &[&str]) -> Option<Range<usize>> {
    let (document, _) = DeTable::parse_recoverable(text);
    let mut table = document.into_inner();
    let (last, path) = keys.split_last()?;
    for key in path {
        match table.remove(*key)?.into_inner() {
            DeValue::Table(inner) => table = inner,
            _ => return None,
        }
    }
    let (key, _) = table.get_key_value(*last)?;
    Some(key.span())
}

fn invalid(error: &toml::de::Error, text: &str) -> Diagnostic {
    let message = error.message().lines().collect::<Vec<_>>().join(", ");
    // `unknown field `a`, expected one of `b`, `c``
    let words: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (message, help) = match words.split_first() {
        Some((unknown, known)) if message.starts_with("unknown field") => (
            format!("there is no setting `{unknown}` here"),
            did_you_mean(unknown, known.iter().copied())
                .unwrap_or_else(|| format!("settings here are: {}", known.join(", "))),
        ),
        _ => (message, "docs/environments.md has every setting".to_owned()),
    };
    let diagnostic = Diagnostic::error(code::RUN_SETTINGS_INVALID, message).help(help);
    match error.span() {
        Some(span) => diagnostic.at(Location::new(FILE, text, span)),
        None => diagnostic.in_file(FILE),
    }
}
