//! Runs a history, and writes down what there is after each step

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value as Json;

use crate::engine::{Engine, Project};
use crate::history::{History, Step};

/// What stands in the warehouse after each step, and how the actions fared, as a text
pub fn states(engine: &dyn Engine, name: &str, history: &History) -> Result<String> {
    let folder = tempfile::tempdir()?;
    let project = Project {
        name: &name.replace('_', "-"),
        folder: folder.path(),
    };
    write(project.folder, "sqlx-run.toml", &engine.settings())?;
    write(
        project.folder,
        "workflow_settings.yaml",
        &format!(
            "defaultProject: {}\ndefaultLocation: US\ndefaultDataset: work\n\
             defaultAssertionDataset: checks\n",
            project.name
        ),
    )?;
    let mut text = String::new();
    for (number, step) in history.step.iter().enumerate() {
        let number = number + 1;
        let state = state(engine, &project, history, step)
            .with_context(|| format!("step {number}: {}", step.title))?;
        if number > 1 {
            text.push('\n');
        }
        write!(text, "# {number}. {}\n{state}", step.title)?;
    }
    Ok(text)
}

fn state(
    engine: &dyn Engine,
    project: &Project<'_>,
    history: &History,
    step: &Step,
) -> Result<String> {
    for (file, text) in &step.files {
        write(project.folder, file, text)?;
    }
    for file in &step.remove {
        std::fs::remove_file(project.folder.join(file))?;
    }
    if let Some(sql) = &step.before {
        engine.execute(project, sql)?;
    }
    let mut text = run(project, step)?;
    for dataset in &history.datasets {
        text.push_str(&tables(engine, project, dataset)?);
    }
    Ok(text)
}

/// The exit code and a line for each action
fn run(project: &Project<'_>, step: &Step) -> Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_sqlx-run"))
        .args(["run", "--output-format", "json"])
        .args(&step.arguments)
        .current_dir(project.folder)
        .stdin(Stdio::null())
        .output()?;
    let code = output.status.code().unwrap_or(-1);
    let mut text = format!("exit code {code}\n");
    let document: Json = serde_json::from_slice(&output.stdout).with_context(|| {
        format!(
            "exit code {code}, no document: {}",
            String::from_utf8_lossy(&output.stderr)
        )
    })?;
    if std::env::var_os("SHOW_DIAGNOSTICS").is_some() {
        eprintln!(
            "{}: {}: {}",
            project.name, step.title, document["diagnostics"]
        );
    }
    let mut lines = Vec::new();
    for action in document["actions"].as_array().into_iter().flatten() {
        let word = |key: &str| action[key].as_str().unwrap_or_default();
        lines.push(format!(
            "{} {:11} {}\n",
            word("action"),
            word("kind"),
            word("status")
        ));
    }
    lines.sort();
    text.extend(lines);
    Ok(text)
}

/// Each table and view of a dataset with its columns and rows
fn tables(engine: &dyn Engine, project: &Project<'_>, dataset: &str) -> Result<String> {
    let listing = format!(
        "SELECT table_name, table_type FROM `{}`.{dataset}.INFORMATION_SCHEMA.TABLES ORDER BY table_name",
        project.name
    );
    // a dataset that nothing has made yet
    let Ok(listed) = engine.ask(project, &[listing]) else {
        return Ok(format!("\nno dataset {dataset}\n"));
    };
    let tables: Vec<(String, String)> = listed
        .iter()
        .flat_map(|rows| &rows.rows)
        .map(|row| {
            let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            (word("table_name"), word("table_type"))
        })
        .collect();
    if tables.is_empty() {
        return Ok(format!("\nnothing in {dataset}\n"));
    }
    let queries: Vec<_> = tables
        .iter()
        .map(|(name, _)| format!("SELECT * FROM `{}`.{dataset}.`{name}`", project.name))
        .collect();
    let mut text = String::new();
    for ((name, kind), rows) in tables.iter().zip(engine.ask(project, &queries)?) {
        let columns = rows.columns.join(", ");
        writeln!(text, "\n{dataset}.{name} {kind} ({columns})")?;
        let mut lines: Vec<_> = rows.rows.iter().map(Json::to_string).collect();
        lines.sort();
        for line in lines {
            writeln!(text, "  {line}")?;
        }
    }
    Ok(text)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<()> {
    let path = folder.join(name);
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    Ok(std::fs::write(path, text)?)
}
