//! `cargo xtask faults`: kills runs at random moments, resumes them, and compares the warehouses; then fills disks, breaks
//! files and puts a failing server before BigQuery's emulator

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Parser;
use sqlx_tests::faults::kill::{Killed, Killing, kill};
use sqlx_tests::faults::serving::{KilledServers, ServerKilling, kill_servers};
use sqlx_tests::faults::situation::{Situation, Verdict, try_all};

/// Disturb runs in every way, and compare what they leave with what undisturbed ones do
#[derive(Parser)]
#[command(name = "cargo xtask faults")]
struct Arguments {
    /// How many runs are killed; none with 0
    #[arg(long, default_value_t = 200)]
    runs: u32,
    /// The same seed kills at the same share of a run's time
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kill servers of `serve` instead, while models are uploaded, deployed and asked
    #[arg(long)]
    serve: bool,
    /// The program
    #[arg(long)]
    program: PathBuf,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if arguments.serve {
        return servers(&arguments);
    }
    let killed_well = arguments.runs == 0 || kills(&arguments)?;
    let overcome = situations(&arguments)?;
    Ok(match killed_well && overcome {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Kills servers
fn servers(arguments: &Arguments) -> Result<ExitCode> {
    let killing = ServerKilling {
        program: std::path::absolute(&arguments.program)?,
        runs: arguments.runs,
        seed: arguments.seed,
    };
    let tell = |run: u32, killed: &KilledServers| {
        if run.is_multiple_of(20) {
            let faults = killed.faults.len();
            eprintln!("{run} of {} killed, {faults} faults", arguments.runs);
        }
    };
    let killed = kill_servers(&killing, tell)?;
    println!(
        "killed while a model was uploaded    {:>6}",
        killed.uploading
    );
    println!(
        "killed while an endpoint was changed {:>6}",
        killed.deploying
    );
    println!(
        "changes that were confirmed before   {:>6}",
        killed.confirmed
    );
    println!(
        "predictions that were answered       {:>6}",
        killed.predicted
    );
    println!(
        "starts with something lost           {:>6}",
        killed.faults.len()
    );
    for fault in &killed.faults {
        println!("  {fault}");
    }
    Ok(match killed.faults.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Whether each disturbance had a clear message and lost nothing
fn situations(arguments: &Arguments) -> Result<bool> {
    let tell = |situation: &Situation| {
        let name = &situation.name;
        match &situation.verdict {
            Verdict::Fine { told } => println!("{name:36} fine: {told}"),
            Verdict::Wrong(why) => println!("{name:36} WRONG: {why}"),
            Verdict::Skipped(why) => println!("{name:36} skipped: {why}"),
        }
    };
    let program = std::path::absolute(&arguments.program)?;
    let all = try_all(&program, tell).map_err(|fault| anyhow!("{fault}"))?;
    let count = |is: fn(&Verdict) -> bool| all.iter().filter(|one| is(&one.verdict)).count();
    let wrong = count(|verdict| matches!(verdict, Verdict::Wrong(_)));
    println!(
        "disturbances: {} fine, {wrong} wrong, {} skipped",
        count(|verdict| matches!(verdict, Verdict::Fine { .. })),
        count(|verdict| matches!(verdict, Verdict::Skipped(_)))
    );
    Ok(wrong == 0)
}

/// Whether all killed runs left what undisturbed ones do
fn kills(arguments: &Arguments) -> Result<bool> {
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
    Ok(killed.differences.is_empty())
}
