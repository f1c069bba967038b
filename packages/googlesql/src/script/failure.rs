//! An error on its way up through a script, to a handler or out of it

use std::ops::Range;

use diagnostic::Code;

use crate::Error;

/// A statement of a script that failed
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable code
    pub code: Code,
    /// A lower-case fragment; what `RAISE` said stands as it is
    pub message: String,
    /// Byte range in the script, where the place within the statement is known
    pub span: Option<Range<usize>>,
    /// Byte range of the statement in the script
    pub statement: Option<Range<usize>>,
    /// The next step
    pub help: Option<String>,
    /// The text of the innermost statement
    pub text: Option<String>,
    /// Where it happened, innermost first
    pub trace: Vec<Place>,
    /// Whether no handler may catch it, such as an interrupt
    pub fatal: bool,
    /// Whether it may pass when the script is tried again
    pub transient: bool,
}

/// A statement's place, for `@@error.stack_trace`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// From 1
    pub line: usize,
    /// From 1, in characters
    pub column: usize,
    /// The procedure's name; `None` in the script itself
    pub procedure: Option<String>,
}

impl Failure {
    /// A failure without a place
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span: None,
            statement: None,
            help: None,
            text: None,
            trace: Vec::new(),
            fatal: false,
            transient: false,
        }
    }

    /// One that no handler may catch
    #[must_use]
    pub fn fatal(mut self) -> Self {
        self.fatal = true;
        self
    }

    /// With the next step
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// In a statement of `text`, unless it is already in one
    pub(crate) fn within(
        mut self,
        text: &str,
        statement: &Range<usize>,
        procedure: Option<&str>,
    ) -> Self {
        if self.statement.is_none() {
            let (line, column) = position(text, self.span.as_ref().unwrap_or(statement).start);
            self.trace.push(Place {
                line,
                column,
                procedure: procedure.map(str::to_owned),
            });
            let written = || text.get(statement.clone()).unwrap_or_default().to_owned();
            self.text.get_or_insert_with(written);
            self.statement = Some(statement.clone());
        }
        self
    }

    /// The failure of the statement that ran the text in which this one happened: the place moves to
    /// that statement, and the message says where in the inner text it was
    pub(crate) fn surfaced(mut self, text: &str, what: &str) -> Self {
        let place = self.span.take().or(self.statement.clone());
        if let (Some(place), true) = (place, self.code != diagnostic::code::SCRIPT_RAISED) {
            let (line, column) = position(text, place.start);
            self.message = format!("{} ({what}, at {line}:{column})", self.message);
        }
        self.statement = None;
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self {
            span: Some(error.span),
            help: error.help,
            ..Self::new(error.code, error.message)
        }
    }
}

/// The line and column of a byte, both from 1
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default();
    (line, column.chars().count() + 1)
}
