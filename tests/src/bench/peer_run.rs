//! `bench peer-run`: this repository's project up to `churn_propensity` on the emulator of BigQuery, through
//! the program and through Dataform's CLI, and on the embedded engine; all three must make the same rows

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use bigquery_emulator::Emulator;
use clap::Args;
use serde_json::Value as Json;

use super::process::{Need, measure, measure_tree, median};
use super::{program, root};
use crate::peer::{self, Installation};

/// How much is measured
#[derive(Debug, Args)]
pub struct PeerRunBench {
    /// A parquet file of events [default: events of an invented game are made]
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
    /// Pairs of runs; medians are compared
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

const PROJECT: &str = "churn-demo";
const SOURCE: (&str, &str, &str) = (
    "firebase-public-project",
    "analytics_153293282",
    "events_20180612",
);
const WANTED: &str = "outputs.churn_propensity";

/// Measures both, compares what they made, and prints medians and their ratio.
///
/// # Errors
/// A process fails, the rows differ, or the emulator or Dataform cannot be installed
pub fn peer_run(bench: &PeerRunBench) -> Result<()> {
    bigquery_emulator::install()?;
    let dataform = peer::install()?;
    let program = program()?;
    let scratch = tempfile::tempdir()?;
    let events = match &bench.events {
        Some(file) => std::path::absolute(file)?,
        None => simulated(&program, scratch.path())?,
    };
    let emulator = Emulator::start()?;
    let source = emulator.client(SOURCE.0)?;
    source.create_dataset(SOURCE.1)?;
    source.load_parquet(SOURCE.1, SOURCE.2, &events)?;

    let own = scratch.path().join("own");
    let theirs = scratch.path().join("theirs");
    own_project(&own, &emulator, &events)?;
    dataform_project(&theirs, &dataform)?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    // the first round warms the emulator and is not counted
    for round in 0..=bench.rounds {
        let need = measure(&mut by_us(&program, &own, &["--env", "emulator"]))
            .context("the program on the emulator")?;
        let made = rows(&emulator)?;
        let peer = measure_tree(&mut by_dataform(&dataform, &theirs, &emulator))
            .context("Dataform on the emulator")?;
        same("Dataform on the emulator", &made, &rows(&emulator)?)?;
        match round {
            0 => {
                measure(&mut by_us(&program, &own, &[])).context("the program on DuckDB")?;
                same(
                    "the embedded engine",
                    &made,
                    &embedded_rows(&program, &own)?,
                )?;
                println!("the same {} rows, made three times", made.len());
            }
            _ => {
                ours.push(need);
                peers.push(peer);
            }
        }
    }
    report(median(&ours), median(&peers));
    Ok(())
}

fn report(ours: Need, theirs: Need) {
    println!("                  wall      processor   peak memory");
    for (name, need) in [("sqlx-run", ours), ("dataform", theirs)] {
        println!(
            "{name:14}  {:>6.2} s  {:>9.2} s  {:>8.0} MB",
            need.wall, need.processor, need.megabytes
        );
    }
    println!(
        "ratio           {:>6.2}    {:>9.2}    {:>8.2}",
        theirs.wall / ours.wall,
        theirs.processor / ours.processor,
        theirs.megabytes / ours.megabytes
    );
}

fn simulated(program: &Path, folder: &Path) -> Result<PathBuf> {
    let file = folder.join("events.parquet");
    let made = Command::new(program)
        .args(["simulate", "--users", "500"])
        .arg(&file)
        .status()?;
    if !made.success() {
        bail!("the events could not be made");
    }
    Ok(file)
}

fn own_project(folder: &Path, emulator: &Emulator, events: &Path) -> Result<()> {
    project(folder)?;
    let settings = format!(
        "[sources]\n\"events_*\" = {:?}\n\n\
         [environments.emulator]\nengine = \"bigquery\"\napi_endpoint = \"{}\"\n",
        events.display().to_string(),
        emulator.endpoint()
    );
    Ok(fs::write(folder.join("sqlx-run.toml"), settings)?)
}

/// With its core beside it, so that Dataform fetches nothing while it is measured
fn dataform_project(folder: &Path, dataform: &Installation) -> Result<()> {
    project(folder)?;
    let settings = folder.join("workflow_settings.yaml");
    let text = fs::read_to_string(&settings)?;
    let kept = text
        .lines()
        .filter(|line| !line.starts_with("dataformCoreVersion"));
    fs::write(
        &settings,
        kept.map(|line| format!("{line}\n")).collect::<String>(),
    )?;
    peer::copy(
        &dataform.core(),
        &folder.join("node_modules/@dataform/core"),
    )?;
    fs::write(
        folder.join("package.json"),
        serde_json::json!({ "dependencies": { "@dataform/core": peer::CORE_VERSION } }).to_string(),
    )?;
    fs::write(
        folder.join(".df-credentials.json"),
        serde_json::json!({ "projectId": PROJECT, "location": "US" }).to_string(),
    )?;
    Ok(())
}

fn project(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for name in ["definitions", "includes", "workflow_settings.yaml"] {
        let (from, to) = (root().join(name), folder.join(name));
        match from.is_dir() {
            true => peer::copy(&from, &to)?,
            false => fs::copy(&from, &to).map(drop)?,
        }
    }
    Ok(())
}

fn by_us(program: &Path, project: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command
        .arg("-C")
        .arg(project)
        .args(["run", "--actions", WANTED, "--include-deps"])
        .args(arguments);
    command
}

fn by_dataform(dataform: &Installation, project: &Path, emulator: &Emulator) -> Command {
    let mut command = Command::new("node");
    command
        .arg(dataform.cli())
        .arg("run")
        .arg(project)
        .args([
            "--actions",
            &format!("{PROJECT}.{WANTED}"),
            "--include-deps",
        ])
        // its client takes the address as it is, where others add the path
        .env(
            "BIGQUERY_EMULATOR_HOST",
            format!("{}/bigquery/v2", emulator.endpoint()),
        );
    command
}

fn rows(emulator: &Emulator) -> Result<Vec<String>> {
    let answer = emulator
        .client(PROJECT)?
        .query(&format!("SELECT * FROM `{PROJECT}.{WANTED}`"))?;
    Ok(sorted(&answer.encoded_rows()))
}

fn embedded_rows(program: &Path, project: &Path) -> Result<Vec<String>> {
    let output = Command::new(program)
        .arg("-C")
        .arg(project)
        .args(["query", "--format", "json"])
        .arg(format!("SELECT * FROM `{PROJECT}.{WANTED}`"))
        .output()?;
    let document: Json = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    Ok(sorted(
        document["rows"].as_array().map_or(&[], Vec::as_slice),
    ))
}

fn sorted(rows: &[Json]) -> Vec<String> {
    let mut rows: Vec<_> = rows.iter().map(Json::to_string).collect();
    rows.sort();
    rows
}

fn same(who: &str, ours: &[String], theirs: &[String]) -> Result<()> {
    if ours.is_empty() {
        bail!("there are no rows");
    }
    let different = ours.iter().zip(theirs).find(|(left, right)| left != right);
    if let Some((left, right)) = different {
        bail!("{who} has other rows:\n{left}\n{right}");
    }
    if ours.len() != theirs.len() {
        bail!("{who} has {} rows, not {}", theirs.len(), ours.len());
    }
    Ok(())
}
