//! A run as people see it: a line per action as it ends, what runs now, and a summary

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use sqlx_runtime::{
    ActionInfo, ActionResult, ActionStatus, Event, Observer, RunStatus, RunSummary,
};

use crate::printer::{Printer, Style};

/// Prints the events of a run to people
pub struct Report<'a> {
    printer: &'a Printer,
    bars: Option<MultiProgress>,
    running: HashMap<String, ProgressBar>,
    kind_width: usize,
    name_width: usize,
}

impl<'a> Report<'a> {
    /// Spinners on a terminal only
    pub fn new(printer: &'a Printer) -> Self {
        Self {
            printer,
            bars: printer.is_terminal().then(MultiProgress::new),
            running: HashMap::new(),
            kind_width: 0,
            name_width: 0,
        }
    }

    /// Takes the spinners away
    pub fn close(&mut self) {
        for (_, bar) in self.running.drain() {
            bar.finish_and_clear();
        }
    }

    /// Failures with their places, the counts, and where to look
    pub fn summary(&self, summary: &RunSummary, warehouse: &Path) {
        let failures: Vec<_> = summary
            .results
            .iter()
            .filter_map(|result| result.diagnostic.clone())
            .collect();
        if !failures.is_empty() {
            self.printer.note("");
            for failure in &failures {
                if let Some(action) = &failure.action {
                    let heading = format!("{action} failed");
                    self.printer.note(&self.printer.paint(Style::Bad, &heading));
                }
                self.printer.diagnostic(failure);
            }
        }
        self.printer.note("");
        self.printer.note(&self.counts(summary));
        self.printer.note(
            &self
                .printer
                .paint(Style::Dim, &format!("warehouse: {}", warehouse.display())),
        );
    }

    fn counts(&self, summary: &RunSummary) -> String {
        let parts: Vec<String> = [
            (ActionStatus::Succeeded, Style::Good),
            (ActionStatus::Warned, Style::Bad),
            (ActionStatus::Reused, Style::Dim),
            (ActionStatus::Failed, Style::Bad),
            (ActionStatus::Skipped, Style::Dim),
            (ActionStatus::Disabled, Style::Dim),
            (ActionStatus::Cancelled, Style::Bad),
        ]
        .into_iter()
        .filter_map(|(status, style)| {
            let number = summary.count(status);
            let text = format!("{number} {}", status.as_str());
            (number > 0).then(|| self.printer.paint(style, &text))
        })
        .collect();
        let interrupted = if summary.status == RunStatus::Cancelled {
            "interrupted: "
        } else {
            ""
        };
        format!(
            "{interrupted}{} in {}",
            parts.join(", "),
            seconds(summary.seconds)
        )
    }

    fn line(&self, result: &ActionResult) -> String {
        let (mark, style) = match result.status {
            ActionStatus::Succeeded => ("✓", Style::Good),
            ActionStatus::Warned => ("!", Style::Bad),
            ActionStatus::Reused => ("=", Style::Dim),
            ActionStatus::Failed => ("✗", Style::Bad),
            ActionStatus::Skipped | ActionStatus::Disabled => ("-", Style::Dim),
            ActionStatus::Cancelled => ("!", Style::Bad),
        };
        let status = self
            .printer
            .paint(style, &format!("{mark} {:9}", result.status.as_str()));
        let mut notes = Vec::new();
        if let Some(rows) = result.rows {
            notes.push(if rows == 1 {
                "1 row".to_owned()
            } else {
                format!("{rows} rows")
            });
        }
        notes.extend(result.detail.clone());
        let time = match result.status {
            ActionStatus::Succeeded | ActionStatus::Failed => seconds(result.seconds),
            _ => String::new(),
        };
        let text = format!(
            "{status}  {:kind$}  {:name$}  {time:>8}  {}",
            result.kind,
            result.action,
            notes.join(", "),
            kind = self.kind_width,
            name = self.name_width,
        );
        text.trim_end().to_owned()
    }

    fn begin(&mut self, in_project: usize, selection: &str, actions: &[ActionInfo]) {
        let longest = |text: fn(&ActionInfo) -> &String| {
            actions
                .iter()
                .map(|action| text(action).chars().count())
                .max()
                .unwrap_or_default()
        };
        self.kind_width = longest(|action| &action.kind);
        self.name_width = longest(|action| &action.action);
        let why = if selection.is_empty() {
            String::new()
        } else {
            format!(" ({selection})")
        };
        let line = format!("{} of {in_project} actions selected{why}", actions.len());
        self.say(&self.printer.paint(Style::Strong, &line));
    }

    fn start(&mut self, action: &str) {
        let Some(bars) = &self.bars else {
            return;
        };
        let style = ProgressStyle::with_template("{spinner} {prefix}  {elapsed}  {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let bar = bars.add(ProgressBar::new_spinner().with_style(style));
        bar.set_prefix(action.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.running.insert(action.to_owned(), bar);
    }

    /// A line above the spinners
    fn say(&self, line: &str) {
        match &self.bars {
            Some(bars) => bars.suspend(|| self.printer.note(line)),
            None => self.printer.note(line),
        }
    }
}

impl Observer for Report<'_> {
    fn observe(&mut self, event: &Event) {
        if self.printer.is_json() {
            return;
        }
        match event {
            Event::RunStarted {
                selection,
                actions_in_project,
                actions,
                ..
            } => self.begin(*actions_in_project, selection, actions),
            Event::ActionStarted { action, .. } => self.start(action),
            Event::ActionProgress { action, message } => {
                if let Some(bar) = self.running.get(action) {
                    bar.set_message(message.clone());
                }
            }
            Event::ActionFinished(result) => {
                if let Some(bar) = self.running.remove(&result.action) {
                    bar.finish_and_clear();
                }
                self.say(&self.line(result));
            }
            Event::ActionRetried { .. } | Event::RunFinished { .. } => {}
        }
    }
}

fn seconds(seconds: f64) -> String {
    if seconds < 60.0 {
        format!("{seconds:.2}s")
    } else {
        format!("{}m {:02.0}s", (seconds / 60.0).floor(), seconds % 60.0)
    }
}
