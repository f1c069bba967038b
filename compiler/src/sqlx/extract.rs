//! The parts of an action in a SQLX file

use std::ops::Range;

use super::javascript::{end_of_javascript, last_comment_end};
use super::lexer::parse;
use super::tree::{Node, NodeKind};

/// What a stretch of SQL becomes
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PieceKind {
    /// Itself
    Text,
    /// Itself, but JavaScript's escapes apply
    Comment,
    /// The value of the JavaScript in it
    Placeholder,
    /// The same where the lexer sees no placeholder, inside double quotes
    QuotedPlaceholder,
}

/// A stretch of SQL
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it becomes
    pub kind: PieceKind,
    /// Its bytes in the file
    pub span: Range<usize>,
}

/// A statement: what stands between two separators
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// In order, without gaps other than blocks
    pub pieces: Vec<Piece>,
}

/// An `input` block
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The quoted names before the brace
    pub labels: Vec<String>,
    /// The query
    pub statements: Vec<Statement>,
}

/// The parts of a SQLX file
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// The last `config` block, from its brace
    pub config: Option<Range<usize>>,
    /// What stands in the `js` blocks
    pub javascript: Vec<Range<usize>>,
    /// At least one
    pub statements: Vec<Statement>,
    /// `incremental_where`
    pub incremental_where: Option<Vec<Statement>>,
    /// `pre_operations`
    pub pre_operations: Option<Vec<Statement>>,
    /// `post_operations`
    pub post_operations: Option<Vec<Statement>>,
    /// `input` blocks
    pub inputs: Vec<Input>,
}

/// A block with more statements than it may have
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlxError {
    /// Dataform's message
    pub message: String,
    /// The block
    pub span: Range<usize>,
}

/// Takes a SQLX file apart.
///
/// # Errors
/// When an `incremental_where` or `input` block has a separator in it.
pub fn extract(text: &str) -> Result<Parts, SqlxError> {
    let nodes = parse(text);
    let mut parts = Parts::default();
    let mut sql = Vec::new();
    for node in &nodes {
        match node.kind {
            NodeKind::JavaScript => javascript(text, node, &mut parts),
            NodeKind::Block => block(text, node, &mut parts)?,
            _ => sql.push(node),
        }
    }
    parts.statements = split(text, &sql);
    Ok(parts)
}

fn javascript(text: &str, node: &Node, parts: &mut Parts) {
    let span = &node.span;
    if text[span.clone()].starts_with("config") {
        parts.config = Some(span.start + "config ".len()..span.end);
    } else {
        let start = span.start + "js {".len();
        let last = text[start..span.end].chars().next_back();
        parts
            .javascript
            .push(start..span.end - last.map_or(0, char::len_utf8));
    }
}

fn block(text: &str, node: &Node, parts: &mut Parts) -> Result<(), SqlxError> {
    let [opener, body @ ..] = node.children.as_slice() else {
        return Ok(());
    };
    let closed = body
        .last()
        .is_some_and(|last| last.kind == NodeKind::Text && &text[last.span.clone()] == "}");
    let mut body = body[..body.len() - usize::from(closed)].to_vec();
    // Dataform takes the last character of a block for its brace, even where the file ends before that
    if let Some(last) = body
        .last_mut()
        .filter(|last| !closed && last.kind == NodeKind::Text)
    {
        let character = text[last.span.clone()].chars().next_back();
        last.span.end -= character.map_or(0, char::len_utf8);
    }
    let body: Vec<&Node> = body.iter().collect();
    let statements = split(text, &body);
    let opener = &text[opener.span.clone()];
    let keyword = opener.split(' ').next().unwrap_or_default();
    if statements.len() > 1 && matches!(keyword, "incremental_where" | "input") {
        return Err(SqlxError {
            message: format!("'{keyword}' code blocks may only contain a single SQL statement."),
            span: node.span.clone(),
        });
    }
    match keyword {
        "incremental_where" => parts.incremental_where = Some(statements),
        "pre_operations" => parts.pre_operations = Some(statements),
        "post_operations" => parts.post_operations = Some(statements),
        _ => parts.inputs.push(Input {
            labels: opener
                .split('"')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect(),
            statements,
        }),
    }
    Ok(())
}

fn split(text: &str, nodes: &[&Node]) -> Vec<Statement> {
    let mut statements = vec![Vec::new()];
    for node in nodes {
        if node.kind == NodeKind::Separator {
            statements.push(Vec::new());
        } else if let Some(pieces) = statements.last_mut() {
            for leaf in node.leaves() {
                let kind = match leaf.kind {
                    NodeKind::Comment => PieceKind::Comment,
                    NodeKind::Placeholder => PieceKind::Placeholder,
                    _ => PieceKind::Text,
                };
                push(pieces, kind, leaf.span.clone());
            }
        }
    }
    statements
        .into_iter()
        .map(|pieces| Statement {
            pieces: pieces
                .into_iter()
                .flat_map(|piece| quoted_placeholders(text, piece))
                .collect(),
        })
        .collect()
}

/// Adjacent text becomes one piece
fn push(pieces: &mut Vec<Piece>, kind: PieceKind, span: Range<usize>) {
    match pieces.last_mut() {
        Some(last)
            if last.kind == PieceKind::Text
                && kind == PieceKind::Text
                && last.span.end == span.start =>
        {
            last.span.end = span.end;
        }
        _ => pieces.push(Piece { kind, span }),
    }
}

/// Splits text at the placeholders that the lexer leaves inside double quotes
fn quoted_placeholders(text: &str, piece: Piece) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = piece.span.start;
    if piece.kind == PieceKind::Text && text[piece.span.clone()].contains("${") {
        let last = last_comment_end(&text[..piece.span.end]);
        while let Some(found) = text[at..piece.span.end].find("${") {
            let start = at + found;
            let end = end_of_javascript(&text[..piece.span.end], start + 2, last);
            if !text[start..end].ends_with('}') {
                break;
            }
            push(&mut pieces, PieceKind::Text, at..start);
            pieces.push(Piece {
                kind: PieceKind::QuotedPlaceholder,
                span: start..end,
            });
            at = end;
        }
    }
    pieces.push(Piece {
        kind: piece.kind,
        span: at..piece.span.end,
    });
    pieces.retain(|piece| !piece.span.is_empty());
    pieces
}
