//! `cargo xtask faults`: kills runs at random moments, resumes them, and compares the warehouses

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Parser;
use sqlx_tests::faults::kill::{Killed, Killing, kill};

/// Kill runs at random moments, resume them, and compare with undisturbed ones
#[derive(Parser)]
#[command(name = "cargo xtask faults")]
struct Arguments {
    /// How many runs are killed
    #[arg(long, default_value_t = 200)]
    runs: u32,
    /// The same seed kills at the same share of a run's time
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The program
    #[arg(long)]
    program: PathBuf,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    let killing = Killing {
        program: std::path::absolute(&arguments.program)?,
        runs: arguments.runs,
        seed: arguments.seed,
    };
    let tell = |run: u32, killed: &Killed| {
        if run.is_multiple_of(20) {
            let differences = killed.differences.len();
            eprintln!("{run} of {} killed, {differences} differ", arguments.runs);
        }
    };
    let killed = kill(&killing, tell).map_err(|fault| anyhow!("{fault}"))?;
    let between = killed.between;
    println!(
        "killed before the record began      {:>5}",
        killed.before_the_record
    );
    println!(
        "killed before the first action      {:>5}",
        killed.before_the_first_action
    );
    println!("killed between actions or in them   {between:>5}");
    println!(
        "killed after the last action        {:>5}",
        killed.after_the_last_action
    );
    println!("of these on tables that were there  {:>5}", killed.growing);
    println!(
        "of these killed again when resumed  {:>5}",
        killed.killed_again
    );
    println!(
        "unlike an undisturbed run           {:>5}",
        killed.differences.len()
    );
    for difference in &killed.differences {
        println!("  {difference}");
    }
    Ok(match killed.differences.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
