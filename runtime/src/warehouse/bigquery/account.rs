//! The same account for other services of Google, such as Vertex AI

use std::sync::Arc;

use google_cloud_auth::credentials::{CacheableResource, Credentials};
use tokio::sync::OnceCell;
use vertex::client::{TokenSource, Tokens};

use super::credentials::Identity;
use super::options::{BigQueryOptions, Endpoint};

/// Tokens of the account that BigQuery is asked with
#[derive(Clone)]
pub struct Account(Arc<Known>);

struct Known {
    options: BigQueryOptions,
    endpoint: Endpoint,
    /// Some credentials begin to fetch a token as soon as they are made, so they are made by the first request
    credentials: OnceCell<Credentials>,
}

impl Account {
    /// The account of the options, for a service at an address: who is asked beside Google gets no token of Google's
    pub fn new(options: BigQueryOptions, endpoint: Endpoint) -> Self {
        Self(Arc::new(Known {
            options,
            endpoint,
            credentials: OnceCell::new(),
        }))
    }
}

impl TokenSource for Account {
    fn headers(&self) -> Tokens {
        let known = Arc::clone(&self.0);
        Box::pin(async move {
            let load = || async {
                let identity = Identity::load(&known.options, &known.endpoint);
                identity
                    .map(|identity| identity.credentials)
                    .map_err(|failure| failure.message)
            };
            let credentials = known.credentials.get_or_try_init(load).await?;
            let headers = credentials.headers(Default::default()).await;
            match headers.map_err(|failure| failure.to_string())? {
                CacheableResource::New { data, .. } => Ok(data
                    .iter()
                    .filter_map(|(name, value)| {
                        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
                    })
                    .collect()),
                CacheableResource::NotModified => Ok(Vec::new()),
            }
        })
    }
}
