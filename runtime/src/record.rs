//! The run record: every event as a line of JSON, appended and flushed as it happens

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use jiff::Timestamp;
use serde_json::Value as Json;

use crate::event::{Event, Observer};

/// Version of the records' format, in the first line of each
pub const FORMAT: u32 = 1;

/// Writes a run's record
pub struct Recorder {
    file: File,
    path: PathBuf,
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
            writeln!(file, "{{\"record\":\"sqlx-run\",\"format\":{FORMAT}}}")?;
            Ok(file)
        };
        match create() {
            Ok(file) => Ok(Self {
                file,
                path,
                failure: None,
            }),
            Err(error) => Err(Diagnostic::error(
                code::RUN_RECORD,
                format!(
                    "the run record `{}` cannot be written: {error}",
                    path.display()
                ),
            )
            .help("check that the project's folder is writable")),
        }
    }

    /// Where the record is
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first failure to write, as a warning
    pub fn into_warning(self) -> Option<Diagnostic> {
        self.failure.map(|error| {
            Diagnostic::warning(
                code::RUN_RECORD,
                format!(
                    "the run record `{}` is incomplete: {error}",
                    self.path.display()
                ),
            )
        })
    }

    fn append(&mut self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        // one write per line: a killed process leaves whole lines, or one that is cut at the end
        self.file.write_all(&line)?;
        if matches!(event, Event::ActionFinished(_) | Event::RunFinished { .. }) {
            self.file.sync_data()?;
        }
        Ok(())
    }
}

impl Observer for Recorder {
    fn observe(&mut self, event: &Event) {
        if self.failure.is_none()
            && let Err(error) = self.append(event)
        {
            self.failure = Some(error);
        }
    }
}

/// A new run's name, which sorts by time: `20180612t010203-4f2a`
pub fn new_run() -> (String, String) {
    let now = Timestamp::now();
    let process = std::process::id() & 0xffff;
    let name = format!("{}-{process:04x}", now.strftime("%Y%m%dt%H%M%S%3f"));
    (name, now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The results of the newest run in a folder of records, as their JSON; `None` without any run
///
/// # Errors
/// A record cannot be read
pub fn last_results(folder: &Path) -> io::Result<Option<Vec<Json>>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut records: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    records.retain(|path| path.extension().is_some_and(|found| found == "jsonl"));
    let Some(newest) = records.into_iter().max() else {
        return Ok(None);
    };
    let text = std::fs::read_to_string(newest)?;
    // a killed process may have cut the last line
    Ok(Some(
        text.lines()
            .filter_map(|line| serde_json::from_str::<Json>(line).ok())
            .filter(|event| event["event"] == "action_finished")
            .collect(),
    ))
}
