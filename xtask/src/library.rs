//! The prebuilt DuckDB library, fetched from the npm registry into `vendor/duckdb`

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use crate::cargo::root;

const PACKAGE: &str = "@duckdb/node-bindings-linux-x64";
const VERSION: &str = "1.5.6-r.1";
/// What npm says of the package; another file is not taken
const INTEGRITY: &str = "sha512-IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q==";
const LIBRARY: &str = "libduckdb.so";
const INSTEAD: &str = "build DuckDB from source instead (about an hour of processor time): \
                       `cargo xtask demo --bundled`, or `cargo build --features bundled`";

/// Fetches the library unless it is there
pub fn ensure() -> Result<()> {
    let folder = root().join("vendor").join("duckdb");
    let stamp = folder.join("VERSION");
    let present = fs::read_to_string(&stamp).is_ok_and(|text| text.trim() == VERSION);
    if present && folder.join(LIBRARY).is_file() {
        return Ok(());
    }
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the prebuilt DuckDB library is for Linux on x86-64; {INSTEAD}");
    }
    fs::create_dir_all(&folder).context("`vendor/duckdb` cannot be made")?;
    eprintln!("fetching DuckDB: {PACKAGE} {VERSION}");
    let scratch = folder.join(format!("partial-{}", std::process::id()));
    fs::create_dir_all(&scratch).context("`vendor/duckdb` is not writable")?;
    let fetched = fetch(&scratch).and_then(|()| {
        // the library appears whole or not at all, and the stamp after it
        fs::rename(scratch.join("package").join(LIBRARY), folder.join(LIBRARY))?;
        fs::write(&stamp, format!("{VERSION}\n"))?;
        Ok(())
    });
    // what is left of a failed attempt does no harm
    let _ = fs::remove_dir_all(&scratch);
    fetched
}

fn fetch(scratch: &Path) -> Result<()> {
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let output = Command::new(npm)
        .args(["pack", "--json", "--silent"])
        .arg(format!("{PACKAGE}@{VERSION}"))
        .current_dir(scratch)
        .output()
        .with_context(|| {
            format!("npm is missing, and the library comes from its registry; {INSTEAD}")
        })?;
    if !output.status.success() {
        bail!(
            "npm could not fetch {PACKAGE}@{VERSION}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let report: Json =
        serde_json::from_slice(&output.stdout).context("npm's answer is not JSON")?;
    // newer versions of npm answer with an object by name, older ones with a list
    let entry = report
        .get(0)
        .or_else(|| report.as_object().and_then(|object| object.values().next()))
        .context("npm's answer names no file")?;
    if entry["integrity"].as_str() != Some(INTEGRITY) {
        bail!("{PACKAGE}@{VERSION} is not the file that was expected: its checksum differs");
    }
    let file = entry["filename"]
        .as_str()
        .context("npm's answer names no file")?;
    let unpacked = Command::new("tar")
        .args(["-xzf", file, &format!("package/{LIBRARY}")])
        .current_dir(scratch)
        .status()
        .context("`tar` is missing")?;
    if !unpacked.success() {
        bail!("`tar` could not unpack {file}");
    }
    Ok(())
}
