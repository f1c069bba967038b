//! Diagnostics as GitHub's workflow commands, which show them beside the lines of a change

use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, Severity};
use sqlx_runtime::EnvironmentVariables;

/// Such as `::error file=definitions/a.sqlx,line=3,col=5,title=Q004: unknown column::…`
pub fn annotation(diagnostic: &Diagnostic, root: &Path) -> String {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(file) = diagnostic.file() {
        let path = root.join(file);
        properties.push(("file", path.to_string_lossy().replace('\\', "/")));
    }
    if let Some(location) = &diagnostic.location {
        let (line, column) = location.line_column();
        let (end_line, end_column) = location.end();
        properties.push(("line", line.to_string()));
        properties.push(("endLine", end_line.to_string()));
        // columns make sense to GitHub within one line only
        if line == end_line {
            properties.push(("col", column.to_string()));
            properties.push(("endColumn", end_column.to_string()));
        }
    }
    properties.push((
        "title",
        format!("{}: {}", diagnostic.code, diagnostic.code.title),
    ));
    let properties: Vec<String> = properties
        .into_iter()
        .map(|(name, value)| format!("{name}={}", escape_property(&value)))
        .collect();
    let mut message = diagnostic.message.clone();
    if let Some(action) = &diagnostic.action {
        message = format!("{action}: {message}");
    }
    if let Some(help) = &diagnostic.help {
        message = format!("{message}\nhelp: {help}");
    }
    format!(
        "::{command} {}::{}\n",
        properties.join(","),
        escape(&message)
    )
}

/// The folder of a project as GitHub names its files: from the root of the repository
pub fn place_in_repository(folder: &Path) -> PathBuf {
    let workspace = EnvironmentVariables::read(EnvironmentVariables::GITHUB_WORKSPACE)
        .and_then(|workspace| std::fs::canonicalize(workspace).ok());
    let real = std::fs::canonicalize(folder).ok();
    match (workspace, real) {
        (Some(workspace), Some(real)) => real
            .strip_prefix(&workspace)
            .map_or_else(|_| folder.to_owned(), Path::to_owned),
        _ => folder.strip_prefix(".").unwrap_or(folder).to_owned(),
    }
}

fn escape(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn escape_property(text: &str) -> String {
    escape(text).replace(':', "%3A").replace(',', "%2C")
}
