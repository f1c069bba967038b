//! BigQuery's REST interface, as far as tests prepare and read tables with it

use std::fmt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use tokio::runtime::Runtime;

/// A client for one project
#[derive(Debug)]
pub struct Client {
    endpoint: String,
    project: String,
    http: reqwest::Client,
    runtime: Runtime,
}

/// The rows of a query as the interface gives them
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The fields of the schema: `name`, `type`, `mode`, `fields`; none where a statement gives no rows
    pub schema: Vec<Json>,
    /// A value for each field
    pub rows: Vec<Vec<Json>>,
}

/// A session of a project
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session(String);

/// What the server refuses, and why
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The HTTP status
    pub status: u16,
    /// The server's own words
    pub message: String,
}

impl Client {
    pub(crate) fn new(endpoint: &str, project: &str) -> Result<Self> {
        Ok(Self {
            endpoint: endpoint.to_owned(),
            project: project.to_owned(),
            // nothing between here and the loopback address
            http: reqwest::Client::builder().no_proxy().build()?,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
        })
    }

    /// Whether the server answers at all
    pub fn answers(&self) -> bool {
        self.send(Method::GET, "datasets", None).is_ok()
    }

    /// Runs a statement or script to its end, and gives the rows of the last one that has rows.
    ///
    /// # Errors
    /// A [`Refused`] where the server refuses the statement; otherwise it does not answer as BigQuery does
    pub fn query(&self, sql: &str) -> Result<Answer> {
        self.query_in(None, None, sql)
    }

    /// A session, in which temporary tables, functions and transactions live
    ///
    /// # Errors
    /// The server refuses
    pub fn create_session(&self) -> Result<Session> {
        let request = json!({ "query": "SELECT 1", "useLegacySql": false, "createSession": true });
        let page = self.send(Method::POST, "queries", Some(&request))?;
        let id = page["sessionInfo"]["sessionId"].as_str();
        Ok(Session(
            id.context("the answer names no session")?.to_owned(),
        ))
    }

    /// As [`Client::query`], with a dataset for names that stand alone, and in a session
    ///
    /// # Errors
    /// As [`Client::query`]
    pub fn query_in(
        &self,
        dataset: Option<&str>,
        session: Option<&Session>,
        sql: &str,
    ) -> Result<Answer> {
        let mut request = json!({
            "query": sql,
            "useLegacySql": false,
            "timeoutMs": 600_000,
            "formatOptions": { "useInt64Timestamp": true },
        });
        if let Some(dataset) = dataset {
            request["defaultDataset"] = json!({ "projectId": self.project, "datasetId": dataset });
        }
        if let Some(Session(id)) = session {
            request["connectionProperties"] = json!([{ "key": "session_id", "value": id }]);
        }
        let mut page = self.send(Method::POST, "queries", Some(&request))?;
        if page["jobComplete"] != json!(true) {
            bail!("the query has not ended in ten minutes");
        }
        let mut answer = Answer {
            schema: list(&mut page["schema"]["fields"]),
            rows: Vec::new(),
        };
        loop {
            answer.rows.extend(rows(&mut page));
            let Some(token) = page["pageToken"].as_str().filter(|token| !token.is_empty()) else {
                return Ok(answer);
            };
            let job = page["jobReference"]["jobId"]
                .as_str()
                .context("the answer names no job")?;
            let path =
                format!("queries/{job}?pageToken={token}&formatOptions.useInt64Timestamp=true");
            page = self.send(Method::GET, &path, None)?;
        }
    }

    /// Makes a dataset, unless it is there
    ///
    /// # Errors
    /// The server refuses
    pub fn create_dataset(&self, dataset: &str) -> Result<()> {
        let reference = json!({ "projectId": self.project, "datasetId": dataset });
        let request = json!({ "datasetReference": reference, "location": "US" });
        match self.send(Method::POST, "datasets", Some(&request)) {
            Err(error) if status(&error) == Some(StatusCode::CONFLICT) => Ok(()),
            outcome => outcome.map(drop),
        }
    }

    /// A table as the interface describes it; `None` where there is none
    ///
    /// # Errors
    /// The server does not answer
    pub fn table(&self, dataset: &str, table: &str) -> Result<Option<Json>> {
        match self.send(
            Method::GET,
            &format!("datasets/{dataset}/tables/{table}"),
            None,
        ) {
            Err(error) if status(&error) == Some(StatusCode::NOT_FOUND) => Ok(None),
            outcome => outcome.map(Some),
        }
    }

    /// Loads a parquet file into a table, in whose place it comes; its columns are the file's
    ///
    /// # Errors
    /// The file cannot be read, or the server refuses
    pub fn load_parquet(&self, dataset: &str, table: &str, file: &Path) -> Result<()> {
        const BOUNDARY: &str = "parts-of-a-load-job";
        let content =
            std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let destination =
            json!({ "projectId": self.project, "datasetId": dataset, "tableId": table });
        let job = json!({ "configuration": { "load": {
            "destinationTable": destination,
            "sourceFormat": "PARQUET",
            "writeDisposition": "WRITE_TRUNCATE",
            "parquetOptions": { "enableListInference": true },
        } } });
        let mut body = format!(
            "--{BOUNDARY}\r\nContent-Type: application/json\r\n\r\n{job}\r\n\
             --{BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend(content);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = self
            .http
            .post(format!(
                "{}/upload/bigquery/v2/projects/{}/jobs?uploadType=multipart",
                self.endpoint, self.project
            ))
            .header(
                "Content-Type",
                format!("multipart/related; boundary={BOUNDARY}"),
            )
            .body(body);
        let mut job = self.answer(request)?;
        let id = job["jobReference"]["jobId"]
            .as_str()
            .context("the answer names no job")?
            .to_owned();
        while job["status"]["state"] != json!("DONE") {
            std::thread::sleep(std::time::Duration::from_millis(100));
            job = self.send(Method::GET, &format!("jobs/{id}"), None)?;
        }
        match job["status"]["errorResult"]["message"].as_str() {
            Some(message) => bail!("{} cannot be loaded: {message}", file.display()),
            None => Ok(()),
        }
    }

    fn send(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Json> {
        let url = format!(
            "{}/bigquery/v2/projects/{}/{path}",
            self.endpoint, self.project
        );
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.json(body);
        }
        self.answer(request)
    }

    fn answer(&self, request: reqwest::RequestBuilder) -> Result<Json> {
        let (status, text) = self.runtime.block_on(async {
            let response = request.send().await?;
            let status = response.status();
            anyhow::Ok((status, response.text().await?))
        })?;
        let document: Json = serde_json::from_str(&text).unwrap_or_default();
        if !status.is_success() {
            let message = document["error"]["message"].as_str().unwrap_or(&text);
            return Err(Refused {
                status: status.as_u16(),
                message: message.to_owned(),
            }
            .into());
        }
        Ok(document)
    }
}

fn status(error: &anyhow::Error) -> Option<StatusCode> {
    let refused = error.downcast_ref::<Refused>()?;
    StatusCode::from_u16(refused.status).ok()
}

fn rows(page: &mut Json) -> Vec<Vec<Json>> {
    list(&mut page["rows"])
        .into_iter()
        .map(|mut row| {
            let cells = list(&mut row["f"]);
            cells.into_iter().map(|mut cell| cell["v"].take()).collect()
        })
        .collect()
}

fn list(value: &mut Json) -> Vec<Json> {
    match value.take() {
        Json::Array(items) => items,
        _ => Vec::new(),
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} ({})", self.message, self.status)
    }
}

impl std::error::Error for Refused {}
