//! Compiles projects with the installed Dataform and keeps the results as vectors

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::install::Installation;

/// How many Node.js processes compile at a time
const PROCESSES: usize = 2;

const DRIVER: &str = include_str!("driver.js");

/// A project to compile
#[derive(Debug, Clone)]
pub struct Case {
    /// What it is called in reports
    pub name: String,
    /// The folder of its files
    pub project: PathBuf,
    /// What is put on top of its settings
    pub overrides: Value,
}

/// What Dataform makes of a project
#[derive(Debug, Clone)]
pub struct Made {
    /// The graph without stacks, or `{"thrown": {name, message}}`
    pub expected: Value,
    /// The class of each compilation error, null for those that are no exceptions
    pub error_kinds: Value,
}

/// What Dataform makes of each project, in their order.
///
/// # Errors
/// When Node.js cannot be started, ends early, or a file cannot be read or written.
pub fn make(dataform: &Installation, cases: &[Case]) -> Result<Vec<Made>> {
    let scratch = tempfile::tempdir()?;
    // Dataform shows paths without symbolic links
    let root = fs::canonicalize(scratch.path())?;
    let driver = root.join("driver.js");
    fs::write(&driver, DRIVER)?;
    let mut lists = vec![Vec::new(); PROCESSES];
    for (at, case) in cases.iter().enumerate() {
        let folder = root.join(at.to_string());
        copy(&case.project, &folder)
            .with_context(|| format!("{} cannot be copied", case.project.display()))?;
        copy(
            &dataform.core(),
            &folder.join("node_modules/@dataform/core"),
        )?;
        lists[at % PROCESSES].push(json!({
            "folder": folder,
            "overrides": case.overrides,
            "out": root.join(format!("{at}.json")),
        }));
    }
    let mut running = Vec::new();
    for (at, list) in lists.iter().enumerate() {
        let file = root.join(format!("list-{at}.json"));
        fs::write(&file, serde_json::to_string(list)?)?;
        running.push(start(&driver, &dataform.worker(), &file)?);
    }
    for child in running {
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "Node.js ended with {}:\n{}",
                output.status,
                String::from_utf8_lossy(&output.stderr).trim_end()
            );
        }
    }
    cases
        .iter()
        .enumerate()
        .map(|(at, case)| {
            read(&root.join(format!("{at}.json")), &root.join(at.to_string()))
                .with_context(|| format!("Dataform gave nothing for {}", case.name))
        })
        .collect()
}

fn start(driver: &Path, worker: &Path, list: &Path) -> Result<Child> {
    Command::new("node")
        .args([driver, worker, list])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .env("NODE_ENV", "production")
        .env("TZ", "UTC")
        .env("LC_ALL", "en_US.UTF-8")
        .spawn()
        .context(
            "`node` cannot be started; Node.js 20 or newer is needed to compare with Dataform itself",
        )
}

fn read(result: &Path, folder: &Path) -> Result<Made> {
    let text = fs::read_to_string(result)?;
    let text = text.replace(&*folder.to_string_lossy(), "<PROJECT_DIR>");
    let mut result: Value = serde_json::from_str(&text)?;
    let error_kinds = result
        .as_object_mut()
        .and_then(|result| result.shift_remove("kinds"))
        .unwrap_or_default();
    let expected = match result.get_mut("graph") {
        Some(graph) => {
            // the version is the only part of a graph that the peer and the reference never share
            graph["dataformCoreVersion"] = sqlx_compiler::CORE_VERSION.into();
            graph.take()
        }
        None => result,
    };
    Ok(Made {
        expected,
        error_kinds,
    })
}

/// Copies a folder with all that is in it, symbolic links as what they lead to
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place)?;
        } else {
            fs::copy(entry.path(), place)?;
        }
    }
    Ok(())
}
