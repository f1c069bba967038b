//! `cargo xtask conformance clients`: the server of `sqlx-run serve` as Google's own clients use it

mod command_line;
mod sdk;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;

use crate::pipeline::install;
use crate::serving::Models;

/// Which clients
#[derive(Debug, Args)]
pub struct Selection {
    /// A Python that has the SDK [default: one of its own, from PyPI]
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
}

/// What became of a call
#[derive(Debug)]
pub struct Called {
    /// What was called
    pub name: String,
    /// Why it failed
    pub error: Option<String>,
}

/// Has each client do what there is to do
///
/// # Errors
/// The program does not run, or a call fails
pub fn compare(selection: &Selection, program: &Path) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    // the server and its clients name the folder alike
    let models = Models::export(program, &scratch.path().canonicalize()?)?;
    let mut failed = 0;
    let python = match &selection.python {
        Some(python) => Ok(python.clone()),
        None => install(),
    };
    match python {
        Ok(python) => {
            failed += report(
                "google-cloud-aiplatform",
                sdk::run(program, &models, &python)?,
            )
        }
        Err(reason) => println!("google-cloud-aiplatform: skipped: {reason:#}"),
    }
    match command_line::installed() {
        true => failed += report("gcloud ai", command_line::run(program, &models)?),
        false => println!("gcloud ai: skipped: gcloud is not on the path"),
    }
    match failed {
        0 => Ok(()),
        failed => bail!("{failed} calls fail"),
    }
}

/// Prints what became of a client's calls; gives how many failed
fn report(client: &str, calls: Vec<Called>) -> usize {
    let failed = calls.iter().filter(|call| call.error.is_some()).count();
    for call in &calls {
        if let Some(error) = &call.error {
            println!("{client}: {} fails:\n{}", call.name, error.trim_end());
        }
    }
    println!(
        "{client}: calls that pass / all: {} / {}",
        calls.len() - failed,
        calls.len()
    );
    failed
}
