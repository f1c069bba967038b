//! A file of changes: each line is one change, whole or not there at all

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Everything that is kept, by name
pub type State = BTreeMap<String, Arc<Value>>;

/// What changes at once; `None` removes
pub type Changes = BTreeMap<String, Option<Arc<Value>>>;

/// The version of the file's form, in its first line
const FORMAT: u32 = 1;

/// From this size on, in bytes, the file is written anew once most of it is outdated
const ROOM: u64 = 4 << 20;

/// The file of changes, open for more
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    length: u64,
    /// Its length when it held nothing outdated
    compact: u64,
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: u32,
}

impl Journal {
    /// Opens the file, or begins it; gives what its changes amount to
    ///
    /// A last line that is not whole was never answered for, and is dropped.
    ///
    /// # Errors
    /// The file cannot be read or written, or a line before the last is not valid
    pub fn open(path: &Path) -> io::Result<(Self, State)> {
        let state = read(path)?;
        let (file, length) = write_anew(path, &state)?;
        let journal = Self {
            path: path.to_owned(),
            file,
            length,
            compact: length,
        };
        Ok((journal, state))
    }

    /// Adds a change; when this returns it is on the disk
    ///
    /// # Errors
    /// It cannot be written; then the file is as it was
    pub fn append(&mut self, changes: &Changes) -> io::Result<()> {
        let shown: BTreeMap<&str, Option<&Value>> = changes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()))
            .collect();
        let mut line = serde_json::to_vec(&shown)?;
        line.push(b'\n');
        let written = self
            .file
            .write_all(&line)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            return Err(error);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    /// Writes the file anew when most of it is outdated
    ///
    /// # Errors
    /// It cannot be written; then the old file stays
    pub fn compact(&mut self, state: &State) -> io::Result<()> {
        if self.length < ROOM || self.length < self.compact * 4 {
            return Ok(());
        }
        let (file, length) = write_anew(&self.path, state)?;
        (self.file, self.length, self.compact) = (file, length, length);
        Ok(())
    }
}

/// What the changes of a file amount to, without touching it
///
/// # Errors
/// The file cannot be read, or a line before the last is not valid
pub fn read(path: &Path) -> io::Result<State> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::new()),
        Err(error) => return Err(error),
    };
    let mut reader = BufReader::new(file);
    let mut state = State::new();
    let mut line = Vec::new();
    let mut number = 0_u64;
    loop {
        line.clear();
        reader.read_until(b'\n', &mut line)?;
        // the end, or a line that was being written when the process ended
        if line.last() != Some(&b'\n') {
            return Ok(state);
        }
        number += 1;
        let invalid = |reason: String| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}, line {number}: {reason}", path.display()),
            )
        };
        if number == 1 {
            let head: Head =
                serde_json::from_slice(&line).map_err(|error| invalid(error.to_string()))?;
            if head.format != FORMAT {
                return Err(invalid(format!(
                    "format {} where format {FORMAT} is understood",
                    head.format
                )));
            }
            continue;
        }
        let changes: BTreeMap<String, Option<Value>> = match serde_json::from_slice(&line) {
            Ok(changes) => changes,
            // without power a line's end may reach the disk before its middle
            Err(_) if reader.fill_buf()?.is_empty() => return Ok(state),
            Err(error) => return Err(invalid(error.to_string())),
        };
        let changes = changes.into_iter();
        apply(
            &mut state,
            changes
                .map(|(name, value)| (name, value.map(Arc::new)))
                .collect(),
        );
    }
}

/// Does a change to the state
pub fn apply(state: &mut State, changes: Changes) {
    for (name, value) in changes {
        match value {
            Some(value) => state.insert(name, value),
            None => state.remove(&name),
        };
    }
}

/// The whole state as a new file in place of the old one
fn write_anew(path: &Path, state: &State) -> io::Result<(File, u64)> {
    let temporary = path.with_extension("tmp");
    let mut writer = BufWriter::new(File::create(&temporary)?);
    serde_json::to_writer(&mut writer, &Head { format: FORMAT })?;
    writer.write_all(b"\n")?;
    for (name, value) in state {
        let change = BTreeMap::from([(name, value.as_ref())]);
        serde_json::to_writer(&mut writer, &change)?;
        writer.write_all(b"\n")?;
    }
    let file = writer
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&temporary, path)?;
    sync_folder(path)?;
    let mut file = OpenOptions::new().write(true).open(path)?;
    let length = file.seek(SeekFrom::End(0))?;
    Ok((file, length))
}

/// Makes a rename in a file's folder durable, where folders can be opened as files
#[cfg(unix)]
pub fn sync_folder(file: &Path) -> io::Result<()> {
    match file.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// Makes a rename in a file's folder durable, where folders can be opened as files
#[cfg(not(unix))]
pub fn sync_folder(_file: &Path) -> io::Result<()> {
    Ok(())
}
