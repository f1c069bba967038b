//! Pieces to lines, and the lines' indentation

use super::pieces::{Gap, Kind, Piece, split};
use super::words::{CLAUSES, clauses_from};
use crate::text::trim;

const INDENT: &str = "  ";

/// A line
#[derive(Default)]
struct Line {
    text: String,
    /// The same without names in backticks and comments between slashes and stars
    bare: String,
}

impl Line {
    fn push(&mut self, piece: &Piece) {
        let space = if piece.gap == Gap::Space { " " } else { "" };
        for text in [&mut self.text, &mut self.bare] {
            text.push_str(space);
        }
        self.text.push_str(&piece.text);
        let bare = match piece.kind {
            Kind::Protected => "%",
            _ => &piece.text,
        };
        self.bare.push_str(bare);
    }

    /// How many parentheses stay open after it. What looks like a comment on the line counts as one,
    /// although it may have been none where it stood, as with other line breaks than newlines.
    fn opened(&self) -> isize {
        split(trim(&self.bare))
            .iter()
            .map(|piece| match piece.kind {
                Kind::Symbol if piece.text == "(" => 1,
                Kind::Symbol if piece.text == ")" => -1,
                _ => 0,
            })
            .sum()
    }
}

/// Writes pieces as lines: two blanks per open parenthesis, two more for what is no clause, and two
/// more for the branches of a `CASE`
pub fn indent(pieces: &[Piece]) -> String {
    let mut written = Vec::new();
    let mut depth: isize = 0;
    for line in lines(pieces) {
        let text = trim(&line.text);
        if text.is_empty() {
            continue;
        }
        let mut levels = depth.unsigned_abs();
        levels += usize::from(!begins_with_clause(text));
        levels += usize::from(begins_with(text, "WHEN") || begins_with(text, "ELSE"));
        written.push(format!("{}{text}", INDENT.repeat(levels)));
        depth = (depth + line.opened()).max(0);
    }
    normal_tag(written.join("\n"))
}

fn lines(pieces: &[Piece]) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for piece in pieces {
        let own_line = piece.kind == Kind::LineComment { own_line: true };
        if piece.gap.breaks() || own_line {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            line.push(piece);
        }
        if matches!(piece.kind, Kind::LineComment { .. }) {
            lines.push(Line::default());
        }
    }
    lines
}

fn begins_with_clause(line: &str) -> bool {
    let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let first = line.bytes().take_while(|&byte| part(byte)).count();
    clauses_from(&line[..first]).iter().any(|&clause| {
        let mut rest = line;
        CLAUSES[clause].iter().enumerate().all(|(index, word)| {
            if index > 0 {
                let Some(next) = rest.strip_prefix(' ') else {
                    return false;
                };
                rest = next;
            }
            let begins = begins_with(rest, word);
            if begins {
                rest = &rest[word.len()..];
            }
            begins
        })
    })
}

/// Whether a line begins with this word, in any case
fn begins_with(line: &str, word: &str) -> bool {
    let ends = |byte: &u8| !(byte.is_ascii_alphanumeric() || *byte == b'_');
    line.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
        && line.as_bytes().get(word.len()).is_none_or(ends)
}

/// `#standardSQL` and `#legacySQL` at the start have their usual spelling and no indentation
fn normal_tag(text: String) -> String {
    let start = text.trim_start_matches(' ');
    for tag in ["#standardSQL", "#legacySQL"] {
        if start
            .get(..tag.len())
            .is_some_and(|begin| begin.eq_ignore_ascii_case(tag))
        {
            return format!("{tag}{}", &start[tag.len()..]);
        }
    }
    text
}
