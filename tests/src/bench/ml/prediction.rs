//! `bench ml prediction`: `ML.PREDICT` of a logistic regression with 15 features

use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;

use super::super::process::{Need, measure, median};
use super::super::program;
use super::query;

/// How much is measured
#[derive(Debug, Args)]
pub struct PredictionBench {
    /// Rows to predict
    #[arg(long, default_value_t = 10_000_000)]
    rows: u64,
    /// Predictions of all rows; the median counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// Measures whole processes, and prints rows per second of processor time.
///
/// # Errors
/// A process fails.
pub fn prediction(bench: &PredictionBench) -> Result<()> {
    let scratch = tempfile::tempdir()?;
    let warehouse = scratch.path().join("prediction.duckdb");
    let program = program()?;
    make(bench.rows, &warehouse)?;
    run(&program, &warehouse, TRAINING)?;
    println!("{} rows, 12 numbers and 3 categories", bench.rows);
    let needs = [
        measured(
            bench,
            &program,
            &warehouse,
            "the class",
            "SUM(predicted_label)",
        )?,
        measured(
            bench,
            &program,
            &warehouse,
            "the probability",
            "SUM(predicted_label_probs[OFFSET(0)].prob)",
        )?,
    ];
    for (asked, need) in needs {
        println!(
            "{asked:16} {:>6.2} s of the processor ({:.2} s wall, {:.0} MB): {:.1} million rows per second of the processor",
            need.processor,
            need.wall,
            need.megabytes,
            bench.rows as f64 / need.processor / 1e6
        );
    }
    Ok(())
}

const TRAINING: &str = "CREATE OR REPLACE MODEL bench.model OPTIONS (MODEL_TYPE = 'LOGISTIC_REG', INPUT_LABEL_COLS = ['label']) AS \
    SELECT * FROM bench.rows LIMIT 20000";

fn measured<'a>(
    bench: &PredictionBench,
    program: &Path,
    warehouse: &Path,
    asked: &'a str,
    expression: &str,
) -> Result<(&'a str, Need)> {
    let sql = format!(
        "SELECT {expression} AS total FROM ML.PREDICT(MODEL bench.model, TABLE bench.rows)"
    );
    let mut needs = Vec::new();
    for _ in 0..bench.rounds.max(1) {
        needs.push(measure(&mut query(program, warehouse, &sql))?);
    }
    Ok((asked, median(&needs)))
}

fn make(rows: u64, warehouse: &Path) -> Result<()> {
    let connection = duckdb::Connection::open(warehouse)?;
    let numbers: Vec<String> = (0..12)
        .map(|column| {
            format!(
                "((i * {} + {column}) % 1009)::DOUBLE / 7 AS n{column}",
                2 * column + 3
            )
        })
        .collect();
    connection.execute_batch(&format!(
        "CREATE SCHEMA bench; CREATE TABLE bench.rows AS SELECT {}, \
         ['Japan', 'India', 'Chile', 'Norway', 'Kenya'][1 + i % 5] AS country, \
         ['IOS', 'ANDROID'][1 + i % 2] AS system, 'language ' || i % 12 AS language, \
         CAST(hash(i) % 3 = 0 AS BIGINT) AS label FROM range({rows}) AS r(i)",
        numbers.join(", ")
    ))?;
    Ok(())
}

fn run(program: &Path, warehouse: &Path, sql: &str) -> Result<()> {
    if !query(program, warehouse, sql).status()?.success() {
        bail!("`{sql}` failed");
    }
    Ok(())
}
