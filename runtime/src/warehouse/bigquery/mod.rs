//! BigQuery as an engine, through Google's own clients: every statement is a job

mod access;
mod account;
mod client;
mod credentials;
mod dataset;
mod description;
mod error;
mod job;
mod options;
mod outcome;
mod place;
mod rows;
mod session;
mod state;
mod types;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use diagnostic::Diagnostic;
use google_cloud_bigquery_v2::model::Job;
use google_cloud_gax::options::RequestOptionsBuilder;
use googlesql::{Column, PhysicalName};
use sqlx_compiler::Target;

use super::{
    Engine, Estimate, Existing, Metadata, Session, SessionContext, SqlError, TableKind, TableState,
    Warehouse,
};
pub use account::Account;
use client::Client;
use job::Request;
pub use options::{
    BigQueryOptions, CredentialSource, EMULATOR_VARIABLE, ENDPOINT, Endpoint, Priority,
};
use session::BigQuerySession;
use state::{Dataset, States};

/// A project on BigQuery
pub struct BigQueryWarehouse {
    client: Arc<Client>,
    states: Arc<States>,
}

impl BigQueryWarehouse {
    /// Gets ready to ask; nothing is asked yet
    ///
    /// # Errors
    /// The credentials cannot be used, no project is known, or the endpoint is no address
    pub fn open(options: BigQueryOptions) -> Result<Self, Diagnostic> {
        Ok(Self {
            client: Arc::new(Client::new(options)?),
            states: Arc::default(),
        })
    }

    /// The project that jobs run in and that pays for them
    pub fn project(&self) -> &str {
        &self.client.project
    }

    /// Where a target stands; one without a dataset is in the default one
    fn dataset(&self, target: &Target) -> Dataset {
        let project = target.database.clone().filter(|name| !name.is_empty());
        let dataset = target.schema.clone().filter(|name| !name.is_empty());
        let default = || self.client.options.default_dataset.clone();
        (
            project.unwrap_or_else(|| self.client.project.clone()),
            dataset.or_else(default).unwrap_or_default(),
        )
    }

    /// The dataset that a name's schema, `dataset` or `project.dataset`, says
    fn dataset_of(&self, name: &PhysicalName) -> Dataset {
        match name.schema.rsplit_once('.') {
            Some((project, dataset)) => (project.to_owned(), dataset.to_owned()),
            None => (self.client.project.clone(), name.schema.clone()),
        }
    }
}

impl Warehouse for BigQueryWarehouse {
    fn engine(&self) -> Engine {
        Engine::BigQuery
    }

    fn create_datasets(&self, targets: &[Target]) -> Result<(), Diagnostic> {
        let datasets = targets.iter().map(|target| self.dataset(target)).collect();
        dataset::create(&self.client, datasets).map_err(SqlError::into_diagnostic)
    }

    fn expect(&self, targets: &[Target]) {
        let mut expected: BTreeMap<Dataset, BTreeSet<String>> = BTreeMap::new();
        for target in targets {
            let names = expected.entry(self.dataset(target)).or_default();
            names.insert(target.name.clone());
        }
        for (dataset, names) in expected {
            self.states.expect(&self.client, &dataset, names);
        }
    }

    fn existing(&self, target: &Target) -> Result<Existing, Diagnostic> {
        let dataset = self.dataset(target);
        let state = self.states.take(&self.client, &dataset, &target.name);
        let state = state.map_err(SqlError::into_diagnostic)?;
        Ok(state.map_or(Existing::None, |state| state.existing()))
    }

    fn columns(&self, name: &PhysicalName) -> Option<Vec<Column>> {
        let dataset = self.dataset_of(name);
        let table = state::table(&self.client, &dataset, &name.name).ok()??;
        table.schema.as_ref().map(types::columns)
    }

    fn tables(&self) -> Result<Vec<PhysicalName>, Diagnostic> {
        dataset::tables(&self.client).map_err(SqlError::into_diagnostic)
    }

    fn describe(&self, targets: &[Target]) -> Result<Vec<Option<TableState>>, Diagnostic> {
        let mut asked: BTreeMap<Dataset, Vec<String>> = BTreeMap::new();
        for target in targets {
            let names = asked.entry(self.dataset(target)).or_default();
            names.push(target.name.clone());
        }
        let mut states: BTreeMap<Dataset, HashMap<String, Option<TableState>>> = BTreeMap::new();
        for (dataset, names) in asked {
            let known = state::ask(&self.client, &dataset, names);
            states.insert(dataset, known.map_err(SqlError::into_diagnostic)?);
        }
        let state = |target: &Target| {
            let known = states.get(&self.dataset(target))?;
            known.get(&target.name).cloned().flatten()
        };
        Ok(targets.iter().map(state).collect())
    }

    fn set_metadata(&self, target: &Target, metadata: &Metadata) -> Result<(), Diagnostic> {
        let dataset = self.dataset(target);
        description::write(&self.client, &dataset, &target.name, metadata)
            .map_err(SqlError::into_diagnostic)
    }

    fn estimate(&self, script: &str) -> Result<Option<Estimate>, SqlError> {
        let request = Request {
            ids: Vec::new(),
            script: script.to_owned(),
            labels: BTreeMap::new(),
            rows: false,
        };
        let client = Arc::clone(&self.client);
        let mut job = Job::default().set_configuration(job::configuration(&client, &request, true));
        if let Some(location) = &client.location {
            let reference = job.job_reference.get_or_insert_default();
            reference.project_id = client.project.clone();
            reference.location = Some(location.clone());
        }
        self.client.wait(async move {
            let sent = client
                .jobs
                .insert_job()
                .set_project_id(client.project.clone())
                .set_job(job)
                // nothing is run
                .with_idempotency(true)
                .send()
                .await;
            let job = sent.map_err(|failure| client.failure(&failure, &request.script))?;
            let status = job.status.as_ref();
            if let Some(error) = status.and_then(|status| status.error_result.as_ref()) {
                return Err(error::of_job(error, &request.script, &client.asking()));
            }
            let bytes = job.statistics.and_then(|told| told.total_bytes_processed);
            Ok(bytes
                .and_then(|bytes| u64::try_from(bytes).ok())
                .map(|bytes| Estimate { bytes }))
        })
    }

    fn drop(&self, target: &Target, kind: TableKind) -> Result<(), Diagnostic> {
        let dataset = self.dataset(target);
        dataset::drop_table(&self.client, &dataset, &target.name, kind)
            .map_err(SqlError::into_diagnostic)
    }

    fn session(&self, context: &SessionContext) -> Result<Box<dyn Session>, Diagnostic> {
        Ok(Box::new(BigQuerySession::new(
            Arc::clone(&self.client),
            Arc::clone(&self.states),
            context.clone(),
        )))
    }
}
