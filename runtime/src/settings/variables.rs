//! The environment variables that are read, each named once

/// The environment variables that are read; an empty one counts as none
#[derive(Debug)]
pub struct EnvironmentVariables;

impl EnvironmentVariables {
    /// The environment of `sqlx-run.toml` to use where `--env` names none
    pub const ENVIRONMENT: &'static str = "SQLX_RUN_ENV";
    /// `HOST:PORT` or a URL of a BigQuery emulator, which is asked instead of Google Cloud, without credentials
    pub const EMULATOR_HOST: &'static str = "BIGQUERY_EMULATOR_HOST";
    /// The address of a Vertex AI that is asked instead of Google's
    pub const VERTEX_ENDPOINT: &'static str = "SQLX_RUN_VERTEX_ENDPOINT";
    /// The token that callers of `serve` must show, and that our own commands show to a server
    pub const SERVE_TOKEN: &'static str = "SQLX_RUN_SERVE_TOKEN";
    /// The key file of a service account, where nothing else says with whose rights BigQuery is asked
    pub const CREDENTIALS: &'static str = "GOOGLE_APPLICATION_CREDENTIALS";
    /// Without colours, whatever its value is
    pub const NO_COLOR: &'static str = "NO_COLOR";
    /// The time zone of the project's JavaScript; a part of what makes a remembered compilation valid
    pub const TIME_ZONE: &'static str = "TZ";

    /// The file of the page that GitHub shows for a job; GitHub sets it
    pub const GITHUB_STEP_SUMMARY: &'static str = "GITHUB_STEP_SUMMARY";
    /// The root of the repository that GitHub has checked out; GitHub sets it
    pub const GITHUB_WORKSPACE: &'static str = "GITHUB_WORKSPACE";

    /// All of them
    pub const ALL: [&'static str; 9] = [
        Self::ENVIRONMENT,
        Self::EMULATOR_HOST,
        Self::VERTEX_ENDPOINT,
        Self::SERVE_TOKEN,
        Self::CREDENTIALS,
        Self::NO_COLOR,
        Self::TIME_ZONE,
        Self::GITHUB_STEP_SUMMARY,
        Self::GITHUB_WORKSPACE,
    ];

    /// The value of one of them
    pub fn read(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }
}
