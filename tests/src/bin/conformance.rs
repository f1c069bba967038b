//! `cargo xtask conformance`: how much is equal to reference results, and what is not

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use sqlx_tests::{
    clients, dataform, emulator, execution, googlesql, models, peer, pipeline, transcripts,
};

/// Compare with reference results
#[derive(Parser)]
#[command(name = "cargo xtask conformance")]
struct Arguments {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// Graphs, execution SQL and command lines of a folder of Dataform vectors
    Dataform {
        /// Holds `compile/` and `cli/`, or the vectors of `compile/` themselves
        folder: PathBuf,
    },
    /// Graphs that Dataform itself makes, installed from npm
    Peer(peer::Selection),
    /// The files of `tests/googlesql` on the emulator of BigQuery, installed from PyPI
    Emulator(emulator::Selection),
    /// Pipelines, as KFP and the SDK of Vertex AI read them, installed from PyPI
    Pipeline(pipeline::Selection),
    /// Exported models in TensorFlow, onnxruntime and XGBoost, installed from PyPI
    Models(models::Selection),
    /// The server of `sqlx-run serve` as Google's own clients use it: the Python SDK from PyPI, gcloud where it is
    /// installed, the Rust crate from crates.io
    Clients(clients::Selection),
    /// Install what is compared with: Dataform's CLI from npm, the emulator from PyPI
    Install,
    /// Rows of a JSON-lines file of GoogleSQL cases
    Googlesql {
        /// One case per line
        file: PathBuf,
        /// Show every case that is not equal, and why
        #[arg(long)]
        all: bool,
        /// Run the cases whose id or category contains this
        #[arg(long, value_name = "TEXT")]
        only: Option<String>,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().suite {
        Suite::Dataform { folder } => vectors(&folder),
        Suite::Peer(selection) => peer::compare(&selection),
        Suite::Emulator(selection) => emulator::compare(&selection),
        Suite::Pipeline(selection) => pipeline::compare(&selection, &program()?),
        Suite::Models(selection) => models::compare(&selection),
        Suite::Clients(selection) => clients::compare(&selection, &program()?),
        Suite::Install => install(),
        Suite::Googlesql { file, all, only } => rows(&file, all, only.as_deref()),
    }
}

fn install() -> Result<()> {
    peer::install()?;
    if let Err(error) = bigquery_emulator::install_storage() {
        eprintln!("tests on a Cloud Storage of this machine will skip: {error:#}");
    }
    if let Err(error) = bigquery_emulator::install() {
        eprintln!("tests on the emulator of BigQuery will skip: {error:#}");
    }
    Ok(())
}

fn vectors(folder: &Path) -> Result<()> {
    let compile = folder.join("compile");
    let mut unequal = match compile.is_dir() {
        true => graphs(&compile)?,
        false => graphs(folder)?,
    };
    let lines = folder.join("cli");
    if lines.is_dir() {
        unequal += command_lines(&lines)?;
    }
    if unequal > 0 {
        bail!("{unequal} vectors differ");
    }
    Ok(())
}

/// How many graphs, and how many statements, are unequal
fn graphs(folder: &Path) -> Result<usize> {
    let vectors = dataform::vectors(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let (mut unequal, mut sent, mut unequal_sent) = (0, 0, 0);
    for vector in &vectors {
        if let Some(difference) = vector.difference()? {
            unequal += 1;
            println!("{}: {difference}", vector.name);
        }
        if let Some(found) = execution::differences(&folder.join(&vector.name), &|_| ())? {
            sent += 1;
            unequal_sent += usize::from(!found.is_empty());
            for difference in found {
                println!("{}: {difference}", vector.name);
            }
        }
    }
    println!(
        "graphs equal / all: {} / {}",
        vectors.len() - unequal,
        vectors.len()
    );
    println!(
        "execution SQL equal / all: {} / {sent}",
        sent - unequal_sent
    );
    Ok(unequal + unequal_sent)
}

/// How many transcripts differ otherwise than listed
fn command_lines(folder: &Path) -> Result<usize> {
    let program = program()?;
    let transcripts = transcripts::transcripts(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let (mut equal, mut listed, mut unequal) = (0, 0, 0);
    for transcript in &transcripts {
        match transcript.compare(&program)? {
            transcripts::Outcome::Equal => equal += 1,
            transcripts::Outcome::Listed(difference) => {
                listed += 1;
                println!("{}: listed difference: {difference}", transcript.name);
            }
            transcripts::Outcome::Unequal(difference) => {
                unequal += 1;
                println!("{}: {difference}", transcript.name);
            }
        }
    }
    println!(
        "transcripts equal / all: {equal} / {} (+ {listed} listed differences)",
        transcripts.len()
    );
    Ok(unequal)
}

/// The program beside this one, built from what is in the checkout
fn program() -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let folder = own.parent().context("this program is in no folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = std::process::Command::new(cargo);
    // with the features that this program was built with, so that nothing is built twice
    build.args(["build", "--quiet", "--workspace", "--bin", "sqlx-run"]);
    if folder.file_name().is_some_and(|name| name == "release") {
        build.arg("--release");
    }
    if !build.status().context("cargo cannot be started")?.success() {
        bail!("`sqlx-run` cannot be built");
    }
    Ok(folder.join(format!("sqlx-run{}", std::env::consts::EXE_SUFFIX)))
}

fn rows(file: &Path, all: bool, only: Option<&str>) -> Result<()> {
    let report = match googlesql::run(file, only) {
        Ok(report) => report,
        Err(error) => bail!("{}: {error}", file.display()),
    };
    for (case, outcome) in &report.outcomes {
        match outcome {
            googlesql::Outcome::Wrong(found) => println!("wrong: {}: {}", case.id, line(found)),
            googlesql::Outcome::Refused(reason) if all => {
                println!("refused: {}: {}", case.id, line(reason));
            }
            _ => {}
        }
    }
    println!("{report}");
    Ok(())
}

/// A text on one line
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
