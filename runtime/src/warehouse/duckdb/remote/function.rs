//! The function that DuckDB calls to ask an endpoint: `remote_answer(parameters, content)`
//!
//! It gives a list of four texts: the response as JSON, its text or numbers, its ratings, and the status,
//! which is empty where all went well. A failure is a row's status and no error, as on BigQuery.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use duckdb::Connection;
use duckdb::arrow::array::{Array, AsArray, ListBuilder, StringBuilder};
use duckdb::core::{DataChunkHandle, LogicalTypeHandle, LogicalTypeId};
use duckdb::vscalar::{ScalarFunctionSignature, VScalar};
use duckdb::vtab::arrow::{WritableVector, data_chunk_to_arrow, write_arrow_array_to_vector};
use tokio::sync::Semaphore;

use super::RemoteEndpoint;
use super::parameters::Parameters;
use super::protocol::{self, Answer};

/// Its name in SQL
pub const NAME: &str = "remote_answer";

/// Requests under way at once, and their time, where the settings say nothing
const PARALLEL: u16 = 4;
const TIMEOUT: u32 = 60;

/// Pauses before further attempts at what may pass
const PAUSES: [Duration; 3] = [
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// Makes the function known to a connection's database
///
/// # Errors
/// DuckDB refuses the registration
pub fn register(
    connection: &Connection,
    endpoints: &BTreeMap<String, RemoteEndpoint>,
) -> duckdb::Result<()> {
    let state = State {
        endpoints: Arc::new(endpoints.clone()),
    };
    connection.register_scalar_function_with_state::<Asked>(NAME, &state)
}

#[derive(Debug, Clone)]
struct State {
    endpoints: Arc<BTreeMap<String, RemoteEndpoint>>,
}

struct Asked;

impl VScalar for Asked {
    type State = State;

    fn invoke(
        state: &State,
        input: &mut DataChunkHandle,
        output: &mut dyn WritableVector,
    ) -> Result<(), Box<dyn Error>> {
        let chunk = data_chunk_to_arrow(input)?;
        let texts = |index: usize| {
            let column = chunk.column(index).as_string_opt::<i32>();
            column.ok_or("expected a text")
        };
        let (parameters, contents) = (texts(0)?, texts(1)?);
        let mut answers = ListBuilder::new(StringBuilder::new());
        if contents.is_empty() {
            return write_arrow_array_to_vector(
                &(Arc::new(answers.finish()) as Arc<dyn Array>),
                output,
            );
        }
        let parameters: Parameters = serde_json::from_str(parameters.value(0))?;
        let endpoint = state.endpoints.get(&parameters.endpoint).ok_or_else(|| {
            format!(
                "`sqlx-run.toml` no longer has `[remote_models.\"{}\"]`",
                parameters.endpoint
            )
        })?;
        let contents: Vec<Option<&str>> = contents.iter().collect();
        for row in ask(endpoint, &parameters, &contents)? {
            for text in row {
                answers.values().append_option(text);
            }
            answers.append(true);
        }
        write_arrow_array_to_vector(&(Arc::new(answers.finish()) as Arc<dyn Array>), output)
    }

    fn signatures() -> Vec<ScalarFunctionSignature> {
        let text = || LogicalTypeHandle::from(LogicalTypeId::Varchar);
        vec![ScalarFunctionSignature::exact(
            vec![text(), text()],
            LogicalTypeHandle::list(&text()),
        )]
    }

    fn volatile() -> bool {
        true
    }
}

/// Response, value, ratings and status of each content
fn ask(
    endpoint: &RemoteEndpoint,
    parameters: &Parameters,
    contents: &[Option<&str>],
) -> Result<Vec<[Option<String>; 4]>, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let timeout = Duration::from_secs(u64::from(endpoint.timeout.unwrap_or(TIMEOUT)));
    let client = reqwest::Client::builder().timeout(timeout).build()?;
    let key = match &endpoint.key {
        Some(variable) => match std::env::var(variable) {
            Ok(key) if !key.is_empty() => Some(key),
            _ => {
                return Err(format!(
                    "the environment variable `{variable}` has no key for the remote model"
                )
                .into());
            }
        },
        None => None,
    };
    let places = Semaphore::new(usize::from(endpoint.parallel.unwrap_or(PARALLEL).max(1)));
    let one = async |content: Option<&str>| {
        let Some(content) = content else {
            let status = "the prompt is NULL".to_owned();
            return [None, None, None, Some(status)];
        };
        // it is never closed
        let _place = places.acquire().await;
        match send(&client, endpoint, parameters, key.as_deref(), content).await {
            Ok((response, answer)) => [
                Some(response),
                answer.value,
                answer.ratings,
                Some(String::new()),
            ],
            Err(status) => [None, None, None, Some(status)],
        }
    };
    Ok(runtime.block_on(async {
        let mut rows: Vec<_> = contents
            .iter()
            .map(|content| Box::pin(one(*content)))
            .collect();
        all(&mut rows).await
    }))
}

/// Waits for all, in order, while all go on
async fn all<F: Future<Output = T> + Unpin, T>(futures: &mut [F]) -> Vec<T> {
    let mut done: Vec<Option<T>> = futures.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (future, done) in futures.iter_mut().zip(&mut done) {
            if done.is_none()
                && let std::task::Poll::Ready(value) = std::pin::Pin::new(future).poll(context)
            {
                *done = Some(value);
            }
        }
        match done.iter().all(Option::is_some) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    done.into_iter().flatten().collect()
}

async fn send(
    client: &reqwest::Client,
    endpoint: &RemoteEndpoint,
    parameters: &Parameters,
    key: Option<&str>,
    content: &str,
) -> Result<(String, Answer), String> {
    let request = protocol::request(endpoint, parameters, content);
    let mut pauses = PAUSES.iter();
    loop {
        let mut post = client.post(&request.url).json(&request.body);
        if let Some(key) = key {
            let (name, before) = request.key;
            post = post.header(name, format!("{before}{key}"));
        }
        let (status, may_pass) = match post.send().await {
            Ok(response) => {
                let code = response.status();
                let body = response.text().await.unwrap_or_default();
                if code.is_success() {
                    return read(endpoint, parameters, body);
                }
                let may_pass = code.is_server_error() || code.as_u16() == 429;
                (protocol::failure(code.as_u16(), &body), may_pass)
            }
            Err(error) => {
                let reason = error.without_url();
                (format!("the endpoint does not answer: {reason}"), true)
            }
        };
        match pauses.next() {
            Some(pause) if may_pass => tokio::time::sleep(*pause).await,
            _ => return Err(status),
        }
    }
}

fn read(
    endpoint: &RemoteEndpoint,
    parameters: &Parameters,
    body: String,
) -> Result<(String, Answer), String> {
    let response = serde_json::from_str(&body).map_err(|_| "the answer is no JSON".to_owned())?;
    match protocol::answer(endpoint.protocol, &parameters.task, &response) {
        Some(answer) => Ok((body, answer)),
        None => Err("the answer has neither a text nor an embedding".to_owned()),
    }
}
