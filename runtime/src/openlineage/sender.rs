//! Brings events to a file or an endpoint, beside the run: it never waits for them but at its end

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender as Channel, channel};
use std::time::Duration;

use diagnostic::{Diagnostic, code};
use serde_json::Value as Json;

/// How long one attempt to send an event may take
const ATTEMPT: Duration = Duration::from_secs(5);
/// How long is waited before each further attempt
const PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];
/// So many events that were not taken, one after the other, are enough: the rest is not sent
const PATIENCE: usize = 3;
/// How long the end of a run may wait for what is not sent yet
const DRAIN: Duration = Duration::from_secs(15);
/// Where an endpoint takes events, unless its address says
const PATH: &str = "/api/v1/lineage";
/// Goes with each event to an endpoint that wants to know who sends it
const KEY: &str = "OPENLINEAGE_API_KEY";

/// Where events go
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A file that gets a line of JSON for each
    File(PathBuf),
    /// An endpoint that gets each in a request
    Http(String),
}

impl std::str::FromStr for Destination {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_address = ["http://", "https://"]
            .iter()
            .any(|scheme| text.starts_with(scheme));
        if is_address {
            let address = reqwest::Url::parse(text).map_err(|error| error.to_string())?;
            return Ok(Self::Http(match address.path() {
                "" | "/" => format!("{}{PATH}", text.trim_end_matches('/')),
                _ => text.to_owned(),
            }));
        }
        match text.strip_prefix("file:").unwrap_or(text) {
            "" => Err("expected a file, or an address such as `http://localhost:5000`".to_owned()),
            path => Ok(Self::File(PathBuf::from(path))),
        }
    }
}

/// Takes events and sees to it that they arrive
pub enum Sender {
    /// They are written as they come
    File {
        /// Where to
        path: PathBuf,
        /// That file
        file: File,
        /// The first that could not be written
        failure: Option<std::io::Error>,
    },
    /// A thread sends them
    Http {
        /// Where to
        address: String,
        /// To the thread
        events: Channel<Json>,
        /// From the thread, once: what went wrong
        outcome: Receiver<Option<String>>,
    },
}

impl Sender {
    /// Opens the file, or starts the thread
    ///
    /// # Errors
    /// The file cannot be written
    pub fn start(destination: &Destination) -> Result<Self, Diagnostic> {
        match destination {
            Destination::File(path) => {
                let opened = OpenOptions::new().create(true).append(true).open(path);
                match opened {
                    Ok(file) => Ok(Self::File {
                        path: path.clone(),
                        file,
                        failure: None,
                    }),
                    Err(error) => Err(Diagnostic::error(
                        code::OUTPUT_UNWRITABLE,
                        format!(
                            "OpenLineage events cannot be written to `{}`: {error}",
                            path.display()
                        ),
                    )
                    .help("check that its folder is there and writable")),
                }
            }
            Destination::Http(address) => {
                let (events, received) = channel();
                let (done, outcome) = channel();
                let to = address.clone();
                std::thread::spawn(move || {
                    // nobody is left to tell when the run did not wait
                    let _ = done.send(deliver(&to, &received));
                });
                Ok(Self::Http {
                    address: address.clone(),
                    events,
                    outcome,
                })
            }
        }
    }

    /// Takes an event
    pub fn send(&mut self, event: Json) {
        match self {
            Self::File { file, failure, .. } => {
                if failure.is_none()
                    && let Err(error) = file.write_all(format!("{event}\n").as_bytes())
                {
                    *failure = Some(error);
                }
            }
            Self::Http { events, .. } => {
                // the thread has given up
                let _ = events.send(event);
            }
        }
    }

    /// The last events have been taken: a warning when some did not arrive
    pub fn close(self) -> Option<Diagnostic> {
        let (place, reason) = match self {
            Self::File { path, failure, .. } => (path.display().to_string(), failure?.to_string()),
            Self::Http {
                address,
                events,
                outcome,
            } => {
                drop(events);
                let reason = match outcome.recv_timeout(DRAIN) {
                    Ok(reason) => reason?,
                    Err(_) => format!("still unsent {} seconds after the run", DRAIN.as_secs()),
                };
                (address, reason)
            }
        };
        Some(
            Diagnostic::warning(
                code::OPENLINEAGE_UNSENT,
                format!("not all OpenLineage events reached `{place}`: {reason}"),
            )
            .help("the run itself is not touched by it"),
        )
    }
}

/// Sends events until there are no more; tells what went wrong last
fn deliver(address: &str, events: &Receiver<Json>) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return Some(error.to_string()),
    };
    let client = match reqwest::Client::builder().timeout(ATTEMPT).build() {
        Ok(client) => client,
        Err(error) => return Some(innermost(&error)),
    };
    let key = std::env::var(KEY).ok().filter(|key| !key.is_empty());
    let mut failure = None;
    let mut in_a_row = 0;
    while let Ok(event) = events.recv() {
        match runtime.block_on(post(&client, address, key.as_deref(), &event)) {
            Ok(()) => in_a_row = 0,
            Err(reason) => {
                failure = Some(reason);
                in_a_row += 1;
            }
        }
        if in_a_row == PATIENCE {
            break;
        }
    }
    failure
}

/// Sends an event, again where that may help
async fn post(
    client: &reqwest::Client,
    address: &str,
    key: Option<&str>,
    event: &Json,
) -> Result<(), String> {
    let mut pauses = PAUSES.iter();
    loop {
        let mut request = client.post(address).json(event);
        if let Some(key) = key {
            request = request.bearer_auth(key);
        }
        let (reason, may_pass) = match request.send().await {
            Ok(response) if response.status().is_success() => return Ok(()),
            Ok(response) => {
                let status = response.status();
                let may_pass = status.is_server_error() || status.as_u16() == 429;
                (format!("the endpoint answers {status}"), may_pass)
            }
            Err(error) => (innermost(&error), true),
        };
        match pauses.next() {
            Some(pause) if may_pass => tokio::time::sleep(*pause).await,
            _ => return Err(reason),
        }
    }
}

/// The reason at the bottom of an error
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_an_address_or_a_file() {
        let http = |text: &str| Ok(Destination::Http(text.to_owned()));
        let file = |text: &str| Ok(Destination::File(PathBuf::from(text)));
        for (text, expected) in [
            (
                "http://localhost:5000",
                http("http://localhost:5000/api/v1/lineage"),
            ),
            ("https://a.example/take/", http("https://a.example/take/")),
            ("file:out/events.jsonl", file("out/events.jsonl")),
            ("events.jsonl", file("events.jsonl")),
        ] {
            assert_eq!(text.parse::<Destination>(), expected, "{text}");
        }
        assert!("http://".parse::<Destination>().is_err());
        assert!("".parse::<Destination>().is_err());
    }
}
