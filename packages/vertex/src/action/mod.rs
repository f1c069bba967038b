//! Makes resources of Vertex AI as actions declare them: reads what is there, and changes only what differs

mod artifact;
mod batch;
mod deployment;
mod endpoint;
mod model;
mod monitor;
mod names;
mod traffic;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use diagnostic::code;
use sqlx_compiler::{Compilation, Target, VertexAction, VertexReference, VertexResource};

use crate::client::{Client, Failure, Stop};
use crate::resource::{Parent, ResourceName};

pub use names::{ACTION_LABEL, DIGEST_LABEL, endpoint_id, model_id};
pub use traffic::{Share, split};

/// Makes the Vertex AI actions of a graph
pub struct Maker {
    /// Speaks to Vertex AI
    pub client: Client,
    /// The Google Cloud project
    pub project: String,
    /// Where relative folders of artifacts are
    pub folder: PathBuf,
    /// Whether it is a server on this machine, which reads files and no tables
    pub local: bool,
    /// The project that the actions are of
    pub compilation: Arc<Compilation>,
    /// What the tables are asked with
    pub tables: Arc<dyn Tables>,
    /// Deployments change an endpoint one after the other
    pub deploying: Mutex<()>,
}

/// The warehouse, as far as batch predictions need it
pub trait Tables: Send + Sync {
    /// Runs GoogleSQL statements
    ///
    /// # Errors
    /// The warehouse refuses
    fn execute(&self, script: &str) -> Result<(), Failure>;

    /// The texts of a query with one column
    ///
    /// # Errors
    /// The warehouse refuses
    fn texts(&self, query: &str) -> Result<Vec<String>, Failure>;
}

/// What is to be done
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything is made as it is declared
    Make,
    /// It is only told what would be done
    Look,
}

/// What became of a resource, or would become of it
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was not there
    Created,
    /// It was another
    Updated,
    /// It was as declared
    Unchanged,
    /// It is done anew each time
    Ran,
}

/// What was done, and with what result
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What became of it
    pub change: Change,
    /// A fragment, such as `version 2, deployed with 50 % of the traffic`
    pub detail: String,
    /// Rows of a table that was written
    pub rows: Option<u64>,
}

impl Outcome {
    fn new(change: Change, detail: impl Into<String>) -> Self {
        Self {
            change,
            detail: detail.into(),
            rows: None,
        }
    }
}

/// One action that is being made
pub struct Task<'a> {
    maker: &'a Maker,
    action: &'a VertexAction,
    mode: Mode,
    stop: &'a Stop,
    progress: &'a mut dyn FnMut(String),
}

impl Maker {
    /// Makes an action's resource as it is declared, or tells what that would change
    ///
    /// # Errors
    /// What keeps it from being made; a failed deployment leaves the endpoint's traffic where it was
    pub fn make(
        &self,
        action: &VertexAction,
        mode: Mode,
        stop: &Stop,
        progress: &mut dyn FnMut(String),
    ) -> Result<Outcome, Failure> {
        let mut task = Task {
            maker: self,
            action,
            mode,
            stop,
            progress,
        };
        match &action.resource {
            VertexResource::Model(model) => task.model(model),
            VertexResource::Endpoint(endpoint) => task.endpoint(endpoint),
            VertexResource::Deployment(deployment) => task.deployment(deployment),
            VertexResource::BatchPrediction(batch) => task.batch_prediction(batch),
            VertexResource::Monitor(monitor) => task.monitor(monitor),
        }
    }

    /// The Vertex AI action with a target
    fn action(&self, target: &Target) -> Result<&VertexAction, Failure> {
        let mut actions = self.compilation.graph.vertex_actions.iter();
        let found = actions.find(|action| action.target == *target);
        found.ok_or_else(|| {
            Failure::new(code::REF_UNKNOWN, format!("no action is called `{target}`"))
        })
    }

    fn parent(&self, location: &str) -> Parent {
        Parent {
            project: self.project.clone(),
            location: location.to_owned(),
        }
    }

    /// The name of an endpoint
    fn endpoint_name(&self, reference: &VertexReference) -> Result<ResourceName, Failure> {
        match reference {
            VertexReference::Action(target) => {
                let action = self.action(target)?;
                let parent = self.parent(&action.location);
                Ok(parent.child("endpoints", &endpoint_id(action)))
            }
            VertexReference::Name(name) => named(name, "endpoints"),
        }
    }

    /// The name of the model that an action's version is of
    fn model_name(&self, action: &VertexAction) -> Result<ResourceName, Failure> {
        let own = || {
            self.parent(&action.location)
                .child("models", &model_id(action))
        };
        let VertexResource::Model(model) = &action.resource else {
            return Ok(own());
        };
        match &model.parent_model {
            None => Ok(own()),
            Some(VertexReference::Action(target)) => self.model_name(self.action(target)?),
            Some(VertexReference::Name(name)) => named(name, "models"),
        }
    }
}

/// A resource name that was written
fn named(name: &str, collection: &str) -> Result<ResourceName, Failure> {
    let parsed = ResourceName::parse(name).filter(|name| name.collection == collection);
    parsed.ok_or_else(|| {
        Failure::new(
            code::VERTEX_REFERENCE,
            format!("`{name}` is not the name of one of Vertex AI's {collection}"),
        )
        .help(format!(
            "write `projects/PROJECT/locations/REGION/{collection}/ID`"
        ))
    })
}

impl Task<'_> {
    fn client(&self) -> &Client {
        &self.maker.client
    }

    fn tell(&mut self, message: impl Into<String>) {
        (self.progress)(message.into());
    }

    fn is_look(&self) -> bool {
        self.mode == Mode::Look
    }
}
