//! Who asks: Application Default Credentials, key files, Dataform's credentials, impersonation, nobody

use std::path::{Path, PathBuf};

use diagnostic::{Diagnostic, code};
use google_cloud_auth::build_errors::Error as BuildError;
use google_cloud_auth::credentials::service_account::AccessSpecifier;
use google_cloud_auth::credentials::{
    Builder, Credentials, anonymous, external_account, impersonated, service_account, user_account,
};
use serde_json::Value as Json;

use super::options::{BigQueryOptions, CredentialSource, Endpoint};

/// What a token may be used for: BigQuery, and files that external tables and exports have in Cloud Storage or Drive
const SCOPES: [&str; 2] = [
    "https://www.googleapis.com/auth/cloud-platform",
    "https://www.googleapis.com/auth/drive.readonly",
];

/// Who asks, as far as it is known before anything is asked
#[derive(Debug)]
pub struct Identity {
    /// Gives the tokens
    pub credentials: Credentials,
    /// As policies name them: `serviceAccount:…` or `user:…`
    pub principal: Option<String>,
    /// The project that the credentials name
    pub project: Option<String>,
    /// The location that Dataform's credentials name
    pub location: Option<String>,
}

impl Identity {
    /// The one that the options ask for
    ///
    /// # Errors
    /// A file is missing or of no known kind
    pub fn load(options: &BigQueryOptions, endpoint: &Endpoint) -> Result<Self, Diagnostic> {
        let own = match &options.credentials {
            CredentialSource::Anonymous => Self::anonymous(),
            CredentialSource::Default => Self::default_of(endpoint)?,
            CredentialSource::File(path) => Self::file(path, endpoint)?,
        };
        match &options.impersonate {
            Some(account) => own.impersonate(account),
            None => Ok(own),
        }
    }

    fn anonymous() -> Self {
        Self {
            credentials: anonymous::Builder::new().build(),
            principal: None,
            project: None,
            location: None,
        }
    }

    /// Application Default Credentials, which are not shown to anyone but Google
    fn default_of(endpoint: &Endpoint) -> Result<Self, Diagnostic> {
        let project = ["GOOGLE_CLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok())
            .filter(|project| !project.is_empty());
        let mut identity = if !endpoint.is_google() {
            Self::anonymous()
        } else if let Some(path) = default_file() {
            let json = read(&path)?;
            Self::known(json, &path)?
        } else {
            // on Google's machines the metadata server has a token
            let credentials = Builder::default().with_scopes(SCOPES).build();
            Self {
                credentials: credentials.map_err(|failure| unusable(&failure, None))?,
                principal: None,
                project: None,
                location: None,
            }
        };
        identity.project = project.or(identity.project);
        Ok(identity)
    }

    fn file(path: &Path, endpoint: &Endpoint) -> Result<Self, Diagnostic> {
        let json = read(path)?;
        if json.get("type").is_some() {
            return Self::known(json, path);
        }
        Self::dataform(&json, path, endpoint)
    }

    /// `.df-credentials.json`: a project, a location and perhaps a key as JSON in a text
    fn dataform(json: &Json, path: &Path, endpoint: &Endpoint) -> Result<Self, Diagnostic> {
        let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
        let Some(project) = text("projectId") else {
            return Err(
                wrong_file(path, "it has neither a `type` nor a `projectId`")
                    .help("give a service account's key, or what `dataform init-creds` writes"),
            );
        };
        let key = text("credentials").filter(|key| !key.trim().is_empty());
        let mut identity = match key {
            Some(key) => {
                let key = serde_json::from_str(&key).map_err(|failure| {
                    wrong_file(path, &format!("`credentials` is no JSON: {failure}"))
                })?;
                Self::known(key, path)?
            }
            None => Self::default_of(endpoint)?,
        };
        identity.project = Some(project);
        identity.location = text("location");
        Ok(identity)
    }

    /// Credentials of one of Google's kinds
    fn known(json: Json, path: &Path) -> Result<Self, Diagnostic> {
        let text = |key: &str| {
            let value = json.get(key).and_then(Json::as_str);
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let project = text("project_id").or_else(|| text("quota_project_id"));
        let (built, principal) = match json.get("type").and_then(Json::as_str) {
            Some("service_account") => {
                let principal = text("client_email").map(|email| format!("serviceAccount:{email}"));
                let scopes = AccessSpecifier::from_scopes(SCOPES);
                let builder = service_account::Builder::new(json).with_access_specifier(scopes);
                (builder.build(), principal)
            }
            Some("authorized_user") => {
                let principal = text("account").map(|email| format!("user:{email}"));
                (user_account::Builder::new(json).build(), principal)
            }
            Some("impersonated_service_account") => {
                let principal = text("service_account_impersonation_url")
                    .as_deref()
                    .and_then(|url| url.rsplit('/').next())
                    .and_then(|account| account.split(':').next())
                    .map(|email| format!("serviceAccount:{email}"));
                let builder = impersonated::Builder::new(json).with_scopes(SCOPES);
                (builder.build(), principal)
            }
            Some("external_account") => {
                let builder = external_account::Builder::new(json).with_scopes(SCOPES);
                (builder.build(), None)
            }
            other => {
                let kind = other.unwrap_or("none");
                return Err(
                    wrong_file(path, &format!("credentials of the type `{kind}`")).help(
                        "give a service account's key, or run `gcloud auth application-default login`",
                    ),
                );
            }
        };
        Ok(Self {
            credentials: built.map_err(|failure| unusable(&failure, Some(path)))?,
            principal,
            project,
            location: None,
        })
    }

    fn impersonate(self, account: &str) -> Result<Self, Diagnostic> {
        let credentials = impersonated::Builder::from_source_credentials(self.credentials)
            .with_target_principal(account)
            .with_scopes(SCOPES)
            .build()
            .map_err(|failure| unusable(&failure, None))?;
        Ok(Self {
            credentials,
            principal: Some(format!("serviceAccount:{account}")),
            ..self
        })
    }
}

/// Where Application Default Credentials are, if they are in a file
fn default_file() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(path) = variable("GOOGLE_APPLICATION_CREDENTIALS") {
        return Some(path.into());
    }
    let folder = match (variable("CLOUDSDK_CONFIG"), variable("APPDATA")) {
        (Some(folder), _) => PathBuf::from(folder),
        (None, Some(data)) if cfg!(windows) => PathBuf::from(data).join("gcloud"),
        _ => PathBuf::from(variable("HOME")?).join(".config/gcloud"),
    };
    let file = folder.join("application_default_credentials.json");
    file.is_file().then_some(file)
}

fn read(path: &Path) -> Result<Json, Diagnostic> {
    let text = std::fs::read_to_string(path).map_err(|failure| {
        wrong_file(path, &failure.to_string())
            .help("name another file, or run `gcloud auth application-default login` and name none")
    })?;
    serde_json::from_str(&text).map_err(|failure| wrong_file(path, &format!("no JSON: {failure}")))
}

fn wrong_file(path: &Path, reason: &str) -> Diagnostic {
    Diagnostic::error(
        code::CREDENTIALS_UNUSABLE,
        format!(
            "the credentials in `{}` cannot be used: {reason}",
            path.display()
        ),
    )
}

fn unusable(failure: &BuildError, path: Option<&Path>) -> Diagnostic {
    match path {
        Some(path) => wrong_file(path, &failure.to_string()),
        None => Diagnostic::error(
            code::CREDENTIALS_UNUSABLE,
            format!("there are no credentials for BigQuery: {failure}"),
        ),
    }
    .help(LOGIN)
}

/// What to do where there are no credentials
pub const LOGIN: &str = "run `gcloud auth application-default login`, or name a service account's key in \
     `GOOGLE_APPLICATION_CREDENTIALS`";

#[cfg(test)]
mod tests {
    use super::*;

    fn load(content: &str, endpoint: &str) -> Result<Identity, Diagnostic> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.json");
        std::fs::write(&path, content).unwrap();
        let options = BigQueryOptions {
            credentials: CredentialSource::File(path),
            ..BigQueryOptions::default()
        };
        Identity::load(&options, &Endpoint::parse(endpoint).unwrap())
    }

    #[tokio::test]
    async fn files_of_each_kind_tell_who_asks() {
        let user = r#"{"type": "authorized_user", "client_id": "c", "client_secret": "s",
            "refresh_token": "r", "account": "a@example.org", "quota_project_id": "p"}"#;
        let identity = load(user, super::super::options::ENDPOINT).unwrap();
        assert_eq!(identity.principal.as_deref(), Some("user:a@example.org"));
        assert_eq!(identity.project.as_deref(), Some("p"));
        let dataform = r#"{"projectId": "p1", "location": "EU"}"#;
        let identity = load(dataform, "http://127.0.0.1:1").unwrap();
        assert_eq!(identity.project.as_deref(), Some("p1"));
        assert_eq!(identity.location.as_deref(), Some("EU"));
        assert_eq!(identity.principal, None);
    }

    #[test]
    fn files_of_no_kind_are_refused_with_the_reason() {
        for (content, part) in [
            ("{", "no JSON"),
            ("{}", "neither a `type` nor a `projectId`"),
            (r#"{"type": "other"}"#, "credentials of the type `other`"),
            (
                r#"{"projectId": "p", "credentials": "{"}"#,
                "`credentials` is no JSON",
            ),
        ] {
            let failure = load(content, super::super::options::ENDPOINT).unwrap_err();
            assert_eq!(failure.code, code::CREDENTIALS_UNUSABLE);
            assert!(failure.message.contains(part), "{}", failure.message);
        }
    }
}
