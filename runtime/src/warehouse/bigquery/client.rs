//! Google's clients with our credentials, patience and errors, on a runtime of their own, so that blocking
//! callers can wait for them from anywhere

use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use diagnostic::{Diagnostic, code};
use google_cloud_bigquery_v2::client::{DatasetService, JobService, TableService};
use google_cloud_bigquery_v2::model::Job;
use google_cloud_gax::error::Error;
use google_cloud_gax::exponential_backoff::{ExponentialBackoff, ExponentialBackoffBuilder};
use google_cloud_gax::retry_policy::RetryPolicy;
use google_cloud_gax::retry_result::RetryResult;
use google_cloud_gax::retry_state::RetryState;
use tokio::runtime::{Builder, Runtime};

use super::credentials::Identity;
use super::error::{self, Asking};
use super::options::BigQueryOptions;
use crate::warehouse::SqlError;

/// How often a request is sent, when what kept it from an answer may pass
const TRIES: u32 = 5;

/// How long one request may take before it is sent again
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Bytes of stack of the threads that wait for answers
const STACK: usize = 16 << 20;

/// Google's clients for one project
pub struct Client {
    pub jobs: JobService,
    pub tables: TableService,
    pub datasets: DatasetService,
    pub options: BigQueryOptions,
    /// Where jobs run and are paid for
    pub project: String,
    /// Where datasets are made and jobs run, where that was said
    pub location: Option<String>,
    asking: Mutex<Asking>,
    /// Where jobs were seen to run: outside of `US` and `EU` a job is found only by its location
    seen: Mutex<Option<String>>,
    /// `None` only while it is dropped
    runtime: Option<Runtime>,
}

impl Client {
    /// Connects to nothing yet: the first request does
    ///
    /// # Errors
    /// The credentials cannot be used, or no project is known
    pub fn new(options: BigQueryOptions) -> Result<Self, Diagnostic> {
        let endpoint = options.endpoint()?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("bigquery")
            // jobs are large values, and requests larger ones
            .thread_stack_size(STACK)
            .enable_all()
            .build()
            .map_err(|failure| {
                Diagnostic::error(
                    code::ENGINE_UNREACHABLE,
                    format!("no threads for requests: {failure}"),
                )
            })?;
        // some credentials begin to fetch a token as soon as they are made
        let identity = {
            let _inside = runtime.enter();
            Identity::load(&options, &endpoint)?
        };
        let project = options.project.clone().or(identity.project);
        let Some(project) = project.filter(|project| !project.is_empty()) else {
            return Err(Diagnostic::error(
                code::USAGE,
                "no project on Google Cloud is named",
            )
            .help("name it with `--project`, as `defaultProject` in `workflow_settings.yaml`, or in the environment's settings"));
        };
        let timeout = options.request_timeout.unwrap_or(REQUEST_TIMEOUT);
        let address = endpoint.as_str().to_owned();
        let credentials = identity.credentials;
        macro_rules! build {
            ($service:ident) => {
                $service::builder()
                    .with_endpoint(address.clone())
                    .with_credentials(credentials.clone())
                    .with_retry_policy(Patience)
                    .with_backoff_policy(backoff())
                    .with_attempt_timeout(timeout)
                    .build()
            };
        }
        let built = wait(&runtime, async move {
            let jobs = build!(JobService).await?;
            let tables = build!(TableService).await?;
            let datasets = build!(DatasetService).await?;
            Ok::<_, google_cloud_gax::client_builder::Error>((jobs, tables, datasets))
        });
        let (jobs, tables, datasets) = match built {
            Some(Ok(built)) => built,
            Some(Err(failure)) => return Err(unusable(&failure.to_string())),
            None => return Err(unusable("the clients were not made")),
        };
        Ok(Self {
            jobs,
            tables,
            datasets,
            location: options.location.clone().or(identity.location),
            asking: Mutex::new(Asking {
                project: project.clone(),
                principal: identity.principal,
                endpoint: endpoint.as_str().to_owned(),
            }),
            seen: Mutex::default(),
            project,
            options,
            runtime: Some(runtime),
        })
    }

    /// Waits for requests, on whatever thread
    ///
    /// # Errors
    /// Theirs
    pub fn wait<T: Send + 'static>(
        &self,
        requests: impl Future<Output = Result<T, SqlError>> + Send + 'static,
    ) -> Result<T, SqlError> {
        match &self.runtime {
            Some(runtime) => wait(runtime, requests).unwrap_or_else(|| Err(lost())),
            None => Err(lost()),
        }
    }

    /// Begins requests whose answers come another way
    pub fn begin(&self, requests: impl Future<Output = ()> + Send + 'static) {
        if let Some(runtime) = &self.runtime {
            runtime.spawn(requests);
        }
    }

    /// A request's failure as an error of ours
    pub fn failure(&self, failure: &Error, script: &str) -> SqlError {
        error::of_request(failure, script, &self.asking())
    }

    /// What errors are told with
    pub fn asking(&self) -> Asking {
        self.asking
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Where jobs are looked for: where they are sent, else where others were
    pub fn place(&self) -> Option<String> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        self.location.clone().or_else(|| seen.clone())
    }

    /// Keeps where a job or a dataset is
    pub fn note_place(&self, location: &str) {
        if !location.is_empty() {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            *seen = Some(location.to_owned());
        }
    }

    /// Keeps who asks, which a job tells where the credentials do not, and where it runs
    pub fn note(&self, job: &Job) {
        let reference = job.job_reference.as_ref();
        if let Some(location) = reference.and_then(|reference| reference.location.as_ref()) {
            self.note_place(location);
        }
        let mut asking = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        if asking.principal.is_none() && job.user_email.contains('@') {
            let kind = match job.user_email.ends_with(".gserviceaccount.com") {
                true => "serviceAccount",
                false => "user",
            };
            asking.principal = Some(format!("{kind}:{}", job.user_email));
        }
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

fn wait<T: Send + 'static>(
    runtime: &Runtime,
    requests: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let requests = Box::pin(requests);
    runtime.spawn(async move {
        // whoever waits no longer needs no answer
        let _ = sender.send(requests.await);
    });
    receiver.recv().ok()
}

/// A request that ended without telling how
pub fn lost() -> SqlError {
    SqlError::new(
        code::ENGINE_FAILED,
        "a request ended without an answer: a fault of this program",
    )
}

fn unusable(reason: &str) -> Diagnostic {
    Diagnostic::error(
        code::CREDENTIALS_UNUSABLE,
        format!("BigQuery cannot be asked: {reason}"),
    )
}

/// Sends again what BigQuery's documentation says to send again, which is more than Google's clients do of
/// themselves
#[derive(Debug)]
struct Patience;

impl RetryPolicy for Patience {
    fn on_error(&self, state: &RetryState, error: Error) -> RetryResult {
        let again = state.idempotent && error::is_transient(&error);
        if !again && !error.is_transient_and_before_rpc() {
            RetryResult::Permanent(error)
        } else if state.attempt_count >= TRIES {
            RetryResult::Exhausted(error)
        } else {
            RetryResult::Continue(error)
        }
    }
}

fn backoff() -> ExponentialBackoff {
    ExponentialBackoffBuilder::new()
        .with_initial_delay(Duration::from_millis(250))
        .with_maximum_delay(Duration::from_secs(4))
        .clamp()
}
