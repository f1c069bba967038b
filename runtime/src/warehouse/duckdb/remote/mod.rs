//! Remote models: `ML.GENERATE_TEXT` and `ML.GENERATE_EMBEDDING` ask an endpoint that the project's
//! settings name in the place of Google's
//!
//! A query holds the name of the endpoint and the parameters; address and key are known to the function
//! that DuckDB calls, so that no view and no log has them.

mod function;
mod parameters;
mod protocol;
mod relation;

use serde::Deserialize;

pub use function::register;
pub use relation::relation;

/// `[remote_models.NAME]`, where NAME is the endpoint or the connection of remote models
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoteEndpoint {
    /// How it is asked
    pub protocol: Protocol,
    /// Its address up to what the protocol puts behind it, such as `http://127.0.0.1:11434/v1`
    pub url: String,
    /// The name of the model there; the last part of the remote model's endpoint unless given
    pub model: Option<String>,
    /// The environment variable that has the key
    pub key: Option<String>,
    /// How many requests are under way at once; 4 unless given
    pub parallel: Option<u16>,
    /// How long a request may take, in seconds; 60 unless given
    pub timeout: Option<u32>,
}

/// How an endpoint is asked
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// `POST URL/chat/completions` and `URL/embeddings`
    OpenAi,
    /// `POST URL/models/MODEL:generateContent` and `URL/models/MODEL:embedContent`
    Gemini,
}
