//! A running emulator with a data folder of its own

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::Client;
use crate::install::{Installation, installed};

/// How long it may take until the emulator answers
const START: Duration = Duration::from_secs(120);

/// Ends with the process that holds the other end of its standard input, however that one ends
const PROGRAM: &str = "\
import os, sys, threading
def watch():
    sys.stdin.buffer.read()
    os._exit(0)
threading.Thread(target=watch, daemon=True).start()
from local_bigquery.cli import main
main(sys.argv[1:])
";

/// A running emulator; it ends, and its data goes, when this is dropped or the process ends
#[derive(Debug)]
pub struct Emulator {
    process: Child,
    endpoint: String,
    folder: TempDir,
}

impl Emulator {
    /// Starts the emulator if it is installed, and waits until it answers.
    ///
    /// # Errors
    /// It is not installed, which is a reason to skip a test; or it does not start
    pub fn start() -> Result<Self> {
        Self::start_installed(&installed()?)
    }

    fn start_installed(installation: &Installation) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = free_port()?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let process = Command::new(&installation.python)
            .args(["-c", PROGRAM, "--host", "127.0.0.1", "--grpc-port", "0"])
            .args(["--port", &port.to_string(), "--data-dir"])
            .arg(folder.path().join("data"))
            .env("HOME", &installation.home)
            .stdin(Stdio::piped())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("the emulator cannot be started")?;
        let mut emulator = Self {
            process,
            endpoint: format!("http://127.0.0.1:{port}"),
            folder,
        };
        emulator.wait()?;
        Ok(emulator)
    }

    /// Where it listens: `http://127.0.0.1:PORT`
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// A client for a project; projects share nothing, and need not be made
    ///
    /// # Errors
    /// The system gives no resources for it
    pub fn client(&self, project: &str) -> Result<Client> {
        Client::new(&self.endpoint, project)
    }

    /// Where it keeps its data
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        let client = self.client("health")?;
        while !client.answers() {
            let ended = self.process.try_wait()?;
            if ended.is_some() || begun.elapsed() > START {
                let log = std::fs::read_to_string(self.folder.path().join("log"))?;
                bail!("the emulator does not answer:\n{}", log.trim_end());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("there is no free port")?;
    Ok(listener.local_addr()?.port())
}
