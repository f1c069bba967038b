//! Diagnostics as text for a terminal (miette) and as JSON

use std::fmt::Write as _;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode, SourceSpan,
};
use serde_json::{Value, json};

use crate::{Diagnostic, Severity};

/// Writes diagnostics for people
pub struct Renderer {
    handler: GraphicalReportHandler,
}

impl Renderer {
    /// With or without colours, for a terminal of `width` columns
    pub fn new(colours: bool, width: usize) -> Self {
        let theme = if colours {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        Self {
            handler: GraphicalReportHandler::new_themed(theme)
                .with_width(width)
                // the terminal breaks lines itself, and commands can be copied whole
                .with_wrap_lines(false)
                .with_context_lines(1),
        }
    }

    /// One diagnostic, with a snippet where its place is known; ends with a newline
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        let mut text = String::new();
        let report = Report::new(diagnostic);
        if self.handler.render_report(&mut text, &report).is_err() {
            text.clear();
            // a terminal that cannot show the snippet still gets the message
            let _ = writeln!(text, "{}: {diagnostic}", diagnostic.code);
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// A diagnostic as JSON: `code`, `severity`, `message` and, where known, `file`, `line`, `column`,
/// `length` (characters), `action`, `help`
pub fn to_json(diagnostic: &Diagnostic) -> Value {
    let mut value = json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
    });
    if let Some(file) = diagnostic.file() {
        value["file"] = json!(file);
    }
    if let Some(location) = &diagnostic.location {
        let (line, column) = location.line_column();
        value["line"] = json!(line);
        value["column"] = json!(column);
        value["length"] = json!(location.source[location.span.clone()].chars().count());
    }
    if let Some(action) = &diagnostic.action {
        value["action"] = json!(action);
    }
    if let Some(help) = &diagnostic.help {
        value["help"] = json!(help);
    }
    value
}

struct Report<'a> {
    diagnostic: &'a Diagnostic,
    message: String,
    source: Option<NamedSource<String>>,
}

impl<'a> Report<'a> {
    fn new(diagnostic: &'a Diagnostic) -> Self {
        let message = match (&diagnostic.location, &diagnostic.file) {
            (None, Some(file)) => format!("{file}: {}", diagnostic.message),
            _ => diagnostic.message.clone(),
        };
        let source = diagnostic
            .location
            .as_ref()
            .map(|location| NamedSource::new(&location.file, location.source.to_string()));
        Self {
            diagnostic,
            message,
            source,
        }
    }
}

impl std::fmt::Debug for Report<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn std::fmt::Display + 'b>> {
        Some(Box::new(self.diagnostic.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.diagnostic.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn std::fmt::Display + 'b>> {
        self.diagnostic
            .help
            .as_ref()
            .map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let location = self.diagnostic.location.as_ref()?;
        let span = SourceSpan::from((location.span.start, location.span.len()));
        Some(Box::new(std::iter::once(LabeledSpan::underline(span))))
    }
}
