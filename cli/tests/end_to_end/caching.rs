//! Compiling again: what is remembered is not seen, and changes are

use std::io::Read;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::assert_transcript;
use crate::scratch::Scratch;

const ORDERS: &str = "config { type: \"table\", tags: [\"daily\"] }\nSELECT 1 AS id\n";
const TOTALS: &str = "config { type: \"view\" }\nSELECT SUM(id) AS total FROM ${ref(\"orders\")}\n";

fn project() -> Scratch {
    Scratch::project(&[("orders.sqlx", ORDERS), ("totals.sqlx", TOTALS)])
}

#[test]
fn a_second_compilation_prints_the_same() {
    for arguments in [
        &["compile"][..],
        &["compile", "--json"],
        &["compile", "--output-format", "json"],
        &["compile", "--vars", "env=dev"],
    ] {
        let scratch = project();
        let first = scratch.snapshot(arguments);
        assert_eq!(scratch.snapshot(arguments), first, "{arguments:?}");
        scratch.write(
            "definitions/orders.sqlx",
            &ORDERS.replace("daily", "hourly"),
        );
        let edited = scratch.snapshot(arguments);
        let mut whole = arguments.to_vec();
        whole.push("--no-cache");
        assert_eq!(edited, scratch.snapshot(&whole), "{arguments:?}");
        assert_ne!(edited, first, "{arguments:?}");
    }
}

#[test]
fn transcripts() {
    let scratch = project();
    assert_transcript!("cache_first", scratch.snapshot(&["compile"]));
    scratch.write(
        "definitions/totals.sqlx",
        &TOTALS.replace("orders", "order"),
    );
    assert_transcript!("cache_broken", scratch.snapshot(&["compile"]));
    scratch.write("definitions/totals.sqlx", TOTALS);
    assert_transcript!("cache_first", scratch.snapshot(&["compile"]));
}

#[test]
fn nothing_is_stored_without_a_cache() {
    let scratch = project();
    scratch.run(&["compile", "--no-cache"]);
    assert!(!scratch.path().join(".sqlx-run").exists());
    scratch.run(&["compile"]);
    assert!(scratch.path().join(".sqlx-run/cache/.gitignore").exists());
}

/// A program that goes on running, and what it has printed so far
struct Running {
    child: Child,
    output: Printed,
    notes: Printed,
}

/// What came out of a stream and was not waited for yet
struct Printed(Arc<Mutex<String>>);

impl Running {
    fn start(scratch: &Scratch, arguments: &[&str]) -> Self {
        let mut child = scratch
            .command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let output = Printed::collect(child.stdout.take().unwrap());
        let notes = Printed::collect(child.stderr.take().unwrap());
        Self {
            child,
            output,
            notes,
        }
    }
}

impl Printed {
    fn collect(mut stream: impl Read + Send + 'static) -> Self {
        let printed = Arc::new(Mutex::new(String::new()));
        let all = Arc::clone(&printed);
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]);
                all.lock().unwrap().push_str(&text);
            }
        });
        Self(printed)
    }

    /// Waits until something is printed, and forgets what was printed so far
    fn wait_for(&self, text: &str) {
        let started = Instant::now();
        loop {
            let mut printed = self.0.lock().unwrap();
            if let Some(at) = printed.find(text) {
                printed.drain(..at + text.len());
                return;
            }
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "{text} is not in {printed}"
            );
            drop(printed);
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // it has ended where all went well
        let _ = self.child.kill();
    }
}

#[cfg(unix)]
#[test]
fn watching_compiles_again_until_it_is_interrupted() {
    let scratch = Scratch::empty();
    let write = |path: &str, text: &str| scratch.write(&format!("shop/{path}"), text);
    let settings = "defaultProject: shop\ndefaultDataset: sales\n";
    write("workflow_settings.yaml", settings);
    write("definitions/orders.sqlx", ORDERS);
    let mut running = Running::start(&scratch, &["-C", "shop", "compile", "--watch"]);
    running.notes.wait_for("compiled 1 action\n");
    running.notes.wait_for("watching for changes");
    write("definitions/totals.sqlx", TOTALS);
    running.notes.wait_for("definitions/totals.sqlx");
    running.notes.wait_for("compiled 2 actions\n");
    write(
        "definitions/orders.sqlx",
        &ORDERS.replace("daily", "hourly"),
    );
    running.output.wait_for("hourly");
    write("definitions/deep/er/more.sqlx", "SELECT 1");
    running.output.wait_for("sales.more");
    running.notes.wait_for("compiled 3 actions\n");
    write("definitions/orders.sqlx", "config {");
    running.notes.wait_for("error");
    write("workflow_settings.yaml", "defaultProject: [");
    running.notes.wait_for("workflow_settings.yaml");
    running.notes.wait_for("error");
    write("workflow_settings.yaml", settings);
    write("definitions/orders.sqlx", ORDERS);
    running.notes.wait_for("compiled 3 actions\n");
    let (place, away) = (scratch.path().join("shop"), scratch.path().join("away"));
    std::fs::rename(&place, &away).unwrap();
    running.notes.wait_for("there is no folder");
    std::fs::rename(&away, &place).unwrap();
    running.notes.wait_for("compiled 3 actions\n");
    write(
        "definitions/orders.sqlx",
        &ORDERS.replace("daily", "weekly"),
    );
    running.output.wait_for("weekly");
    let process = running.child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &process])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(running.child.wait().unwrap().code(), Some(130));
}
