//! Text: parts, padding, `FORMAT`

use super::Kind::{Blob, Int, List, Text};
use super::{Answer, Cell, Function, TextFunction, or_error};
use crate::value::format;

/// The longest text that a function may make
const MOST: i64 = 1 << 20;

/// A function whose text is a part of its argument
macro_rules! part {
    ($name:literal, $parameters:expr, $part:expr) => {
        TextFunction {
            name: $name,
            parameters: $parameters,
            body: |cells, out| {
                let part: for<'a> fn(&[Cell<'a>]) -> &'a str = $part;
                out.push_str(part(cells));
                Ok(())
            },
        }
    };
}

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_text_within",
        parameters: &[Text, Int],
        result: Text,
        body: |cells| {
            let (text, most) = (cells[0].text(), cells[1].int());
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let fits = (length <= most).then(|| text.to_owned());
            let message = format_args!("STRING({most}) cannot hold a text of length {length}");
            or_error(fits, Answer::Text, message)
        },
    },
    Function {
        name: "gs_error",
        parameters: &[Text],
        result: Text,
        body: |cells| Err(cells[0].text().to_owned()),
    },
    Function {
        name: "gs_instr",
        parameters: &[Text, Text, Int, Int],
        result: Int,
        body: |cells| {
            let letters: Vec<char> = cells[0].text().chars().collect();
            let wanted: Vec<char> = cells[1].text().chars().collect();
            instr(&letters, &wanted, cells[2].int(), cells[3].int())
        },
    },
    Function {
        name: "gs_ascii",
        parameters: &[Text],
        result: Int,
        body: |cells| match cells[0].text().bytes().next() {
            None => Ok(Answer::Int(0)),
            Some(byte) if byte < 0x80 => Ok(Answer::Int(i64::from(byte))),
            Some(_) => Err("ASCII of a text whose first letter is not ASCII".to_owned()),
        },
    },
    Function {
        name: "gs_repeat",
        parameters: &[Blob, Int],
        result: Blob,
        body: |cells| {
            let bytes = cells[0].bytes();
            Ok(Answer::Blob(
                bytes.repeat(repetitions(bytes.len(), cells[1].int())?),
            ))
        },
    },
    Function {
        name: "gs_split",
        parameters: &[Text, Text],
        result: List(&Text),
        body: |cells| {
            let (text, delimiter) = (cells[0].text(), cells[1].text());
            let own = |piece: &str| Answer::Text(piece.to_owned());
            Ok(Answer::List(match (text, delimiter) {
                ("", _) => vec![own("")],
                (text, "") => text
                    .chars()
                    .map(|letter| own(letter.encode_utf8(&mut [0; 4])))
                    .collect(),
                (text, delimiter) => text.split(delimiter).map(own).collect(),
            }))
        },
    },
    Function {
        name: "gs_split",
        parameters: &[Blob, Blob],
        result: List(&Blob),
        body: |cells| {
            let (mut rest, delimiter) = (cells[0].bytes(), cells[1].bytes());
            let own = |piece: &[u8]| Answer::Blob(piece.to_owned());
            if delimiter.is_empty() && !rest.is_empty() {
                return Ok(Answer::List(rest.chunks(1).map(own).collect()));
            }
            let mut pieces = Vec::new();
            while let Some(at) = place_of(rest, delimiter) {
                pieces.push(own(&rest[..at]));
                rest = &rest[at + delimiter.len()..];
            }
            pieces.push(own(rest));
            Ok(Answer::List(pieces))
        },
    },
    Function {
        name: "gs_split_substr",
        parameters: &[Text, Text, Int, Int],
        result: Text,
        body: |cells| {
            let (text, delimiter) = (cells[0].text(), cells[1].text());
            if cells[3].int() < 0 {
                return Err("the count of SPLIT_SUBSTR is negative".to_owned());
            }
            if delimiter.is_empty() {
                return Err("the delimiter of SPLIT_SUBSTR is empty".to_owned());
            }
            let pieces: Vec<&str> = text.split(delimiter).collect();
            let (start, end) = substr_range(pieces.len(), cells[2].int(), cells[3].int());
            Ok(Answer::Text(pieces[start..end].join(delimiter)))
        },
    },
    Function {
        name: "gs_format",
        parameters: &[Text, Text, List(&Text)],
        result: Text,
        body: |cells| {
            let values = cells[2].items().iter();
            let texts = values.map(|item| item.as_ref().map(Cell::text));
            let arguments: Vec<_> = cells[1].text().chars().zip(texts).collect();
            Ok(format::format(cells[0].text(), &arguments)?.map_or(Answer::Null, Answer::Text))
        },
    },
];

pub const TEXTS: &[TextFunction] = &[
    TextFunction {
        name: "gs_reverse",
        parameters: &[Text],
        body: |cells, out| {
            reverse(cells[0].text(), out);
            Ok(())
        },
    },
    TextFunction {
        name: "gs_substr",
        parameters: &[Text, Int, Int],
        body: |cells, out| {
            if cells[2].int() < 0 {
                return Err("SUBSTR takes a length that is not negative".to_owned());
            }
            out.push_str(substr(cells[0].text(), cells[1].int(), cells[2].int()));
            Ok(())
        },
    },
    TextFunction {
        name: "gs_substr_from",
        parameters: &[Text, Int],
        body: |cells, out| {
            out.push_str(substr(cells[0].text(), cells[1].int(), i64::MAX));
            Ok(())
        },
    },
    TextFunction {
        name: "gs_lpad",
        parameters: &[Text, Int, Text],
        body: |cells, out| pad(cells[0].text(), cells[1].int(), cells[2].text(), true, out),
    },
    TextFunction {
        name: "gs_rpad",
        parameters: &[Text, Int, Text],
        body: |cells, out| pad(cells[0].text(), cells[1].int(), cells[2].text(), false, out),
    },
    part!("gs_trim", &[Text], |cells| cells[0].text().trim()),
    part!("gs_trim_of", &[Text, Text], |cells| {
        let set = cells[1].text();
        cells[0].text().trim_matches(|letter| set.contains(letter))
    }),
    part!("gs_ltrim", &[Text], |cells| cells[0].text().trim_start()),
    part!("gs_ltrim_of", &[Text, Text], |cells| {
        let set = cells[1].text();
        let text = cells[0].text();
        text.trim_start_matches(|letter| set.contains(letter))
    }),
    part!("gs_rtrim", &[Text], |cells| cells[0].text().trim_end()),
    part!("gs_rtrim_of", &[Text, Text], |cells| {
        let set = cells[1].text();
        let text = cells[0].text();
        text.trim_end_matches(|letter| set.contains(letter))
    }),
    TextFunction {
        name: "gs_repeat",
        parameters: &[Text, Int],
        body: |cells, out| {
            let text = cells[0].text();
            let count = repetitions(text.len(), cells[1].int())?;
            (0..count).for_each(|_| out.push_str(text));
            Ok(())
        },
    },
];

/// How often something of this length may be repeated
fn repetitions(length: usize, count: i64) -> Result<usize, String> {
    let count = usize::try_from(count).map_err(|_| "REPEAT takes a number that is not negative")?;
    match length.checked_mul(count) {
        Some(whole) if whole <= MOST as usize => Ok(count),
        _ => Err("the result of REPEAT is longer than 1 MB".to_owned()),
    }
}

/// Where bytes that are not empty stand first
fn place_of(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    match wanted.is_empty() {
        true => None,
        false => bytes
            .windows(wanted.len())
            .position(|window| window == wanted),
    }
}

/// 1-based place of the nth occurrence from a position (from the end where negative), or 0
pub fn instr<T: PartialEq>(
    items: &[T],
    wanted: &[T],
    position: i64,
    occurrence: i64,
) -> Result<Answer, String> {
    if position == 0 || occurrence <= 0 {
        return Err("INSTR takes a position that is not 0 and a positive occurrence".to_owned());
    }
    let length = items.len() as i64;
    // Nothing is found after the last item, too
    let beyond = i64::from(wanted.is_empty());
    if position.unsigned_abs() > (length + beyond).unsigned_abs() {
        return Ok(Answer::Int(0));
    }
    let matches = |at: &usize| items[*at..].starts_with(wanted);
    let nth = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
    let found = if position > 0 {
        (position as usize - 1..=items.len())
            .filter(matches)
            .nth(nth)
    } else {
        (0..=(length + position + beyond) as usize)
            .rev()
            .filter(matches)
            .nth(nth)
    };
    Ok(Answer::Int(found.map_or(0, |at| at as i64 + 1)))
}

/// Where a 1-based position (from the end where negative) and a length lie in `count` items
pub fn substr_range(count: usize, position: i64, length: i64) -> (usize, usize) {
    let count = count as i64;
    let start = match position {
        1.. => (position - 1).min(count),
        0 => 0,
        _ => count.saturating_add(position).max(0),
    };
    let end = start.saturating_add(length.max(0)).min(count);
    (start as usize, end as usize)
}

/// The letters from a 1-based position on
fn substr(text: &str, position: i64, length: i64) -> &str {
    if text.is_ascii() {
        let (start, end) = substr_range(text.len(), position, length);
        return &text[start..end];
    }
    let (start, end) = substr_range(text.chars().count(), position, length);
    let rest = &text[offset(text, start)..];
    &rest[..offset(rest, end - start)]
}

/// How many letters there are
fn letters(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.chars().count(),
    }
}

/// The byte at which the letter of this index starts; the end where there are fewer
fn offset(text: &str, index: usize) -> usize {
    if text.is_ascii() {
        return index.min(text.len());
    }
    (text.char_indices().nth(index)).map_or(text.len(), |(at, _)| at)
}

fn reverse(text: &str, out: &mut String) {
    if !text.is_ascii() {
        out.extend(text.chars().rev());
        return;
    }
    let mut piece = [0; 64];
    for from in text.as_bytes().rchunks(piece.len()) {
        let piece = &mut piece[..from.len()];
        piece.copy_from_slice(from);
        piece.reverse();
        out.push_str(std::str::from_utf8(piece).unwrap_or_default());
    }
}

fn pad(text: &str, length: i64, fill: &str, left: bool, out: &mut String) -> Result<(), String> {
    if !(0..=MOST).contains(&length) {
        return Err("length of the padded text is out of range".to_owned());
    }
    if fill.is_empty() {
        return Err("the fill of LPAD and RPAD is empty".to_owned());
    }
    let count = letters(text);
    let length = length as usize;
    if count >= length {
        out.push_str(&text[..offset(text, length)]);
        return Ok(());
    }
    let (missing, each) = (length - count, letters(fill));
    if !left {
        out.push_str(text);
    }
    (0..missing / each).for_each(|_| out.push_str(fill));
    out.push_str(&fill[..offset(fill, missing % each)]);
    if left {
        out.push_str(text);
    }
    Ok(())
}
