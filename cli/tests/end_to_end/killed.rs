//! Processes that are killed at whatever moment, and what a resumption makes of what they left

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::kills::kill::{Killing, kill};
use crate::scratch::Scratch;

#[test]
fn resumed_runs_end_like_undisturbed_ones() {
    let killing = Killing {
        program: env!("CARGO_BIN_EXE_sqlx-run").into(),
        runs: 12,
        seed: 7,
    };
    let killed = kill(&killing, |_, _| {}).unwrap();
    assert_eq!(killed.differences, Vec::<String>::new());
}

/// Nobody can tell how far an operation came that commits by itself, so nothing is applied twice unasked
#[test]
fn an_operation_that_commits_by_itself_is_not_run_twice() {
    let scratch = Scratch::project(&[(
        "transfer.sqlx",
        "config { type: \"operations\", hasOutput: true }\n\
         BEGIN TRANSACTION;\nCREATE TABLE sales.moved AS SELECT 1 AS n;\nCOMMIT TRANSACTION;\n\
         CREATE OR REPLACE TABLE sales.slow AS SELECT SUM(MOD(a * b, 7)) AS n\n\
         FROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000000)) AS b\n",
    )]);
    let mut child = scratch
        .command(&["run"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let wal = scratch.path().join(".sqlx-run/warehouse.duckdb.wal");
    while begun.elapsed() < Duration::from_secs(60) {
        // the name of the table stands in the log as soon as the first transaction is over
        let log = std::fs::read(&wal).unwrap_or_default();
        if log.windows(5).any(|window| window == b"moved") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let resumed = scratch.run(&["run", "--resume"]);
    assert_eq!(resumed.code, Some(1), "{}", resumed.stderr);
    assert!(resumed.stderr.contains("R035"), "{}", resumed.stderr);
    assert_eq!(scratch.number("SELECT n FROM sales.moved"), 1);
}
