//! `bench functions`: Rust functions beside native ones of the same kind, over many rows

use std::time::Instant;

use anyhow::Result;
use clap::Args;
use duckdb::Connection;

/// How much is measured
#[derive(Debug, Args)]
pub struct FunctionBench {
    /// Rows of the table
    #[arg(long, default_value_t = 10_000_000)]
    rows: u64,
    /// Runs of each; the fastest counts
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// What is measured: a name, the Rust function and the native one
const PAIRS: &[(&str, &str, &str)] = &[
    ("upper", "gs_upper(s)", "upper(s)"),
    ("substr", "gs_substr(s, 3, 5)", "substr(s, 3, 5)"),
    ("reverse", "gs_reverse(s)", "reverse(s)"),
    ("trim", "gs_trim(s)", "trim(s)"),
    ("lpad", "gs_lpad(s, 20, ' ')", "lpad(s, 20, ' ')"),
    (
        "format date",
        "gs_format_date('%Y-%m-%d', d)",
        "strftime(d, '%Y-%m-%d')",
    ),
    ("round", "gs_round(f, 2)", "round(f, 2)"),
];

/// Measures each pair on one thread, and prints seconds and the ratio.
///
/// # Errors
/// The engine refuses a query
pub fn functions(bench: &FunctionBench) -> Result<()> {
    let connection = Connection::open_in_memory()?;
    googlesql::udf::register(&connection)?;
    connection.execute_batch(&format!(
        "SET threads = 1;
         CREATE TABLE t AS SELECT 'event number ' || i AS s, DATE '2000-01-01' + CAST(i % 9000 AS INTEGER) AS d,
           CAST(i AS DOUBLE) / 7 AS f FROM range({}) AS r(i)",
        bench.rows
    ))?;
    println!("{:14} {:>10} {:>10} {:>8}", "", "Rust", "native", "ratio");
    for (name, ours, native) in PAIRS {
        let seconds = |expression: &str| -> Result<f64> {
            let sql = format!("SELECT count({expression}) FROM t");
            let mut fastest = f64::INFINITY;
            for _ in 0..bench.rounds.max(1) {
                let start = Instant::now();
                connection.query_row(&sql, [], |row| row.get::<_, i64>(0))?;
                fastest = fastest.min(start.elapsed().as_secs_f64());
            }
            Ok(fastest)
        };
        let (ours, native) = (seconds(ours)?, seconds(native)?);
        println!(
            "{name:14} {ours:>8.3} s {native:>8.3} s {:>8.2}",
            ours / native
        );
    }
    Ok(())
}
