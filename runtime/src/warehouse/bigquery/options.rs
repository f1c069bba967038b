//! What BigQuery as an engine is opened with, and where it answers

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use diagnostic::{Diagnostic, code};

/// Where Google's BigQuery answers
pub const ENDPOINT: &str = "https://bigquery.googleapis.com";

/// The variable by which Google's own clients find an emulator
pub const EMULATOR_VARIABLE: &str = "BIGQUERY_EMULATOR_HOST";

/// Which project, with which rights, under which limits
#[derive(Debug, Clone, Default)]
pub struct BigQueryOptions {
    /// Where jobs run and are paid for; targets without a project of their own stand there too. Where
    /// it is not given, the project that the credentials name
    pub project: Option<String>,
    /// The dataset of names that stand alone
    pub default_dataset: Option<String>,
    /// Where datasets are made and jobs run, such as `EU` or `europe-west3`; BigQuery finds out for itself
    /// unless given, and makes datasets in `US`
    pub location: Option<String>,
    /// Another place than Google's, such as `http://127.0.0.1:9050`, with or without `/bigquery/v2`
    pub endpoint: Option<String>,
    /// Who asks
    pub credentials: CredentialSource,
    /// The service account that is asked as, by its e-mail address
    pub impersonate: Option<String>,
    /// Whether jobs wait for idle slots
    pub priority: Priority,
    /// `projects/…/locations/…/reservations/…` that jobs run in
    pub reservation: Option<String>,
    /// A job that would read more fails before it costs anything
    pub maximum_bytes_billed: Option<u64>,
    /// What jobs can be found by, beside the run and the action
    pub labels: BTreeMap<String, String>,
    /// How long one request may take before it is sent again; a minute unless given
    pub request_timeout: Option<Duration>,
}

/// Who asks
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum CredentialSource {
    /// What `gcloud auth application-default login`, `GOOGLE_APPLICATION_CREDENTIALS` or the machine gives;
    /// nobody where the endpoint is not Google's
    #[default]
    Default,
    /// A file: a service account's key, any other file of Application Default Credentials, or Dataform's
    /// `.df-credentials.json`
    File(PathBuf),
    /// Nobody, which only emulators accept
    Anonymous,
}

/// How soon a job runs
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Priority {
    /// At once
    #[default]
    Interactive,
    /// When there are idle slots
    Batch,
}

impl Priority {
    /// As BigQuery's API has it
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "INTERACTIVE",
            Self::Batch => "BATCH",
        }
    }
}

impl BigQueryOptions {
    /// The endpoint asked for: the option, else what [`EMULATOR_VARIABLE`] says, else Google's
    pub fn endpoint(&self) -> Result<Endpoint, Diagnostic> {
        let emulator = || {
            std::env::var(EMULATOR_VARIABLE)
                .ok()
                .filter(|value| !value.trim().is_empty())
        };
        match self.endpoint.clone().or_else(emulator) {
            Some(written) => Endpoint::parse(&written),
            None => Ok(Endpoint(ENDPOINT.to_owned())),
        }
    }
}

/// Scheme, host and port, without a path
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Reads `http://host:port`, `host:port` or either with `/bigquery/v2`
    ///
    /// # Errors
    /// It is no such address
    pub fn parse(written: &str) -> Result<Self, Diagnostic> {
        let written = written.trim();
        let base = written.trim_end_matches('/');
        let base = base.strip_suffix("/bigquery/v2").unwrap_or(base);
        let base = base.trim_end_matches('/');
        let address = match base.split_once("://") {
            Some(("http" | "https", host)) if is_host(host) => base.to_owned(),
            None if is_host(base) => format!("http://{base}"),
            _ => {
                return Err(Diagnostic::error(
                    code::USAGE,
                    format!("`{written}` is not the address of a BigQuery API"),
                )
                .help("write it such as `http://127.0.0.1:9050`"));
            }
        };
        Ok(Self(address))
    }

    /// Such as `https://bigquery.googleapis.com`
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Google answers there
    pub fn is_google(&self) -> bool {
        let host = self.0.split_once("://").map_or("", |(_, host)| host);
        host.split(':').next().is_some_and(|host| {
            host.ends_with(".googleapis.com") || host.ends_with(".p.googleapis.com")
        })
    }
}

fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_read_as_google_s_clients_write_them() {
        for (written, read) in [
            ("http://127.0.0.1:9050", Some("http://127.0.0.1:9050")),
            ("127.0.0.1:9050", Some("http://127.0.0.1:9050")),
            (
                "http://localhost:9050/bigquery/v2",
                Some("http://localhost:9050"),
            ),
            (
                "http://localhost:9050/bigquery/v2/",
                Some("http://localhost:9050"),
            ),
            (
                "https://bigquery.europe-west3.rep.googleapis.com",
                Some("https://bigquery.europe-west3.rep.googleapis.com"),
            ),
            ("ftp://localhost", None),
            ("http://localhost/other", None),
            ("", None),
        ] {
            let endpoint = Endpoint::parse(written).ok();
            let text = endpoint.as_ref().map(Endpoint::as_str);
            assert_eq!(text, read, "{written}");
        }
    }

    #[test]
    fn only_google_s_endpoints_need_credentials() {
        let is_google = |text: &str| Endpoint::parse(text).is_ok_and(|one| one.is_google());
        assert!(is_google(ENDPOINT));
        assert!(is_google(
            "https://bigquery.europe-west3.rep.googleapis.com"
        ));
        assert!(!is_google("http://127.0.0.1:9050"));
        assert!(!is_google("https://googleapis.com.example.org"));
    }
}
