//! `cargo xtask conformance peer`: compiles projects with Dataform itself and compares the graphs

mod install;
mod known;
mod run;

pub use install::{CLI_VERSION, CORE_VERSION, Installation, install};
pub use run::{Case, Made, copy, make};

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::dataform::Vector;
use crate::generate;
use known::known;

/// What is compared
#[derive(Debug, Args)]
pub struct Selection {
    /// Compare this project instead of the project's own and generated ones; may be repeated
    #[arg(long, value_name = "DIR")]
    project: Vec<PathBuf>,
    /// Compare the compile vectors too, with what this version of Dataform makes of them
    #[arg(long)]
    vectors: bool,
    /// Write what Dataform makes of the projects in `tests/projects` into their `expected.json` and `meta.json`
    #[arg(long)]
    update: bool,
}

/// Compares what is selected, and prints equal / all and each that is not equal.
///
/// # Errors
/// When a graph is not equal, or Dataform cannot be installed or run.
pub fn compare(selection: &Selection) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let cases = cases(selection, scratch.path())?;
    let dataform = install()?;
    let made = make(&dataform, &cases)?;
    let mut unequal = 0;
    let mut expected = Vec::new();
    for (case, made) in cases.iter().zip(&made) {
        let meta = json!({
            "projectConfigOverride": case.overrides,
            "errorKinds": made.error_kinds,
        });
        let own = case.project.starts_with(projects());
        if selection.update && own {
            update(case, made)?;
        }
        let vector = Vector::new(&case.name, &case.project, meta, made.expected.clone());
        let Some(difference) = vector.difference()? else {
            continue;
        };
        match known(&case.project) {
            Some(known) => expected.push((&case.name, difference, known.reason)),
            None => {
                unequal += 1;
                println!("{}: {difference}", case.name);
            }
        }
    }
    for (name, difference, reason) in &expected {
        println!("{name}: known: {reason}: {difference}");
    }
    let all = cases.len() - expected.len();
    println!(
        "equal / all: {} / {all}, and {} with known differences (CLI {CLI_VERSION}, core {CORE_VERSION})",
        all - unequal,
        expected.len()
    );
    if unequal > 0 {
        bail!("{unequal} graphs differ");
    }
    Ok(())
}

/// The folder of the project's own test projects
pub fn projects() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("projects")
}

fn cases(selection: &Selection, scratch: &Path) -> Result<Vec<Case>> {
    if !selection.project.is_empty() {
        return Ok(selection
            .project
            .iter()
            .map(|folder| case_in(&folder.display().to_string(), folder))
            .collect());
    }
    let mut cases = Vec::new();
    for vector in vectors_below(&projects())? {
        cases.push(vector);
    }
    if selection.vectors {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../compiler/tests/vectors");
        cases.extend(vectors_below(&folder)?);
    }
    for (name, files) in [
        ("generated, 60 actions", generate::project(60, 1)),
        ("generated, 600 actions", generate::project(600, 2)),
        ("generated, documented", generate::documented(20, 800)),
    ] {
        let folder = scratch.join(name);
        generate::write(&files, &folder)?;
        cases.push(case_in(name, &folder));
    }
    Ok(cases)
}

fn case_in(name: &str, project: &Path) -> Case {
    Case {
        name: name.to_owned(),
        project: project.to_owned(),
        overrides: json!({}),
    }
}

/// The projects of a folder of vectors, those without results too
fn vectors_below(folder: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let entries =
        fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    for entry in entries {
        let folder = entry?.path();
        if !folder.join("meta.json").is_file() {
            continue;
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let mut case = case_in(&name, &folder.join("project"));
        let overrides = meta(&folder)?["projectConfigOverride"].take();
        if !overrides.is_null() {
            case.overrides = overrides;
        }
        cases.push(case);
    }
    cases.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(cases)
}

fn meta(folder: &Path) -> Result<Value> {
    let text = fs::read_to_string(folder.join("meta.json"))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", folder.display()))
}

fn update(case: &Case, made: &Made) -> Result<()> {
    let folder = case.project.parent().unwrap_or(&case.project);
    let mut meta = meta(folder)?;
    meta["errorKinds"] = made.error_kinds.clone();
    if made.error_kinds.as_array().is_none_or(Vec::is_empty)
        && let Some(meta) = meta.as_object_mut()
    {
        meta.shift_remove("errorKinds");
    }
    for (file, value) in [("meta.json", &meta), ("expected.json", &made.expected)] {
        let text = serde_json::to_string_pretty(value)?;
        fs::write(folder.join(file), format!("{text}\n"))?;
    }
    Ok(())
}
