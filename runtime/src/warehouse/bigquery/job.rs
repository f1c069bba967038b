//! A statement as a job: named so that it is never run twice, sent, waited for, stopped

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diagnostic::code;
use google_cloud_bigquery_v2::model::{
    DataFormatOptions, DatasetReference, GetQueryResultsResponse, Job, JobConfiguration,
    JobConfigurationQuery, JobReference,
};
use google_cloud_gax::error::Error;
use google_cloud_gax::options::RequestOptionsBuilder;
use tokio::sync::watch;

use super::client::Client;
use super::error;
use crate::warehouse::{SessionContext, SqlError};

/// How long BigQuery waits for the end of a job before it answers that it still runs
const SERVER_WAIT_MS: u32 = 10_000;

/// Between two questions about a job, where BigQuery answers without waiting
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));

/// How long a stopped job may take to end
const STOP_WAIT: Duration = Duration::from_secs(10);

/// A statement that is to be run
#[derive(Clone)]
pub struct Request {
    /// The job's id, and before it those of earlier attempts, the last first
    pub ids: Vec<String>,
    pub script: String,
    pub labels: BTreeMap<String, String>,
    /// Whether the rows of a query are wanted
    pub rows: bool,
}

/// A job that is done
pub struct Finished {
    pub job: Job,
    /// The first page of its rows
    pub page: Option<GetQueryResultsResponse>,
}

/// The ids of the statement's job in this attempt and those before, this one first
///
/// They are made of the run, the action, the attempt and the statement's number, not of its text: the same
/// attempt finds its job again, and a later one finds the job of an earlier one whose answer was lost.
pub fn ids(context: &SessionContext, number: u32) -> Vec<String> {
    let run = match context.run.is_empty() {
        true => fresh(),
        false => context.run.clone(),
    };
    let attempts = (1..=context.attempt.max(1)).rev();
    let id = |attempt: u32| {
        let whole = format!("{run}\n{}\n{attempt}\n{number}", context.action);
        let hash = xxhash_rust::xxh3::xxh3_128(whole.as_bytes());
        let action: String = word(&context.action).chars().take(100).collect();
        format!(
            "sqlx_run_{}_{action}_{attempt}_{number}_{hash:032x}",
            word(&run)
        )
    };
    attempts.map(id).collect()
}

/// What stands for a run where there is none
fn fresh() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let now = jiff::Timestamp::now().as_nanosecond();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{now}_{}_{count}", std::process::id())
}

/// Letters, digits, `_` and `-`, which is all that a job's id may have
fn word(text: &str) -> String {
    let keep = |letter: char| match letter.is_ascii_alphanumeric() || letter == '-' {
        true => letter,
        false => '_',
    };
    text.chars().map(keep).collect()
}

/// Labels by BigQuery's rules: at most 64, of letters in lower case, digits, `_` and `-`, at most 63 of them,
/// keys beginning with a letter
pub fn labels(
    given: &[&BTreeMap<String, String>],
    context: &SessionContext,
) -> BTreeMap<String, String> {
    const MOST: usize = 64;
    let own = [
        ("sqlx_run_id", &context.run),
        ("sqlx_run_action", &context.action),
    ];
    let own = own.into_iter().filter(|(_, value)| !value.is_empty());
    let given = given.iter().flat_map(|labels| labels.iter());
    let given = given.map(|(key, value)| (key.as_str(), value));
    own.chain(given)
        .map(|(key, value)| (label(key, true), label(value, false)))
        .filter(|(key, _)| !key.is_empty())
        .take(MOST)
        .collect()
}

fn label(text: &str, key: bool) -> String {
    const LONGEST: usize = 63;
    let letters = text.to_lowercase();
    let letters = letters.chars().map(|letter| {
        match letter.is_alphanumeric() || letter == '_' || letter == '-' {
            true => letter,
            false => '_',
        }
    });
    letters
        .skip_while(|letter| key && !letter.is_alphabetic())
        .take(LONGEST)
        .collect()
}

/// What is sent: the script and under which limits
pub fn configuration(client: &Client, request: &Request, dry_run: bool) -> JobConfiguration {
    let options = &client.options;
    let mut query = JobConfigurationQuery::default();
    query.query = request.script.clone();
    query.use_legacy_sql = Some(false);
    query.priority = options.priority.as_str().to_owned();
    query.maximum_bytes_billed = options
        .maximum_bytes_billed
        .map(|most| i64::try_from(most).unwrap_or(i64::MAX));
    query.default_dataset = options.default_dataset.as_ref().map(|dataset| {
        DatasetReference::default()
            .set_project_id(client.project.clone())
            .set_dataset_id(dataset.clone())
    });
    let mut configuration = JobConfiguration::default();
    configuration.query = Some(query);
    configuration.labels = request.labels.clone().into_iter().collect();
    configuration.reservation = options.reservation.clone();
    configuration.dry_run = dry_run.then_some(true);
    configuration
}

/// Runs a statement to its end
///
/// # Errors
/// BigQuery refuses it, it fails, it is stopped, or no answer comes
pub async fn run(
    client: Arc<Client>,
    request: Request,
    mut stop: watch::Receiver<bool>,
    tell: impl Fn(String),
) -> Result<Finished, SqlError> {
    if *stop.borrow() {
        return Err(interrupted());
    }
    let begun = match Box::pin(earlier(&client, &request)).await? {
        Some(job) => job,
        None => Box::pin(insert(&client, &request)).await?,
    };
    client.note(&begun);
    if is_done(&begun) {
        return ended(
            &client,
            &request,
            Finished {
                job: begun,
                page: None,
            },
        );
    }
    let reference = begun.job_reference.unwrap_or_default();
    let stopped = async {
        // a sender that is gone stops nothing
        if stop.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let finished = tokio::select! {
        finished = Box::pin(finish(&client, &request, &reference, &tell)) => Some(finished),
        () = stopped => None,
    };
    let Some(finished) = finished else {
        Box::pin(cancel(&client, &reference)).await;
        return Err(interrupted());
    };
    ended(&client, &request, finished?)
}

/// What is done may have failed
fn ended(client: &Client, request: &Request, finished: Finished) -> Result<Finished, SqlError> {
    let error = finished.job.status.as_ref();
    match error.and_then(|status| status.error_result.as_ref()) {
        Some(error) => Err(error::of_job(error, &request.script, &client.asking())),
        None => Ok(finished),
    }
}

/// The job of an earlier attempt that runs or did what it should: its answer was lost, not its work
async fn earlier(client: &Client, request: &Request) -> Result<Option<Job>, SqlError> {
    for id in request.ids.iter().skip(1) {
        match get(client, id, client.place().as_deref()).await {
            Ok(job) if !has_failed(&job) => return Ok(Some(job)),
            Ok(_) => {}
            Err(failure) if failure.http_status_code() == Some(404) => {}
            Err(failure) => return Err(client.failure(&failure, &request.script)),
        }
    }
    Ok(None)
}

fn has_failed(job: &Job) -> bool {
    let status = job.status.as_ref();
    status.is_some_and(|status| status.error_result.is_some())
}

async fn insert(client: &Client, request: &Request) -> Result<Job, SqlError> {
    let id = request.ids.first().cloned().unwrap_or_default();
    let mut reference = JobReference::default()
        .set_project_id(client.project.clone())
        .set_job_id(id.clone());
    reference.location = client.location.clone();
    let job = Job::default()
        .set_job_reference(reference)
        .set_configuration(configuration(client, request, false));
    let sending = client
        .jobs
        .insert_job()
        .set_project_id(client.project.clone())
        .set_job(job)
        // its id makes it so: a second one is refused
        .with_idempotency(true)
        .send();
    match Box::pin(sending).await {
        Ok(job) => Ok(job),
        // it was there already: an answer was lost on the way
        Err(failure) if failure.http_status_code() == Some(409) => {
            let found = get(client, &id, client.place().as_deref()).await;
            found.map_err(|failure| client.failure(&failure, &request.script))
        }
        Err(failure) => Err(client.failure(&failure, &request.script)),
    }
}

async fn get(client: &Client, id: &str, location: Option<&str>) -> Result<Job, Error> {
    let request = client
        .jobs
        .get_job()
        .set_project_id(client.project.clone())
        .set_job_id(id);
    let request = match location {
        Some(location) => request.set_location(location),
        None => request,
    };
    Box::pin(request.send()).await
}

/// Waits until a job is done, with BigQuery holding the answer back until then
async fn finish(
    client: &Client,
    request: &Request,
    reference: &JobReference,
    tell: &impl Fn(String),
) -> Result<Finished, SqlError> {
    let begun = Instant::now();
    let mut pause = PAUSES.0;
    let page = loop {
        let asked = Instant::now();
        match page(client, reference, request.rows, "").await {
            Ok(page) if page.job_complete.unwrap_or(false) => break Some(page),
            Ok(_) => {}
            // a job that failed answers with its own error, which the job has whole
            Err(failure) if !error::is_transient(&failure) => {
                let job = get(client, &reference.job_id, reference.location.as_deref()).await;
                match job {
                    Ok(job) if is_done(&job) => break None,
                    _ => return Err(client.failure(&failure, &request.script)),
                }
            }
            Err(failure) => return Err(client.failure(&failure, &request.script)),
        }
        tell(format!("job runs for {} s", begun.elapsed().as_secs()));
        if asked.elapsed() < pause {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    };
    let job = get(client, &reference.job_id, reference.location.as_deref()).await;
    let job = job.map_err(|failure| client.failure(&failure, &request.script))?;
    client.note(&job);
    Ok(Finished { job, page })
}

fn is_done(job: &Job) -> bool {
    let status = job.status.as_ref();
    status.is_some_and(|status| status.state == "DONE")
}

/// A page of a job's rows; none but whether it is done where the rows are not wanted
///
/// # Errors
/// The job failed, or no answer came
pub async fn page(
    client: &Client,
    reference: &JobReference,
    rows: bool,
    token: &str,
) -> Result<GetQueryResultsResponse, Error> {
    let mut request = client
        .jobs
        .get_query_results()
        .set_project_id(client.project.clone())
        .set_job_id(reference.job_id.clone())
        .set_timeout_ms(SERVER_WAIT_MS)
        .set_page_token(token)
        .set_format_options(DataFormatOptions::default().set_use_int64_timestamp(true));
    if let Some(location) = &reference.location {
        request = request.set_location(location.clone());
    }
    if !rows {
        request = request.set_max_results(0_u32);
    }
    Box::pin(request.send()).await
}

/// Stops a job and waits until it has ended, for a while
async fn cancel(client: &Client, reference: &JobReference) {
    let mut request = client
        .jobs
        .cancel_job()
        .set_project_id(client.project.clone())
        .set_job_id(reference.job_id.clone())
        .with_idempotency(true);
    if let Some(location) = &reference.location {
        request = request.set_location(location.clone());
    }
    if request.send().await.is_err() {
        return;
    }
    let ends = async {
        let location = reference.location.as_deref();
        while let Ok(job) = get(client, &reference.job_id, location).await
            && !is_done(&job)
        {
            tokio::time::sleep(PAUSES.0).await;
        }
    };
    // what does not end in time is stopped by BigQuery later
    let _ = tokio::time::timeout(STOP_WAIT, ends).await;
}

fn interrupted() -> SqlError {
    SqlError::new(code::INTERRUPTED, "interrupted")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(run: &str, attempt: u32) -> SessionContext {
        SessionContext {
            run: run.to_owned(),
            action: "d.ä t".to_owned(),
            attempt,
            ..SessionContext::default()
        }
    }

    #[test]
    fn ids_are_the_same_again_and_differ_otherwise() {
        let first = ids(&context("r", 1), 1);
        assert_eq!(first, ids(&context("r", 1), 1));
        assert_ne!(first, ids(&context("r", 1), 2));
        assert_ne!(first, ids(&context("s", 1), 1));
        let second = ids(&context("r", 2), 1);
        assert_eq!(second.len(), 2);
        assert_eq!(second[1], first[0]);
        assert_ne!(ids(&context("", 1), 1), ids(&context("", 1), 1));
        assert!(
            first[0]
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
        );
    }

    #[test]
    fn labels_keep_to_the_rules() {
        let given = BTreeMap::from([
            ("Team Name".to_owned(), "Data & ML".to_owned()),
            ("1st".to_owned(), "x".repeat(80)),
            ("42".to_owned(), "lost".to_owned()),
        ]);
        let labels = labels(&[&given], &context("2026-01", 1));
        let texts: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        assert_eq!(
            texts,
            [
                "sqlx_run_action=d_ä_t".to_owned(),
                "sqlx_run_id=2026-01".to_owned(),
                format!("st={}", "x".repeat(63)),
                "team_name=data___ml".to_owned(),
            ]
        );
    }
}
