//! `cargo xtask conformance`: how much is equal to reference results, and what is not

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use sqlx_tests::{dataform, googlesql};

/// Compare with reference results
#[derive(Parser)]
#[command(name = "cargo xtask conformance")]
struct Arguments {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// Compiled graphs of a folder of Dataform vectors (or of the folder above it)
    Dataform {
        /// One project per folder, with its `expected.json`
        folder: PathBuf,
    },
    /// Rows of a JSON-lines file of GoogleSQL cases
    Googlesql {
        /// One case per line
        file: PathBuf,
        /// Show every case that is not equal, and why
        #[arg(long)]
        all: bool,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().suite {
        Suite::Dataform { folder } => graphs(&folder),
        Suite::Googlesql { file, all } => rows(&file, all),
    }
}

fn graphs(folder: &Path) -> Result<()> {
    let below = folder.join("compile");
    let folder = if below.is_dir() { &below } else { folder };
    let vectors = dataform::vectors(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut unequal = 0;
    for vector in &vectors {
        if let Some(difference) = vector.difference()? {
            unequal += 1;
            println!("{}: {difference}", vector.name);
        }
    }
    println!(
        "equal / all: {} / {}",
        vectors.len() - unequal,
        vectors.len()
    );
    if unequal > 0 {
        bail!("{unequal} graphs differ");
    }
    Ok(())
}

fn rows(file: &Path, all: bool) -> Result<()> {
    let report = match googlesql::run(file) {
        Ok(report) => report,
        Err(error) => bail!("{}: {error}", file.display()),
    };
    for (case, outcome) in &report.outcomes {
        match outcome {
            googlesql::Outcome::Wrong(found) => println!("wrong: {}: {found}", case.id),
            googlesql::Outcome::Refused(reason) if all => {
                println!("refused: {}: {reason}", case.id)
            }
            _ => {}
        }
    }
    println!("{report}");
    Ok(())
}
