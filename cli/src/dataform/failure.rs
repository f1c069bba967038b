//! How a command fails: a line that says so, and the error with its class

/// A failure that ends a command
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong; may have several lines
    pub message: String,
    /// The class of the error, where there was one
    pub class: Option<String>,
}

impl Failure {
    /// A failure of the command line itself
    pub fn plain(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            class: None,
        }
    }

    /// An error
    pub fn error(message: impl Into<String>) -> Self {
        Self::of_class("Error", message)
    }

    /// An error of a class
    pub fn of_class(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            class: Some(class.into()),
        }
    }

    /// What a flag's value does to the protocol between Dataform's processes when it is no text
    pub fn not_text(described: &str) -> Self {
        Self::of_class(
            "TypeError [ERR_INVALID_ARG_TYPE]",
            format!(
                "The \"string\" argument must be of type string or an instance of Buffer or ArrayBuffer. Received {described}"
            ),
        )
    }
}
