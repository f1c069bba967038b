//! The crate `google-cloud-aiplatform-v1`, in a program of its own that is built only for this

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Called;
use crate::folder::target_folder;
use crate::serving::{Models, Served};

/// Builds the program that calls the crate; gives its path
///
/// # Errors
/// Cargo does not run, or what the program needs cannot be had
pub fn build() -> Result<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/rust");
    let folder = target_folder()?.join("rust-client");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    eprintln!("building {}; the first time takes minutes", super::CRATE);
    let built = Command::new(cargo)
        .args(["build", "--quiet", "--locked", "--target-dir"])
        .arg(&folder)
        .current_dir(source)
        .stdout(Stdio::null())
        .status()
        .context("cargo cannot be started")?;
    if !built.success() {
        bail!("the program that calls it cannot be built");
    }
    let name = format!("sqlx-rust-client{}", std::env::consts::EXE_SUFFIX);
    Ok(folder.join("debug").join(name))
}

/// Has the crate do its calls
///
/// # Errors
/// The server or the program does not run
pub fn run(program: &Path, models: &Models, client: &Path) -> Result<Vec<Called>> {
    // nothing of the clients before it is left
    let _ = fs::remove_dir_all(models.project.join(".sqlx-run/vertex"));
    let served = Served::start(program, &models.project, &[])?;
    let output = Command::new(client)
        .arg(served.endpoint())
        .args([&models.baseline, &models.transformed])
        .stdin(Stdio::null())
        .output()
        .context("the program cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let calls: Vec<Called> = text.lines().filter_map(called).collect();
    // what ends before its last call prints on standard error why
    if !output.status.success() && calls.iter().all(|call| call.error.is_none()) {
        bail!(
            "the crate cannot be used:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(calls)
}

/// A line `NAME: ok`, or with why the call failed
fn called(line: &str) -> Option<Called> {
    let (name, outcome) = line.split_once(": ")?;
    Some(Called {
        name: name.to_owned(),
        error: (outcome != "ok").then(|| outcome.to_owned()),
    })
}
