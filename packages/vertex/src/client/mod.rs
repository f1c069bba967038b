//! Speaks Vertex AI's REST interface to any address: Google's, or that of a server on this machine

mod failure;
mod identity;
mod send;

use std::sync::{Arc, mpsc};
use std::time::Duration;

use reqwest::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::resource::Operation;
pub use failure::Failure;
pub use identity::{Identity, TokenSource, Tokens};
pub use send::Stop;
use send::{Request, Sender};

/// Blocks until answers are there, on whatever thread; requests run on a runtime of the client's own
pub struct Client {
    sender: Arc<Sender>,
    /// `None` only while it is dropped
    runtime: Option<Runtime>,
}

/// How to ask
#[derive(Debug, Clone)]
pub struct ClientOptions {
    /// The address without a version, such as `https://us-central1-aiplatform.googleapis.com`
    pub address: String,
    /// Who asks
    pub identity: Identity,
    /// How long one request may take
    pub request_timeout: Duration,
}

impl ClientOptions {
    /// Google's own address for a region
    pub fn google_address(location: &str) -> String {
        format!("https://{location}-aiplatform.googleapis.com")
    }

    /// For an address that asks nobody who they are
    pub fn anonymous(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            identity: Identity::Nobody,
            request_timeout: Duration::from_secs(60),
        }
    }
}

impl Client {
    /// Connects to nothing yet: the first request does
    ///
    /// # Errors
    /// There are no threads, or the address is none
    pub fn new(options: ClientOptions) -> Result<Self, Failure> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("vertex")
            .enable_all()
            .build()
            .map_err(|error| Failure::unreachable(&options.address, &error.to_string()))?;
        Ok(Self {
            sender: Arc::new(Sender::new(options)?),
            runtime: Some(runtime),
        })
    }

    /// Where it asks
    pub fn address(&self) -> &str {
        self.sender.address()
    }

    /// What is at a name, such as `projects/P/locations/L/models/ID`; `None` where nothing is
    ///
    /// # Errors
    /// No answer, or a refusal
    pub fn get<T: DeserializeOwned + Send + 'static>(
        &self,
        name: &str,
        stop: &Stop,
    ) -> Result<Option<T>, Failure> {
        let request = Request::new(Method::GET, name, None);
        match self.send(request, stop) {
            Ok(found) => read(found).map(Some),
            Err(failure) if failure.is_missing() => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Everything of a list, page by page: `path` may have a query, `key` is where the items stand
    ///
    /// # Errors
    /// No answer, or a refusal
    pub fn list<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &str,
        key: &str,
        stop: &Stop,
    ) -> Result<Vec<T>, Failure> {
        let mut items = Vec::new();
        let mut token = String::new();
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let page = match token.as_str() {
                "" => path.to_owned(),
                token => format!("{path}{separator}pageToken={token}"),
            };
            let mut answer = self.send(Request::new(Method::GET, &page, None), stop)?;
            for item in answer[key].take().as_array_mut().into_iter().flatten() {
                items.push(read(item.take())?);
            }
            match answer["nextPageToken"].as_str() {
                Some(next) if !next.is_empty() && next != token => token = next.to_owned(),
                _ => return Ok(items),
            }
        }
    }

    /// Sends a body with `POST`
    ///
    /// # Errors
    /// No answer, or a refusal
    pub fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
        stop: &Stop,
    ) -> Result<T, Failure> {
        self.write(Method::POST, path, body, stop).and_then(read)
    }

    /// Changes the fields that `mask` lists, separated by commas
    ///
    /// # Errors
    /// No answer, or a refusal
    pub fn patch<T: DeserializeOwned>(
        &self,
        name: &str,
        mask: &str,
        body: &impl Serialize,
        stop: &Stop,
    ) -> Result<T, Failure> {
        let path = format!("{name}?updateMask={mask}");
        self.write(Method::PATCH, &path, body, stop).and_then(read)
    }

    /// Sends a body with `POST` or `PATCH` and waits for the operation that it begins; gives its response
    ///
    /// # Errors
    /// No answer, a refusal, or an operation that failed
    pub fn operate<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        stop: &Stop,
    ) -> Result<T, Failure> {
        let begun: Operation = self.write(method, path, body, stop).and_then(read)?;
        let sender = Arc::clone(&self.sender);
        let own = stop.clone();
        let ended = self.wait(async move { sender.operation(begun, &own).await })?;
        match ended.error {
            Some(status) => Err(Failure::of_operation(&ended.name, &status)),
            None => read(
                ended
                    .response
                    .unwrap_or_else(|| Value::Object(Default::default())),
            ),
        }
    }

    /// Asks for a resource again and again until `done` says that it is over
    ///
    /// # Errors
    /// No answer, or a refusal
    pub fn until<T: DeserializeOwned + Send + 'static>(
        &self,
        name: &str,
        stop: &Stop,
        mut done: impl FnMut(&T) -> bool,
    ) -> Result<T, Failure> {
        let mut waits = send::polls();
        loop {
            let found: Option<T> = self.get(name, stop)?;
            match found {
                Some(found) if done(&found) => return Ok(found),
                Some(_) => {}
                None => return Err(Failure::gone(name)),
            }
            let wait = waits.next().unwrap_or(send::LONGEST_POLL);
            let own = stop.clone();
            self.wait(async move { own.sleep(wait).await })?;
        }
    }

    fn write(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
        stop: &Stop,
    ) -> Result<Value, Failure> {
        let body = serde_json::to_value(body).map_err(|error| Failure::unreadable(&error))?;
        self.send(Request::new(method, path, Some(body)), stop)
    }

    fn send(&self, request: Request, stop: &Stop) -> Result<Value, Failure> {
        let sender = Arc::clone(&self.sender);
        let stop = stop.clone();
        self.wait(async move { sender.send(&request, &stop).await })
    }

    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, Failure> {
        let lost = || Failure::unreachable(self.address(), "the request ended without an answer");
        let Some(runtime) = &self.runtime else {
            return Err(lost());
        };
        let (answers, answer) = mpsc::sync_channel(1);
        runtime.spawn(async move {
            // whoever waits no longer needs no answer
            let _ = answers.send(work.await);
        });
        answer.recv().unwrap_or_else(|_| Err(lost()))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // a runtime that waits for its threads must not be dropped by one that is asynchronous itself
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Failure::unreadable(&error))
}
