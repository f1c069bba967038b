//! `bench run`: the pipeline through the program, beside the same work in hand-written DuckDB SQL

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::process::{measure, median};
use super::scheduler::scheduler;
use super::{program, root};

/// How much is measured
#[derive(Debug, Args)]
pub struct RunBench {
    /// People who play; 5 million events come from about 13,500
    #[arg(long, default_value_t = 13_500)]
    users: u64,
    /// Pairs of runs; medians are compared
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Against one statement that reads the events as seldom as possible and makes no views
    #[arg(long)]
    single_pass: bool,
    /// Measure the runner alone: actions that do nothing, in chains and fans
    #[arg(long)]
    scheduler: bool,
    /// How many actions, with `--scheduler`
    #[arg(long, default_value_t = 30_000, requires = "scheduler")]
    actions: usize,
}

/// Measures both, and prints medians and their ratio.
///
/// # Errors
/// A process fails, or the two do not make the same table.
pub fn run(bench: &RunBench) -> Result<()> {
    let RunBench {
        users,
        rounds,
        single_pass,
        scheduler: runner_alone,
        actions,
    } = *bench;
    if runner_alone {
        return scheduler(actions);
    }
    let scratch = tempfile::tempdir()?;
    let events = scratch.path().join("events.parquet");
    let root = root();
    let program = program()?;
    // in a process of its own: a child's peak memory would otherwise begin with this one's
    let made = Command::new(&program)
        .args(["simulate", "--users", &users.to_string()])
        .arg(&events)
        .status()?;
    if !made.success() {
        bail!("the events could not be made");
    }
    let by_hand = root.join("tests/bench").join(if single_pass {
        "churn_propensity.single_pass.duckdb.sql"
    } else {
        "churn_propensity.duckdb.sql"
    });
    let own = std::env::current_exe()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..rounds.max(1) {
        let warehouse = scratch.path().join(format!("ours-{round}.duckdb"));
        ours.push(measure(
            Command::new(&program)
                .arg("-C")
                .arg(&root)
                .arg("--warehouse")
                .arg(&warehouse)
                .arg("--source")
                .arg(format!("events_*={}", events.display()))
                .args(["run", "--actions"])
                .arg("churn_model_staging.*,outputs.churn_propensity"),
        )?);
        let by_hand_warehouse = scratch.path().join(format!("theirs-{round}.duckdb"));
        theirs.push(measure(Command::new(&own).arg("sql").args([
            &by_hand,
            &events,
            &by_hand_warehouse,
        ]))?);
        if round == 0 {
            compare(&warehouse, &by_hand_warehouse)?;
        }
    }
    let (ours, theirs) = (median(&ours), median(&theirs));
    println!("                  wall      processor   peak memory");
    for (name, need) in [("sqlx-run", ours), ("DuckDB by hand", theirs)] {
        println!(
            "{name:14}  {:>6.2} s  {:>9.2} s  {:>8.0} MB",
            need.wall, need.processor, need.megabytes
        );
    }
    println!(
        "ratio           {:>6.2}    {:>9.2}    {:>8.2}",
        ours.wall / theirs.wall,
        ours.processor / theirs.processor,
        ours.megabytes / theirs.megabytes
    );
    Ok(())
}

/// The opponent: a SQL file on a new DuckDB file.
///
/// # Errors
/// The file cannot be read, or a statement fails.
pub fn sql(file: &Path, events: &Path, warehouse: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{} cannot be read", file.display()))?;
    let connection = duckdb::Connection::open(warehouse)?;
    connection.execute_batch(&format!(
        "CREATE SCHEMA outputs; SET schema = 'outputs'; \
         CREATE VIEW events AS SELECT * FROM read_parquet('{}')",
        events.display()
    ))?;
    connection.execute_batch(&text)?;
    Ok(())
}

/// Both must have made the same table
fn compare(ours: &Path, theirs: &Path) -> Result<()> {
    let connection = duckdb::Connection::open_in_memory()?;
    connection.execute_batch(&format!(
        "ATTACH '{}' AS ours (READ_ONLY); ATTACH '{}' AS theirs (READ_ONLY)",
        ours.display(),
        theirs.display()
    ))?;
    let different: i64 = connection.query_row(
        "SELECT count(*) FROM (
           (SELECT * FROM ours.outputs.churn_propensity EXCEPT ALL SELECT * FROM theirs.outputs.churn_propensity)
           UNION ALL
           (SELECT * FROM theirs.outputs.churn_propensity EXCEPT ALL SELECT * FROM ours.outputs.churn_propensity))",
        [],
        |row| row.get(0),
    )?;
    if different > 0 {
        bail!("the two tables differ in {different} rows");
    }
    Ok(())
}
