//! `cargo xtask bench`: whole processes against each other, by time, processor time and peak memory

mod compile;
mod functions;
mod ml;
mod peer_run;
mod process;
mod run;
mod scheduler;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

pub use compile::{CompileBench, compile};
pub use functions::{FunctionBench, functions};
pub use ml::{MlBench, ml};
pub use peer_run::{PeerRunBench, peer_run};
pub use run::{RunBench, run, sql};

/// The folder of the repository
fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The program beside this one, built as this one is: in release mode under `cargo xtask bench`
fn program() -> Result<PathBuf> {
    let beside = std::env::current_exe()?
        .with_file_name(format!("sqlx-run{}", std::env::consts::EXE_SUFFIX));
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build.args(["build", "--quiet", "--package", "sqlx-run"]);
    let folder = beside.parent().and_then(Path::file_name);
    if folder.is_some_and(|folder| folder == "release") {
        build.arg("--release");
    }
    let status = build.current_dir(root()).status()?;
    if !status.success() {
        bail!("sqlx-run does not build");
    }
    Ok(beside)
}
