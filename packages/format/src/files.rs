//! Files on disk: which there are, what formatting makes of them, and writing them without ever leaving half a file

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::{FormatError, Language, format};

/// A file before and after
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// Its text now
    pub before: String,
    /// Its laid-out text
    pub after: String,
}

impl Formatted {
    /// Whether there is anything to write
    pub fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

/// Why a file is left as it is
#[derive(Debug, Error)]
pub enum FileError {
    /// It cannot be read
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
    /// Its bytes are no text
    #[error("the file is not UTF-8")]
    NotText,
    /// It cannot be laid out safely
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It cannot be written
    #[error("the file cannot be written: {0}")]
    Unwritable(io::Error),
}

/// Lays out a file by its name's ending, and writes nothing; a file in another language stays as it is
///
/// # Errors
/// It cannot be read, or not laid out safely
pub fn format_file(path: &Path) -> Result<Formatted, FileError> {
    let bytes = fs::read(path).map_err(FileError::Unreadable)?;
    let before = String::from_utf8(bytes).map_err(|_| FileError::NotText)?;
    let after = match Language::of(path) {
        Some(language) => format(&before, language)?,
        None => before.clone(),
    };
    Ok(Formatted { before, after })
}

/// Replaces a file's text by way of a new file beside it, so that there is always a whole one; permissions stay
///
/// # Errors
/// The file or its folder is not writable
pub fn write_file(path: &Path, text: &str) -> Result<(), FileError> {
    // a link goes on leading to the file that it led to
    let target = path.canonicalize().map_err(FileError::Unwritable)?;
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = target.with_file_name(format!(".{name}.{}.new", std::process::id()));
    let written = write_beside(&target, &beside, text).and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        // it may not have been made
        let _ = fs::remove_file(&beside);
        FileError::Unwritable(error)
    })
}

fn write_beside(target: &Path, beside: &Path, text: &str) -> io::Result<()> {
    // whoever may not write the file may not replace it either
    let permissions = fs::OpenOptions::new()
        .write(true)
        .open(target)?
        .metadata()?
        .permissions();
    let mut file = fs::File::create_new(beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(permissions)?;
    file.sync_all()
}

/// The SQLX and JavaScript files below a folder, in order of their paths; hidden files and folders,
/// `node_modules` and links to folders are passed over
///
/// # Errors
/// A folder cannot be read
pub fn find_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let (path, name) = (entry.path(), entry.file_name());
            if name.to_string_lossy().starts_with('.') || name == "node_modules" {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if Language::of(&path).is_some() && path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
