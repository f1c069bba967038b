//! A run for people: a line for each action as it ends, and on a terminal what runs now

use std::collections::HashMap;

use sqlx_runtime::{ActionInfo, ActionResult, ActionStatus, Event, Observer};

use super::progress::Progress;
use crate::printer::{Printer, Style};

/// Longer names are not lined up
const WIDEST_NAME: usize = 60;

/// How many actions that end alike have a line each before the rest of them are counted
const ALIKE: usize = 5;

/// Prints the events of a run to people
pub struct People<'a> {
    printer: &'a Printer,
    progress: Option<Progress>,
    kind_width: usize,
    name_width: usize,
    alike: Alike,
    /// Why an action could not be taken over from an earlier run, until it ends
    reasons: HashMap<String, String>,
}

/// Actions that ended one after the other without having run, for the same reason
#[derive(Default)]
struct Alike {
    status: Option<ActionStatus>,
    reason: Option<String>,
    count: usize,
}

impl<'a> People<'a> {
    /// Nothing has happened yet
    pub fn new(printer: &'a Printer) -> Self {
        Self {
            printer,
            progress: None,
            kind_width: 0,
            name_width: 0,
            alike: Alike::default(),
            reasons: HashMap::new(),
        }
    }

    /// Takes the progress away
    pub fn close(&mut self) {
        self.flush();
        if let Some(progress) = self.progress.take() {
            progress.close();
        }
    }

    fn begin(&mut self, in_project: usize, selection: &str, actions: &[ActionInfo]) {
        let longest = |text: fn(&ActionInfo) -> &String| {
            let lengths = actions.iter().map(|action| text(action).chars().count());
            lengths.max().unwrap_or_default()
        };
        self.kind_width = longest(|action| &action.kind);
        self.name_width = longest(|action| &action.action).min(WIDEST_NAME);
        let why = if selection.is_empty() {
            String::new()
        } else {
            format!(" ({selection})")
        };
        let line = format!("{} of {in_project} actions selected{why}", actions.len());
        self.say(&self.printer.paint(Style::Strong, &line));
        if self.printer.is_terminal() {
            self.progress = Some(Progress::new(actions.len()));
        }
    }

    fn end(&mut self, result: &ActionResult) {
        if let Some(progress) = &self.progress {
            progress.end(result);
        }
        if self.is_alike(result) {
            return;
        }
        let line = self.line(result);
        self.say(&line);
    }

    /// Whether the action is one of many of which a few are enough to see
    fn is_alike(&mut self, result: &ActionResult) -> bool {
        let is_quiet = matches!(
            result.status,
            ActionStatus::Skipped
                | ActionStatus::Disabled
                | ActionStatus::Cancelled
                | ActionStatus::Reused
        ) && result.attempts == 0;
        let same = is_quiet
            && self.alike.status == Some(result.status)
            && self.alike.reason == result.detail;
        if !same {
            self.flush();
            self.alike.status = is_quiet.then_some(result.status);
            self.alike.reason = result.detail.clone();
        }
        self.alike.count += 1;
        same && self.alike.count > ALIKE
    }

    /// Counts those that had no line of their own
    fn flush(&mut self) {
        let alike = std::mem::take(&mut self.alike);
        let rest = alike.count.saturating_sub(ALIKE);
        if let Some(status) = alike.status
            && rest > 0
        {
            let reason = alike.reason.map(|reason| format!(" ({reason})"));
            let line = format!(
                "- and {rest} more {}{}",
                status.as_str(),
                reason.unwrap_or_default()
            );
            self.say(&self.printer.paint(Style::Dim, &line));
        }
    }

    fn line(&self, result: &ActionResult) -> String {
        let (mark, style) = mark(result.status);
        let status = format!("{mark} {:9}", result.status.as_str());
        let mut notes = Vec::new();
        if let Some(rows) = result.rows {
            notes.push(if rows == 1 {
                "1 row".to_owned()
            } else {
                format!("{rows} rows")
            });
        }
        notes.extend(result.detail.clone());
        notes.extend(self.reasons.get(&result.action).cloned());
        if result.attempts > 1 {
            notes.push(format!("{} attempts", result.attempts));
        }
        let time = match result.attempts {
            0 => String::new(),
            _ => seconds(result.seconds),
        };
        let text = format!(
            "{}  {:kind$}  {:name$}  {time:>8}  {}",
            self.printer.paint(style, &status),
            result.kind,
            result.action,
            notes.join(", "),
            kind = self.kind_width,
            name = self.name_width,
        );
        text.trim_end().to_owned()
    }

    /// A line above the progress
    fn say(&self, line: &str) {
        match &self.progress {
            Some(progress) => progress.suspend(|| self.printer.note(line)),
            None => self.printer.note(line),
        }
    }
}

impl Observer for People<'_> {
    fn observe(&mut self, event: &Event) {
        match event {
            Event::RunStarted {
                selection,
                actions_in_project,
                actions,
                ..
            } => self.begin(*actions_in_project, selection, actions),
            Event::ActionStarted { action, reason } => {
                if let Some(reason) = reason {
                    self.reasons.insert(action.clone(), reason.clone());
                }
                if let Some(progress) = &self.progress {
                    progress.start(action);
                }
            }
            Event::ActionProgress { action, message } => {
                if let Some(progress) = &self.progress {
                    progress.tell(action, message);
                }
            }
            Event::ActionRetried {
                action,
                attempt,
                of,
                after_seconds,
                diagnostic,
            } => {
                let line = format!(
                    "~ attempt {attempt} of {of} at {action} failed, again in {}: {}",
                    seconds(*after_seconds),
                    diagnostic.message
                );
                self.say(&self.printer.paint(Style::Dim, &line));
            }
            Event::ActionFinished(result) => self.end(result),
            Event::RunFinished { .. } => self.flush(),
        }
    }
}

/// The sign and colour of a status
pub fn mark(status: ActionStatus) -> (&'static str, Style) {
    match status {
        ActionStatus::Succeeded => ("✓", Style::Good),
        ActionStatus::Warned => ("!", Style::Warned),
        ActionStatus::Reused => ("=", Style::Dim),
        ActionStatus::Failed => ("✗", Style::Bad),
        ActionStatus::Skipped | ActionStatus::Disabled => ("-", Style::Dim),
        ActionStatus::Cancelled => ("!", Style::Bad),
    }
}

/// As people read it: `0.04s`, `3m 20s`
pub fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.2}s")
    } else {
        format!("{}m {:02.0}s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}
