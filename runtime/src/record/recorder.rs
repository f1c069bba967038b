//! Writing a record: every event is a line, appended and flushed as it happens

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use diagnostic::{Diagnostic, code};
use serde::Serialize;

use super::{FORMAT, Notes};
use crate::event::{Event, Observer};

/// Writes a run's record
pub struct Recorder {
    lines: Lines,
    path: PathBuf,
}

/// The end of a record, shared by all that write lines
#[derive(Clone)]
pub(super) struct Lines(Arc<Mutex<Open>>);

struct Open {
    file: File,
    /// The first one; nothing is written after it, since a hole in a record would go unnoticed
    failure: Option<io::Error>,
}

impl Recorder {
    /// Begins `folder/<run>.jsonl`; the folder is made
    ///
    /// # Errors
    /// The folder or file cannot be made
    pub fn create(folder: &Path, run: &str) -> Result<Self, Diagnostic> {
        let path = folder.join(format!("{run}.jsonl"));
        let create = || -> io::Result<File> {
            std::fs::create_dir_all(folder)?;
            let mut file = OpenOptions::new()
                .create_new(true)
                .append(true)
                .open(&path)?;
            let head = format!("{{\"record\":\"sqlx-run\",\"format\":{FORMAT}}}\n");
            file.write_all(head.as_bytes())?;
            Ok(file)
        };
        match create() {
            Ok(file) => Ok(Self {
                lines: Lines(Arc::new(Mutex::new(Open {
                    file,
                    failure: None,
                }))),
                path,
            }),
            Err(error) => Err(Diagnostic::error(
                code::RUN_RECORD,
                format!(
                    "the run record `{}` cannot be written: {error}",
                    path.display()
                ),
            )
            .help("check that the project's folder is writable and the disk has room; nothing was run")),
        }
    }

    /// Where the record is
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What else than the run's events is written down
    pub fn notes(&self) -> Notes {
        Notes::new(self.lines.clone())
    }

    /// Whether all lines could be written so far
    pub fn is_whole(&self) -> bool {
        let open = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.failure.is_none()
    }

    /// The first failure to write, as a warning
    pub fn into_warning(self) -> Option<Diagnostic> {
        let mut open = self.lines.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.failure.take().map(|error| {
            Diagnostic::warning(
                code::RUN_RECORD,
                format!(
                    "the run record `{}` is incomplete: {error}",
                    self.path.display()
                ),
            )
            .help("the run itself is not affected, but it can be neither resumed nor built on")
        })
    }
}

impl Lines {
    /// Appends a line, unless one before it could not be written
    pub fn append(&self, line: &impl Serialize, durable: bool) {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if open.failure.is_some() {
            return;
        }
        if let Err(error) = open.append(line, durable) {
            open.failure = Some(error);
        }
    }
}

impl Open {
    fn append(&mut self, line: &impl Serialize, durable: bool) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        // one write per line: a killed process leaves whole lines, or one that is cut at the end
        self.file.write_all(&text)?;
        match durable {
            true => self.file.sync_data(),
            false => Ok(()),
        }
    }
}

impl Observer for Recorder {
    fn observe(&mut self, event: &Event) {
        // a killed process loses nothing that was written; what a crash of the machine loses of the
        // middle of a run is asked of the warehouse again
        let durable = matches!(event, Event::RunFinished { .. });
        self.lines.append(event, durable);
    }
}
