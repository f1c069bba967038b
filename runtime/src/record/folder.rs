//! The folder of records, and how a run in it is named

use std::io;
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};

use super::RecordedRun;

/// The records of a project
#[derive(Debug, Clone)]
pub struct Records {
    folder: PathBuf,
}

/// One of them, unread
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordFile {
    /// Identifies the run
    pub run: String,
    /// Where the record is
    pub path: PathBuf,
}

impl RecordFile {
    /// What was written in it
    ///
    /// # Errors
    /// As [`RecordedRun::read`]
    pub fn read(&self) -> Result<RecordedRun, Diagnostic> {
        RecordedRun::read(&self.path, &self.run)
    }
}

impl Records {
    /// Those in a folder, which need not exist
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// All of them, the oldest first
    ///
    /// # Errors
    /// The folder cannot be read
    pub fn files(&self) -> io::Result<Vec<RecordFile>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut files = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let is_record = path.extension().is_some_and(|found| found == "jsonl");
            if let (true, Some(run)) = (is_record, path.file_stem()) {
                let run = run.to_string_lossy().into_owned();
                files.push(RecordFile { run, path });
            }
        }
        files.sort();
        Ok(files)
    }

    /// As [`Records::files`]
    ///
    /// # Errors
    /// The folder cannot be read
    pub fn list(&self) -> Result<Vec<RecordFile>, Diagnostic> {
        self.files().map_err(|error| {
            Diagnostic::error(
                code::RUN_RECORD,
                format!(
                    "the run records in `{}` cannot be read: {error}",
                    self.folder.display()
                ),
            )
        })
    }

    /// What was written in a record, together with the records of the runs that it goes on with
    ///
    /// # Errors
    /// As [`RecordedRun::read`], of each; one of them is missing
    pub fn read_resumable(&self, file: &RecordFile) -> Result<RecordedRun, Diagnostic> {
        let recorded = file.read()?;
        // an id is older than that of the run that resumes it, so this comes to an end
        match &recorded.resumes {
            Some(earlier) if *earlier < file.run => {
                let earlier = self.read_resumable(&self.find(earlier)?)?;
                Ok(recorded.on_top_of(&earlier))
            }
            _ => Ok(recorded),
        }
    }

    /// The newest run of which a record says what was asked for
    ///
    /// # Errors
    /// There is none, or the newest record cannot be read
    pub fn newest_begun(&self) -> Result<RecordFile, Diagnostic> {
        for file in self.list()?.into_iter().rev() {
            if !file.read()?.started.is_empty() {
                return Ok(file);
            }
        }
        self.find("last")
    }

    /// The run that a word names: `last`, an id, or the first letters of an id or of what stands
    /// behind its dash
    ///
    /// # Errors
    /// There is no such run, or more than one
    pub fn find(&self, word: &str) -> Result<RecordFile, Diagnostic> {
        let files = self.list()?;
        if word == "last" {
            return files.into_iter().next_back().ok_or_else(|| {
                Diagnostic::error(
                    code::RUN_UNKNOWN,
                    format!("there is no record of a run in `{}`", self.folder.display()),
                )
                .help("run the project first: `sqlx-run run`")
            });
        }
        let matching: Vec<RecordFile> = files
            .into_iter()
            .filter(|file| names(&file.run, word))
            .collect();
        match matching.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(
                Diagnostic::error(code::RUN_UNKNOWN, format!("no run is called `{word}`"))
                    .help("`sqlx-run runs list` lists them; `last` is the newest"),
            ),
            several => {
                let exact = several.iter().find(|file| file.run == word);
                if let Some(file) = exact {
                    return Ok(file.clone());
                }
                let ids: Vec<&str> = several.iter().map(|file| file.run.as_str()).collect();
                Err(Diagnostic::error(
                    code::RUN_UNKNOWN,
                    format!("{} runs begin with `{word}`", several.len()),
                )
                .help(format!("name one of: {}", ids.join(", "))))
            }
        }
    }

    /// For each run the shortest text by which [`Records::find`] finds it
    pub fn short_names(files: &[RecordFile]) -> Vec<String> {
        let unique = |text: &str| files.iter().filter(|file| names(&file.run, text)).count() == 1;
        files
            .iter()
            .map(|file| {
                let tail = tail(&file.run);
                (1..=tail.len())
                    .filter_map(|length| tail.get(..length))
                    .find(|text| unique(text))
                    .unwrap_or(&file.run)
                    .to_owned()
            })
            .collect()
    }
}

fn names(run: &str, word: &str) -> bool {
    !word.is_empty() && (run.starts_with(word) || tail(run).starts_with(word))
}

fn tail(run: &str) -> &str {
    run.rsplit_once('-').map_or(run, |(_, tail)| tail)
}
