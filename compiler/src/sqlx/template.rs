//! Statements as text, calls of the context's functions, and expressions that need the engine

use std::ops::Range;

use super::escape::{cook_comment, normalise_lines};
use super::expression::{Expression, whole};
use super::extract::{PieceKind, Statement};
use super::literal::parse_arguments;
use crate::value::Value;

/// A stretch of a statement
#[derive(Debug, Clone, PartialEq)]
pub enum TemplatePart {
    /// Itself
    Text(String),
    /// `ref(…)`
    Ref(Vec<Value>),
    /// `resolve(…)`
    Resolve(Vec<Value>),
    /// `self()`
    SelfName,
    /// `name()`
    Name,
    /// `schema()`
    Schema,
    /// `database()`
    Database,
    /// `incremental()`
    Incremental,
    /// Any other placeholder
    Expression(Expression),
}

/// A stretch of a statement whose placeholders need the engine
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// Itself
    Text(String),
    /// What a placeholder with these bytes of the file evaluates to
    Code(Range<usize>),
}

/// The statement as text and placeholders that can be evaluated each on its own, or `None` where only
/// the engine can tell what is text: backslashes and slashes may hide from the lexer where code ends
pub fn slots(file: &str, statement: &Statement) -> Option<Vec<Slot>> {
    let mut slots: Vec<Slot> = Vec::new();
    for piece in &statement.pieces {
        let text = &file[piece.span.clone()];
        let cooked = match piece.kind {
            PieceKind::Text if !text.contains("${") => normalise_lines(text),
            PieceKind::Comment => cook_comment(text)?,
            PieceKind::Placeholder if text.ends_with('}') && !text.contains(['\\', '/']) => {
                slots.push(Slot::Code(piece.span.clone()));
                continue;
            }
            _ => return None,
        };
        match slots.last_mut() {
            Some(Slot::Text(before)) => before.push_str(&cooked),
            _ => slots.push(Slot::Text(cooked)),
        }
    }
    Some(slots)
}

/// The statement as parts, or `None` where only the module's whole code can tell what it makes
pub fn template(file: &str, statement: &Statement) -> Option<Vec<TemplatePart>> {
    let mut parts: Vec<TemplatePart> = Vec::new();
    for piece in &statement.pieces {
        let text = &file[piece.span.clone()];
        let cooked = match piece.kind {
            PieceKind::Text if text.contains("${") => return None,
            PieceKind::Text => normalise_lines(text),
            PieceKind::Comment => cook_comment(text)?,
            // in double quotes, code is text: its backslashes and backticks are escaped
            PieceKind::QuotedPlaceholder if text.contains(['\\', '`']) => return None,
            PieceKind::Placeholder | PieceKind::QuotedPlaceholder => {
                let code = text.strip_prefix("${")?.strip_suffix('}')?;
                let start = piece.span.start + "${".len();
                let part = match call(code) {
                    Some(part) => part,
                    None => TemplatePart::Expression(whole(file, start, start + code.len())?),
                };
                parts.push(part);
                continue;
            }
        };
        match parts.last_mut() {
            Some(TemplatePart::Text(before)) => before.push_str(&cooked),
            _ => parts.push(TemplatePart::Text(cooked)),
        }
    }
    Some(parts)
}

/// The statement as parts of which none needs the engine
pub fn plain_template(file: &str, statement: &Statement) -> Option<Vec<TemplatePart>> {
    let expression = |part: &TemplatePart| matches!(part, TemplatePart::Expression(_));
    template(file, statement).filter(|parts| !parts.iter().any(expression))
}

/// The text of a statement without placeholders
pub fn constant(parts: &[TemplatePart]) -> Option<&str> {
    match parts {
        [] => Some(""),
        [TemplatePart::Text(text)] => Some(text),
        _ => None,
    }
}

fn call(code: &str) -> Option<TemplatePart> {
    let (function, rest) = code.trim().split_once('(')?;
    let arguments = rest.strip_suffix(')')?;
    let bare = |part: TemplatePart| arguments.trim().is_empty().then_some(part);
    match function.trim_end() {
        "ref" => Some(TemplatePart::Ref(parse_arguments(arguments)?)),
        "resolve" => Some(TemplatePart::Resolve(parse_arguments(arguments)?)),
        "self" => bare(TemplatePart::SelfName),
        "name" => bare(TemplatePart::Name),
        "schema" => bare(TemplatePart::Schema),
        "database" => bare(TemplatePart::Database),
        "incremental" => bare(TemplatePart::Incremental),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::extract::extract;
    use super::*;

    fn shown(file: &str) -> Option<String> {
        let parts = template(file, &extract(file).unwrap().statements[0])?;
        let shown = parts.into_iter().map(|part| match part {
            TemplatePart::Text(text) => text,
            TemplatePart::Expression(expression) => format!("<{}>", expression.code),
            other => format!("{other:?}"),
        });
        Some(shown.collect())
    }

    #[test]
    fn plain_calls_need_no_engine_and_other_code_does() {
        for (file, expected) in [
            (
                "a ${ ref(\"x\", 'y') } b ${self()}",
                Some("a Ref([String(\"x\"), String(\"y\")]) b SelfName"),
            ),
            ("\"${self()}\"", Some("\"SelfName\"")),
            ("${ref(x)}", Some("<ref(x)>")),
            ("${ref(\"x\") + 1}", Some("<ref($0) + $1>")),
            ("${self(1)}", Some("<self($0)>")),
            ("\"${f()}\"", Some("\"<f()>\"")),
            ("\"${`f`}\"", None),
            ("${x = 1}", None),
            ("-- \\n", None),
        ] {
            assert_eq!(shown(file).as_deref(), expected, "{file}");
        }
    }
}
