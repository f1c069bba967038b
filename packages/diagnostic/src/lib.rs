//! The one value in which every room says what is wrong: a stable code, a message, a place in the
//! user's file and the next step; terminal and JSON render the same value

pub mod code;
mod excerpt;
mod json;
mod render;
mod suggest;

use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

pub use code::Code;
pub use json::{Finding, to_json};
pub use render::Renderer;
pub use suggest::{did_you_mean, nearest};

/// How much a diagnostic weighs
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing has to be done
    Note,
    /// The reader can and should act, the command goes on
    Warning,
    /// The command cannot do what it was asked for
    Error,
}

/// A place in a text that the user wrote (or, for SQL that JavaScript made, in the compiled SQL)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Path relative to the project folder, with forward slashes; or a name for a text that is no file
    pub file: String,
    /// The whole text that `span` points into
    pub source: Arc<str>,
    /// Byte range in `source`, on character boundaries
    pub span: Range<usize>,
}

impl Location {
    /// A place in `source`; a span that is out of range or not on character boundaries is clipped.
    /// A byte order mark is left out, as it takes no column
    pub fn new(file: impl Into<String>, source: impl Into<Arc<str>>, span: Range<usize>) -> Self {
        let mut source = source.into();
        let mut span = span;
        if let Some(rest) = source.strip_prefix('\u{feff}') {
            let mark = source.len() - rest.len();
            span = span.start.saturating_sub(mark)..span.end.saturating_sub(mark);
            source = rest.into();
        }
        let start = floor_boundary(&source, span.start);
        let mut end = floor_boundary(&source, span.end.max(span.start)).max(start);
        // a line's end is not part of what is underlined
        end = start + source[start..end].trim_end_matches(['\r', '\n']).len();
        Self {
            file: file.into(),
            source,
            span: start..end,
        }
    }

    /// 1-based line and column; columns count characters, as editors do
    pub fn line_column(&self) -> (usize, usize) {
        line_column(&self.source, self.span.start)
    }

    /// The same of the end, which is the column after the last character
    pub fn end(&self) -> (usize, usize) {
        line_column(&self.source, self.span.end)
    }

    /// The text that is pointed at
    pub fn text(&self) -> &str {
        &self.source[self.span.clone()]
    }
}

/// 1-based line and column (in characters) of a byte offset in `text`
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..floor_boundary(text, offset)];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (
        before.bytes().filter(|byte| *byte == b'\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// The byte offset of a 1-based line and column (in characters), clipped to the text
pub fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let mut start = 0;
    for _ in 1..line {
        match text[start..].find('\n') {
            Some(at) => start += at + 1,
            None => return text.len(),
        }
    }
    let row = text[start..].split('\n').next().unwrap_or_default();
    let within = row
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(row.len(), |(at, _)| at);
    start + within
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Another place that a finding has to do with
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// What is there: a lower-case fragment
    pub message: String,
    /// Where
    pub location: Location,
}

/// One finding
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of finding it is; see [`code`]
    pub code: Code,
    /// How much it weighs
    pub severity: Severity,
    /// A lower-case fragment without a full stop
    pub message: String,
    /// The place, where one is known
    pub location: Option<Location>,
    /// What is said at the place itself, where the message alone would not do: a few words
    pub label: Option<String>,
    /// A file without a position in it, where `location` is unknown
    pub file: Option<String>,
    /// The action it is about, as `dataset.name`
    pub action: Option<String>,
    /// The next step
    pub help: Option<String>,
    /// Other places that have to do with it, in the order in which to read them
    pub related: Vec<Related>,
}

impl Diagnostic {
    /// An error with nothing but a code and a message
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            location: None,
            label: None,
            file: None,
            action: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// The same as a warning
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// With a place in a text
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// With a file but no position in it
    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// With the action it is about
    #[must_use]
    pub fn of_action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// With the next step
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a few words at its place
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With another place that it has to do with
    #[must_use]
    pub fn relate(mut self, message: impl Into<String>, location: Location) -> Self {
        self.related.push(Related {
            message: message.into(),
            location,
        });
        self
    }

    /// The file it points at, if any
    pub fn file(&self) -> Option<&str> {
        self.location
            .as_ref()
            .map(|location| location.file.as_str())
            .or(self.file.as_deref())
    }
}

impl std::fmt::Display for Diagnostic {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(location) = &self.location {
            let (line, column) = location.line_column();
            write!(formatter, "{}:{line}:{column}: ", location.file)?;
        } else if let Some(file) = &self.file {
            write!(formatter, "{file}: ")?;
        }
        write!(formatter, "{}", self.message)
    }
}

impl std::error::Error for Diagnostic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_go_back_to_offsets() {
        let text = "sélect\n  x, ÿ\nfrom t";
        let offset = text.find('ÿ').unwrap_or_default();
        assert_eq!(line_column(text, offset), (2, 6));
        assert_eq!(offset_of(text, 2, 6), offset);
        assert_eq!(offset_of(text, 9, 9), text.len());
    }

    #[test]
    fn a_span_inside_a_character_is_clipped() {
        let location = Location::new("a.sqlx", "é", 1..1);
        assert_eq!(location.span, 0..0);
    }
}
