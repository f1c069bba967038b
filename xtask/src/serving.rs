//! The served model: requests to the endpoint of the demo, how they are split, and the drift after other players come

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

const PREDICT: &str =
    "/v1/projects/churn-demo/locations/us-central1/endpoints/churn-endpoint:predict";

/// How many requests are sent of each kind
const REQUESTS: usize = 200;

/// A server of the demo's project; it ends with this
pub struct Served {
    process: Child,
    address: String,
}

impl Served {
    /// Starts the server and waits until it says where it is
    pub fn start(program: &Path, root: &Path) -> Result<Self> {
        let process = Command::new(program)
            .arg("-C")
            .arg(root)
            .args(["serve", "--port", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the server cannot be started")?;
        let number = process.id();
        let mut served = Self {
            process,
            address: String::new(),
        };
        let file = root.join(".sqlx-run/vertex/server.json");
        let end = Instant::now() + Duration::from_secs(20);
        while Instant::now() < end {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            let json: Json = serde_json::from_str(&text).unwrap_or_default();
            if json["process"] == number {
                let endpoint = json["endpoint"].as_str().unwrap_or_default();
                served.address = endpoint.trim_start_matches("http://").to_owned();
                return Ok(served);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the server did not say where it is")
    }

    /// Sends instances, one a request, and tells the first answer and the split
    pub fn ask(&self, instances: &[Json]) -> Result<String> {
        let mut text = String::new();
        let mut split: BTreeMap<String, usize> = BTreeMap::new();
        for (number, instance) in instances.iter().cycle().take(REQUESTS).enumerate() {
            let answer = self.post(PREDICT, &json!({"instances": [instance]}))?;
            if number == 0 {
                writeln!(text, "  payload  {instance}")?;
                writeln!(text, "  answer   {}", answer["predictions"][0])?;
            }
            let model = answer["model"].as_str().unwrap_or_default();
            let version = answer["modelVersionId"].as_str().unwrap_or_default();
            let model = model.rsplit('/').next().unwrap_or_default();
            let name = format!("version {version} of {model}");
            *split.entry(name).or_default() += 1;
        }
        for (name, count) in split {
            writeln!(
                text,
                "  {count:>4} of {REQUESTS} requests answered by {name}"
            )?;
        }
        Ok(text)
    }

    fn post(&self, path: &str, body: &Json) -> Result<Json> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address).context("the server is gone")?;
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer
            .split_once("\r\n\r\n")
            .context("the answer has no end")?;
        if !head.starts_with("HTTP/1.1 200") {
            bail!(
                "the server answered {}: {body}",
                head.lines().next().unwrap_or_default()
            );
        }
        let begin = body.find('{').unwrap_or_default();
        let end = body.rfind('}').map_or(body.len(), |end| end + 1);
        serde_json::from_str(&body[begin..end]).context("the answer is not JSON")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // the process may have ended by itself
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The same players as if the game had come to another country and became more of a habit
pub fn skewed(instances: &[Json]) -> Vec<Json> {
    instances
        .iter()
        .cloned()
        .map(|mut instance| {
            instance["country"] = "Japan".into();
            instance["operating_system"] = "IOS".into();
            let count = instance["cnt_user_engagement"].as_i64().unwrap_or_default();
            instance["cnt_user_engagement"] = (count * 5 + 100).into();
            instance
        })
        .collect()
}
