//! The page that GitHub shows for a job, with how the run went

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;

use diagnostic::{Diagnostic, code};
use sqlx_runtime::{ActionResult, EnvironmentVariables};

use super::people::seconds;
use super::summary::{counted, slowest_of};
use super::{Ended, cost};

/// Appends to the page, where GitHub gives one
///
/// # Errors
/// The file cannot be written
pub fn append(ended: &Ended<'_>) -> Result<(), Diagnostic> {
    let variable = EnvironmentVariables::GITHUB_STEP_SUMMARY;
    let Some(path) = EnvironmentVariables::read(variable) else {
        return Ok(());
    };
    let written = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .and_then(|mut file| file.write_all(page(ended).as_bytes()));
    written.map_err(|error| {
        Diagnostic::warning(
            code::OUTPUT_UNWRITABLE,
            format!("`{path}`, which `{variable}` names, cannot be written: {error}"),
        )
    })
}

fn page(ended: &Ended<'_>) -> String {
    let summary = ended.summary;
    let counts: Vec<String> = counted(summary)
        .into_iter()
        .map(|(status, number)| format!("{number} {}", status.as_str()))
        .collect();
    let mut page = format!(
        "### sqlx-run: {} in {}\n\n",
        counts.join(", "),
        seconds(summary.seconds)
    );
    let failed: Vec<&ActionResult> = summary
        .results
        .iter()
        .filter(|result| result.diagnostic.is_some())
        .collect();
    if !failed.is_empty() {
        page.push_str("| action | status | what is wrong | where |\n|---|---|---|---|\n");
    }
    // writing to a text cannot fail
    for result in failed {
        if let Some(diagnostic) = &result.diagnostic {
            let place = diagnostic.file().map_or_else(String::new, |file| {
                let line = diagnostic.location.as_ref().map(|at| at.line_column().0);
                match line {
                    Some(line) => format!("`{file}:{line}`"),
                    None => format!("`{file}`"),
                }
            });
            let _ = writeln!(
                page,
                "| `{}` | {} | {} {} | {place} |",
                result.action,
                result.status.as_str(),
                diagnostic.code,
                cell(&diagnostic.message),
            );
        }
    }
    page.push('\n');
    for result in slowest_of(summary) {
        let _ = writeln!(
            page,
            "- `{}` took {}",
            result.action,
            seconds(result.seconds)
        );
    }
    if let Some(usage) = cost::usage(&ended.document.statistics, ended.price_per_tib) {
        let _ = writeln!(page, "- {usage}");
    }
    if let Some(retry) = &ended.document.retry {
        let _ = writeln!(page, "\nTo do what is outstanding: `{retry}`");
    }
    page.push('\n');
    page
}

/// Text in a cell of a table
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('\n', " ")
        .replace('<', "&lt;")
}
