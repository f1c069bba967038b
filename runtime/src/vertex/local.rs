//! The server on this machine: the one that runs for the project, or one of this process for the time of the run

use std::path::{Path, PathBuf};

use diagnostic::code;
use vertex::client::{Failure, Identity};

/// A server of this process; it ends when this is dropped
pub struct LocalServer;

/// Where a project's server keeps what it knows
fn state(folder: &Path) -> PathBuf {
    folder.join(".sqlx-run").join("vertex")
}

/// Whether a server has ever kept something for the project
pub fn has_state(folder: &Path) -> bool {
    state(folder).is_dir()
}

/// The address of the server that runs, or of one that is started
///
/// # Errors
/// None runs, and none can be started
pub fn find_or_start(folder: &Path) -> Result<(String, Identity, Option<LocalServer>), Failure> {
    let path = state(folder).join("server.json");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    match json["address"].as_str() {
        Some(address) => Ok((address.to_owned(), Identity::Nobody, None)),
        None => Err(Failure::new(
            code::VERTEX_UNREACHABLE,
            "no local server runs for this project",
        )
        .help("start one with `sqlx-run serve`")),
    }
}
