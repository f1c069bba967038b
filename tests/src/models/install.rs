//! TensorFlow, onnxruntime and XGBoost, installed from PyPI once and kept below the target folder

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::folder::target_folder;

/// What exported models are loaded with
const PACKAGES: [&str; 4] = [
    "tensorflow-cpu==2.21.0",
    "onnxruntime==1.32.0",
    "xgboost-cpu==3.2.0",
    "numpy>=2,<3",
];

/// Python with the packages, if they are installed
///
/// # Errors
/// They are not: the message is a reason to skip a test
pub fn installed() -> Result<PathBuf> {
    let folder = folder()?;
    if !folder.join("installed").is_file() {
        bail!("the model runtimes are not installed: `cargo xtask conformance models` does it");
    }
    Ok(python(folder))
}

/// Installs the packages, unless that is done already, and gives Python with them
///
/// # Errors
/// When Python is missing, or pip cannot reach its registry
pub fn install() -> Result<PathBuf> {
    let folder = folder()?;
    // the stamp is written last, so that what is half-installed is never taken for the whole
    if !folder.join("installed").is_file() {
        let own = if cfg!(windows) { "python" } else { "python3" };
        run(Command::new(own).args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(python(folder.clone()))
            .args(["-m", "pip", "install", "--quiet"])
            .arg("--disable-pip-version-check")
            .args(PACKAGES))?;
        fs::write(folder.join("installed"), PACKAGES.join("\n"))?;
    }
    Ok(python(folder))
}

fn folder() -> Result<PathBuf> {
    Ok(target_folder()?.join("model-runtimes-1"))
}

fn python(folder: PathBuf) -> PathBuf {
    match cfg!(windows) {
        true => folder.join("Scripts").join("python.exe"),
        false => folder.join("bin").join("python"),
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().context(
        "Python cannot be started; Python 3.10 to 3.13 is needed to load exported models",
    )?;
    if !output.status.success() {
        bail!(
            "{} cannot be installed; PyPI must be within reach:\n{}",
            PACKAGES.join(", "),
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}
