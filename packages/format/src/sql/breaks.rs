//! Where lines break: before some words, around clauses, after commas

use super::pieces::{Gap, Kind, Piece};
use super::words::{CLAUSES, FUNCTIONS, LINE_WORDS, clauses_from};

/// Words such as `AND` with white space on both sides begin a line
pub fn before_line_words(pieces: &mut [Piece]) {
    for word in LINE_WORDS {
        // the white space after a word is used up for the next one
        let mut used = None;
        for at in 0..pieces.len().saturating_sub(1) {
            if !pieces[at].is_word(word) || !pieces[at].gap.is_open() || used == Some(at) {
                continue;
            }
            let next = &pieces[at + 1];
            let ends = word == "END" && next.kind == Kind::End;
            if next.gap.is_open() || ends {
                pieces[at].raise();
                pieces[at].gap = Gap::Line;
                pieces[at + 1].gap = Gap::Space;
                used = Some(at + 1);
            }
        }
    }
}

/// Clauses stand on lines of their own, and are in capital letters wherever they stand
pub fn around_clauses(pieces: &mut [Piece]) {
    let mut places = vec![Vec::new(); CLAUSES.len()];
    for (at, piece) in pieces.iter().enumerate() {
        if piece.kind == Kind::Word {
            for &clause in clauses_from(&piece.text) {
                places[clause].push(at);
            }
        }
    }
    for (clause, places) in CLAUSES.iter().zip(places) {
        for at in places {
            if is_clause(&pieces[at..], clause) {
                let after = at + clause.len();
                pieces[at..after].iter_mut().for_each(Piece::raise);
                pieces[at].gap = Gap::Line;
                pieces[after].gap = pieces[after].gap.broken_first();
            }
        }
    }
}

fn is_clause(pieces: &[Piece], clause: &[&str]) -> bool {
    clause.iter().enumerate().all(|(index, word)| {
        pieces
            .get(index)
            .is_some_and(|piece| piece.is_word(word) && (index == 0 || piece.gap == Gap::Space))
    })
}

/// Lines break after commas, except between the arguments of a known function and within a row of `VALUES`
pub fn after_commas(pieces: &mut [Piece]) {
    let mut open: Vec<bool> = Vec::new();
    let mut rows = Rows::default();
    for at in 0..pieces.len() {
        let comma = pieces[at].is_symbol(',');
        if comma && pieces[at].gap == Gap::Space {
            pieces[at].gap = Gap::None;
        }
        rows.gap(pieces[at].gap);
        if pieces[at].is_symbol('(') {
            let called = at > 0
                && pieces[at - 1].kind == Kind::Word
                && FUNCTIONS.contains(pieces[at - 1].text.as_ref());
            open.push(called || rows.expected);
        } else if pieces[at].is_symbol(')') {
            open.pop();
        }
        rows.piece(&pieces[at]);
        if comma && !open.last().is_some_and(|together| *together) {
            pieces[at + 1].gap = pieces[at + 1].gap.broken_first();
        }
    }
}

/// Finds rows of `VALUES`: groups in parentheses that stand after the word, one after the other
#[derive(Default)]
struct Rows {
    /// The next parenthesis would open a row
    expected: bool,
    /// A row was opened on this line
    inside: bool,
    /// The last character closed a parenthesis
    closed: bool,
}

impl Rows {
    fn gap(&mut self, gap: Gap) {
        self.inside &= !gap.breaks();
        self.closed &= !gap.is_open();
    }

    fn piece(&mut self, piece: &Piece) {
        let another = self.inside && self.closed && piece.is_symbol(',');
        self.inside |= self.expected && piece.is_symbol('(');
        self.closed = piece.is_symbol(')');
        self.expected = another || (piece.kind == Kind::Word && ends_with_values(&piece.text));
    }
}

fn ends_with_values(word: &str) -> bool {
    let start = word.len().saturating_sub("values".len());
    word[start..].eq_ignore_ascii_case("values")
}
