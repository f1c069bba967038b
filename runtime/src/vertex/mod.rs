//! Vertex AI actions of a run: on Google Cloud beside BigQuery, on this machine beside the embedded engine, where a
//! server answers that is running already or is started for the time of the run

mod local;
mod tables;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diagnostic::Diagnostic;
use sqlx_compiler::{Compilation, VertexAction};
use vertex::action::{Change as Became, Maker, Mode, Outcome};
use vertex::client::{Client, ClientOptions, Failure, Identity};
use vertex::server::Server;

pub use vertex::client::Stop;

use crate::forecast::{Change, Found};
use crate::warehouse::{Interrupt, Warehouse};
pub use tables::WarehouseTables;

/// Where Vertex AI is
#[derive(Debug, Clone)]
pub enum VertexPlace {
    /// A server on this machine: one that runs, or one that is started in this process
    Local,
    /// Google's, or what answers in its place
    Cloud {
        /// The address; that of Google in each action's region where none is given
        address: Option<String>,
        /// Who asks
        identity: Identity,
    },
}

/// What making Vertex AI actions needs
pub struct VertexOptions {
    /// Where it is
    pub place: VertexPlace,
    /// The Google Cloud project
    pub project: String,
    /// The project's folder
    pub folder: PathBuf,
}

/// Makes Vertex AI actions; asks nobody before the first
pub struct Vertex {
    options: VertexOptions,
    compilation: Arc<Compilation>,
    warehouse: Arc<dyn Warehouse>,
    /// By region; one for all on this machine
    opened: Mutex<HashMap<String, Arc<Opened>>>,
}

/// What asks one address
struct Opened {
    maker: Maker,
    /// Ends with the run
    _server: Option<Server>,
}

/// How long one request may take
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

impl Vertex {
    /// For the actions of a project
    pub fn new(
        options: VertexOptions,
        compilation: Arc<Compilation>,
        warehouse: Arc<dyn Warehouse>,
    ) -> Self {
        Self {
            options,
            compilation,
            warehouse,
            opened: Mutex::default(),
        }
    }

    /// Makes what an action declares
    ///
    /// # Errors
    /// What keeps it from being made
    pub fn make(
        &self,
        action: &VertexAction,
        stop: &Stop,
        progress: &mut dyn FnMut(String),
    ) -> Result<Outcome, Failure> {
        let opened = self.open(&action.location)?;
        opened.maker.make(action, Mode::Make, stop, progress)
    }

    /// What a run would do for an action
    ///
    /// # Errors
    /// Vertex AI cannot be asked
    pub fn look(&self, action: &VertexAction) -> Result<Found, Diagnostic> {
        let local = matches!(self.options.place, VertexPlace::Local);
        if local && !local::has_state(&self.options.folder) {
            return Ok(Found::new(
                Change::Create,
                "nothing is on the local server yet",
            ));
        }
        let look = || {
            let opened = self.open(&action.location)?;
            opened
                .maker
                .make(action, Mode::Look, &Stop::default(), &mut |_| {})
        };
        let file = action.file_name.as_deref().unwrap_or_default();
        let outcome = look().map_err(|failure| failure.into_diagnostic().in_file(file))?;
        let change = match outcome.change {
            Became::Created => Change::Create,
            Became::Updated => Change::Update,
            Became::Unchanged => Change::Keep,
            Became::Ran => Change::Run,
        };
        Ok(Found::new(change, outcome.detail))
    }

    /// Where Vertex AI is asked, for a region
    ///
    /// # Errors
    /// There is no server, and none can be started
    pub fn address(&self, location: &str) -> Result<String, Failure> {
        Ok(self.open(location)?.maker.client.address().to_owned())
    }

    fn open(&self, location: &str) -> Result<Arc<Opened>, Failure> {
        let key = match self.options.place {
            VertexPlace::Local => "",
            VertexPlace::Cloud { .. } => location,
        };
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = opened.get(key) {
            return Ok(Arc::clone(known));
        }
        let (address, identity, server) = match &self.options.place {
            VertexPlace::Local => {
                let (address, identity, server) = local::find_or_start(&self.options.folder)?;
                (address, identity, server)
            }
            VertexPlace::Cloud { address, identity } => {
                let address = address.clone();
                let address = address.unwrap_or_else(|| ClientOptions::google_address(location));
                (address, identity.clone(), None)
            }
        };
        let client = Client::new(ClientOptions {
            address,
            identity,
            request_timeout: REQUEST_TIMEOUT,
        })?;
        let made = Arc::new(Opened {
            maker: Maker {
                client,
                project: self.options.project.clone(),
                folder: self.options.folder.clone(),
                local: matches!(self.options.place, VertexPlace::Local),
                compilation: Arc::clone(&self.compilation),
                tables: Arc::new(WarehouseTables(Arc::clone(&self.warehouse))),
                deploying: Mutex::default(),
            },
            _server: server,
        });
        opened.insert(key.to_owned(), Arc::clone(&made));
        Ok(made)
    }
}

/// What an event says of an action that was made
pub fn told(outcome: &Outcome) -> String {
    let word = match outcome.change {
        Became::Created => "created",
        Became::Updated => "updated",
        Became::Unchanged => "unchanged",
        Became::Ran => return outcome.detail.clone(),
    };
    format!("{word}: {}", outcome.detail)
}

/// Stops what waits for Vertex AI
pub struct Interrupter(pub Stop);

impl Interrupt for Interrupter {
    fn interrupt(&self) {
        self.0.stop();
    }
}
