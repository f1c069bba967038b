//! `runs show`: a recorded run as people read it

use diagnostic::Diagnostic;
use serde_json::Value as Json;
use sqlx_runtime::{RecordStatus, RecordedAction, RecordedRun, RecordedStatus};

use super::{counts, document};
use crate::printer::{Printer, Style};

/// Prints a run
pub fn show(run: &RecordedRun, printer: &Printer) -> Result<(), Diagnostic> {
    if printer.is_json() {
        printer.json(&document::document(run));
        return Ok(());
    }
    let field = |name: &str, value: &str| {
        if !value.is_empty() {
            let name = printer.paint(Style::Dim, &format!("{name:11}"));
            printer.data(&format!("{name}  {value}\n"));
        }
    };
    field("run", &run.run);
    field("started", &run.started);
    field("status", run.status.as_str());
    field("time", &run.seconds.map_or_else(String::new, seconds));
    field("engine", run.engine.as_deref().unwrap_or_default());
    field(
        "environment",
        run.environment.as_deref().unwrap_or_default(),
    );
    field("selection", &run.selection);
    field("actions", &counts(run));
    printer.data("\n");
    let longest = |text: fn(&RecordedAction) -> &String| {
        let widths = run
            .actions
            .iter()
            .map(|action| text(action).chars().count());
        widths.max().unwrap_or_default()
    };
    let (kinds, names) = (
        longest(|action| &action.kind),
        longest(|action| &action.name),
    );
    for action in &run.actions {
        let (mark, word, style) = mark(action.status);
        let status = printer.paint(style, &format!("{mark} {word:9}"));
        let time = result(action, "seconds")
            .and_then(Json::as_f64)
            .filter(|seconds| *seconds > 0.0)
            .map_or_else(String::new, seconds);
        let line = format!(
            "{status}  {:kinds$}  {:names$}  {time:>8}  {}",
            action.kind,
            action.name,
            notes(action)
        );
        printer.data(&format!("{}\n", line.trim_end()));
    }
    let outstanding = run.outstanding();
    if outstanding > 0 && run.status != RecordStatus::Succeeded {
        printer.note("");
        printer.note(&format!(
            "{outstanding} outstanding: `sqlx-run run --resume {}`",
            run.run
        ));
    }
    Ok(())
}

fn mark(status: RecordedStatus) -> (&'static str, &'static str, Style) {
    match status {
        RecordedStatus::Done => ("✓", "done", Style::Good),
        RecordedStatus::Disabled => ("-", "disabled", Style::Dim),
        RecordedStatus::Failed => ("✗", "failed", Style::Bad),
        RecordedStatus::Skipped => ("-", "skipped", Style::Dim),
        RecordedStatus::Cancelled => ("!", "cancelled", Style::Bad),
        RecordedStatus::Begun => ("!", "begun", Style::Bad),
        RecordedStatus::Waiting => ("-", "not begun", Style::Dim),
    }
}

fn notes(action: &RecordedAction) -> String {
    let mut notes = Vec::new();
    match result(action, "rows").and_then(Json::as_u64) {
        Some(1) => notes.push("1 row".to_owned()),
        Some(rows) => notes.push(format!("{rows} rows")),
        None => {}
    }
    if let Some(detail) = result(action, "detail").and_then(Json::as_str) {
        notes.push(detail.to_owned());
    }
    notes.extend(action.reason.clone());
    if let Some(failure) = result(action, "diagnostic") {
        let text = |field: &str| failure[field].as_str().unwrap_or_default();
        let place = match (text("file"), failure["line"].as_u64()) {
            ("", _) => String::new(),
            (file, Some(line)) => format!(" ({file}:{line})"),
            (file, None) => format!(" ({file})"),
        };
        notes.push(format!("{}: {}{place}", text("code"), text("message")));
    }
    notes.join(", ")
}

fn result<'a>(action: &'a RecordedAction, field: &str) -> Option<&'a Json> {
    action.result.as_ref()?.get(field)
}

/// Such as `0.42s`, `2m 05s`
pub fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.2}s")
    } else {
        format!("{}m {:02.0}s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}
