//! Cargo's commands as the tasks call them

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The root of the repository
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// The program in release mode; gives its path
pub fn build_release(bundled: bool) -> Result<PathBuf> {
    let mut command = program();
    command.args(["build", "--release", "--package", "sqlx-run"]);
    if bundled {
        command.args(["--features", "bundled"]);
    }
    run(&mut command)?;
    Ok(target_folder()
        .join("release")
        .join(format!("sqlx-run{}", std::env::consts::EXE_SUFFIX)))
}

/// All tests of the workspace
pub fn test(rest: &[String]) -> Result<()> {
    run(program().args(["test", "--workspace"]).args(rest))
}

/// How a measuring program is built
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// As the tests are: for programs that compare results
    Dev,
    /// As the product is: for programs that measure speed
    Release,
}

/// A measuring program of the `sqlx-tests` package
pub fn tool(profile: Profile, name: &str, rest: &[String]) -> Result<()> {
    let mut build = program();
    build.args(["build", "--quiet", "--bin", name]);
    let folder = match profile {
        // with the features that the tests of the workspace are built with, so that nothing is built twice
        Profile::Dev => {
            build.arg("--workspace");
            "debug"
        }
        Profile::Release => {
            build.args(["--release", "--package", "sqlx-tests"]);
            "release"
        }
    };
    run(&mut build)?;
    let tool = target_folder()
        .join(folder)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    run(as_from_a_shell(&mut Command::new(tool)).args(rest))
}

/// Kills runs of the program as the tests are built
pub fn faults(rest: Vec<String>) -> Result<()> {
    run(program().args(["build", "--quiet", "--package", "sqlx-run"]))?;
    let name = format!("sqlx-run{}", std::env::consts::EXE_SUFFIX);
    let built = target_folder().join("debug").join(name);
    let mut words = vec!["--program".to_owned(), built.to_string_lossy().into_owned()];
    words.extend(rest);
    tool(Profile::Dev, "faults", &words)
}

/// Runs a command to its end
pub fn run(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command
        .status()
        .with_context(|| format!("`{name}` cannot be started"))?;
    if !status.success() {
        bail!("`{name}` ended with {status}");
    }
    Ok(())
}

/// Cargo itself. Paths among the arguments are as the caller wrote them, so the caller's folder is kept
pub fn program() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    as_from_a_shell(&mut command);
    command
}

/// Without the variables that `.cargo/config.toml` gave this process: cargo remembers of a build script whether
/// they came from the environment, and would otherwise build everything above the engine anew each time
/// `cargo build` and `cargo xtask` take turns
fn as_from_a_shell(command: &mut Command) -> &mut Command {
    let folder = root().join("vendor").join("duckdb");
    for name in ["DUCKDB_LIB_DIR", "DUCKDB_INCLUDE_DIR"] {
        if std::env::var_os(name).is_some_and(|value| Path::new(&value) == folder) {
            command.env_remove(name);
        }
    }
    command
}

/// Where everything that is built goes, as an absolute path
pub fn target_folder() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from) {
        Some(folder) => std::path::absolute(&folder).unwrap_or(folder),
        None => root().join("target"),
    }
}
