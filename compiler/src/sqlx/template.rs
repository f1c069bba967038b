//! Statements whose placeholders are plain calls of the context's functions, so that no engine is needed

use std::ops::Range;

use super::escape::{cook_comment, normalise_lines};
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

/// The statement as parts, or `None` where a placeholder holds other JavaScript
pub fn template(file: &str, statement: &Statement) -> Option<Vec<TemplatePart>> {
    let mut parts: Vec<TemplatePart> = Vec::new();
    for piece in &statement.pieces {
        let text = &file[piece.span.clone()];
        let cooked = match piece.kind {
            PieceKind::Text if text.contains("${") => return None,
            PieceKind::Text => normalise_lines(text),
            PieceKind::Comment => cook_comment(text)?,
            PieceKind::Placeholder => {
                parts.push(call(text.strip_prefix("${")?.strip_suffix('}')?)?);
                continue;
            }
            PieceKind::QuotedPlaceholder => return None,
        };
        match parts.last_mut() {
            Some(TemplatePart::Text(before)) => before.push_str(&cooked),
            _ => parts.push(TemplatePart::Text(cooked)),
        }
    }
    Some(parts)
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

    #[test]
    fn only_plain_calls_are_taken() {
        let parts = |file: &str| template(file, &extract(file).unwrap().statements[0]);
        assert_eq!(
            parts("a ${ ref(\"x\", 'y') } b ${self()}"),
            Some(vec![
                TemplatePart::Text("a ".to_owned()),
                TemplatePart::Ref(vec![Value::from("x"), Value::from("y")]),
                TemplatePart::Text(" b ".to_owned()),
                TemplatePart::SelfName,
            ])
        );
        for dynamic in [
            "${ref(x)}",
            "${ref(\"x\") + 1}",
            "${ref(\"x\").trim()}",
            "${self(1)}",
            "\"${self()}\"",
            "${f()}",
            "-- \\n",
        ] {
            assert_eq!(parts(dynamic), None, "{dynamic}");
        }
    }
}
