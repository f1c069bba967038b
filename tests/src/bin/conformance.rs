//! `cargo xtask conformance`: how much is equal to reference results, and what is not

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Compare with reference results
#[derive(Parser)]
#[command(name = "cargo xtask conformance")]
struct Arguments {
    #[command(subcommand)]
    suite: Suite,
}

#[derive(Subcommand)]
enum Suite {
    /// Compiled graphs of a folder of Dataform vectors
    Dataform { folder: PathBuf },
    /// Rows of a file of GoogleSQL cases
    Googlesql { file: PathBuf },
}

fn main() -> ExitCode {
    ExitCode::SUCCESS
}
