//! One request and its attempts, and the waiting for operations

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diagnostic::code;
use reqwest::Method;
use serde_json::Value;
use tokio::sync::Notify;

use super::failure::{Failure, is_transient};
use super::{ClientOptions, Identity};
use crate::resource::Operation;

/// How often a request is sent
const TRIES: u32 = 5;

/// The longest time between two looks at an operation
pub const LONGEST_POLL: Duration = Duration::from_secs(10);

/// Ends what waits for answers, from another thread
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stopped: AtomicBool,
    changed: Notify,
}

impl Stop {
    /// What waits ends with an error
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }

    fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// Ends when it is stopped
    async fn wait(&self) {
        loop {
            let changed = self.0.changed.notified();
            if self.is_stopped() {
                return;
            }
            changed.await;
        }
    }

    /// Waits for a time
    ///
    /// # Errors
    /// It was stopped
    pub(super) async fn sleep(&self, time: Duration) -> Result<(), Failure> {
        tokio::select! {
            () = tokio::time::sleep(time) => Ok(()),
            () = self.wait() => Err(Failure::stopped()),
        }
    }
}

/// A request
pub struct Request {
    method: Method,
    path: String,
    body: Option<Value>,
}

impl Request {
    /// `path` stands after the version, and may have a query
    pub fn new(method: Method, path: &str, body: Option<Value>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            body,
        }
    }
}

/// Sends requests
pub struct Sender {
    http: reqwest::Client,
    address: String,
    identity: Identity,
}

impl Sender {
    pub fn new(options: ClientOptions) -> Result<Self, Failure> {
        let address = options.address.trim_end_matches('/').to_owned();
        if !address.starts_with("http://") && !address.starts_with("https://") {
            return Err(Failure::new(
                code::USAGE,
                format!("`{address}` is not the address of Vertex AI"),
            )
            .help("write it with `https://`, or `http://` for a server on this machine"));
        }
        let http = reqwest::Client::builder()
            .timeout(options.request_timeout)
            .build()
            .map_err(|error| Failure::unreachable(&address, &error.to_string()))?;
        Ok(Self {
            http,
            address,
            identity: options.identity,
        })
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// Sends a request until it is answered, or no attempt is left
    pub async fn send(&self, request: &Request, stop: &Stop) -> Result<Value, Failure> {
        let mut waits = waits(Duration::from_millis(250), Duration::from_secs(8));
        let mut attempt = 1;
        loop {
            let outcome = tokio::select! {
                outcome = self.attempt(request) => outcome,
                () = stop.wait() => Err(Failure::stopped()),
            };
            match outcome {
                Err(failure) if failure.transient && attempt < TRIES => {
                    attempt += 1;
                    stop.sleep(waits.next().unwrap_or_default()).await?;
                }
                outcome => return outcome,
            }
        }
    }

    async fn attempt(&self, request: &Request) -> Result<Value, Failure> {
        let url = format!("{}/v1/{}", self.address, request.path);
        let mut sent = self.http.request(request.method.clone(), url);
        let headers = self.identity.headers().await.map_err(|reason| {
            Failure::new(
                code::CREDENTIALS_UNUSABLE,
                format!("no token for Vertex AI: {reason}"),
            )
            .help("run `gcloud auth application-default login`, or name a service account's key")
        })?;
        for (name, value) in headers {
            sent = sent.header(name, value);
        }
        if let Some(body) = &request.body {
            sent = sent.json(body);
        }
        let answer = sent.send().await.map_err(|error| Failure {
            // what was never sent was not done; what reads may be read again
            transient: error.is_connect() || request.method == Method::GET,
            ..Failure::unreachable(&self.address, &reason(&error))
        })?;
        let status = answer.status();
        let body = answer.text().await.map_err(|error| Failure {
            transient: request.method == Method::GET,
            ..Failure::unreachable(&self.address, &reason(&error))
        })?;
        if !status.is_success() {
            let mut failure = Failure::of_answer(status.as_u16(), &body);
            failure.transient = is_transient(status.as_u16());
            return Err(failure);
        }
        match body.trim() {
            "" => Ok(Value::Object(Default::default())),
            text => serde_json::from_str(text).map_err(|error| Failure::unreadable(&error)),
        }
    }

    /// Looks at an operation until it is over
    pub async fn operation(
        &self,
        mut operation: Operation,
        stop: &Stop,
    ) -> Result<Operation, Failure> {
        let mut waits = polls();
        while !operation.done {
            stop.sleep(waits.next().unwrap_or(LONGEST_POLL)).await?;
            let request = Request::new(Method::GET, &operation.name, None);
            let found = self.send(&request, stop).await?;
            operation =
                serde_json::from_value(found).map_err(|error| Failure::unreadable(&error))?;
        }
        Ok(operation)
    }
}

/// The times between looks: short at first, for a server on this machine
pub fn polls() -> impl Iterator<Item = Duration> + Send {
    waits(Duration::from_millis(20), LONGEST_POLL)
}

fn waits(first: Duration, longest: Duration) -> impl Iterator<Item = Duration> + Send {
    std::iter::successors(Some(first), move |wait| Some((*wait * 2).min(longest)))
}

/// The innermost reason, which says what the others only wrap
fn reason(error: &reqwest::Error) -> String {
    let mut source: &dyn std::error::Error = error;
    while let Some(inner) = source.source() {
        source = inner;
    }
    source.to_string()
}
