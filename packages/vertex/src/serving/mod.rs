//! The models that answer, loaded and ready, by endpoint

mod traffic;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use bqml::Scorer;
use serde_json::Value;

use crate::failure::Failure;
use crate::metrics::DeployedMetrics;
use crate::resource::{Endpoint, Model, ResourceName};
use crate::service::Service;
use traffic::Traffic;

/// The models that answer
#[derive(Default)]
pub struct Serving {
    endpoints: RwLock<HashMap<String, Arc<ServedEndpoint>>>,
    /// By the folder of the files, which never change
    loaded: Mutex<HashMap<PathBuf, Weak<Scorer>>>,
}

/// An endpoint that is asked
pub struct ServedEndpoint {
    /// Its models
    pub deployed: Vec<Arc<ServedModel>>,
    traffic: Traffic,
    /// The share of the requests that are kept, 0 where none are
    pub sampling: f64,
    /// The name of its log's folder
    pub log: Arc<str>,
}

/// A model that answers
pub struct ServedModel {
    /// Its id in the endpoint
    pub id: String,
    /// Its name
    pub model: String,
    /// Its version
    pub version: String,
    /// Its name for people
    pub display_name: String,
    /// What answers; or why nothing does
    pub scorer: Result<Arc<Scorer>, Failure>,
    /// What is counted
    pub metrics: DeployedMetrics,
}

impl Serving {
    /// An endpoint by its full name
    pub fn endpoint(&self, name: &str) -> Option<Arc<ServedEndpoint>> {
        let endpoints = self
            .endpoints
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        endpoints.get(name).cloned()
    }

    /// Takes over how an endpoint now stands in the store
    pub fn refresh(&self, service: &Service, name: &str) {
        // loading is done before the lock is taken for writing, under which the store is read again
        if let Some(endpoint) = service.store.read::<Endpoint>(name) {
            let _held: Vec<_> = loaded(self, service, &endpoint);
            let mut endpoints = self
                .endpoints
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(endpoint) = service.store.read::<Endpoint>(name) {
                let before = endpoints.get(name).cloned();
                let served = serve(self, service, &endpoint, before.as_deref());
                endpoints.insert(name.to_owned(), Arc::new(served));
                return;
            }
        }
        let mut endpoints = self
            .endpoints
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if service.store.get(name).is_none() {
            endpoints.remove(name);
        }
    }

    /// The model of a version, loaded once however often it is deployed
    ///
    /// # Errors
    /// It has no files, or none that can be served here
    pub fn load(&self, service: &Service, version: &Model) -> Result<Arc<Scorer>, Failure> {
        let name =
            ResourceName::parse(&version.name).map(|name| name.with_version(&version.version_id));
        let folder = name.and_then(|name| service.artifact_folder(&name)).ok_or_else(|| {
            Failure::precondition(format!(
                "version {} of `{}` has no `artifactUri`: this machine serves exported models, not containers",
                version.version_id, version.name
            ))
        })?;
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scorer) = loaded.get(&folder).and_then(Weak::upgrade) {
            return Ok(scorer);
        }
        let scorer = Scorer::load(&folder).map_err(|error| {
            Failure::precondition(format!(
                "version {} of `{}` cannot be served on this machine: {}",
                version.version_id,
                version.name,
                // the copy's place says nothing to the caller
                error
                    .to_string()
                    .replace(&folder.display().to_string(), &version.artifact_uri)
            ))
        })?;
        let scorer = Arc::new(scorer);
        loaded.retain(|_, scorer| scorer.strong_count() > 0);
        loaded.insert(folder, Arc::downgrade(&scorer));
        Ok(scorer)
    }
}

impl ServedEndpoint {
    /// The model whose turn it is; `None` where no model has traffic
    pub fn next(&self) -> Option<&Arc<ServedModel>> {
        self.deployed.get(self.traffic.next()?)
    }

    /// A model by its id
    pub fn model(&self, id: &str) -> Option<&Arc<ServedModel>> {
        self.deployed.iter().find(|model| model.id == id)
    }
}

fn loaded(
    serving: &Serving,
    service: &Service,
    endpoint: &Endpoint,
) -> Vec<Result<Arc<Scorer>, Failure>> {
    let models = endpoint.deployed_models.iter();
    models
        .map(|deployed| {
            let version = version(service, &deployed.model, &deployed.model_version_id)?;
            serving.load(service, &version)
        })
        .collect()
}

fn serve(
    serving: &Serving,
    service: &Service,
    endpoint: &Endpoint,
    before: Option<&ServedEndpoint>,
) -> ServedEndpoint {
    let scorers = loaded(serving, service, endpoint);
    let deployed = endpoint.deployed_models.iter().zip(scorers);
    let deployed = deployed
        .map(|(deployed, scorer)| {
            let same = before.and_then(|before| before.model(&deployed.id));
            match same {
                Some(same) if same.scorer.is_ok() => same.clone(),
                _ => Arc::new(ServedModel {
                    id: deployed.id.clone(),
                    model: deployed.model.clone(),
                    version: deployed.model_version_id.clone(),
                    display_name: deployed.display_name.clone(),
                    scorer,
                    metrics: service.metrics.deployed(&endpoint.name, &deployed.id),
                }),
            }
        })
        .collect();
    let percents = endpoint.deployed_models.iter().enumerate();
    let percents = percents.map(|(position, model)| {
        let percent = endpoint.traffic_split.get(&model.id).copied().unwrap_or(0);
        (position, u32::try_from(percent).unwrap_or(0))
    });
    ServedEndpoint {
        deployed,
        traffic: Traffic::new(percents),
        sampling: sampling(service, endpoint),
        log: crate::monitor::log_name(&endpoint.name).into(),
    }
}

/// The share of the requests that monitoring and the endpoint's own settings want to be kept
fn sampling(service: &Service, endpoint: &Endpoint) -> f64 {
    let job = service.store.get(&endpoint.model_deployment_monitoring_job);
    let watched = job
        .filter(|job| job["state"] == "JOB_STATE_RUNNING" || job["state"] == "JOB_STATE_PENDING")
        .and_then(|job| {
            job.pointer("/loggingSamplingStrategy/randomSampleConfig/sampleRate")?
                .as_f64()
        });
    let own = endpoint.predict_request_response_logging_config.as_ref();
    let own = own
        .filter(|config| config["enabled"] == Value::Bool(true))
        .map(|config| config["samplingRate"].as_f64().unwrap_or(1.0));
    watched.unwrap_or(0.0).max(own.unwrap_or(0.0))
}

fn version(service: &Service, model: &str, version: &str) -> Result<Model, Failure> {
    let name = format!("{model}@{version}");
    service.store.read(&name).ok_or_else(|| {
        Failure::new(
            crate::failure::Code::NotFound,
            format!("`{name}` is not there"),
        )
    })
}
