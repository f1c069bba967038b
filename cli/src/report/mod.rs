//! A run as it is reported: its events go to people, to lines of JSON, or into what is written at the
//! end for the formats that are one document

mod cost;
mod github;
mod junit;
mod people;
mod progress;
mod step_summary;
mod summary;

use std::collections::HashMap;

use diagnostic::{Diagnostic, to_json};
use sqlx_runtime::{Event, Observer, RunDocument, RunSummary};

use crate::arguments::OutputFormat;
use crate::printer::Printer;

pub use github::{annotation, place_in_repository};
pub use junit::{Case, Outcome, junit};
use people::People;

/// Reports a run in the format that was asked for
pub struct Report<'a> {
    printer: &'a Printer,
    people: Option<People<'a>>,
    /// Failures of attempts that were not the last, for each action
    retried: HashMap<String, Vec<Diagnostic>>,
}

/// What is known when a run has ended
pub struct Ended<'a> {
    /// What became of the run
    pub summary: &'a RunSummary,
    /// The same with all that was asked for
    pub document: &'a RunDocument,
    /// What did not go well beside the actions: the record, or who was to be told
    pub warnings: Vec<Diagnostic>,
    /// Dollars for 2^40 bytes that queries read
    pub price_per_tib: f64,
}

impl<'a> Report<'a> {
    /// Progress is shown on a terminal only
    pub fn new(printer: &'a Printer) -> Self {
        Self {
            printer,
            people: printer.speaks_to_people().then(|| People::new(printer)),
            retried: HashMap::new(),
        }
    }

    /// Takes the progress away
    pub fn close(&mut self) {
        if let Some(people) = &mut self.people {
            people.close();
        }
    }

    /// What is said when all is over
    pub fn end(&self, ended: &Ended<'_>) {
        match self.printer.format() {
            OutputFormat::Human => {}
            OutputFormat::Json => {
                let document = serde_json::to_value(ended.document).unwrap_or_default();
                self.printer.json(&document);
            }
            OutputFormat::Jsonl => {}
            OutputFormat::Junit => {
                let cases = junit::cases(ended.summary, &ended.document.files(), &self.retried);
                self.printer
                    .data(&junit(&ended.document.run, ended.document.seconds, &cases));
            }
            OutputFormat::Github => {
                if let Err(failure) = step_summary::append(ended) {
                    self.printer.diagnostic(&failure);
                }
            }
        }
        if self.people.is_some() {
            summary::print(self.printer, ended);
            self.printer.diagnostics(&ended.warnings);
        } else if self.printer.format() == OutputFormat::Jsonl {
            self.printer.diagnostics(&ended.warnings);
        }
    }
}

impl Observer for Report<'_> {
    fn observe(&mut self, event: &Event) {
        if let Some(people) = &mut self.people {
            people.observe(event);
        }
        match self.printer.format() {
            OutputFormat::Jsonl => {
                if let Ok(line) = serde_json::to_string(event) {
                    self.printer.data(&format!("{line}\n"));
                }
            }
            OutputFormat::Junit => {
                if let Event::ActionRetried {
                    action, diagnostic, ..
                } = event
                {
                    let failures = self.retried.entry(action.clone()).or_default();
                    failures.push((**diagnostic).clone());
                }
            }
            _ => {}
        }
    }
}

/// As a line of JSON among events
pub fn diagnostic_line(diagnostic: &Diagnostic) -> String {
    let mut line = serde_json::Map::new();
    line.insert("event".to_owned(), "diagnostic".into());
    if let serde_json::Value::Object(fields) = to_json(diagnostic) {
        line.extend(fields);
    }
    format!("{}\n", serde_json::Value::Object(line))
}
