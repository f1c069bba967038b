//! Splits a statement into words, symbols, and stretches that no rule touches

use std::borrow::Cow;

use crate::text::{ends_line, is_space};

/// What stands between two pieces
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Nothing
    None,
    /// One blank
    Space,
    /// A line break, directly before the next piece
    Line,
    /// A line break and then a blank, where a rule broke the line and the blank was there before
    LineAndSpace,
}

impl Gap {
    /// Whether there is any white space
    pub fn is_open(self) -> bool {
        self != Self::None
    }

    /// Whether there is a line break
    pub fn breaks(self) -> bool {
        matches!(self, Self::Line | Self::LineAndSpace)
    }

    /// With a line break put before what there is
    pub fn broken_first(self) -> Self {
        match self {
            Self::None | Self::Line => Self::Line,
            Self::Space | Self::LineAndSpace => Self::LineAndSpace,
        }
    }
}

/// What a piece is
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// ASCII letters, digits and underscores
    Word,
    /// Any other character
    Symbol,
    /// A name in backticks or a comment between slashes and stars
    Protected,
    /// A comment up to the end of its line; `own_line` when it begins one
    LineComment {
        /// Whether a line break stands before it
        own_line: bool,
    },
    /// The end of the statement, with no text
    End,
}

/// A word, symbol, name or comment
#[derive(Debug, Clone)]
pub struct Piece<'a> {
    /// What it is
    pub kind: Kind,
    /// Its text, as it will be written
    pub text: Cow<'a, str>,
    /// What stands before it
    pub gap: Gap,
}

impl Piece<'_> {
    /// Whether it is this word, in any case
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character
    pub fn is_symbol(&self, symbol: char) -> bool {
        self.kind == Kind::Symbol && self.text.starts_with(symbol)
    }

    /// Puts it in capital letters
    pub fn raise(&mut self) {
        if self.text.bytes().any(|byte| byte.is_ascii_lowercase()) {
            self.text = Cow::Owned(self.text.to_ascii_uppercase());
        }
    }
}

/// The pieces of a statement; the last is its end
pub fn split(statement: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = statement;
    let mut gap = Gap::None;
    while let Some(first) = rest.chars().next() {
        if let Some((piece, after)) = line_comment(rest) {
            pieces.push(Piece { gap, ..piece });
            (rest, gap) = (after, Gap::None);
            continue;
        }
        if is_space(first) {
            (rest, gap) = (rest.trim_start_matches(is_space), Gap::Space);
            continue;
        }
        let (kind, length) = piece_at(rest, first);
        let (text, after) = rest.split_at(length);
        pieces.push(Piece {
            kind,
            text: Cow::Borrowed(text),
            gap,
        });
        (rest, gap) = (after, Gap::None);
    }
    pieces.push(Piece {
        kind: Kind::End,
        text: Cow::Borrowed(""),
        gap,
    });
    pieces
}

fn piece_at(rest: &str, first: char) -> (Kind, usize) {
    let protected = match first {
        '`' => quoted_name(rest),
        '/' => block_comment(rest),
        _ => None,
    };
    if let Some(length) = protected {
        return (Kind::Protected, length);
    }
    let word = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        .count();
    if word > 0 {
        (Kind::Word, word)
    } else {
        (Kind::Symbol, first.len_utf8())
    }
}

/// A comment with the white space before it and the newline after it; a comment that ends with
/// another line break than a newline is not seen as one
fn line_comment(rest: &str) -> Option<(Piece<'_>, &str)> {
    let body = rest.trim_start_matches(is_space);
    if !body.starts_with("--") && !body.starts_with('#') {
        return None;
    }
    let length = body.find(ends_line).unwrap_or(body.len());
    let after = &body[length..];
    if !after.is_empty() && !after.starts_with('\n') {
        return None;
    }
    let blanks = &rest[..rest.len() - body.len()];
    let own_line = blanks.contains('\n');
    let text = if own_line {
        &body[..length]
    } else {
        &rest[..blanks.len() + length]
    };
    let piece = Piece {
        kind: Kind::LineComment { own_line },
        text: Cow::Borrowed(text),
        gap: Gap::None,
    };
    Some((piece, after.strip_prefix('\n').unwrap_or(after)))
}

fn quoted_name(rest: &str) -> Option<usize> {
    let end = rest[1..].find(|character| character == '`' || ends_line(character))?;
    rest[1 + end..].starts_with('`').then_some(end + 2)
}

fn block_comment(rest: &str) -> Option<usize> {
    let body = rest.strip_prefix("/*")?;
    let length = body.find("*/").map_or(body.len(), |end| end + 2);
    let strange = |character: char| character != '\n' && ends_line(character);
    (!body[..length].contains(strange)).then_some(length + 2)
}
