//! `cargo xtask bench`: whole processes against each other, by time, processor time and peak memory

mod compile;
mod functions;
mod process;
mod run;
mod scheduler;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

pub use compile::{CompileBench, compile};
pub use functions::{FunctionBench, functions};
pub use run::{RunBench, run, sql};

/// The folder of the repository
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The program beside this one, in release mode
fn program() -> Result<PathBuf> {
    let beside = std::env::current_exe()?
        .with_file_name(format!("sqlx-run{}", std::env::consts::EXE_SUFFIX));
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--release", "--quiet", "--package", "sqlx-run"])
        .current_dir(root())
        .status()?;
    if !status.success() {
        bail!("sqlx-run does not build");
    }
    Ok(beside)
}
