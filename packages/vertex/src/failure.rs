//! Errors as Google's REST interfaces answer them

use std::io;

use serde_json::{Value, json};

use crate::resource::Status;

/// The kinds of errors (`google.rpc.Code`), of those that occur here
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// Stopped by request
    Cancelled,
    /// The request is wrong, whatever the state
    InvalidArgument,
    /// It took too long
    DeadlineExceeded,
    /// What is named is not there
    NotFound,
    /// What is to be made is there already
    AlreadyExists,
    /// The caller may not
    PermissionDenied,
    /// Too much at once
    ResourceExhausted,
    /// The request is wrong in the state that there is
    FailedPrecondition,
    /// Somebody else was faster, or the work was cut off
    Aborted,
    /// Not a capability of this server
    Unimplemented,
    /// A fault here
    Internal,
    /// Not at the moment
    Unavailable,
    /// The caller did not say who it is
    Unauthenticated,
}

impl Code {
    /// The number, the name, and the status of HTTP
    fn parts(self) -> (i32, &'static str, u16) {
        match self {
            Self::Cancelled => (1, "CANCELLED", 499),
            Self::InvalidArgument => (3, "INVALID_ARGUMENT", 400),
            Self::DeadlineExceeded => (4, "DEADLINE_EXCEEDED", 504),
            Self::NotFound => (5, "NOT_FOUND", 404),
            Self::AlreadyExists => (6, "ALREADY_EXISTS", 409),
            Self::PermissionDenied => (7, "PERMISSION_DENIED", 403),
            Self::ResourceExhausted => (8, "RESOURCE_EXHAUSTED", 429),
            Self::FailedPrecondition => (9, "FAILED_PRECONDITION", 400),
            Self::Aborted => (10, "ABORTED", 409),
            Self::Unimplemented => (12, "UNIMPLEMENTED", 501),
            Self::Internal => (13, "INTERNAL", 500),
            Self::Unavailable => (14, "UNAVAILABLE", 503),
            Self::Unauthenticated => (16, "UNAUTHENTICATED", 401),
        }
    }

    /// The status of HTTP
    pub fn http(self) -> u16 {
        self.parts().2
    }
}

/// Why a request was not done
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Its kind
    pub code: Code,
    /// What is wrong
    pub message: String,
    /// The field of the request that is wrong, where one is
    pub field: Option<String>,
}

impl Failure {
    /// A failure of a kind
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
        }
    }

    /// A field of the request is wrong
    pub fn field(field: impl Into<String>, message: impl AsRef<str>) -> Self {
        let field = field.into();
        Self {
            code: Code::InvalidArgument,
            message: format!("`{field}`: {}", message.as_ref()),
            field: Some(field),
        }
    }

    /// The state does not allow it
    pub fn precondition(message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, message)
    }

    /// Not a capability of this server
    pub fn unimplemented(message: impl Into<String>) -> Self {
        Self::new(Code::Unimplemented, message)
    }

    /// The document that is answered
    pub fn document(&self) -> Value {
        let (_, name, http) = self.code.parts();
        let mut error = json!({ "code": http, "message": self.message, "status": name });
        if let Some(field) = &self.field {
            error["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [{ "field": field, "description": self.message }],
            }]);
        }
        json!({ "error": error })
    }

    /// As it stands in an operation or a job
    pub fn status(&self) -> Status {
        Status {
            code: self.code.parts().0,
            message: self.message.clone(),
            details: Vec::new(),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::new(Code::Internal, error.to_string())
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::new(Code::Internal, error.to_string())
    }
}
