//! Regular expressions over STRING and BYTES

use regex::bytes::{Captures, Match, Regex};

use super::Kind::{Blob, Bool, Int, List, Text};
use super::{Answer, Cell, Function};
use crate::value::pattern::{Subject, letter_length, matches, with};

macro_rules! over {
    ($subject:ident, $kind:ident, $name:literal, [$($more:ident),*], $result:expr, $body:ident) => {
        Function {
            name: $name,
            parameters: &[$kind, $kind, $($more),*],
            result: $result,
            body: |cells| $body(cells, Subject::$subject),
        }
    };
}

pub const TABLE: &[Function] = &[
    over!(Text, Text, "gs_regexp_contains", [], Bool, contains),
    over!(Bytes, Blob, "gs_regexp_contains", [], Bool, contains),
    over!(Text, Text, "gs_regexp_extract", [Int, Int], Text, extract),
    over!(Bytes, Blob, "gs_regexp_extract", [Int, Int], Blob, extract),
    over!(
        Text,
        Text,
        "gs_regexp_extract_all",
        [],
        List(&Text),
        extract_all
    ),
    over!(
        Bytes,
        Blob,
        "gs_regexp_extract_all",
        [],
        List(&Blob),
        extract_all
    ),
    over!(Text, Text, "gs_regexp_groups", [], List(&Text), groups),
    over!(Bytes, Blob, "gs_regexp_groups", [], List(&Blob), groups),
    over!(Text, Text, "gs_regexp_replace", [Text], Text, replace),
    over!(Bytes, Blob, "gs_regexp_replace", [Blob], Blob, replace),
    over!(Text, Text, "gs_regexp_instr", [Int, Int, Int], Int, instr),
    over!(Bytes, Blob, "gs_regexp_instr", [Int, Int, Int], Int, instr),
];

fn contains(cells: &[Cell], subject: Subject) -> Result<Answer, String> {
    with(cells[1].bytes(), subject, |regex| {
        Ok(Answer::Bool(regex.is_match(cells[0].bytes())))
    })
}

fn extract(cells: &[Cell], subject: Subject) -> Result<Answer, String> {
    let found = nth_match(cells, subject, |captures, group| {
        captures.get(group).map(|found| answer(found, subject))
    });
    Ok(found?.unwrap_or(Answer::Null))
}

fn extract_all(cells: &[Cell], subject: Subject) -> Result<Answer, String> {
    with(cells[1].bytes(), subject, |regex| {
        let group = only_group(regex)?;
        let found = matches(regex, cells[0].bytes(), subject).map(|captures| {
            let item = captures
                .get(group)
                .map_or(&b""[..], |found| found.as_bytes());
            own(item, subject)
        });
        Ok(Answer::List(found.collect()))
    })
}

/// The groups of the first match, NULL where one took no part
fn groups(cells: &[Cell], subject: Subject) -> Result<Answer, String> {
    with(cells[1].bytes(), subject, |regex| {
        let Some(captures) = regex.captures(cells[0].bytes()) else {
            return Ok(Answer::Null);
        };
        let groups = captures
            .iter()
            .skip(1)
            .map(|group| group.map_or(Answer::Null, |group| answer(group, subject)));
        Ok(Answer::List(groups.collect()))
    })
}

fn instr(cells: &[Cell], subject: Subject) -> Result<Answer, String> {
    let after = match cells[4].int() {
        0 => false,
        1 => true,
        _ => return Err("the last argument of REGEXP_INSTR is 0 or 1".to_owned()),
    };
    let text = cells[0].bytes();
    let start = position(cells, subject)?;
    occurrence(cells)?;
    if text.is_empty() || cells[1].bytes().is_empty() {
        with(cells[1].bytes(), subject, |_| Ok(()))?;
        return Ok(Answer::Int(0));
    }
    let found = nth_match(cells, subject, |captures, group| {
        let place = captures.get(group)?;
        let at = if after { place.end() } else { place.start() };
        // Without a group, the place of an empty match is told after the letter that it stands before
        let skipped = group == 0 && place.is_empty();
        let before = start.unwrap_or(0) + at;
        let before = match skipped {
            true => before + letter_length(&text[before..], subject),
            false => before,
        };
        Some(letters(&text[..before.min(text.len())], subject) + 1)
    })?;
    Ok(Answer::Int(found.unwrap_or(0)))
}

fn replace(cells: &[Cell], subject: Subject) -> Result<Answer, String> {
    let text = cells[0].bytes();
    with(cells[1].bytes(), subject, |regex| {
        let pieces = replacement(cells[2].bytes(), regex.captures_len())?;
        let mut result = Vec::new();
        // How far the text is copied; it is also where the match before ended
        let (mut copied, mut next, mut first) = (0, 0, true);
        while let Some(captures) = regex.captures_at(text, next) {
            let Some(whole) = captures.get(0) else {
                break;
            };
            // No empty match follows another match at once
            let adjacent = whole.is_empty() && whole.end() == copied && !first;
            if !adjacent {
                result.extend_from_slice(&text[copied..whole.start()]);
                for piece in &pieces {
                    match piece {
                        Piece::Byte(byte) => result.push(*byte),
                        Piece::Group(group) => {
                            let found = captures.get(*group);
                            result.extend(found.map_or(&b""[..], |found| found.as_bytes()));
                        }
                    }
                }
                copied = whole.end();
                first = false;
            }
            next = match whole.is_empty() {
                true => whole.end() + letter_length(&text[whole.end()..], subject),
                false => whole.end(),
            };
            if next > text.len() {
                break;
            }
        }
        result.extend_from_slice(&text[copied..]);
        Ok(own(&result, subject))
    })
}

enum Piece {
    Byte(u8),
    Group(usize),
}

/// `\0` to `\9` are groups, `\\` is a backslash
fn replacement(text: &[u8], groups: usize) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        pieces.push(match (byte, byte == &b'\\') {
            (byte, false) => Piece::Byte(*byte),
            (_, true) => match bytes.next() {
                Some(digit @ b'0'..=b'9') => {
                    let group = usize::from(digit - b'0');
                    if group >= groups {
                        return Err(format!(
                            "the replacement of REGEXP_REPLACE asks for group {group}, which the pattern does not have"
                        ));
                    }
                    Piece::Group(group)
                }
                Some(b'\\') => Piece::Byte(b'\\'),
                _ => {
                    return Err(
                        "a backslash in the replacement of REGEXP_REPLACE takes a digit or a backslash"
                            .to_owned(),
                    );
                }
            },
        });
    }
    Ok(pieces)
}

/// What is taken of the match that the third and fourth argument name, with its only group, or 0
fn nth_match<T>(
    cells: &[Cell],
    subject: Subject,
    take: impl FnOnce(Captures, usize) -> Option<T>,
) -> Result<Option<T>, String> {
    let start = position(cells, subject)?;
    let nth = occurrence(cells)?;
    let text = cells[0].bytes();
    with(cells[1].bytes(), subject, |regex| {
        let Some(start) = start.filter(|start| *start < text.len() || text.is_empty()) else {
            return Ok(None);
        };
        let group = only_group(regex)?;
        Ok(matches(regex, &text[start..], subject)
            .nth(nth)
            .and_then(|captures| take(captures, group)))
    })
}

/// The match that the fourth argument names, from 0
fn occurrence(cells: &[Cell]) -> Result<usize, String> {
    match cells[3].int() {
        1.. => Ok(usize::try_from(cells[3].int() - 1).unwrap_or(usize::MAX)),
        _ => Err("the occurrence of a match is positive".to_owned()),
    }
}

fn only_group(regex: &Regex) -> Result<usize, String> {
    match regex.captures_len() {
        0..=2 => Ok(regex.captures_len() - 1),
        _ => Err("the regular expression has more than one capturing group".to_owned()),
    }
}

/// Where the 1-based position in the third argument lies; `None` past the end
fn position(cells: &[Cell], subject: Subject) -> Result<Option<usize>, String> {
    let Some(skip) = usize::try_from(cells[2].int())
        .ok()
        .and_then(|at| at.checked_sub(1))
    else {
        return Err("the position of a search is positive".to_owned());
    };
    let bytes = cells[0].bytes();
    Ok(match subject {
        Subject::Bytes => (skip <= bytes.len()).then_some(skip),
        Subject::Text => {
            let text = cells[0].text();
            let mut places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            places.nth(skip)
        }
    })
}

fn letters(bytes: &[u8], subject: Subject) -> i64 {
    let count = match subject {
        Subject::Bytes => bytes.len(),
        Subject::Text => bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count(),
    };
    count as i64
}

fn answer(found: Match, subject: Subject) -> Answer {
    own(found.as_bytes(), subject)
}

fn own(bytes: &[u8], subject: Subject) -> Answer {
    match subject {
        Subject::Text => Answer::Text(String::from_utf8_lossy(bytes).into_owned()),
        Subject::Bytes => Answer::Blob(bytes.to_owned()),
    }
}
