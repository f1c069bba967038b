//! Diagnostics as text for a terminal, drawn by miette

use std::fmt::Write as _;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, SourceSpan};

use crate::excerpt::Excerpt;
use crate::{Code, Diagnostic, Related, Severity};

/// Writes diagnostics for people
#[derive(Debug, Clone)]
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
                .with_context_lines(CONTEXT),
        }
    }

    /// One diagnostic, with a snippet where its place is known; ends with a newline
    pub fn render(&self, diagnostic: &Diagnostic) -> String {
        let mut text = String::new();
        if self
            .handler
            .render_report(&mut text, &Report::new(diagnostic))
            .is_err()
        {
            text.clear();
            // a terminal that cannot show the snippet still gets the message
            let _ = writeln!(text, "{}: {diagnostic}", diagnostic.code);
        }
        for related in &diagnostic.related {
            if is_close(diagnostic, related) {
                continue;
            }
            let before = text.len();
            if self
                .handler
                .render_report(&mut text, &Report::related(related))
                .is_err()
            {
                text.truncate(before);
                let (line, column) = related.location.line_column();
                let file = &related.location.file;
                let _ = writeln!(text, "{file}:{line}:{column}: {}", related.message);
            }
        }
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

/// A finding, or a place related to one, as the handler takes it
struct Report<'a> {
    code: Option<Code>,
    severity: Severity,
    message: String,
    help: Option<&'a str>,
    excerpt: Option<Excerpt>,
    /// What is said at each place of the excerpt
    labels: Vec<Option<&'a str>>,
}

impl<'a> Report<'a> {
    /// The finding itself, with the related places that are close by in the same text
    fn new(diagnostic: &'a Diagnostic) -> Self {
        let message = match (&diagnostic.location, &diagnostic.file) {
            (None, Some(file)) => format!("{file}: {}", diagnostic.message),
            _ => diagnostic.message.clone(),
        };
        let mut labels = vec![diagnostic.label.as_deref()];
        let excerpt = diagnostic.location.as_ref().map(|location| {
            let mut spans = vec![location.span.clone()];
            for related in close(diagnostic) {
                spans.push(related.location.span.clone());
                labels.push(Some(related.message.as_str()));
            }
            Excerpt::new(location, &spans, CONTEXT)
        });
        Self {
            code: Some(diagnostic.code),
            severity: diagnostic.severity,
            message,
            help: diagnostic.help.as_deref(),
            excerpt,
            labels,
        }
    }

    /// A related place on its own
    fn related(related: &'a Related) -> Self {
        let location = &related.location;
        let span = location.span.clone();
        Self {
            code: None,
            severity: Severity::Note,
            message: related.message.clone(),
            help: None,
            excerpt: Some(Excerpt::new(location, &[span], CONTEXT)),
            labels: vec![None],
        }
    }
}

/// Lines before and after what is pointed at
const CONTEXT: usize = 1;

/// So many lines apart, places are shown in one snippet
const CLOSE: usize = 4;

fn is_close(diagnostic: &Diagnostic, related: &Related) -> bool {
    diagnostic.location.as_ref().is_some_and(|location| {
        let other = &related.location;
        let apart = location.line_column().0.abs_diff(other.line_column().0);
        location.file == other.file && apart <= CLOSE && location.span != other.span
    })
}

fn close(diagnostic: &Diagnostic) -> impl Iterator<Item = &Related> {
    let related = diagnostic.related.iter();
    related.filter(|related| is_close(diagnostic, related))
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
        self.code
            .map(|code| Box::new(code) as Box<dyn std::fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Note => miette::Severity::Advice,
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn std::fmt::Display + 'b>> {
        self.help
            .map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt
            .as_ref()
            .map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let marks = self.excerpt.as_ref()?.marks.iter().zip(&self.labels);
        let spans = marks.enumerate().map(|(number, ((mark, _), label))| {
            let span = SourceSpan::from((mark.start, mark.len()));
            let label = label.map(str::to_owned);
            if number == 0 {
                LabeledSpan::new_primary_with_span(label, span)
            } else {
                LabeledSpan::new_with_span(label, span)
            }
        });
        Some(Box::new(spans))
    }
}
