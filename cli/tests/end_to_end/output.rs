//! What a run reports to machines, and how it is kept within its limits

use crate::assert_transcript;
use crate::scratch::Scratch;

/// Something of everything: a table, a failure with what hangs on it, an assertion, a disabled view
fn project() -> Scratch {
    Scratch::project(&[
        (
            "orders.sqlx",
            "config { type: \"table\" }\nSELECT 1 AS id, 5 AS amount\n",
        ),
        (
            "ratio.sqlx",
            "config { type: \"table\" }\nSELECT\n  amount, nothing\nFROM ${ref(\"orders\")}\n",
        ),
        (
            "after.sqlx",
            "config { type: \"view\" }\nSELECT * FROM ${ref(\"ratio\")}\n",
        ),
        (
            "positive.sqlx",
            "config { type: \"assertion\" }\nSELECT * FROM ${ref(\"orders\")} WHERE amount > 0\n",
        ),
        (
            "off.sqlx",
            "config { type: \"view\", disabled: true }\nSELECT 1 AS n\n",
        ),
    ])
}

#[test]
fn a_run_in_each_machine_format() {
    for format in ["json", "jsonl", "junit", "github"] {
        let scratch = project();
        let ran = scratch.run(&["run", "--jobs", "1", "--output-format", format]);
        assert_transcript!(format!("output_{format}"), scratch.transcript(&ran));
    }
}

#[test]
fn a_summary_for_the_page_of_a_job() {
    let scratch = project();
    let page = scratch.path().join("summary.md");
    let mut command = scratch.command(&["run", "--jobs", "1", "--output-format", "github"]);
    let output = command
        .env("GITHUB_STEP_SUMMARY", &page)
        .env("GITHUB_WORKSPACE", scratch.path().parent().unwrap())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let commands = String::from_utf8(output.stdout).unwrap();
    let folder = scratch.path().file_name().unwrap().to_string_lossy();
    let file = format!("file={folder}/definitions/ratio.sqlx,line=3,");
    assert!(commands.contains(&file), "{commands}");
    let page = std::fs::read_to_string(page).unwrap();
    assert_transcript!("output_page", page);
}

#[test]
fn a_failure_before_the_run_is_told_in_the_format_too() {
    let scratch = Scratch::project(&[(
        "a.sqlx",
        "config { type: \"view\" }\nSELECT ${ref(\"b\")}\n",
    )]);
    for format in ["jsonl", "github"] {
        let name = format!("output_before_{format}");
        assert_transcript!(name, scratch.snapshot(&["run", "--output-format", format]));
    }
    assert_transcript!(
        "output_foreign",
        scratch.snapshot(&["compile", "--output-format", "junit"])
    );
}

#[test]
fn the_first_failure_ends_the_run_when_asked() {
    let scratch = project();
    assert_transcript!(
        "fail_fast",
        scratch.snapshot(&["run", "--jobs", "1", "--fail-fast"])
    );
}

#[test]
fn an_action_that_takes_too_long() {
    let scratch = Scratch::project(&[(
        "slow.sqlx",
        "config { type: \"table\" }\nSELECT SUM(MOD(a * b, 7)) AS n\n\
         FROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS a, UNNEST(GENERATE_ARRAY(1, 1000000)) AS b\n",
    )]);
    assert_transcript!(
        "action_timeout",
        scratch.snapshot(&["run", "--timeout", "300ms"])
    );
    assert_transcript!(
        "run_timeout",
        scratch.snapshot(&["run", "--run-timeout", "300ms"])
    );
    assert_transcript!(
        "timeout_invalid",
        scratch.snapshot(&["run", "--timeout", "soon"])
    );
}

#[test]
fn of_many_that_end_alike_a_few_are_shown() {
    let mut files = vec![(
        "a.sqlx".to_owned(),
        "config { type: \"table\" }\nSELECT nothing\n".to_owned(),
    )];
    for number in 0..30 {
        files.push((
            format!("b{number:02}.sqlx"),
            "config { type: \"view\" }\nSELECT * FROM ${ref(\"a\")}\n".to_owned(),
        ));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let scratch = Scratch::project(&files);
    assert_transcript!("many_skipped", scratch.snapshot(&["run"]));
}
