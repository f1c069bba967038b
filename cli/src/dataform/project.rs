//! The project of a command line: compiled with the settings that flags replace

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sqlx_compiler::{
    Compilation, CompileOptions, ConfigOverride, DiskProject, Thrown, compile, names_core_version,
};

use super::conversion::resolve;
use super::failure::Failure;
use super::line::{Value, Words};
use crate::cache::{self, Caching, Compiled, Wanted};

/// How long project code may run unless `--timeout` says something else
const TIME_LIMIT: f64 = 60_000.0;

/// What Dataform says of a project that names no version of Dataform Core
pub const NO_CORE_VERSION: &str =
    "dataformCoreVersion must be specified either in workflow_settings.yaml or via a package.json";

/// The project's folder
pub fn folder(words: &Words) -> PathBuf {
    resolve(&[&words
        .get("project-dir")
        .map(Value::to_string)
        .unwrap_or_default()])
}

/// Compiles the project
///
/// # Errors
/// What Dataform's compilation ends with instead of a graph
pub fn compile_project(words: &Words) -> Result<Compilation, Failure> {
    let root = folder(words);
    let files = DiskProject::new(&root);
    let attempt = Attempt::new(words, &files)?;
    let compilation = compile(&files, &attempt.options);
    attempt.check(compilation.thrown.as_ref())?;
    Ok(compilation)
}

/// Compiles the project as far as what is `wanted` needs, and hands the outcome to `show`
///
/// Compilations are remembered only where there is a folder `.sqlx-run` already: `dataform` leaves no trace in
/// a project of its own.
///
/// # Errors
/// What Dataform's compilation ends with instead of a graph
pub fn with_compiled<R>(
    words: &Words,
    wanted: Wanted,
    show: impl FnOnce(&Compiled<'_>) -> R,
) -> Result<R, Failure> {
    let root = folder(words);
    let attempt = Attempt::new(words, &DiskProject::new(&root))?;
    let caching = if root.join(".sqlx-run").is_dir() {
        Caching::On
    } else {
        Caching::Off
    };
    cache::compile_project(&root, &attempt.options, wanted, caching, |compiled| {
        let compilation = compiled.compilation();
        attempt.check(compilation.and_then(|compilation| compilation.thrown.as_ref()))?;
        Ok(show(compiled))
    })
}

/// A compilation that may take only so long
struct Attempt {
    options: CompileOptions,
    milliseconds: f64,
    started: Instant,
}

impl Attempt {
    fn new(words: &Words, files: &DiskProject) -> Result<Self, Failure> {
        check_versions(&folder(words), names_core_version(files))?;
        let milliseconds = match words.get("timeout") {
            Some(Value::Number(limit)) if *limit != 0.0 => *limit,
            _ => TIME_LIMIT,
        };
        // longer than anyone waits, and short enough to be a duration
        let seconds = (milliseconds / 1000.0).clamp(0.0, 1e9);
        Ok(Self {
            options: CompileOptions {
                overrides: overrides(words)?,
                time_limit: Duration::from_secs_f64(seconds),
                ..CompileOptions::default()
            },
            milliseconds,
            started: Instant::now(),
        })
    }

    /// Fails when too much time went by, or something was thrown
    fn check(&self, thrown: Option<&Thrown>) -> Result<(), Failure> {
        let stopped = |thrown: &Thrown| thrown.message.starts_with("Compilation timed out after ");
        if self.started.elapsed() > self.options.time_limit || thrown.is_some_and(stopped) {
            return Err(timed_out(self.milliseconds));
        }
        let Some(thrown) = thrown else {
            return Ok(());
        };
        let class = if thrown
            .message
            .starts_with("The \"string\" argument must be")
        {
            "TypeError [ERR_INVALID_ARG_TYPE]"
        } else {
            &thrown.name
        };
        Err(Failure::of_class(class, thrown.message.clone()))
    }
}

/// Where the version of Dataform Core comes from: the settings, or a `package.json`, but not both
fn check_versions(root: &Path, named: Option<bool>) -> Result<(), Failure> {
    let Some(named) = named else {
        // the compilation says what is wrong with the settings
        return Ok(());
    };
    if !named {
        return if root.join("package.json").exists() {
            Ok(())
        } else {
            Err(Failure::error(NO_CORE_VERSION))
        };
    }
    let unexpected = ["node_modules", "package.json", "package-lock.json"]
        .map(|name| root.join(name))
        .into_iter()
        .find(|path| path.exists());
    match unexpected {
        Some(path) => Err(Failure::error(format!(
            "'{}' unexpected; remove it and try again",
            path.display()
        ))),
        None => Ok(()),
    }
}

fn timed_out(milliseconds: f64) -> Failure {
    Failure::error(format!(
        "Compilation timed out after {} seconds. To allow more time, re-run with a longer --timeout (e.g. --timeout=2m, --timeout=1h).",
        milliseconds / 1000.0
    ))
}

fn overrides(words: &Words) -> Result<ConfigOverride, Failure> {
    let text = |name: &str| match words.get(name) {
        Some(Value::Text(text)) if !text.is_empty() => Ok(Some(text.clone())),
        Some(value) if value.is_truthy() => Err(Failure::not_text(&value.described())),
        _ => Ok(None),
    };
    let mut overrides = ConfigOverride {
        default_schema: text("default-schema")?,
        assertion_schema: text("assertion-schema")?,
        schema_suffix: text("schema-suffix")?,
        default_database: text("default-database")?,
        table_prefix: text("table-prefix")?,
        database_suffix: text("database-suffix")?,
        default_location: text("default-location")?,
        default_reservation: text("default-reservation")?,
        ..ConfigOverride::default()
    };
    if let Some(Value::Object(fields)) = words.get("vars") {
        for (name, value) in fields {
            if let Value::Text(text) = value {
                overrides.vars.insert(name.clone(), text.as_str().into());
            }
        }
    }
    if words
        .get("disable-assertions")
        .is_some_and(Value::is_truthy)
    {
        overrides.disable_assertions = Some(true);
    }
    Ok(overrides)
}
