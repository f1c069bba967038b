//! Where what is fetched for a comparison stays

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folder of cargo's results, in which this program stands below its profile
///
/// # Errors
/// The program was moved elsewhere
pub fn target_folder() -> Result<PathBuf> {
    let program = std::env::current_exe().context("the program's own place is unknown")?;
    program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .map(Path::to_owned)
        .context("the program does not stand in a target folder of cargo")
}
