//! How others find the server of a folder, and that there is only one

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::store::sync_folder;

/// Where a running server says where it is
const FILE: &str = "server.json";

/// What a running server holds
const LOCK: &str = "server.lock";

/// A running server
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// `http://127.0.0.1:PORT`
    pub endpoint: String,
    /// The process
    pub process: u32,
    /// Since when, RFC 3339
    pub start_time: String,
    /// Whether callers must show a token
    pub token_required: bool,
}

/// The folder's lock, which the system takes from a process that ends in whatever way
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

/// The server that runs on a folder, if one does
///
/// # Errors
/// The folder's files cannot be read
pub fn running(folder: &Path) -> io::Result<Option<Running>> {
    let file = match File::open(folder.join(LOCK)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => read(folder),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Takes the folder's lock; `None` where a server has it
///
/// # Errors
/// The file cannot be made
pub fn lock(folder: &Path) -> io::Result<Option<FolderLock>> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(FolderLock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Says where the server is, whole or not at all
///
/// # Errors
/// The file cannot be written
pub fn announce(folder: &Path, running: &Running) -> io::Result<()> {
    let path = folder.join(FILE);
    let temporary = path.with_extension("json.tmp");
    let mut file = File::create(&temporary)?;
    serde_json::to_writer_pretty(&mut file, running)?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    fs::rename(&temporary, &path)?;
    sync_folder(&path)
}

/// Takes back where the server was
pub fn withdraw(folder: &Path) {
    // a file that stays is no harm: the lock says that nobody is there
    let _ = fs::remove_file(folder.join(FILE));
}

/// What the server that runs says; `None` in the moment before it says it
pub fn read(folder: &Path) -> io::Result<Option<Running>> {
    match fs::read(folder.join(FILE)) {
        Ok(text) => Ok(Some(serde_json::from_slice(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
