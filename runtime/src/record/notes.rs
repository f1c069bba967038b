//! What a run writes down about its actions beside the events, for later runs to build on

use super::line::ActionNote;
use super::recorder::Lines;

/// Appends notes to the record of a run, from any thread
#[derive(Clone)]
pub struct Notes {
    lines: Option<Lines>,
}

impl Notes {
    pub(super) fn new(lines: Lines) -> Self {
        Self { lines: Some(lines) }
    }

    /// Notes that nobody keeps
    pub fn none() -> Self {
        Self { lines: None }
    }

    /// Appends one
    pub fn append(&self, note: &ActionNote) {
        if let Some(lines) = &self.lines {
            lines.append(note, false);
        }
    }
}
