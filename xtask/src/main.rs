//! The project's automation: `cargo xtask demo`, `test`, `conformance`, `oracle`, `bench`, `faults`, `fuzz`, `setup`

mod cargo;
mod demo;
mod fuzz;
mod library;
mod serving;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use cargo::Profile;

/// The project's automation
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build, make events, run the whole pipeline of this repository and show what came out
    Demo {
        /// How many people play the invented game
        #[arg(long, default_value_t = 5_000)]
        users: u64,
        /// Over how many days
        #[arg(long, default_value_t = 28)]
        days: u32,
        /// Build DuckDB into the program instead of linking the prebuilt library (takes long)
        #[arg(long)]
        bundled: bool,
    },
    /// Pass all tests
    Test {
        /// Arguments for `cargo test`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Fetch the prebuilt DuckDB library, if it is missing
    Setup {
        /// And what tests compare with: Dataform's CLI from npm, an emulator of BigQuery from PyPI
        #[arg(long)]
        peers: bool,
    },
    /// Compare with reference results: `dataform FOLDER`, `googlesql FILE`, `peer`, `emulator`,
    /// `pipeline`, `models`, `clients`
    Conformance {
        /// The suite and where its cases are
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Measure speed and memory: `run` puts the pipeline beside hand-written DuckDB SQL (`run --scheduler`
    /// the runner itself, on actions that do nothing), `compile` the
    /// compiler beside Dataform, `functions` Rust functions beside native
    /// ones, `ml` the training of models beside scikit-learn, predictions and serving
    Bench {
        /// The benchmark and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Compare generated queries with Google's reference evaluator, installed from PyPI: the embedded
    /// engine must answer the same rows and types
    Oracle {
        /// `--queries N`, `--seed S`, `--only NAME`, `--statements FILE`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Kill runs at random moments and resume them, fill disks, break files, put a failing server before the emulator
    Faults {
        /// `--runs N`, `--seed S`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Feed the lexer, the settings reader, whole projects and the GoogleSQL front end with mutated texts
    Fuzz {
        /// For how long, each target
        #[arg(long, default_value_t = 60)]
        seconds: u64,
        /// `sqlx`, `settings`, `project`, `googlesql`, `queries`; all of them unless named
        targets: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Demo {
            users,
            days,
            bundled,
        } => demo::demo(users, days, bundled),
        Task::Setup { peers } => library::ensure().and_then(|()| match peers {
            true => cargo::tool(Profile::Dev, "conformance", &["install".to_owned()]),
            false => Ok(()),
        }),
        Task::Test { rest } => library::ensure().and_then(|()| cargo::test(&rest)),
        Task::Conformance { rest } => {
            library::ensure().and_then(|()| cargo::tool(Profile::Dev, "conformance", &rest))
        }
        Task::Oracle { rest } => {
            library::ensure().and_then(|()| cargo::tool(Profile::Dev, "oracle", &rest))
        }
        Task::Faults { rest } => library::ensure().and_then(|()| cargo::faults(rest)),
        Task::Fuzz { seconds, targets } => fuzz::fuzz(seconds, &targets),
        Task::Bench { rest } => {
            library::ensure().and_then(|()| cargo::tool(Profile::Release, "bench", &rest))
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
