//! `cargo xtask oracle`: generated queries on the embedded engine and on the reference evaluator

use std::process::ExitCode;

use clap::Parser;
use sqlx_tests::oracle::{self, Oracle};

/// Compare the embedded engine with the reference evaluator on generated queries
#[derive(Parser)]
#[command(name = "cargo xtask oracle")]
struct Arguments {
    #[command(flatten)]
    oracle: Oracle,
}

fn main() -> ExitCode {
    match oracle::run(&Arguments::parse().oracle) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
