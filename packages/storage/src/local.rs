//! Folders on this machine, replaced by renames

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, File};

static WRITES: AtomicU64 = AtomicU64::new(0);

pub fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(error(path, failure)),
    }
}

pub fn read_all(folder: &Path) -> Result<Vec<File>, Error> {
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<File>) -> Result<(), Error> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(failure) if failure.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(failure) => return Err(error(folder, failure)),
    };
    for entry in listing {
        let entry = entry.map_err(|failure| error(folder, failure))?;
        let path = entry.path();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), files)?;
        } else {
            let content = fs::read(&path).map_err(|failure| error(&path, failure))?;
            files.push(File::new(name, content));
        }
    }
    Ok(())
}

/// The new files stand beside the folder, whole and synced, before it gives way to them
pub fn replace_all(folder: &Path, files: &[File]) -> Result<(), Error> {
    let parent = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(|failure| error(parent, failure))?;
    let (new, old) = (beside(folder, "new"), beside(folder, "old"));
    let written = files.iter().try_for_each(|file| write(&new, file));
    let replaced = written.and_then(|()| swap(folder, &new, &old));
    if replaced.is_err() {
        // the error of the write matters more than that of the cleaning up
        let _ = fs::remove_dir_all(&new);
    }
    replaced?;
    match fs::remove_dir_all(&old) {
        Err(failure) if failure.kind() != io::ErrorKind::NotFound => Err(error(&old, failure)),
        _ => Ok(()),
    }
}

fn swap(folder: &Path, new: &Path, old: &Path) -> Result<(), Error> {
    fs::create_dir_all(new).map_err(|failure| error(new, failure))?;
    let had = folder.exists();
    if had {
        fs::rename(folder, old).map_err(|failure| error(folder, failure))?;
    }
    fs::rename(new, folder).map_err(|failure| {
        if had {
            // back to what was there
            let _ = fs::rename(old, folder);
        }
        error(folder, failure)
    })
}

fn write(folder: &Path, file: &File) -> Result<(), Error> {
    let path = folder.join(&file.path);
    let parent = path.parent().unwrap_or(folder);
    let written = || -> io::Result<()> {
        fs::create_dir_all(parent)?;
        let mut out = fs::File::create(&path)?;
        out.write_all(&file.content)?;
        out.sync_all()
    };
    written().map_err(|failure| error(&path, failure))
}

/// A name of its own for each writer
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let write = WRITES.fetch_add(1, Ordering::Relaxed);
    folder.with_file_name(format!(".{name}.{}-{write}.{what}", std::process::id()))
}

fn error(path: &Path, failure: io::Error) -> Error {
    Error::Local {
        path: path.display().to_string(),
        failure,
    }
}
