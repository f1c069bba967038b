//! Dataform's own CLI and core, installed from npm once and kept below the target folder

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::folder::target_folder;

/// The version of `@dataform/cli` that is compared with
pub const CLI_VERSION: &str = "3.0.69";

/// The version of `@dataform/core` that is compared with: the newest in the npm registry
pub const CORE_VERSION: &str = "3.0.62";

/// Where Dataform is installed
#[derive(Debug, Clone)]
pub struct Installation {
    modules: PathBuf,
}

impl Installation {
    /// The command-line program, for Node.js
    pub fn cli(&self) -> PathBuf {
        self.modules.join("@dataform/cli/bundle.js")
    }

    /// The program in which the command-line program compiles, for Node.js
    pub fn worker(&self) -> PathBuf {
        self.modules.join("@dataform/cli/worker_bundle.js")
    }

    /// The folder of `@dataform/core`
    pub fn core(&self) -> PathBuf {
        self.modules.join("@dataform/core")
    }
}

/// Installs Dataform, unless that is done already.
///
/// # Errors
/// When npm or Node.js is missing, or npm cannot reach its registry.
pub fn install() -> Result<Installation> {
    let folder = target_folder()?.join(format!("dataform-cli-{CLI_VERSION}-core-{CORE_VERSION}"));
    let installation = Installation {
        modules: folder.join("node_modules"),
    };
    if !installation.worker().is_file() || !installation.core().is_dir() {
        // what is half-installed has another name, so that it is never taken for the whole
        let parts = folder.with_extension("parts");
        if parts.exists() {
            fs::remove_dir_all(&parts)?;
        }
        fs::create_dir_all(&parts)?;
        npm(&parts)?;
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::rename(&parts, &folder)?;
    }
    Ok(installation)
}

fn npm(folder: &Path) -> Result<()> {
    let package = serde_json::json!({
        "private": true,
        "dependencies": { "@dataform/cli": CLI_VERSION, "@dataform/core": CORE_VERSION },
    });
    fs::write(folder.join("package.json"), package.to_string())?;
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(name)
        .args(["install", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .output()
        .context("`npm` cannot be started; Node.js 20 or newer with npm is needed to compare with Dataform itself")?;
    if !output.status.success() {
        bail!(
            "npm cannot install @dataform/cli {CLI_VERSION} and @dataform/core {CORE_VERSION}; its registry must be within reach:\n{}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(())
}
