//! The crate's clients, pointed at a server on this machine

use std::time::Duration;

use anyhow::Result;
use google_cloud_aiplatform_v1::client::{
    EndpointService, JobService, ModelService, PipelineService, PredictionService,
};
use google_cloud_auth::credentials::{Credentials, anonymous};
use google_cloud_gax::client_builder::ClientBuilder;
use google_cloud_gax::exponential_backoff::ExponentialBackoffBuilder;
use google_cloud_gax::retry_policy::NeverRetry;

/// Where everything here is
pub const PARENT: &str = "projects/shop/locations/us-central1";

/// A client for each service
#[derive(Debug)]
pub struct Clients {
    /// Models and their versions
    pub models: ModelService,
    /// Endpoints and what is deployed to them
    pub endpoints: EndpointService,
    /// Predictions and explanations
    pub predictions: PredictionService,
    /// Monitoring and batches
    pub jobs: JobService,
    /// Pipelines
    pub pipelines: PipelineService,
}

impl Clients {
    /// Clients of the server at an address
    pub async fn new(address: &str) -> Result<Self> {
        // fails only where one is installed already
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            models: at(address, ModelService::builder()).build().await?,
            endpoints: at(address, EndpointService::builder()).build().await?,
            predictions: at(address, PredictionService::builder()).build().await?,
            jobs: at(address, JobService::builder()).build().await?,
            pipelines: at(address, PipelineService::builder()).build().await?,
        })
    }
}

/// What fails is told at once, and operations are asked for often
fn at<F>(address: &str, builder: ClientBuilder<F, Credentials>) -> ClientBuilder<F, Credentials> {
    let often = ExponentialBackoffBuilder::new()
        .with_initial_delay(Duration::from_millis(10))
        .with_maximum_delay(Duration::from_millis(200))
        .clamp();
    builder
        .with_endpoint(address)
        .with_credentials(anonymous::Builder::new().build())
        .with_retry_policy(NeverRetry)
        .with_polling_backoff_policy(often)
}
