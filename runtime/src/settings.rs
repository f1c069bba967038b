//! What a run needs beside the compiled graph: names on the engine, and files behind declared sources,
//! from `sqlx-run.toml` and from arguments

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Location, code, did_you_mean};
use googlesql::PhysicalName;
use serde::Deserialize;
use sqlx_compiler::{CompiledGraph, Target};

use crate::select::target_names;
use crate::warehouse::duckdb::{Names, SourceFiles};

/// The file beside the project's settings
pub const FILE: &str = "sqlx-run.toml";

/// `sqlx-run.toml`
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunSettings {
    /// Declared source → files, relative to the project
    #[serde(default)]
    pub sources: BTreeMap<String, PathBuf>,
}

/// `NAME=PATH`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceArgument {
    /// The declaration: `name`, `dataset.name` or `project.dataset.name`
    pub name: String,
    /// Its files
    pub path: PathBuf,
}

impl std::str::FromStr for SourceArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, path)) if !name.trim().is_empty() && !path.trim().is_empty() => Ok(Self {
                name: name.trim().to_owned(),
                path: PathBuf::from(path.trim()),
            }),
            _ => Err("expected NAME=PATH, such as `events_*=data/events.parquet`".to_owned()),
        }
    }
}

impl RunSettings {
    /// Reads the file of a project; a project without one has no settings
    ///
    /// # Errors
    /// The file is not readable or not valid
    pub fn read(project: &Path) -> Result<Self, Diagnostic> {
        let text = match std::fs::read_to_string(project.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Diagnostic::error(
                    code::RUN_SETTINGS_INVALID,
                    format!("cannot be read: {error}"),
                )
                .in_file(FILE));
            }
        };
        toml::from_str(&text).map_err(|error| {
            let diagnostic = Diagnostic::error(
                code::RUN_SETTINGS_INVALID,
                error.message().lines().collect::<Vec<_>>().join(", "),
            )
            .help(
                "it knows `[sources]` with lines such as `\"events_*\" = \"data/events.parquet\"`",
            );
            match error.span() {
                Some(span) => diagnostic.at(Location::new(FILE, text.as_str(), span)),
                None => diagnostic.in_file(FILE),
            }
        })
    }
}

/// How the project's paths become names in a DuckDB file
pub fn names(graph: &CompiledGraph) -> Names {
    let config = graph.project_config.clone().unwrap_or_default();
    let with_suffix = |name: Option<String>, suffix: &Option<String>| match (name, suffix) {
        (Some(name), Some(suffix)) if !suffix.is_empty() => Some(format!("{name}_{suffix}")),
        (name, _) => name,
    };
    let mut names = Names {
        default_project: with_suffix(config.default_database, &config.database_suffix),
        default_dataset: with_suffix(config.default_schema, &config.schema_suffix),
        ..Names::default()
    };
    names.declarations = graph
        .declarations
        .iter()
        .map(|declaration| names.physical(&declaration.target))
        .collect();
    names
}

/// The files behind declared sources: arguments (relative to the working folder) win over settings
/// (relative to the project)
///
/// # Errors
/// A name that no declaration has, or that several have
pub fn source_files(
    graph: &CompiledGraph,
    names: &Names,
    project: &Path,
    settings: &RunSettings,
    arguments: &[SourceArgument],
) -> Result<Vec<SourceFiles>, Diagnostic> {
    let mut files: BTreeMap<PhysicalName, (PathBuf, bool)> = BTreeMap::new();
    for (name, path) in &settings.sources {
        let found =
            declaration(graph, names, name).map_err(|diagnostic| diagnostic.in_file(FILE))?;
        files.insert(found, (project.join(path), false));
    }
    for argument in arguments {
        let found = declaration(graph, names, &argument.name)?;
        files.insert(found, (argument.path.clone(), true));
    }
    Ok(files
        .into_iter()
        .map(|(name, (path, required))| SourceFiles {
            name,
            path: std::path::absolute(&path).unwrap_or(path),
            required,
        })
        .collect())
}

fn declaration(
    graph: &CompiledGraph,
    names: &Names,
    wanted: &str,
) -> Result<PhysicalName, Diagnostic> {
    let matching: Vec<&Target> = graph
        .declarations
        .iter()
        .map(|declaration| &declaration.target)
        .filter(|target| target_names(target).contains(&wanted.to_owned()))
        .collect();
    match matching.as_slice() {
        [target] => Ok(names.physical(target)),
        [] => {
            let known: Vec<String> = graph
                .declarations
                .iter()
                .flat_map(|declaration| target_names(&declaration.target))
                .collect();
            let mut diagnostic = Diagnostic::error(
                code::USAGE,
                format!("the project declares no source `{wanted}`"),
            );
            diagnostic.help =
                did_you_mean(wanted, known.iter().map(String::as_str)).or_else(|| {
                    Some(
                        "declare it: a `.sqlx` file with `config { type: \"declaration\", … }`"
                            .to_owned(),
                    )
                });
            Err(diagnostic)
        }
        several => {
            let full: Vec<String> = several.iter().map(ToString::to_string).collect();
            Err(Diagnostic::error(
                code::USAGE,
                format!("several sources are called `{wanted}`"),
            )
            .help(format!("name one of: {}", full.join(", "))))
        }
    }
}
