//! How each action of a plan fared when it last ran, out of the records

use std::collections::{HashMap, HashSet};

use diagnostic::Diagnostic;

use crate::record::{RecordedAction, RecordedStatus, Records};

/// By an action's name, the last time that it ran
#[derive(Debug, Default)]
pub struct History {
    last: HashMap<String, Last>,
}

/// An action, the last time that it ran
#[derive(Debug, Clone)]
pub struct Last {
    /// The run
    pub run: String,
    /// What was recorded
    pub action: RecordedAction,
}

impl Last {
    /// The run that made what stands there
    pub fn made_by(&self) -> &str {
        self.action.made_by.as_deref().unwrap_or(&self.run)
    }
}

impl History {
    /// Reads records from the newest back until all names were found; what cannot be read is told
    ///
    /// # Errors
    /// The folder cannot be read
    pub fn read<'a>(
        records: &Records,
        names: impl Iterator<Item = &'a str>,
    ) -> Result<(Self, Vec<Diagnostic>), Diagnostic> {
        let mut wanted: HashSet<&str> = names.collect();
        let mut history = Self::default();
        let mut unreadable = Vec::new();
        for file in records.list()?.into_iter().rev() {
            if wanted.is_empty() {
                break;
            }
            let recorded = match file.read() {
                Ok(recorded) => recorded,
                Err(failure) => {
                    unreadable.push(failure);
                    continue;
                }
            };
            for action in recorded.actions {
                if had_begun(&action) && wanted.remove(action.name.as_str()) {
                    let run = file.run.clone();
                    let name = action.name.clone();
                    history.last.insert(name, Last { run, action });
                }
            }
        }
        Ok((history, unreadable))
    }

    /// The last time that an action ran
    pub fn last(&self, name: &str) -> Option<&Last> {
        self.last.get(name)
    }
}

/// Whether a run did anything about an action
fn had_begun(action: &RecordedAction) -> bool {
    match action.status {
        RecordedStatus::Waiting | RecordedStatus::Skipped | RecordedStatus::Disabled => false,
        RecordedStatus::Cancelled => action.identity.is_some(),
        RecordedStatus::Begun | RecordedStatus::Done | RecordedStatus::Failed => true,
    }
}
