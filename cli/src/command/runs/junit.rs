//! `runs export --format junit`: a recorded run in the XML that test reports are shown from

use std::fmt::Write as _;

use serde_json::Value as Json;
use sqlx_runtime::{RecordedAction, RecordedRun, RecordedStatus};

/// A test case for each action; what is not settled counts as an error, what was not run as skipped
pub fn junit(run: &RecordedRun) -> String {
    let failures = run.count(RecordedStatus::Failed);
    let errors = run.count(RecordedStatus::Begun) + run.count(RecordedStatus::Cancelled);
    let skipped = run.count(RecordedStatus::Skipped)
        + run.count(RecordedStatus::Disabled)
        + run.count(RecordedStatus::Waiting);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = format!(
        "tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" time=\"{:.3}\"",
        run.actions.len(),
        run.seconds.unwrap_or_default(),
    );
    let name = escape(&run.run);
    // writing to a string does not fail
    let _ = writeln!(text, "<testsuites name=\"sqlx-run\" {counts}>");
    let _ = writeln!(
        text,
        "  <testsuite name=\"{name}\" timestamp=\"{}\" {counts}>",
        escape(&run.started)
    );
    for action in &run.actions {
        case(&mut text, action);
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

fn case(text: &mut String, action: &RecordedAction) {
    let field = |name: &str| action.result.as_ref().and_then(|result| result.get(name));
    let seconds = field("seconds").and_then(Json::as_f64).unwrap_or_default();
    let detail = field("detail").and_then(Json::as_str).unwrap_or_default();
    let _ = write!(
        text,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{seconds:.3}\"",
        escape(&action.kind),
        escape(&action.name),
        escape(&action.file),
    );
    let inside = match action.status {
        RecordedStatus::Done => None,
        RecordedStatus::Failed => {
            let failure = field("diagnostic").cloned().unwrap_or_default();
            let part = |name: &str| escape(failure[name].as_str().unwrap_or_default());
            Some(format!(
                "<failure type=\"{}\" message=\"{}\">{}</failure>",
                part("code"),
                part("message"),
                place(&failure)
            ))
        }
        RecordedStatus::Begun => Some("<error message=\"the run ended while it ran\"/>".to_owned()),
        RecordedStatus::Cancelled => Some("<error message=\"cancelled\"/>".to_owned()),
        RecordedStatus::Skipped | RecordedStatus::Disabled => {
            Some(format!("<skipped message=\"{}\"/>", escape(detail)))
        }
        RecordedStatus::Waiting => {
            Some("<skipped message=\"the run did not get to it\"/>".to_owned())
        }
    };
    let _ = match inside {
        Some(inside) => writeln!(text, ">\n      {inside}\n    </testcase>"),
        None => writeln!(text, "/>"),
    };
}

fn place(failure: &Json) -> String {
    let file = failure["file"].as_str().unwrap_or_default();
    match (failure["line"].as_u64(), failure["column"].as_u64()) {
        (Some(line), Some(column)) => escape(&format!("{file}:{line}:{column}")),
        _ => escape(file),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            // what XML cannot have at all
            letter if letter < ' ' && letter != '\t' => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
