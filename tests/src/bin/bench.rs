//! `cargo xtask bench`: whole processes against each other, by time, processor time and peak memory

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use wait4::Wait4;

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
    Run {
        /// People who play; 5 million events come from about 13,500
        #[arg(long, default_value_t = 13_500)]
        users: u64,
        /// Pairs of runs; medians are compared
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Against one statement that reads the events as seldom as possible and makes no views
        #[arg(long)]
        single_pass: bool,
    },
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
        Bench::Run {
            users,
            rounds,
            single_pass,
        } => run(users, rounds, single_pass),
        Bench::Sql {
            file,
            events,
            warehouse,
        } => sql(&file, &events, &warehouse),
    }
}

/// What one process needed
#[derive(Debug, Clone, Copy)]
struct Need {
    wall: f64,
    processor: f64,
    megabytes: f64,
}

fn run(users: u64, rounds: usize, single_pass: bool) -> Result<()> {
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
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
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

fn sql(file: &Path, events: &Path, warehouse: &Path) -> Result<()> {
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

fn measure(command: &mut Command) -> Result<Need> {
    let begun = Instant::now();
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .context("the process cannot be started")?;
    let ended = child.wait4()?;
    if !ended.status.success() {
        bail!("{command:?} ended with {}", ended.status);
    }
    Ok(Need {
        wall: begun.elapsed().as_secs_f64(),
        processor: (ended.rusage.utime + ended.rusage.stime).as_secs_f64(),
        megabytes: ended.rusage.maxrss as f64 / 1e6,
    })
}

fn median(needs: &mut [Need]) -> Need {
    let middle = |value: fn(&Need) -> f64, needs: &mut [Need]| {
        needs.sort_by(|left, right| value(left).total_cmp(&value(right)));
        value(&needs[needs.len() / 2])
    };
    Need {
        wall: middle(|need| need.wall, needs),
        processor: middle(|need| need.processor, needs),
        megabytes: middle(|need| need.megabytes, needs),
    }
}

fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The program beside this one, in release mode
fn program() -> Result<PathBuf> {
    let beside = std::env::current_exe()?
        .with_file_name(format!("sqlx-run{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--quiet", "--package", "sqlx-run"])
        .current_dir(root())
        .status()?;
    if !status.success() {
        bail!("sqlx-run does not build");
    }
    Ok(beside)
}
