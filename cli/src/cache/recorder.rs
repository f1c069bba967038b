//! A project's files, with a record of all that is asked about them

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx_compiler::{DiskProject, FileError, FileSystem};
use xxhash_rust::xxh3::xxh3_128;

use super::inputs::{File, Inputs, State, Text, listing};

/// Reads for the compiler, and remembers what it gave
pub struct Recorder<'a> {
    root: &'a Path,
    disk: &'a DiskProject,
    record: Mutex<Record>,
}

#[derive(Default)]
struct Record {
    listing: Option<u128>,
    files: BTreeMap<String, Option<Text>>,
    folders: BTreeMap<String, bool>,
    /// Something could not be read, or was asked for in a way that is not recorded
    unsound: bool,
}

impl<'a> Recorder<'a> {
    /// Nothing is read yet
    pub fn new(root: &'a Path, disk: &'a DiskProject) -> Self {
        Self {
            root,
            disk,
            record: Mutex::default(),
        }
    }

    /// All that was seen, with the time before it was; `None` when something could not be read
    pub fn into_inputs(self, seen_at: i64) -> Option<Inputs<'static>> {
        let record = self
            .record
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let file = |(path, text)| File {
            path: Cow::Owned(path),
            text,
        };
        (!record.unsound).then(|| Inputs {
            seen_at,
            listing: record.listing.unwrap_or_default(),
            files: record.files.into_iter().map(file).collect(),
            folders: record
                .folders
                .into_iter()
                .map(|(path, there)| (Cow::Owned(path), there))
                .collect(),
        })
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileSystem for Recorder<'_> {
    fn root(&self) -> String {
        self.disk.root()
    }

    fn list(&self) -> Result<Vec<String>, FileError> {
        let listed = self.disk.list();
        let mut record = self.record();
        match &listed {
            Ok(files) => record.listing = Some(listing(files)),
            Err(_) => record.unsound = true,
        }
        listed
    }

    fn read(&self, path: &str) -> Result<Option<String>, FileError> {
        // a write between the two leaves a state that is not that of the text, and is found out
        let state = State::of(&self.root.join(path));
        let read = self.disk.read(path);
        let mut record = self.record();
        match (&read, state) {
            (Ok(Some(text)), Some((state, _))) => {
                let hash = xxh3_128(text.as_bytes());
                record
                    .files
                    .insert(path.to_owned(), Some(Text { state, hash }));
            }
            (Ok(None), _) => {
                record.files.insert(path.to_owned(), None);
            }
            _ => record.unsound = true,
        }
        read
    }

    fn is_file(&self, path: &str) -> bool {
        self.record().unsound = true;
        self.disk.is_file(path)
    }

    fn is_folder(&self, path: &str) -> bool {
        let there = self.disk.is_folder(path);
        self.record().folders.insert(path.to_owned(), there);
        there
    }
}
