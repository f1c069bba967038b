//! The end of a run for people: failures with their places, the counts, what took long, what it cost,
//! and the command that does the rest

use std::fmt::Write as _;

use sqlx_runtime::{ActionResult, ActionStatus, RunStatus, RunSummary};

use super::people::{mark, seconds};
use super::{Ended, cost};
use crate::printer::{Printer, Style};

/// Failures beyond these are counted; the record has them all
const SHOWN: usize = 20;

/// How many of the slowest actions are named, and from how many seconds on it is worth it
const SLOWEST: usize = 3;
const WORTH_NAMING: f64 = 1.0;

/// Prints it
pub fn print(printer: &Printer, ended: &Ended<'_>) {
    let summary = ended.summary;
    failures(printer, summary);
    printer.note("");
    printer.note(&counts(printer, summary));
    let dim = |line: &str| printer.note(&printer.paint(Style::Dim, line));
    if let Some(line) = slowest(summary) {
        dim(&line);
    }
    if let Some(usage) = cost::usage(&ended.document.statistics, ended.price_per_tib) {
        dim(&usage);
    }
    dim(&format!("warehouse: {}", ended.document.warehouse));
    if let Some(retry) = &ended.document.retry {
        printer.note(&format!("to do what is outstanding: `{retry}`"));
    }
}

fn failures(printer: &Printer, summary: &RunSummary) {
    let found: Vec<&ActionResult> = summary
        .results
        .iter()
        .filter(|result| result.diagnostic.is_some())
        .collect();
    if !found.is_empty() {
        printer.note("");
    }
    for result in found.iter().take(SHOWN) {
        let (_, style) = mark(result.status);
        let heading = format!("{} {}", result.action, result.status.as_str());
        printer.note(&printer.paint(style, &heading));
        printer.diagnostics(result.diagnostic.as_slice());
    }
    if found.len() > SHOWN {
        printer.note(&format!("and {} more", found.len() - SHOWN));
    }
}

fn counts(printer: &Printer, summary: &RunSummary) -> String {
    let parts = counted(summary).into_iter().map(|(status, number)| {
        let (_, style) = mark(status);
        printer.paint(style, &format!("{number} {}", status.as_str()))
    });
    let mut line = match summary.status {
        RunStatus::Cancelled => "interrupted: ",
        RunStatus::TimedOut => "out of time: ",
        RunStatus::Succeeded | RunStatus::Failed => "",
    }
    .to_owned();
    line.push_str(&parts.collect::<Vec<_>>().join(", "));
    // writing to a text cannot fail
    let _ = write!(line, " in {}", seconds(summary.seconds));
    line
}

/// How many actions ended in which way, those that occur
pub fn counted(summary: &RunSummary) -> Vec<(ActionStatus, usize)> {
    [
        ActionStatus::Succeeded,
        ActionStatus::Warned,
        ActionStatus::Reused,
        ActionStatus::Failed,
        ActionStatus::Skipped,
        ActionStatus::Disabled,
        ActionStatus::Cancelled,
    ]
    .into_iter()
    .map(|status| (status, summary.count(status)))
    .filter(|(_, number)| *number > 0)
    .collect()
}

/// Such as `slowest: sales.orders 12.30s, sales.days 4.02s`; nothing where all was quick
fn slowest(summary: &RunSummary) -> Option<String> {
    let slow = slowest_of(summary);
    let named: Vec<String> = slow
        .iter()
        .map(|result| format!("{} {}", result.action, seconds(result.seconds)))
        .collect();
    (!named.is_empty()).then(|| format!("slowest: {}", named.join(", ")))
}

/// The actions that took longest, where there is more than one to tell apart
pub fn slowest_of(summary: &RunSummary) -> Vec<&ActionResult> {
    let mut ran: Vec<&ActionResult> = summary
        .results
        .iter()
        .filter(|result| result.attempts > 0)
        .collect();
    if ran.len() < 2 {
        return Vec::new();
    }
    ran.sort_by(|left, right| right.seconds.total_cmp(&left.seconds));
    ran.retain(|result| result.seconds >= WORTH_NAMING);
    ran.truncate(SLOWEST);
    ran
}
