//! What must hold between flags before a command begins

use std::path::Path;

use super::conversion::{expand, resolve};
use super::line::{Value, Words};

/// Looks at all flags
///
/// # Errors
/// What does not hold, and the class of the error
pub type Check = fn(&Words) -> Result<(), String>;

/// The project's folder is there and holds settings
pub const PROJECT_EXISTS: Check = |words| {
    let folder = text(words, "project-dir");
    let path = Path::new(&folder);
    if !path.exists() {
        return Err(format!("{folder} does not exist!"));
    }
    if !path.join("dataform.json").exists() && !path.join("workflow_settings.yaml").exists() {
        return Err(format!(
            "{folder} does not appear to be a dataform directory (missing workflow_settings.yaml file)."
        ));
    }
    Ok(())
};

/// `init` has a default project
pub const DEFAULT_DATABASE_IS_GIVEN: Check = |words| positional(words, "default-database");

/// `init` has a location
pub const DEFAULT_LOCATION_IS_GIVEN: Check = |words| positional(words, "default-location");

/// One output at a time
pub const JSON_OR_DOT: Check = |words| exclusive(words, "json", "dot");

/// More or less, but not both
pub const VERBOSE_OR_QUIET: Check = |words| exclusive(words, "verbose", "quiet");

/// Nothing widens a selection that is not there
pub const INCLUDE_DEPS_NEEDS_SELECTION: Check =
    |words| needs_selection(words, "include-deps", "actions", "tags");

/// Nothing widens a selection that is not there
pub const INCLUDE_DEPENDENTS_NEEDS_SELECTION: Check =
    |words| needs_selection(words, "include-dependents", "actions", "tags");

/// Nothing widens a selection that is not there
pub const OUTPUT_INCLUDE_DEPS_NEEDS_SELECTION: Check = |words| {
    needs_selection(
        words,
        "output-include-deps",
        "output-actions",
        "output-tags",
    )
};

/// Nothing widens a selection that is not there
pub const OUTPUT_INCLUDE_DEPENDENTS_NEEDS_SELECTION: Check = |words| {
    needs_selection(
        words,
        "output-include-dependents",
        "output-actions",
        "output-tags",
    )
};

/// A suffix of datasets fits into their names
pub const SCHEMA_SUFFIX_IS_A_NAME: Check = |words| match words.get("schema-suffix") {
    Some(suffix) if suffix.is_truthy() => {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if suffix.to_string().bytes().all(fits) {
            Ok(())
        } else {
            Err(
                "--schema-suffix should contain only alphanumeric characters and/or underscores."
                    .to_owned(),
            )
        }
    }
    _ => Ok(()),
};

/// The credentials are named by a path
pub const CREDENTIALS_ARE_A_PATH: Check = |words| credentials(words).map(|_| ());

/// Where the credentials are: in the project, unless the path is absolute
///
/// # Errors
/// The value is no text
pub fn credentials(words: &Words) -> Result<std::path::PathBuf, String> {
    let folder = text(words, "project-dir");
    let file = expand(words.get("credentials").unwrap_or(&Value::Undefined))?;
    Ok(resolve(&[&folder, &file]))
}

fn text(words: &Words, name: &str) -> String {
    words.get(name).map(Value::to_string).unwrap_or_default()
}

fn is_set(words: &Words, name: &str) -> bool {
    words.get(name).is_some_and(Value::is_truthy)
}

fn positional(words: &Words, name: &str) -> Result<(), String> {
    if is_set(words, name) {
        return Ok(());
    }
    Err(format!(
        "The {name} positional argument is required. Use \"dataform help init\" for more info."
    ))
}

fn exclusive(words: &Words, first: &str, second: &str) -> Result<(), String> {
    if is_set(words, first) && is_set(words, second) {
        return Err(format!(
            "Arguments --{first} and --{second} are mutually exclusive."
        ));
    }
    Ok(())
}

fn needs_selection(words: &Words, name: &str, actions: &str, tags: &str) -> Result<(), String> {
    if is_set(words, name) && !is_set(words, actions) && !is_set(words, tags) {
        return Err(format!(
            "The --{name} flag should only be supplied along with --{actions} or --{tags}."
        ));
    }
    Ok(())
}
