//! The npm packages of a project, which project code can `require`

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

/// What this program brings along
const CORE: &str = "@dataform/core";

/// What an installation did
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installed {
    /// npm put the packages into `node_modules`
    ByNpm,
    /// There are no packages but the one that is built in
    NothingNeeded,
}

/// Installs what the project's `package.json` names, without running any of the packages' scripts
///
/// `package.json` and the lock file stay as they are.
///
/// # Errors
/// `package.json` is not there or no JSON, or npm is missing or fails
pub fn install_packages(root: &Path) -> Result<Installed, String> {
    let file = root.join("package.json");
    let text = std::fs::read_to_string(&file)
        .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?;
    let package: Json = serde_json::from_str(&text)
        .map_err(|error| format!("`{}` is not JSON: {error}", file.display()))?;
    if !needs_npm(&package) {
        return Ok(Installed::NothingNeeded);
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args([
            "install",
            "--ignore-scripts",
            "--no-save",
            "--no-audit",
            "--no-fund",
        ])
        .current_dir(root)
        .output()
        .map_err(|error| {
            format!(
                "npm cannot be started, and the project's packages come from its registry: {error}"
            )
        })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "Command failed: npm i --ignore-scripts\n{}",
            said.trim_end()
        ));
    }
    Ok(Installed::ByNpm)
}

/// Whether there is a package beside the one that is built in
fn needs_npm(package: &Json) -> bool {
    if package.get("workspaces").is_some() {
        return true;
    }
    [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
    ]
    .iter()
    .filter_map(|list| package.get(list)?.as_object())
    .flat_map(|list| list.keys())
    .any(|name| name != CORE)
}
