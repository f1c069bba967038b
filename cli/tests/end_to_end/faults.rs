//! What goes wrong around the program: locks, signals, a process that is killed

use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::assert_transcript;
use crate::scratch::{Ran, Scratch};

/// A table that takes far longer than a test waits
const ENDLESS: &str = "config { type: \"table\", name: \"slow\" }\n\
    SELECT SUM(MOD(a * b, 7)) AS n\nFROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000000)) AS b\n";

fn with_old_table() -> Scratch {
    let scratch = Scratch::project(&[
        ("slow.sqlx", "config { type: \"table\" }\nSELECT 42 AS n\n"),
        (
            "after.sqlx",
            "config { type: \"table\" }\nSELECT n FROM ${ref(\"slow\")}\n",
        ),
    ]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    scratch.write("definitions/slow.sqlx", ENDLESS);
    scratch
}

/// Waits until the run's record says that the slow action has begun
fn wait_for_start(scratch: &Scratch) {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(60) {
        let records = std::fs::read_dir(scratch.path().join(".sqlx-run/runs")).unwrap();
        let newest = records.map(|entry| entry.unwrap().path()).max().unwrap();
        let text = std::fs::read_to_string(newest).unwrap();
        let started = text.contains("\"action_started\",\"action\":\"sales.slow\"");
        if started && !text.contains("action_finished") {
            std::thread::sleep(Duration::from_millis(200));
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the run did not begin");
}

#[test]
fn a_warehouse_that_another_process_holds() {
    let scratch = Scratch::project(&[("n.sqlx", "config { type: \"table\" }\nSELECT 1 AS n\n")]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let file = scratch.path().join(".sqlx-run/warehouse.duckdb");
    let _held = duckdb::Connection::open(file).unwrap();
    let mut ran = scratch.run(&["run"]);
    ran.stderr = ran.stderr.replace(&std::process::id().to_string(), "[id]");
    assert_transcript!("warehouse_locked", scratch.transcript(&ran));
}

#[test]
fn a_warehouse_that_is_none() {
    let scratch = Scratch::project(&[("n.sqlx", "config { type: \"table\" }\nSELECT 1 AS n\n")]);
    scratch.write("notes.txt", &"not a database\n".repeat(1000));
    assert_transcript!(
        "warehouse_not_duckdb",
        scratch.snapshot(&["run", "--warehouse", "notes.txt"])
    );
    assert_transcript!(
        "warehouse_in_a_file",
        scratch.snapshot(&["run", "--warehouse", "notes.txt/warehouse.duckdb"])
    );
    let text = std::fs::read_to_string(scratch.path().join("notes.txt")).unwrap();
    assert!(text.starts_with("not a database"), "the file is as it was");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_the_run_and_keeps_what_was_there() {
    let scratch = with_old_table();
    let child = scratch
        .command(&["run"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_start(&scratch);
    signal(child.id(), "INT");
    let output = child.wait_with_output().unwrap();
    let ran = Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    assert_transcript!("interrupted", scratch.transcript(&ran));
    assert_eq!(scratch.number("SELECT n FROM sales.slow"), 42);
}

#[cfg(unix)]
#[test]
fn a_killed_run_leaves_whole_tables() {
    let scratch = with_old_table();
    let mut child = scratch
        .command(&["run"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_for_start(&scratch);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(scratch.number("SELECT n FROM sales.slow"), 42);
    assert_eq!(scratch.number("SELECT n FROM sales.after"), 42);
}

#[cfg(unix)]
fn signal(process: u32, name: &str) {
    let status = std::process::Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}
