//! `bench ml training`: a logistic regression on one-hot features, beside scikit-learn's lbfgs
//!
//! Ours is the whole program with `CREATE MODEL` on a stored table: reading, encoding, training,
//! evaluating, saving. scikit-learn's is the encoder and the fit alone, on integers that are in
//! memory already, for as many iterations as it takes to reach our loss.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use super::super::process::{Need, measure, median};
use super::super::{program, root};
use super::query;

/// How much is measured
#[derive(Debug, Args)]
pub struct TrainingBench {
    /// Rows to train on
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// Columns, each of seven categories
    #[arg(long, default_value_t = 10)]
    columns: usize,
    /// Trainings; medians are compared
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// A Python with scikit-learn
    #[arg(long, default_value = "python3")]
    python: String,
}

/// How many iterations of gradient descent are compared, the default and twice as many
const ITERATIONS: [u32; 2] = [20, 40];

/// What the opponent prints
#[derive(Debug, Deserialize)]
struct Opponent {
    encode: f64,
    fit: f64,
    iterations: u32,
    loss: f64,
    version: String,
}

/// Measures both, and prints medians and their ratio.
///
/// # Errors
/// A process fails.
pub fn training(bench: &TrainingBench) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let rows = scratch.path().join("rows.bin");
    let warehouse = scratch.path().join("ours.duckdb");
    make(bench, &warehouse, &rows)?;
    let program = program()?;
    println!(
        "{} rows, {} one-hot features of {} columns; processor seconds",
        bench.rows,
        7 * bench.columns,
        bench.columns
    );
    for iterations in ITERATIONS {
        let mut needs = Vec::new();
        for _ in 0..bench.rounds.max(1) {
            let statement = format!(
                "CREATE OR REPLACE MODEL bench.model OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', DATA_SPLIT_METHOD = 'NO_SPLIT', EARLY_STOP = FALSE, MAX_ITERATIONS = {iterations}) AS SELECT * FROM bench.training"
            );
            needs.push(measure(&mut query(&program, &warehouse, &statement))?);
        }
        let ours: Need = median(&needs);
        let (loss, steps) = learned(&program, &warehouse)?;
        println!(
            "loss {loss:.9} after {iterations} iterations\n  sqlx-run      {:.2} s in all ({:.2} s wall, {:.0} MB), of it {steps:.2} s wall in iterations",
            ours.processor, ours.wall, ours.megabytes
        );
        for form in ["sparse", "dense"] {
            match opponent(bench, &rows, form, loss)? {
                Err(reason) => println!("  scikit-learn  {form}: skipped, {reason}"),
                Ok(theirs) => println!(
                    "  scikit-learn  {:.2} s ({form}, {}: encoding {:.2} s, {} iterations of lbfgs {:.2} s, loss {:.9}); ratio {:.2}",
                    theirs.encode + theirs.fit,
                    theirs.version,
                    theirs.encode,
                    theirs.iterations,
                    theirs.fit,
                    theirs.loss,
                    ours.processor / (theirs.encode + theirs.fit)
                ),
            }
        }
    }
    Ok(())
}

/// The same rows as a table, and as bytes: a row's categories, then its label
fn make(bench: &TrainingBench, warehouse: &Path, rows: &Path) -> Result<()> {
    let connection = duckdb::Connection::open(warehouse)?;
    let category = |column: usize| format!("CAST(hash(i, {column}) % 7 AS UTINYINT)");
    let score: Vec<String> = (0..bench.columns)
        .map(|column| format!("(({column} * 5 + c{column} * 3) % 11 - 5) / 6e0"))
        .collect();
    let codes: Vec<String> = (0..bench.columns)
        .map(|column| format!("{} AS c{column}", category(column)))
        .collect();
    connection.execute_batch(&format!(
        "CREATE SCHEMA bench;
         CREATE TEMP TABLE codes AS SELECT *, CAST(hash(i, 99) % 1000000 / 1e6 < 1 / (1 + exp(-({}))) AS UTINYINT) AS label
         FROM (SELECT i, {} FROM range({}) AS r(i));
         CREATE TABLE bench.training AS SELECT {}, CAST(label AS BIGINT) AS label FROM codes ORDER BY i",
        score.join(" + "),
        codes.join(", "),
        bench.rows,
        (0..bench.columns)
            .map(|column| format!("'category ' || c{column} AS c{column}"))
            .collect::<Vec<_>>()
            .join(", ")
    ))?;
    let mut file = BufWriter::new(File::create(rows)?);
    let mut statement = connection.prepare("SELECT * EXCLUDE (i) FROM codes ORDER BY i")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        for column in 0..=bench.columns {
            file.write_all(&[row.get::<_, u8>(column)?])?;
        }
    }
    file.flush()?;
    Ok(())
}

/// The last loss, and the seconds of all iterations
fn learned(program: &Path, warehouse: &Path) -> Result<(f64, f64)> {
    let statement = "SELECT ARRAY_AGG(loss ORDER BY iteration DESC)[OFFSET(0)] AS loss, SUM(duration_ms) / 1000 AS seconds FROM ML.TRAINING_INFO(MODEL bench.model)";
    let mut command = query(program, warehouse, statement);
    let printed = command.output()?;
    let text = String::from_utf8(printed.stdout)?;
    let row: serde_json::Value = serde_json::from_str(text.trim())
        .with_context(|| format!("{}{text}", String::from_utf8_lossy(&printed.stderr)))?;
    let number = |name: &str| {
        let value = &row[name];
        let text = value.as_str().map(str::to_owned);
        text.unwrap_or_else(|| value.to_string())
            .parse::<f64>()
            .with_context(|| format!("{name} in {row}"))
    };
    Ok((number("loss")?, number("seconds")?))
}

/// The opponent's figures, or why there are none
fn opponent(
    bench: &TrainingBench,
    rows: &Path,
    form: &str,
    loss: f64,
) -> Result<Result<Opponent, String>> {
    let mut command = Command::new(&bench.python);
    command
        .arg(root().join("tests/bench/training.py"))
        .arg(rows)
        .arg((bench.columns + 1).to_string())
        .args([form, &format!("{loss:e}")]);
    let Ok(printed) = command.output() else {
        return Ok(Err(format!("there is no `{}`", bench.python)));
    };
    let complaint = String::from_utf8_lossy(&printed.stderr);
    if complaint.contains("ModuleNotFoundError") {
        return Ok(Err(format!("`{}` has no scikit-learn", bench.python)));
    }
    if !printed.status.success() {
        bail!("{command:?}: {complaint}");
    }
    Ok(Ok(serde_json::from_slice(&printed.stdout)?))
}
