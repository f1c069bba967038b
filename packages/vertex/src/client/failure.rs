//! Why Vertex AI did not do what it was asked for

use diagnostic::{Code, Diagnostic, code};
use serde_json::Value;

use crate::resource::Status;

/// Why Vertex AI did not do what it was asked for
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable code
    pub code: Code,
    /// A lower-case fragment
    pub message: String,
    /// The next step
    pub help: Option<String>,
    /// Whether another attempt may go better
    pub transient: bool,
    /// HTTP's status, where there was an answer
    pub status: Option<u16>,
}

impl Failure {
    /// With a code, a message and nothing else
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            transient: false,
            status: None,
        }
    }

    /// With the next step
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// No answer came
    pub fn unreachable(address: &str, reason: &str) -> Self {
        Self {
            transient: true,
            ..Self::new(
                code::VERTEX_UNREACHABLE,
                format!("no answer from `{address}`: {reason}"),
            )
        }
    }

    /// An answer with an error
    pub fn of_answer(status: u16, body: &str) -> Self {
        let json: Value = serde_json::from_str(body).unwrap_or_default();
        let words = json["error"]["message"].as_str();
        let words = words.unwrap_or_else(|| body.trim());
        let message = match words {
            "" => format!("Vertex AI answered with HTTP status {status}"),
            words => format!(
                "Vertex AI refused the request: {}",
                words.trim_end_matches('.')
            ),
        };
        let help = match status {
            401 => Some("run `gcloud auth application-default login`, or give the server's token"),
            403 => Some("the account needs the role `roles/aiplatform.user` in the project"),
            _ => None,
        };
        Self {
            help: help.map(str::to_owned),
            transient: is_transient(status),
            status: Some(status),
            ..Self::new(code::VERTEX_REFUSED, message)
        }
    }

    /// An operation that ended with an error
    pub fn of_operation(name: &str, status: &Status) -> Self {
        let number = name.rsplit('/').next().unwrap_or_default();
        let words = status.message.trim_end_matches('.');
        Self::new(
            code::VERTEX_OPERATION_FAILED,
            format!("operation {number} of Vertex AI failed: {words}"),
        )
    }

    /// What was there is gone
    pub fn gone(name: &str) -> Self {
        Self::new(
            code::VERTEX_REFUSED,
            format!("`{name}` is not there any more"),
        )
    }

    /// An answer of another shape
    pub fn unreadable(error: &serde_json::Error) -> Self {
        Self::new(
            code::VERTEX_REFUSED,
            format!("Vertex AI's answer is not what its interface describes: {error}"),
        )
    }

    /// The caller wants no answer any more
    pub fn stopped() -> Self {
        Self::new(code::INTERRUPTED, "interrupted")
    }

    /// Whether nothing is at the name that was asked for
    pub fn is_missing(&self) -> bool {
        self.status == Some(404)
    }

    /// For people
    pub fn into_diagnostic(self) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, self.message);
        diagnostic.help = self.help;
        diagnostic
    }
}

/// Whether a request that was answered so was not done and may be done later
pub fn is_transient(status: u16) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}
