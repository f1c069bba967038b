//! Capital letters for keywords and functions

use std::collections::HashMap;

use super::pieces::{Gap, Kind, Piece};
use super::words::{DOTTED_FUNCTIONS, FUNCTIONS, KEYWORDS};

/// A character beside a word, by the piece it belongs to. A rule that has looked at the character
/// after a word does not see it again before the next occurrence of the same word: `desc, desc`
/// has two such words, `desc,desc` only one.
#[derive(Clone, Copy, PartialEq)]
enum Beside {
    /// The white space before this piece
    Gap(usize),
    /// This piece
    Piece(usize),
}

/// Keywords, unless a dot, a dash or a letter beyond ASCII stands next to them, or nothing does
pub fn raise_keywords(pieces: &mut [Piece]) {
    let mut seen: HashMap<&str, Beside> = HashMap::new();
    for at in 0..pieces.len() {
        if pieces[at].kind != Kind::Word {
            continue;
        }
        let upper = pieces[at].text.to_ascii_uppercase();
        let Some(&keyword) = KEYWORDS.get(upper.as_str()) else {
            continue;
        };
        let (Some((before, left)), Some((after, right))) =
            (left_of(pieces, at), right_of(pieces, at))
        else {
            continue;
        };
        let free = |character: char| !matches!(character, '.' | '-') && !is_letter(character);
        if free(left) && free(right) && seen.get(keyword) != Some(&before) {
            pieces[at].raise();
            seen.insert(keyword, after);
        }
    }
}

/// Functions with their parenthesis directly after them, unless a dot stands before them, or nothing does
pub fn raise_functions(pieces: &mut [Piece]) {
    let mut seen: HashMap<String, Beside> = HashMap::new();
    for at in 0..pieces.len() {
        let Some((before, left)) = left_of(pieces, at) else {
            continue;
        };
        if pieces[at].kind != Kind::Word || left == '.' || is_letter(left) {
            continue;
        }
        let Some((name, last)) = function_at(pieces, at) else {
            continue;
        };
        if seen.get(&name) != Some(&before) {
            pieces[at..=last].iter_mut().for_each(Piece::raise);
            seen.insert(name, Beside::Piece(last + 1));
        }
    }
}

/// The function whose name starts at a piece, and the name's last piece
fn function_at(pieces: &[Piece], at: usize) -> Option<(String, usize)> {
    let calls = |last: usize| {
        pieces
            .get(last + 1)
            .is_some_and(|next| next.gap == Gap::None && next.is_symbol('('))
    };
    let upper = pieces[at].text.to_ascii_uppercase();
    if calls(at) && FUNCTIONS.contains(upper.as_str()) {
        return Some((upper, at));
    }
    // any one character stands for the dot of a dotted name
    DOTTED_FUNCTIONS.iter().find_map(|(module, function)| {
        let rest = upper.strip_prefix(module)?;
        let last = if rest.is_empty() {
            let parted = pieces.get(at + 1)?;
            let last = match (parted.gap, parted.kind) {
                (Gap::Space, Kind::Word) => at + 1,
                (Gap::None, Kind::Symbol) => at + 2,
                _ => return None,
            };
            let name = pieces.get(last)?;
            let joined = last == at + 1 || name.gap == Gap::None;
            (joined && name.is_word(function)).then_some(last)?
        } else {
            (rest.get(1..) == Some(*function)).then_some(at)?
        };
        calls(last).then(|| (format!("{module}.{function}"), last))
    })
}

fn left_of(pieces: &[Piece], at: usize) -> Option<(Beside, char)> {
    if pieces[at].gap.is_open() {
        return Some((Beside::Gap(at), ' '));
    }
    let before = at.checked_sub(1)?;
    Some((Beside::Piece(before), edge(&pieces[before])))
}

fn right_of(pieces: &[Piece], at: usize) -> Option<(Beside, char)> {
    let next = pieces.get(at + 1)?;
    if next.gap.is_open() {
        return Some((Beside::Gap(at + 1), ' '));
    }
    (next.kind != Kind::End).then(|| (Beside::Piece(at + 1), edge(next)))
}

/// A letter beyond ASCII, which is no word of its own: `início` does not begin with `IN`
fn is_letter(character: char) -> bool {
    !character.is_ascii() && character.is_alphanumeric()
}

/// The character of a piece that a rule sees: names and comments are no dots or dashes to it
fn edge(piece: &Piece) -> char {
    match piece.kind {
        Kind::Symbol => piece.text.chars().next().unwrap_or(' '),
        _ => ' ',
    }
}
