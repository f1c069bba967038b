//! The JavaScript that a SQLX file stands for, with the way back from its positions to the file's

use std::ops::Range;

use super::escape::{escape_comment, escape_text, string_literal};
use super::expression::CONTEXT;
use super::extract::{Parts, PieceKind, Statement};
use super::template::{Slot, constant, plain_template, slots};

/// JavaScript with its origin
#[derive(Debug, Clone, Default)]
pub struct Generated {
    /// The code of the module's body
    pub text: String,
    /// The stretches that come from the file, in order
    pub segments: Vec<Segment>,
}

/// A stretch of generated code and the stretch of the file that it comes from
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Bytes in the code
    pub generated: Range<usize>,
    /// Bytes in the file
    pub source: Range<usize>,
}

impl Generated {
    /// The byte of the file that a byte of the code comes from, or the nearest one before it
    pub fn source_offset(&self, offset: usize) -> Option<usize> {
        let segment = self
            .segments
            .iter()
            .rev()
            .find(|segment| segment.generated.start <= offset)?;
        let within = offset - segment.generated.start;
        if segment.generated.len() == segment.source.len() {
            Some((segment.source.start + within).min(segment.source.end))
        } else if segment.generated.is_empty() {
            Some(segment.source.start)
        } else {
            let share = within * segment.source.len() / segment.generated.len();
            Some((segment.source.start + share).min(segment.source.end))
        }
    }
}

/// Writes the module for the SQLX file at `path`, whose only effect is one call of `__sqlx`
pub fn generate(path: &str, text: &str, parts: &Parts) -> Generated {
    let mut writer = Writer {
        file: text,
        out: Generated::default(),
    };
    writer.plain("__sqlx({ config: { name: ");
    writer.plain(&string_literal(base_name(path)));
    writer.plain(", type: \"operations\"");
    if let Some(config) = &parts.config {
        writer.plain(", ...");
        writer.verbatim(config.clone());
    }
    writer.plain(" }");
    let dynamic_javascript = !parts.javascript.is_empty();
    let head = format!("({{ {} }}) => {{", CONTEXT.join(", "));
    for (key, statements) in [
        ("sql", Some(&parts.statements)),
        ("where", parts.incremental_where.as_ref()),
        ("pre", parts.pre_operations.as_ref()),
        ("post", parts.post_operations.as_ref()),
    ] {
        let Some(statements) = statements else {
            continue;
        };
        if dynamic_javascript || !is_static(statements, text) {
            writer.plain(", ");
            writer.plain(key);
            writer.plain(": ");
            writer.function(&head, parts, statements, true);
        }
    }
    if !parts.inputs.is_empty() {
        writer.plain(", inputs: [");
        for input in &parts.inputs {
            if dynamic_javascript || !is_constant(&input.statements, text) {
                writer.function("() => {", parts, &input.statements, false);
            } else {
                writer.plain("undefined");
            }
            writer.plain(", ");
        }
        writer.plain("]");
    }
    writer.plain(" });");
    writer.out
}

/// The file name without folders and without its last extension
pub fn base_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(base, _)| base)
}

/// Whether the SQL needs no JavaScript engine
fn is_static(statements: &[Statement], text: &str) -> bool {
    statements
        .iter()
        .all(|statement| plain_template(text, statement).is_some())
}

/// Whether the SQL is the same text always
fn is_constant(statements: &[Statement], text: &str) -> bool {
    statements.iter().all(|statement| {
        plain_template(text, statement).is_some_and(|parts| constant(&parts).is_some())
    })
}

struct Writer<'a> {
    file: &'a str,
    out: Generated,
}

impl Writer<'_> {
    fn plain(&mut self, code: &str) {
        self.out.text.push_str(code);
    }

    fn verbatim(&mut self, source: Range<usize>) {
        self.mapped(source, |text, out| out.push_str(text));
    }

    fn mapped(&mut self, source: Range<usize>, write: fn(&str, &mut String)) {
        let start = self.out.text.len();
        write(&self.file[source.clone()], &mut self.out.text);
        self.out.segments.push(Segment {
            generated: start..self.out.text.len(),
            source,
        });
    }

    /// A function that returns a list with an item for each statement: its text, or with `slotted`, where
    /// possible, the list of the values of its placeholders
    fn function(&mut self, head: &str, parts: &Parts, statements: &[Statement], slotted: bool) {
        self.plain(head);
        self.plain("\n");
        for span in &parts.javascript {
            self.verbatim(span.clone());
        }
        self.plain("\nreturn [");
        for statement in statements {
            match slots(self.file, statement).filter(|_| slotted) {
                Some(slots) => self.values(&slots),
                None => self.template(statement),
            }
            self.plain(", ");
        }
        self.plain("];\n}");
    }

    fn values(&mut self, slots: &[Slot]) {
        self.plain("[");
        for slot in slots {
            if let Slot::Code(span) = slot {
                self.plain("`");
                self.verbatim(span.clone());
                self.plain("`, ");
            }
        }
        self.plain("]");
    }

    fn template(&mut self, statement: &Statement) {
        self.plain("`");
        for piece in &statement.pieces {
            match piece.kind {
                PieceKind::Text | PieceKind::QuotedPlaceholder => {
                    self.mapped(piece.span.clone(), escape_text);
                }
                PieceKind::Comment => self.mapped(piece.span.clone(), escape_comment),
                PieceKind::Placeholder => self.verbatim(piece.span.clone()),
            }
        }
        self.plain("`");
    }
}
