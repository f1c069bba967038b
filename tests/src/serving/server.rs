//! A server in a process of its own

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::runtime::Runtime;

/// How long it may take until the server answers
const START: Duration = Duration::from_secs(60);

/// How long it may take to end
const END: Duration = Duration::from_secs(30);

/// A location in which tests put their resources
pub const PARENT: &str = "/v1/projects/shop/locations/us-central1";

/// A server; killed when this is dropped
#[derive(Debug)]
pub struct Served {
    process: Child,
    endpoint: String,
    client: reqwest::Client,
    threads: Runtime,
}

impl Served {
    /// Starts the program's server on a free port, and waits until it answers
    ///
    /// # Errors
    /// It ends, or does not answer
    pub fn start(program: &Path, project: &Path, arguments: &[&str]) -> Result<Self> {
        Self::start_beside(program, project, arguments, None)
    }

    /// The same with a Cloud Storage of this machine, at its address
    ///
    /// # Errors
    /// As [`Served::start`]
    pub fn start_beside(
        program: &Path,
        project: &Path,
        arguments: &[&str],
        storage: Option<&str>,
    ) -> Result<Self> {
        let log = std::fs::File::create(project.join("serve.log"))?;
        let process = Command::new(program)
            .args(["serve", "--port", "0"])
            .args(arguments)
            .current_dir(project)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .envs(storage.map(|address| ("STORAGE_EMULATOR_HOST", address)))
            .spawn()
            .context("the server cannot be started")?;
        let mut served = Self {
            process,
            endpoint: String::new(),
            client: reqwest::Client::builder().no_proxy().build()?,
            threads: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()?,
        };
        served.wait(&project.join(".sqlx-run/vertex/server.json"))?;
        Ok(served)
    }

    /// Where it listens: `http://127.0.0.1:PORT`
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The process
    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Sends a request; gives the status and the document of the answer
    ///
    /// # Errors
    /// There is no answer, or it is no document
    pub fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<(u16, Value)> {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.endpoint));
        if let Some(body) = body {
            request = request.json(body);
        }
        self.threads.block_on(async {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            let text = answer.text().await?;
            let document = serde_json::from_str(&text).unwrap_or(Value::String(text));
            Ok((status, document))
        })
    }

    /// Sends a request that is to succeed, and waits for its operation where it is one; gives the document,
    /// or what the operation answered
    ///
    /// # Errors
    /// It does not succeed
    pub fn done(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let (status, mut document) = self.call(method, path, body)?;
        if status != 200 {
            bail!("{method} {path} answers {status}: {document}");
        }
        let name = document["name"].as_str().unwrap_or_default().to_owned();
        if !name.contains("/operations/") {
            return Ok(document);
        }
        while document["done"] != true {
            document = self.call("POST", &format!("/v1/{name}:wait"), None)?.1;
        }
        if document["error"].is_object() {
            bail!("{method} {path} fails: {}", document["error"]);
        }
        Ok(document["response"].take())
    }

    /// Ends it at once, as a machine that loses its power does to a process
    ///
    /// # Errors
    /// It has ended already
    pub fn kill(mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// The same while others still ask it
    ///
    /// # Errors
    /// The system does not kill it
    pub fn kill_now(&self) -> Result<()> {
        let process = self.process.id().to_string();
        let killed = match cfg!(windows) {
            true => Command::new("taskkill")
                .args(["/F", "/PID", &process])
                .status()?,
            false => Command::new("kill").args(["-9", &process]).status()?,
        };
        if !killed.success() {
            bail!("the server cannot be killed");
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has
    ///
    /// # Errors
    /// It does not end, or not in good order
    #[cfg(unix)]
    pub fn terminate(mut self) -> Result<()> {
        let asked = Command::new("kill")
            .arg(self.process.id().to_string())
            .status()?;
        let begun = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait()? {
                if status.success() && asked.success() {
                    return Ok(());
                }
                bail!("the server ends with {status}");
            }
            if begun.elapsed() > END {
                bail!("the server does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn wait(&mut self, announcement: &PathBuf) -> Result<()> {
        let begun = Instant::now();
        loop {
            let announced: Option<Value> = std::fs::read(announcement)
                .ok()
                .and_then(|text| serde_json::from_slice(&text).ok());
            if let Some(announced) = announced
                && announced["process"] == self.process.id()
            {
                self.endpoint = announced["endpoint"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned();
                return Ok(());
            }
            let ended = self.process.try_wait()?;
            if ended.is_some() || begun.elapsed() > START {
                let log = announcement.with_file_name("../../serve.log");
                let log = std::fs::read_to_string(log).unwrap_or_default();
                bail!("the server does not answer:\n{}", log.trim_end());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // it may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
