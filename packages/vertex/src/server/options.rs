//! How a server is started

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::service::{Log, PipelineRunner};

/// The port that is taken where none is named
pub const PORT: u16 = 8787;

/// How a server is started
#[derive(Clone)]
pub struct ServerOptions {
    /// The folder that keeps everything: `<project>/.sqlx-run/vertex`; made if it is missing
    pub folder: PathBuf,
    /// What paths of artifacts and batches are relative to: the project's folder
    pub root: PathBuf,
    /// Where it listens; port 0 takes a free one
    pub address: SocketAddr,
    /// The token that callers must show; required where it listens beyond this machine
    pub token: Option<String>,
    /// What a caller may ask for
    pub limits: Limits,
    /// An address that is told of every alert of monitoring
    pub webhook: Option<String>,
    /// Runs pipelines; without one they fail
    pub pipelines: Option<Arc<dyn PipelineRunner>>,
    /// Takes lines for whoever runs the server: alerts, and what went wrong where no caller hears of it
    pub log: Log,
}

/// What a caller may ask for
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a request's body
    pub body: usize,
    /// How long a request may take, its body included
    pub time: Duration,
    /// Requests that are answered at once; more are refused
    pub requests: usize,
    /// Connections that are open at once; more wait
    pub connections: usize,
    /// How long requests are waited for when the server ends
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // what Vertex AI takes is 1.5 MB
            body: 10 << 20,
            time: Duration::from_secs(60),
            requests: 256,
            connections: 1_024,
            shutdown: Duration::from_secs(10),
        }
    }
}

impl ServerOptions {
    /// A server on this machine only, on a free port
    pub fn new(folder: PathBuf, root: PathBuf) -> Self {
        Self {
            folder,
            root,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: None,
            limits: Limits::default(),
            webhook: None,
            pipelines: None,
            log: Arc::new(|_| ()),
        }
    }
}
