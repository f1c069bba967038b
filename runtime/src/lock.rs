//! One run at a time on a warehouse: a lock that goes with the process that holds it

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use serde::{Deserialize, Serialize};

/// Who works on a warehouse
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The run
    pub run: String,
    /// The id of its process
    pub process: u32,
}

impl Holder {
    /// This process, with a run
    pub fn this_process(run: &str) -> Self {
        Self {
            run: run.to_owned(),
            process: std::process::id(),
        }
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "run {} (process {})", self.run, self.process)
    }
}

/// Held as long as it lives; the system takes it from a process that is killed
#[derive(Debug)]
pub struct RunLock {
    file: File,
}

impl RunLock {
    /// Takes the lock. Where another run holds it, `wait` is told who, once, and the call waits; without
    /// `wait` it fails
    ///
    /// # Errors
    /// Another run holds it, or the file cannot be made
    pub fn acquire(
        path: &Path,
        holder: &Holder,
        wait: Option<&mut dyn FnMut(&str)>,
    ) -> Result<Self, Diagnostic> {
        let unwritable = |error: &io::Error| {
            Diagnostic::error(
                code::WAREHOUSE_UNAVAILABLE,
                format!("the lock `{}` cannot be taken: {error}", path.display()),
            )
            .help("check that the folder is writable, or name another warehouse with `--warehouse FILE`")
        };
        let mut file = open(path).map_err(|error| unwritable(&error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let other = Self::holder(path)
                    .map_or_else(|| "another run".to_owned(), |holder| holder.to_string());
                let message = format!("{other} is at work on the warehouse");
                let Some(tell) = wait else {
                    return Err(Diagnostic::error(code::WAREHOUSE_BUSY, message).help(
                        "wait for it with `--wait`, or name another warehouse with `--warehouse FILE`",
                    ));
                };
                tell(&format!("{message}: waiting for it to end"));
                file.lock().map_err(|error| unwritable(&error))?;
            }
            Err(TryLockError::Error(error)) => return Err(unwritable(&error)),
        }
        write(&mut file, holder).map_err(|error| unwritable(&error))?;
        Ok(Self { file })
    }

    /// The lock of a warehouse in a file: beside it
    pub fn beside(warehouse: &Path) -> PathBuf {
        warehouse.with_extension("lock")
    }

    /// Who holds, or was the last to hold, a lock; `None` where that cannot be told
    pub fn holder(path: &Path) -> Option<Holder> {
        let mut text = String::new();
        File::open(path).ok()?.read_to_string(&mut text).ok()?;
        serde_json::from_str(&text).ok()
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // who reads it from now on is not led to a run that is over; the lock itself goes with the file
        let _ = self.file.set_len(0);
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn write(file: &mut File, holder: &Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(holder)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_is_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("warehouse.lock");
        let first = Holder::this_process("first");
        let held = RunLock::acquire(&path, &first, None).unwrap();
        let refused = RunLock::acquire(&path, &Holder::this_process("second"), None).unwrap_err();
        assert_eq!(refused.code, code::WAREHOUSE_BUSY);
        assert!(refused.message.contains("run first"), "{refused}");
        drop(held);
        assert_eq!(RunLock::holder(&path), None);
        let third = Holder::this_process("third");
        let _held = RunLock::acquire(&path, &third, None).unwrap();
        assert_eq!(RunLock::holder(&path), Some(third));
    }
}
