//! Compares compiled projects with what Dataform Core makes of them

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sqlx_compiler::{Compilation, CompileOptions, ConfigOverride, DiskProject, compile};

/// A small project with the graph that Dataform Core gives
#[derive(Debug, Clone)]
pub struct Vector {
    /// The name of its folder
    pub name: String,
    project: PathBuf,
    meta: Value,
    expected: Value,
}

/// The vectors in a folder, by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn vectors(folder: &Path) -> io::Result<Vec<Vector>> {
    let mut vectors = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let folder = entry.path();
        if folder.join("expected.json").is_file() {
            vectors.push(Vector::new(
                &entry.file_name().to_string_lossy(),
                &folder.join("project"),
                json(&folder.join("meta.json"))?,
                json(&folder.join("expected.json"))?,
            ));
        }
    }
    vectors.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(vectors)
}

fn json(file: &Path) -> io::Result<Value> {
    serde_json::from_str(&fs::read_to_string(file)?).map_err(io::Error::other)
}

impl Vector {
    /// A project with its `meta` (`projectConfigOverride` and `errorKinds`) and the graph that is expected
    pub fn new(name: &str, project: &Path, meta: Value, expected: Value) -> Self {
        Self {
            name: name.to_owned(),
            project: project.to_owned(),
            meta,
            expected,
        }
    }

    /// Nothing when the graph is equal, else the first difference.
    ///
    /// # Errors
    /// When the project cannot be read.
    pub fn difference(&self) -> io::Result<Option<String>> {
        let meta = &self.meta;
        let overrides: Option<ConfigOverride> =
            serde_json::from_value(meta["projectConfigOverride"].clone())
                .map_err(io::Error::other)?;
        let project = &self.project;
        let options = CompileOptions {
            overrides: overrides.unwrap_or_default(),
            exact_core_version: true,
            ..CompileOptions::default()
        };
        let compilation = compile(&DiskProject::new(project), &options);
        let root = fs::canonicalize(project)?;
        let actual = shown(&compilation, &root.to_string_lossy());
        let kinds = meta["errorKinds"].as_array().cloned().unwrap_or_default();
        Ok(compare(self.expected.clone(), actual, &kinds, &compilation))
    }
}

/// The compilation in the form of the expected files
fn shown(compilation: &Compilation, root: &str) -> Value {
    let text = match &compilation.thrown {
        Some(thrown) => serde_json::json!({
            "thrown": { "name": thrown.name, "message": thrown.message }
        })
        .to_string(),
        None => serde_json::to_string(&compilation.graph).unwrap_or_default(),
    };
    let text = text.replace(root, "<PROJECT_DIR>");
    serde_json::from_str(&text).unwrap_or_default()
}

fn compare(
    mut expected: Value,
    mut actual: Value,
    kinds: &[Value],
    compilation: &Compilation,
) -> Option<String> {
    if let Some(name) = expected["thrown"]["name"].as_str()
        && engine_words(
            name,
            expected["thrown"]["message"].as_str().unwrap_or_default(),
        )
    {
        blank(&mut expected["thrown"]);
        if actual["thrown"].is_object() {
            blank(&mut actual["thrown"]);
        }
    }
    let pointer = "/graphErrors/compilationErrors";
    for (at, kind) in kinds.iter().enumerate() {
        let kind = match kind.as_str().unwrap_or_default() {
            kind if kind.starts_with("<PROJECT_DIR>") => "SyntaxError",
            kind => kind,
        };
        let class = compilation.error_classes.get(at).cloned().flatten();
        let Some(error) = expected
            .pointer_mut(pointer)
            .and_then(|list| list.get_mut(at))
        else {
            continue;
        };
        let message = error["message"].as_str().unwrap_or_default();
        if engine_words(kind, message) && class.as_deref() == Some(kind) {
            blank(error);
            if let Some(error) = actual
                .pointer_mut(pointer)
                .and_then(|list| list.get_mut(at))
            {
                blank(error);
            }
        }
    }
    difference("", &expected, &actual)
}

/// Whether the JavaScript engine chose the words of a message
fn engine_words(class: &str, message: &str) -> bool {
    match class {
        "SyntaxError" | "TypeError" => true,
        "ReferenceError" => message.ends_with(" is not defined"),
        _ => false,
    }
}

fn blank(error: &mut Value) {
    error["message"] = "…".into();
}

/// The first place where two values differ, the order of keys included
fn difference(path: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (expected, actual) {
        (Value::Object(left), Value::Object(right)) => {
            let (keys, others): (Vec<_>, Vec<_>) = (left.keys().collect(), right.keys().collect());
            if keys != others {
                return Some(format!("{path}: keys {keys:?}, got {others:?}"));
            }
            left.iter()
                .find_map(|(key, value)| difference(&format!("{path}.{key}"), value, &right[key]))
        }
        (Value::Array(left), Value::Array(right)) => {
            let inner = left
                .iter()
                .zip(right)
                .enumerate()
                .find_map(|(at, (left, right))| difference(&format!("{path}[{at}]"), left, right));
            if inner.is_none() && left.len() != right.len() {
                let extra = left.get(right.len()).or_else(|| right.get(left.len()));
                return Some(format!(
                    "{path}: {} items, got {}; first without partner: {}",
                    left.len(),
                    right.len(),
                    extra.cloned().unwrap_or_default()
                ));
            }
            inner
        }
        (left, right) if left == right => None,
        (left, right) => Some(format!("{path}: {left}, got {right}")),
    }
}
