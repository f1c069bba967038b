//! What can go wrong with stored files

use std::io;

/// Why files cannot be read or written
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No folder that this crate knows
    #[error("`{uri}` is no place for files: {reason}")]
    Invalid {
        /// As written
        uri: String,
        /// A fragment
        reason: String,
    },
    /// A file on this machine
    #[error("{path}: {failure}")]
    Local {
        /// Which
        path: String,
        /// Why
        failure: io::Error,
    },
    /// No answer, or one that is none
    #[error("Cloud Storage cannot be reached for {uri}: {reason}")]
    Unreachable {
        /// What was asked for
        uri: String,
        /// A fragment
        reason: String,
    },
    /// The storage refuses
    #[error("Cloud Storage refuses {uri} ({status}): {reason}")]
    Refused {
        /// What was asked for
        uri: String,
        /// HTTP's status
        status: u16,
        /// What the storage says
        reason: String,
    },
    /// Nobody to ask as
    #[error("there are no credentials for Cloud Storage: {reason}")]
    Credentials {
        /// A fragment
        reason: String,
    },
}

impl Error {
    /// Whether it may pass when tried again
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            _ => false,
        }
    }

    /// The next step, where there is one
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Credentials { .. } => Some(
                "run `gcloud auth application-default login`, or name a service account's key in `GOOGLE_APPLICATION_CREDENTIALS`",
            ),
            Self::Refused { status: 403, .. } => {
                Some("grant `roles/storage.objectAdmin` on the bucket")
            }
            Self::Refused { status: 404, .. } => Some("make the bucket first, or check its name"),
            _ => None,
        }
    }
}
