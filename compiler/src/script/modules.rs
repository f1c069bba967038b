//! Which file `require` means, and what the module in it is

use std::sync::Arc;

use super::files::ProjectFiles;
use crate::project::yaml;
use crate::value::Value;

const EXTENSIONS: [&str; 7] = [".js", ".sql", ".sqlx", ".yaml", ".yml", ".json", ".node"];

/// A path without `.` and `..`; `None` when it leads out of the project
pub fn normalize(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The file that `require(id)` means in a file of `folder`
pub fn find(files: &ProjectFiles, folder: &str, id: &str, root: &str) -> Option<String> {
    if id.starts_with("./") || id.starts_with("../") || id == "." || id == ".." {
        return probe(files, &normalize(&format!("{folder}/{id}"))?);
    }
    if let Some(inside) = id
        .strip_prefix(root)
        .and_then(|rest| rest.strip_prefix('/'))
    {
        return probe(files, &normalize(inside)?);
    }
    let mut base = folder;
    loop {
        let place = if base.is_empty() {
            format!("node_modules/{id}")
        } else {
            format!("{base}/node_modules/{id}")
        };
        if let Some(found) = normalize(&place).and_then(|place| probe(files, &place)) {
            return Some(found);
        }
        if base.is_empty() {
            break;
        }
        base = base.rsplit_once('/').map_or("", |(parent, _)| parent);
    }
    probe(files, &normalize(id)?)
}

fn probe(files: &ProjectFiles, path: &str) -> Option<String> {
    probe_file(files, path).or_else(|| probe_folder(files, path))
}

fn probe_file(files: &ProjectFiles, path: &str) -> Option<String> {
    let exists = |path: &str| matches!(files.read(path), Ok(Some(_)));
    if exists(path) {
        return Some(path.to_owned());
    }
    EXTENSIONS
        .iter()
        .map(|extension| format!("{path}{extension}"))
        .find(|path| exists(path))
}

fn probe_folder(files: &ProjectFiles, path: &str) -> Option<String> {
    if !path.is_empty() && !files.is_folder(path) {
        return None;
    }
    let within = |name: &str| {
        if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}/{name}")
        }
    };
    let main = files
        .read(&within("package.json"))
        .ok()
        .flatten()
        .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
        .and_then(|package| package.get("main")?.as_str().map(str::to_owned));
    if let Some(main) = main.and_then(|main| normalize(&within(&main)))
        && let Some(found) =
            probe_file(files, &main).or_else(|| probe_file(files, &format!("{main}/index")))
    {
        return Some(found);
    }
    probe_file(files, &within("index"))
}

/// What a file is to `require`
#[derive(Debug)]
pub enum Module {
    /// JavaScript
    Code(Arc<str>),
    /// SQLX
    Sqlx(Arc<str>),
    /// The JSON of its exports
    Json(String),
}

/// Reads the module in a file.
///
/// # Errors
/// The message of the exception that `require` throws.
pub fn module(path: &str, text: Arc<str>) -> Result<Module, String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let exports = |key: &str, json: String| Module::Json(format!("{{\"{key}\":{json}}}"));
    Ok(match extension {
        "sqlx" => Module::Sqlx(text),
        "json" => Module::Json(text.to_string()),
        "yaml" | "yml" => {
            let document = yaml::parse(&text)
                .map_err(|error| format!("{path} is not a valid YAML file: {error}"))?;
            exports("asJson", document.value.to_json())
        }
        "ipynb" => {
            let json: serde_json::Value = serde_json::from_str(&text)
                .map_err(|error| format!("Error parsing {path} as JSON: {error}"))?;
            exports("asJson", json.to_string())
        }
        "sql" => exports("query", Value::String(template_text(&text)).to_json()),
        "md" => exports("contents", Value::String(template_text(&text)).to_json()),
        _ => Module::Code(text),
    })
}

/// A file's text as a JavaScript template literal with it in it gives it: every line ends with a line feed
pub fn template_text(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
