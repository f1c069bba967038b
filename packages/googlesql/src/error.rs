//! The error of this crate: a code, a fragment and a place in the GoogleSQL text

use std::ops::Range;

use diagnostic::Code;

/// What is wrong with a statement, and where
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// One of the `Q` or `M` codes
    pub code: Code,
    /// A lower-case fragment without a full stop
    pub message: String,
    /// Byte range in the text that was parsed
    pub span: Range<usize>,
    /// The next step
    pub help: Option<String>,
}

impl Error {
    /// An error at a place
    pub fn new(code: Code, message: impl Into<String>, span: Range<usize>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            help: None,
        }
    }

    /// With the next step
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a place in `text` that can be shown: what is missing at the end of something is shown at the
    /// word before, or at the first letter where there is none
    #[must_use]
    pub(crate) fn shown_in(mut self, text: &str) -> Self {
        if !self.span.is_empty() {
            return self;
        }
        let before = text.get(..self.span.start).unwrap_or(text).trim_end();
        let part = |letter: char| letter.is_alphanumeric() || letter == '_';
        let start = before.trim_end_matches(part).len();
        self.span = match before.chars().next_back() {
            Some(last) => start.min(before.len() - last.len_utf8())..before.len(),
            None => 0..text.chars().next().map_or(0, char::len_utf8),
        };
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for Error {}
