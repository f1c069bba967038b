//! Where a place of a file stands in the JavaScript that Dataform makes of it: its messages about syntax
//! show a line of that

use std::ops::Range;

use super::extract::Parts;
use super::generate::base_name;

/// A line of code that Dataform makes
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedLine {
    /// Counted from 1
    pub number: usize,
    /// The line, without its end
    pub text: String,
    /// The place, as bytes of the line
    pub span: Range<usize>,
}

/// Lines before the code of a file
const BEFORE_FILE: usize = 3;

/// Lines in the function that gives the statements, before the project's own code
const BEFORE_BODY: usize = 9;

/// The line of a module of plain JavaScript
pub fn line_of_javascript(text: &str, span: Range<usize>) -> Option<GeneratedLine> {
    let mut layout = Layout::new(text, span);
    layout.verbatim(0..text.len());
    layout.line()
}

/// The line of the module of a SQLX file; `None` for places beyond the statements
pub fn line_of_sqlx(
    path: &str,
    text: &str,
    parts: &Parts,
    span: Range<usize>,
) -> Option<GeneratedLine> {
    let mut layout = Layout::new(text, span);
    layout.plain(&format!(
        "dataform.sqlxAction({{\n  sqlxConfig: {{\n    name: \"{}\",\n    type: \"operations\",\n    ...",
        base_name(path)
    ));
    match &parts.config {
        Some(config) => layout.verbatim(config.clone()),
        None => layout.plain("{}"),
    }
    layout.plain("\n  },\n  sqlStatementCount: ");
    layout.plain(&format!(
        "{},\n  sqlContextable: (ctx) => {{\n",
        parts.statements.len()
    ));
    layout.plain(&"\n".repeat(BEFORE_BODY));
    layout.plain("    ");
    for (index, block) in parts.javascript.iter().enumerate() {
        layout.plain(if index > 0 { "\n" } else { "" });
        layout.verbatim(block.clone());
    }
    layout.plain("\n    return [");
    for (index, statement) in parts.statements.iter().enumerate() {
        layout.plain(if index > 0 { ",`" } else { "`" });
        for piece in &statement.pieces {
            layout.verbatim(piece.span.clone());
        }
        layout.plain("`");
    }
    layout.plain("];");
    layout.line()
}

struct Layout<'a> {
    file: &'a str,
    wanted: Range<usize>,
    code: String,
    found: Option<Range<usize>>,
    inside: bool,
}

impl<'a> Layout<'a> {
    fn new(file: &'a str, wanted: Range<usize>) -> Self {
        Self {
            file,
            wanted,
            code: "\n".repeat(BEFORE_FILE) + "          ",
            found: None,
            inside: false,
        }
    }

    fn plain(&mut self, code: &str) {
        self.code.push_str(code);
    }

    fn verbatim(&mut self, source: Range<usize>) {
        let start = self.code.len();
        let Some(text) = self.file.get(source.clone()) else {
            return;
        };
        self.code.push_str(text);
        let at = self.wanted.start;
        // the end of a stretch is the place only where no other stretch begins there
        let inside = source.contains(&at) && !self.inside;
        if inside || self.found.is_none() && at == source.end {
            let from = start + at - source.start;
            let to = start + self.wanted.end.min(source.end).max(at) - source.start;
            self.found = Some(from..to);
            self.inside = inside;
        }
    }

    fn line(self) -> Option<GeneratedLine> {
        let found = self.found?;
        let start = self.code[..found.start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.code[start..]
            .find('\n')
            .map_or(self.code.len(), |at| start + at);
        Some(GeneratedLine {
            number: self.code[..start].matches('\n').count() + 1,
            text: self.code[start..end].trim_end_matches('\r').to_owned(),
            span: found.start - start..found.end.min(end) - start,
        })
    }
}
