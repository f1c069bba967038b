//! Where lines do not break after all

use super::pieces::{Gap, Kind, Piece};
use super::words::CONNECTED;

/// `CREATE OR REPLACE` stays together although `OR` begins a line
pub fn create_or_replace(pieces: &mut [Piece]) {
    for at in 0..pieces.len().saturating_sub(3) {
        let [create, or, replace, after] = &mut pieces[at..at + 4] else {
            continue;
        };
        let start = create.text.len().saturating_sub("create".len());
        if create.kind == Kind::Word
            && create.text[start..].eq_ignore_ascii_case("create")
            && or.is_word("or")
            && or.gap.is_open()
            && replace.is_word("replace")
            && replace.gap == Gap::Space
            && after.gap == Gap::Space
        {
            let raised = format!("{}CREATE", &create.text[..start]);
            create.text = raised.into();
            or.raise();
            or.gap = Gap::Space;
            replace.raise();
        }
    }
}

/// The words of a clause stay together although some are clauses themselves; so do `FROM`, `JOIN` and
/// `UNION` with a parenthesis after them
pub fn clause_words(pieces: &mut [Piece]) {
    for at in 1..pieces.len() {
        if pieces[at].gap.breaks() && (is_connected(pieces, at) || is_after_union(pieces, at)) {
            pieces[at].gap = Gap::Space;
        }
    }
}

/// The end of one word and the beginning of the next one count, not whole words
fn is_connected(pieces: &[Piece], at: usize) -> bool {
    let (before, after) = (&pieces[at - 1], &pieces[at]);
    before.kind == Kind::Word
        && CONNECTED
            .iter()
            .any(|(first, second)| before.text.ends_with(first) && after.text.starts_with(second))
}

fn is_after_union(pieces: &[Piece], at: usize) -> bool {
    at >= 2
        && pieces[at].is_symbol('(')
        && matches!(pieces[at - 1].text.as_ref(), "ALL" | "DISTINCT")
        && pieces[at - 1].gap == Gap::Space
        && pieces[at - 2].text.ends_with("UNION")
}

/// `OVER (…)` stands on one line with what is before it, up to the first closing parenthesis
pub fn windows(pieces: &mut [Piece]) {
    let mut at = 0;
    while at + 1 < pieces.len() {
        let window = pieces[at].kind == Kind::Word
            && pieces[at].text.ends_with("OVER")
            && pieces[at + 1].is_symbol('(');
        if !window {
            at += 1;
            continue;
        }
        let close = pieces[at..].iter().position(|piece| piece.is_symbol(')'));
        let Some(length) = close else {
            return;
        };
        let first = if pieces[at].text == "OVER" {
            at
        } else {
            at + 1
        };
        for inner in first..=at + length {
            if pieces[inner].gap.is_open() {
                let opened = inner > 0 && pieces[inner - 1].is_symbol('(');
                pieces[inner].gap = if opened { Gap::None } else { Gap::Space };
            }
        }
        at += length + 1;
    }
}

/// The words after which a condition of a `CASE` ends
const ENDS: [&str; 3] = ["ELSE", "END", "WHEN"];

/// What stands after `WHEN` stays on its line, up to a line that begins with `ELSE`, `END` or `WHEN`;
/// that `WHEN` is passed over
pub fn conditions(pieces: &mut [Piece]) {
    let mut at = 0;
    while at < pieces.len() {
        let piece = &pieces[at];
        if piece.kind != Kind::Word || !piece.text.contains("WHEN") {
            at += 1;
            continue;
        }
        // white space after the word itself is taken before an end is looked for
        let skipped = usize::from(piece.text.ends_with("WHEN"));
        let from = at + 1 + skipped;
        let found = (from..pieces.len())
            .find(|&end| is_end(&pieces[end]))
            .or_else(|| {
                pieces
                    .get(at + 1)
                    .filter(|next| is_end(next))
                    .map(|_| at + 1)
            });
        let Some(end) = found else {
            return;
        };
        for inner in &mut pieces[at + 1..end] {
            if inner.gap.breaks() && !is_end(inner) {
                inner.gap = Gap::Space;
            }
        }
        at = end + 1;
    }
}

fn is_end(piece: &Piece) -> bool {
    piece.gap == Gap::Line && ENDS.iter().any(|word| piece.text.starts_with(word))
}
