//! The files behind declared sources, from `sqlx-run.toml` and from arguments

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code, did_you_mean};
use googlesql::PhysicalName;
use sqlx_compiler::{CompiledGraph, Target};

use super::FILE;
use crate::select::target_names;
use crate::warehouse::duckdb::{Names, SourceFiles};

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

/// The files behind declared sources: arguments (relative to the working folder) win over settings
/// (relative to the project)
///
/// # Errors
/// A name that no declaration has, or that several have
pub fn source_files(
    graph: &CompiledGraph,
    names: &Names,
    project: &Path,
    settings: &BTreeMap<String, PathBuf>,
    arguments: &[SourceArgument],
) -> Result<Vec<SourceFiles>, Diagnostic> {
    let mut files: BTreeMap<PhysicalName, (PathBuf, bool)> = BTreeMap::new();
    for (name, path) in settings {
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
