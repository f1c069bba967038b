//! What Vertex AI does, apart from HTTP: calls in, documents or failures out

mod artifacts;
mod batches;
mod call;
mod deployments;
mod endpoints;
mod filter;
mod listing;
mod mask;
mod models;
mod monitoring_jobs;
mod operations;
mod pipelines;
mod predictions;
mod route;
mod stamp;
mod traffic_split;
mod versions;

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use diagnostic::did_you_mean;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Code, Failure};
use crate::metrics::Metrics;
use crate::monitor::{Alerts, RequestLog};
use crate::resource::{Parent, ResourceName};
use crate::serving::Serving;
use crate::store::{Store, Transaction};

pub use call::Call;
pub use monitoring_jobs::interval as monitor_interval;
pub use pipelines::{PipelineProgress, PipelineRunner};
pub use predictions::{Answered, Prediction, named as named_instance};
pub use stamp::{now, written};

/// How many operations may go on at once
const OPERATIONS_AT_ONCE: usize = 64;

/// Takes lines for whoever runs the server
pub type Log = Arc<dyn Fn(&str) + Send + Sync>;

/// The service's state and its helpers
pub struct Service {
    /// Resources, operations, and what monitoring has found
    pub store: Store,
    /// The models that answer, ready in memory
    pub serving: Serving,
    /// The server's own folder
    pub folder: PathBuf,
    /// What paths of artifacts are relative to
    pub root: PathBuf,
    /// What is counted
    pub metrics: Metrics,
    /// Runs pipelines, where somebody can
    pub pipelines: Option<Arc<dyn PipelineRunner>>,
    /// Requests that are kept for monitoring
    pub requests: RequestLog,
    /// Who is told when a distance exceeds its threshold
    pub alerts: Alerts,
    /// Takes lines for whoever runs the server
    pub log: Log,
    /// Set when the server ends
    pub stopping: AtomicBool,
    /// Threads of operations and jobs
    pub going_on: AtomicUsize,
}

impl Service {
    /// Puts right what a killed process left: operations and jobs that were going on have failed, files of
    /// no version go, and the models of all endpoints are loaded
    ///
    /// # Errors
    /// The changes cannot be kept, the folder cannot be read
    pub fn recover(&self) -> io::Result<()> {
        let failed = |failure: Failure| io::Error::other(failure.message);
        operations::fail_interrupted(self).map_err(failed)?;
        batches::fail_interrupted(self).map_err(failed)?;
        pipelines::fail_interrupted(self).map_err(failed)?;
        artifacts::drop_unused(self)?;
        for (name, _) in self.store.beginning("projects/") {
            if ResourceName::parse(&name).is_some_and(|name| name.collection == "endpoints") {
                self.serving.refresh(self, &name);
            }
        }
        Ok(())
    }

    /// Does a call
    ///
    /// # Errors
    /// Why it was not done
    pub fn answer(self: &Arc<Self>, call: &Call<'_>) -> Result<Value, Failure> {
        route::answer(self, call)
    }

    /// Where the files of a model's version are; `None` for a version without any
    pub fn artifact_folder(&self, version: &ResourceName) -> Option<PathBuf> {
        artifacts::folder(self, version)
    }

    /// Does work in a thread of its own
    ///
    /// # Errors
    /// Too much goes on already, or the system gives no thread
    pub fn in_background(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Self>) + Send + 'static,
    ) -> Result<(), Failure> {
        let exhausted = || {
            let message = format!("{OPERATIONS_AT_ONCE} operations and jobs go on already");
            Failure::new(Code::ResourceExhausted, message)
        };
        if self.going_on.fetch_add(1, Ordering::SeqCst) >= OPERATIONS_AT_ONCE {
            self.going_on.fetch_sub(1, Ordering::SeqCst);
            return Err(exhausted());
        }
        let service = self.clone();
        let thread = std::thread::Builder::new().name("vertex-work".into());
        let spawned = thread.spawn(move || {
            let _counted = Counted(service.clone());
            work(&service);
        });
        spawned.map(|_| ()).map_err(|_| {
            self.going_on.fetch_sub(1, Ordering::SeqCst);
            exhausted()
        })
    }
}

/// Work that goes on until this is dropped, even if it panics
struct Counted(Arc<Service>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.going_on.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Where documents are read: the store, or a change that is being made
pub trait Documents {
    /// A document
    fn document(&self, name: &str) -> Option<Arc<Value>>;
    /// All documents whose names begin so
    fn documents(&self, prefix: &str) -> Vec<(String, Arc<Value>)>;
}

impl Documents for Store {
    fn document(&self, name: &str) -> Option<Arc<Value>> {
        self.get(name)
    }

    fn documents(&self, prefix: &str) -> Vec<(String, Arc<Value>)> {
        self.beginning(prefix)
    }
}

impl Documents for Transaction<'_> {
    fn document(&self, name: &str) -> Option<Arc<Value>> {
        self.get(name)
    }

    fn documents(&self, prefix: &str) -> Vec<(String, Arc<Value>)> {
        self.beginning(prefix)
    }
}

/// The resources of a collection, the newest first
fn collection(documents: &impl Documents, parent: &Parent, collection: &str) -> Vec<Value> {
    let mut all: Vec<Value> = documents
        .documents(&format!("{parent}/{collection}/"))
        .into_iter()
        .map(|(_, value)| value.as_ref().clone())
        .collect();
    newest_first(&mut all);
    all
}

fn newest_first(resources: &mut [Value]) {
    let time = |resource: &Value| resource["createTime"].as_str().unwrap_or("").to_owned();
    resources.sort_by_key(|resource| std::cmp::Reverse(time(resource)));
}

/// A resource as it is kept
///
/// # Errors
/// It is not there; the error names the nearest one
fn found(documents: &impl Documents, name: &ResourceName) -> Result<Arc<Value>, Failure> {
    documents
        .document(&name.to_string())
        .ok_or_else(|| not_found(documents, name))
}

/// A resource as its type
///
/// # Errors
/// It is not there
fn found_as<T: DeserializeOwned>(
    documents: &impl Documents,
    name: &ResourceName,
) -> Result<T, Failure> {
    Ok(T::deserialize(found(documents, name)?.as_ref())?)
}

/// The failure for a resource that is not there, with the nearest id, or the one of that display name
fn not_found(documents: &impl Documents, name: &ResourceName) -> Failure {
    let prefix = format!("{}/{}/", name.parent, name.collection);
    let siblings = documents.documents(&prefix);
    let ids: Vec<(&str, &str)> = siblings
        .iter()
        .map(|(sibling, value)| {
            let id = sibling[prefix.len()..].split('@').next().unwrap_or("");
            (id, value["displayName"].as_str().unwrap_or(""))
        })
        .collect();
    let called = ids.iter().find(|(_, display)| *display == name.id);
    let hint = match called {
        Some((id, _)) => Some(format!(
            "`{}` is the display name of `{prefix}{id}`",
            name.id
        )),
        None => did_you_mean(&name.id, ids.iter().map(|(id, _)| *id)),
    };
    let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
    Failure::new(Code::NotFound, format!("`{name}` is not there{hint}"))
}

/// The labels of a resource, checked
///
/// # Errors
/// One is not as labels are
fn check_labels(labels: &BTreeMap<String, String>) -> Result<(), Failure> {
    let fits = |text: &str| {
        text.chars().count() <= 63
            && text.chars().all(|letter| {
                letter == '_' || letter == '-' || letter.is_alphanumeric() && !letter.is_uppercase()
            })
    };
    if labels.len() > 64 {
        return Err(Failure::field("labels", "there may be 64 at most"));
    }
    for (key, value) in labels {
        if key.is_empty() || !fits(key) || !fits(value) {
            let message = "keys and values have up to 63 lower-case letters, digits, `_` and `-`";
            return Err(Failure::field(format!("labels.{key}"), message));
        }
    }
    Ok(())
}

/// The name for people, checked
///
/// # Errors
/// It is missing, or too long
fn check_display_name(field: &str, name: &str) -> Result<(), Failure> {
    match name.chars().count() {
        0 => Err(Failure::field(field, "a name is required")),
        1..=128 => Ok(()),
        _ => Err(Failure::field(field, "may have 128 characters at most")),
    }
}
