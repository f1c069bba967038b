//! `cargo xtask bench`: whole processes against each other, by time, processor time and peak memory

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};
use sqlx_tests::bench::{
    CompileBench, FunctionBench, MlBench, PeerRunBench, RunBench, compile, functions, ml, peer_run,
    run, sql,
};

/// Measure speed and memory
#[derive(Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// Staging and `churn_propensity` through the program, beside the same work in hand-written DuckDB SQL
    Run(RunBench),
    /// The project up to `churn_propensity` on the emulator of BigQuery, beside Dataform's CLI
    PeerRun(PeerRunBench),
    /// Compiling generated projects, beside Dataform
    Compile(CompileBench),
    /// Rust functions beside native ones of the same kind, over ten million rows
    Functions(FunctionBench),
    /// Training of models beside scikit-learn
    Ml(MlBench),
    /// The opponent of `run`: a SQL file on a new DuckDB file
    #[command(hide = true)]
    Sql {
        file: PathBuf,
        events: PathBuf,
        warehouse: PathBuf,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().bench {
        Bench::Run(bench) => run(&bench),
        Bench::PeerRun(bench) => peer_run(&bench),
        Bench::Compile(bench) => compile(&bench),
        Bench::Functions(bench) => functions(&bench),
        Bench::Ml(bench) => ml(&bench),
        Bench::Sql {
            file,
            events,
            warehouse,
        } => sql(&file, &events, &warehouse),
    }
}
