//! Runs that go on where earlier ones ended: `--resume`, `runs`, and two runs at once

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::scratch::Scratch;

/// Each action's status, and why it did or did not run, in a recorded run
pub fn outcomes(scratch: &Scratch, run: &str) -> BTreeMap<String, (String, String)> {
    let ran = scratch.run(&["runs", "export", run]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let document: Json = serde_json::from_str(&ran.stdout).unwrap();
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let actions = document["actions"].as_array().unwrap();
    actions
        .iter()
        .map(|action| {
            let why = match action["reason"].is_null() {
                true => text(&action["detail"]),
                false => text(&action["reason"]),
            };
            (text(&action["action"]), (text(&action["status"]), why))
        })
        .collect()
}

fn statuses(scratch: &Scratch, run: &str) -> String {
    let all: Vec<String> = outcomes(scratch, run)
        .into_iter()
        .map(|(action, (status, _))| format!("{action} {status}"))
        .collect();
    all.join(", ")
}

/// `b` fails until it is mended
fn failing() -> Scratch {
    Scratch::project(&[
        (
            "a.sqlx",
            "config { type: \"incremental\", tags: [\"nightly\"] }\nSELECT 1 AS n\n",
        ),
        (
            "b.sqlx",
            "config { type: \"table\", tags: [\"nightly\"] }\nSELECT ERROR('broken') AS n FROM ${ref(\"a\")}\n",
        ),
        (
            "c.sqlx",
            "config { type: \"table\", tags: [\"nightly\"] }\nSELECT n FROM ${ref(\"b\")}\n",
        ),
        ("other.sqlx", "config { type: \"table\" }\nSELECT 1 AS n\n"),
    ])
}

const MENDED: &str =
    "config { type: \"table\", tags: [\"nightly\"] }\nSELECT n FROM ${ref(\"a\")}\n";

#[test]
fn what_is_outstanding_is_done_and_nothing_else() {
    let scratch = failing();
    assert_eq!(scratch.run(&["run", "--tags", "nightly"]).code, Some(1));
    assert_eq!(
        statuses(&scratch, "last"),
        "sales.a succeeded, sales.b failed, sales.c skipped"
    );
    scratch.write("definitions/b.sqlx", MENDED);
    let resumed = scratch.run(&["run", "--resume"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    assert_eq!(
        statuses(&scratch, "last"),
        "sales.a reused, sales.b succeeded, sales.c succeeded"
    );
    // the rows of `a` were not appended again
    assert_eq!(scratch.number("SELECT COUNT(*) FROM sales.a"), 1);
    let nothing = scratch.run(&["run", "--resume"]);
    assert_eq!(nothing.code, Some(0));
    assert!(
        nothing.stderr.contains("nothing is outstanding"),
        "{}",
        nothing.stderr
    );
}

#[test]
fn what_changed_since_is_done_again_with_what_depends_on_it() {
    let scratch = failing();
    assert_eq!(scratch.run(&["run"]).code, Some(1));
    scratch.write("definitions/b.sqlx", MENDED);
    scratch.write(
        "definitions/other.sqlx",
        "config { type: \"table\" }\nSELECT 2 AS n\n",
    );
    let resumed = scratch.run(&["run", "--resume"]);
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    let outcomes = outcomes(&scratch, "last");
    let (status, why) = &outcomes["sales.other"];
    assert_eq!(status, "succeeded");
    assert!(why.contains("its definition changed since"), "{why}");
    assert!(
        resumed.stderr.contains("its definition changed since"),
        "{}",
        resumed.stderr
    );
    assert_eq!(scratch.number("SELECT n FROM sales.other"), 2);
}

#[test]
fn runs_are_named_by_few_letters() {
    let scratch = failing();
    assert_eq!(scratch.run(&["run"]).code, Some(1));
    assert_eq!(scratch.run(&["run", "--actions", "other"]).code, Some(0));
    let listed = scratch.run(&["runs", "list"]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let lines: Vec<&str> = listed.stdout.lines().collect();
    assert_eq!(lines.len(), 2, "{}", listed.stdout);
    assert!(lines[0].contains("other"), "{}", listed.stdout);
    let short = lines[1].split(' ').next().unwrap();
    let shown = scratch.run(&["runs", "show", short]);
    assert_eq!(shown.code, Some(0), "{}", shown.stderr);
    assert!(shown.stdout.contains("Q010: broken"), "{}", shown.stdout);
    assert!(shown.stderr.contains("run --resume"), "{}", shown.stderr);
    let junit = scratch.run(&["runs", "export", short, "--format", "junit"]);
    assert!(junit.stdout.contains("failures=\"1\""), "{}", junit.stdout);
    let unknown = scratch.run(&["runs", "show", "zzz"]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.stderr.contains("R031"), "{}", unknown.stderr);
    let kept = scratch.run(&["runs", "prune", "--keep", "1"]);
    assert!(kept.stderr.contains("1 removed, 1 kept"), "{}", kept.stderr);
}

#[test]
fn records_that_are_damaged_cut_or_newer() {
    let scratch = failing();
    assert_eq!(scratch.run(&["run"]).code, Some(1));
    let folder = scratch.path().join(".sqlx-run/runs");
    let path = std::fs::read_dir(folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read_to_string(&path).unwrap();
    let resume = |text: &str| {
        std::fs::write(&path, text).unwrap();
        scratch.run(&["run", "--resume"])
    };
    let damaged = resume(&whole.replacen("action_started", "\u{0}", 1));
    assert_eq!(damaged.code, Some(1));
    assert!(
        damaged.stderr.contains("R032") && damaged.stderr.contains("line "),
        "{}",
        damaged.stderr
    );
    let listed = scratch.run(&["runs", "list"]);
    assert!(listed.stdout.contains("unreadable"), "{}", listed.stdout);
    let newer = resume(&whole.replacen("\"format\":2", "\"format\":99", 1));
    assert!(
        newer.stderr.contains("R033") && newer.stderr.contains("99"),
        "{}",
        newer.stderr
    );
    let old = resume("{\"record\":\"sqlx-run\",\"format\":1}\n");
    assert!(old.stderr.contains("R034"), "{}", old.stderr);
    // cut in a line, as a killed process leaves it
    scratch.write("definitions/b.sqlx", MENDED);
    let cut = resume(&whole[..whole.len() - 40]);
    assert_eq!(cut.code, Some(0), "{}", cut.stderr);
}

#[test]
fn a_second_run_is_told_who_is_at_work() {
    let scratch = Scratch::project(&[("n.sqlx", "config { type: \"table\" }\nSELECT 1 AS n\n")]);
    assert_eq!(scratch.run(&["run"]).code, Some(0));
    let lock = scratch.path().join(".sqlx-run/warehouse.lock");
    let held = std::fs::File::options().write(true).open(&lock).unwrap();
    held.lock().unwrap();
    std::fs::write(
        &lock,
        "{\"run\":\"20180612t010203123-4f2a\",\"process\":42}",
    )
    .unwrap();
    let refused = scratch.run(&["run"]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("R030"), "{}", refused.stderr);
    assert!(
        refused
            .stderr
            .contains("run 20180612t010203123-4f2a (process 42) is at work"),
        "{}",
        refused.stderr
    );
    let waiting = scratch.command(&["run", "--wait"]).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    drop(held);
    assert!(waiting.wait_with_output().unwrap().status.success());
}
