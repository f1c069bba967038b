//! `bench compile`: generated projects compiled by this program and by Dataform, in turn

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use super::process::{Need, measure, measure_tree, median};
use super::program;
use crate::generate;
use crate::peer::{Installation, copy, install};

/// What is measured
#[derive(Debug, Args)]
pub struct CompileBench {
    /// Sizes of the generated projects, in actions
    #[arg(long, value_delimiter = ',', default_values_t = [10, 100, 1_000, 5_000])]
    actions: Vec<usize>,
    /// Another project to compile; may be repeated
    #[arg(long, value_name = "DIR")]
    project: Vec<PathBuf>,
    /// How often this program compiles each project; medians are shown
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// In how many of the rounds Dataform does, too
    #[arg(long, default_value_t = 1)]
    peer_rounds: usize,
    /// Leave Dataform out, which npm would install
    #[arg(long)]
    without_peer: bool,
}

/// A project and what its compilation should need at most
struct Case {
    name: String,
    folder: PathBuf,
    goal: &'static str,
}

/// Measures each project, and prints what both needed.
///
/// # Errors
/// A project cannot be written or compiled, or Dataform cannot be installed.
pub fn compile(bench: &CompileBench) -> Result<()> {
    let program = program()?;
    let peer = match bench.without_peer {
        true => None,
        false => Some(install()?),
    };
    let scratch = tempfile::tempdir()?;
    // Dataform shows paths without symbolic links
    let scratch = fs::canonicalize(scratch.path()).map(|folder| (scratch, folder))?;
    let cases = cases(bench, &scratch.1)?;
    println!(
        "{:34}{:>9}{:>9}{:>8}{:>12}{:>9}{:>8}   goal",
        "", "sqlx-run", "wall", "memory", "Dataform", "memory", "ratio"
    );
    for case in &cases {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..bench.rounds.max(1) {
            ours.push(first(&program, &case.folder)?);
            if let Some(peer) = peer.as_ref().filter(|_| round < bench.peer_rounds) {
                theirs.push(dataform(peer, &case.folder)?);
            }
        }
        let theirs = (!theirs.is_empty()).then(|| median(&theirs));
        show(&case.name, median(&ours), theirs, case.goal);
    }
    if let Some(largest) = cases.iter().rfind(|case| case.name.ends_with(" actions")) {
        again(bench, &program, largest)?;
    }
    let version = || measure(Command::new(&program).arg("--version"));
    repeat(bench, "--version", "20 ms", version)
}

fn cases(bench: &CompileBench, scratch: &Path) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |name: String, files: Option<generate::Files>, from: &Path, goal| -> Result<()> {
        let folder = scratch.join(cases.len().to_string());
        match files {
            Some(files) => generate::write(&files, &folder)?,
            None => copy(from, &folder)
                .with_context(|| format!("{} cannot be copied", from.display()))?,
        }
        cases.push(Case { name, folder, goal });
        Ok(())
    };
    for actions in &bench.actions {
        let goal = match actions {
            ..500 => "1/100 of the processor time",
            500..2_500 => "1/200, 0.1 s",
            _ => "1/200, 0.5 s, 150 MB",
        };
        let files = generate::project(*actions, 7);
        add(format!("{actions} actions"), Some(files), scratch, goal)?;
    }
    let documented = generate::documented(100, 1_700);
    let name = "100 tables, docs of 3,400 lines".to_owned();
    add(name, Some(documented), scratch, "0.5 s, 200 MB")?;
    for project in &bench.project {
        add(project.display().to_string(), None, project, "")?;
    }
    Ok(cases)
}

/// A compilation that finds nothing of an earlier one, and keeps what a later one can use
fn first(program: &Path, folder: &Path) -> Result<Need> {
    let kept = folder.join(".sqlx-run");
    if kept.exists() {
        fs::remove_dir_all(kept)?;
    }
    measure(Command::new(program).arg("-C").arg(folder).arg("compile"))
}

/// The largest project once more: as it was, and after an edit of one file
fn again(bench: &CompileBench, program: &Path, case: &Case) -> Result<()> {
    let compile = || {
        measure(
            Command::new(program)
                .arg("-C")
                .arg(&case.folder)
                .arg("compile"),
        )
    };
    compile()?;
    repeat(
        bench,
        &format!("{}, unchanged", case.name),
        "50 ms",
        compile,
    )?;
    let edited = some_definition(&case.folder.join("definitions"))?;
    let text = fs::read_to_string(&edited)?;
    let mut edits = 0;
    let edit = || {
        edits += 1;
        fs::write(&edited, format!("{text}-- edit {edits}\n"))?;
        compile()
    };
    repeat(
        bench,
        &format!("{}, one file edited", case.name),
        "100 ms",
        edit,
    )
}

/// The first SQLX file below a folder, in the order of their names
fn some_definition(folder: &Path) -> Result<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    let is_sqlx = |path: &&PathBuf| {
        path.extension()
            .is_some_and(|extension| extension == "sqlx")
    };
    if let Some(file) = entries.iter().find(is_sqlx) {
        return Ok(file.clone());
    }
    entries
        .iter()
        .filter(|path| path.is_dir())
        .find_map(|path| some_definition(path).ok())
        .context("the project has no SQLX file")
}

fn repeat(
    bench: &CompileBench,
    name: &str,
    goal: &str,
    mut measured: impl FnMut() -> Result<Need>,
) -> Result<()> {
    let needs: Vec<Need> = (0..bench.rounds.max(1))
        .map(|_| measured())
        .collect::<Result<_>>()?;
    show(name, median(&needs), None, goal);
    Ok(())
}

/// Dataform in a copy of the project, with its core in the way that it wants to find it
fn dataform(peer: &Installation, project: &Path) -> Result<Need> {
    let scratch = tempfile::tempdir()?;
    let folder = fs::canonicalize(scratch.path())?;
    copy(project, &folder)?;
    let modules = folder.join("node_modules");
    copy(&peer.core(), &modules.join("@dataform/core"))?;
    let package = folder.join("package.json");
    if !package.exists() {
        fs::write(package, "{\"dependencies\":{\"@dataform/core\":\"*\"}}\n")?;
    }
    measure_tree(
        Command::new("node")
            .arg(peer.cli())
            .arg("compile")
            .arg(&folder)
            .env("NO_COLOR", "1")
            .env("CI", "1"),
    )
}

fn show(name: &str, ours: Need, theirs: Option<Need>, goal: &str) {
    let own = format!(
        "{name:34}{:>7.3} s{:>7.3} s{:>5.0} MB",
        ours.processor, ours.wall, ours.megabytes
    );
    let other = theirs.map_or_else(String::new, |theirs| {
        format!(
            "{:>10.2} s{:>6.0} MB{:>8.0}",
            theirs.processor,
            theirs.megabytes,
            theirs.processor / ours.processor
        )
    });
    println!("{own}{other:29}   {goal}");
}
