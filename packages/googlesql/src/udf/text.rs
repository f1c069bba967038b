//! Text, regular expressions and fingerprints

use super::Kind::{Blob, Bool, Int, Text};
use super::{Answer, Function, or_error};
use crate::value::{format, pattern};

/// The longest text that a function may make
const MOST: i64 = 1 << 20;

pub const TABLE: &[Function] = &[
    Function {
        name: "gs_text_within",
        parameters: &[Text, Int],
        result: Text,
        body: |cells| {
            let (text, most) = (cells[0].text(), cells[1].int());
            let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            let fits = (length <= most).then(|| text.to_owned());
            let message = format!("STRING({most}) cannot hold a text of length {length}");
            or_error(fits, Answer::Text, &message)
        },
    },
    Function {
        name: "gs_edit_distance",
        parameters: &[Text, Text],
        result: Int,
        body: |cells| {
            let distance = edit_distance(cells[0].text(), cells[1].text());
            Ok(Answer::Int(distance))
        },
    },
    Function {
        name: "gs_farm_fingerprint",
        parameters: &[Text],
        result: Int,
        body: |cells| Ok(Answer::Int(farmhash::fingerprint64(cells[0].bytes()) as i64)),
    },
    Function {
        name: "gs_farm_fingerprint",
        parameters: &[Blob],
        result: Int,
        body: |cells| Ok(Answer::Int(farmhash::fingerprint64(cells[0].bytes()) as i64)),
    },
    Function {
        name: "gs_upper",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(cells[0].text().to_uppercase())),
    },
    Function {
        name: "gs_lower",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(cells[0].text().to_lowercase())),
    },
    Function {
        name: "gs_error",
        parameters: &[Text],
        result: Text,
        body: |cells| Err(cells[0].text().to_owned()),
    },
    Function {
        name: "gs_initcap",
        parameters: &[Text],
        result: Text,
        body: |cells| {
            Ok(Answer::Text(initcap(
                cells[0].text(),
                " \t\n\r\u{b}\u{c}[](){}/|<>!?@\"^#$&~_,.:;*%+-",
            )))
        },
    },
    Function {
        name: "gs_initcap_with",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| Ok(Answer::Text(initcap(cells[0].text(), cells[1].text()))),
    },
    Function {
        name: "gs_reverse",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(cells[0].text().chars().rev().collect())),
    },
    Function {
        name: "gs_translate",
        parameters: &[Text, Text, Text],
        result: Text,
        body: |cells| translate(cells[0].text(), cells[1].text(), cells[2].text()),
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
        name: "gs_substr",
        parameters: &[Text, Int, Int],
        result: Text,
        body: |cells| {
            let text = cells[0].text();
            if cells[2].int() < 0 {
                return Err("SUBSTR takes a length that is not negative".to_owned());
            }
            Ok(Answer::Text(substr(text, cells[1].int(), cells[2].int())))
        },
    },
    Function {
        name: "gs_substr_from",
        parameters: &[Text, Int],
        result: Text,
        body: |cells| {
            Ok(Answer::Text(substr(
                cells[0].text(),
                cells[1].int(),
                i64::MAX,
            )))
        },
    },
    Function {
        name: "gs_lpad",
        parameters: &[Text, Int, Text],
        result: Text,
        body: |cells| pad(cells[0].text(), cells[1].int(), cells[2].text(), true),
    },
    Function {
        name: "gs_rpad",
        parameters: &[Text, Int, Text],
        result: Text,
        body: |cells| pad(cells[0].text(), cells[1].int(), cells[2].text(), false),
    },
    Function {
        name: "gs_trim",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(cells[0].text().trim().to_owned())),
    },
    Function {
        name: "gs_trim_of",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| {
            let set = cells[1].text();
            Ok(Answer::Text(
                cells[0]
                    .text()
                    .trim_matches(|letter| set.contains(letter))
                    .to_owned(),
            ))
        },
    },
    Function {
        name: "gs_ltrim",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(cells[0].text().trim_start().to_owned())),
    },
    Function {
        name: "gs_ltrim_of",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| {
            let set = cells[1].text();
            let rest = cells[0]
                .text()
                .trim_start_matches(|letter| set.contains(letter));
            Ok(Answer::Text(rest.to_owned()))
        },
    },
    Function {
        name: "gs_rtrim",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(cells[0].text().trim_end().to_owned())),
    },
    Function {
        name: "gs_rtrim_of",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| {
            let set = cells[1].text();
            let rest = cells[0]
                .text()
                .trim_end_matches(|letter| set.contains(letter));
            Ok(Answer::Text(rest.to_owned()))
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
        name: "gs_chr",
        parameters: &[Int],
        result: Text,
        body: |cells| {
            let code = u32::try_from(cells[0].int()).ok();
            let letter = code.and_then(char::from_u32).map(String::from);
            or_error(letter, Answer::Text, "no such Unicode character")
        },
    },
    Function {
        name: "gs_soundex",
        parameters: &[Text],
        result: Text,
        body: |cells| Ok(Answer::Text(soundex(cells[0].text()))),
    },
    Function {
        name: "gs_contains_substr",
        parameters: &[Text, Text],
        result: Bool,
        body: |cells| {
            let wanted = cells[1].text().to_lowercase();
            Ok(Answer::Bool(
                cells[0].text().to_lowercase().contains(&wanted),
            ))
        },
    },
    Function {
        name: "gs_regexp_extract",
        parameters: &[Text, Text, Int, Int],
        result: Text,
        body: |cells| {
            let (text, position, occurrence) = (cells[0].text(), cells[2].int(), cells[3].int());
            if position <= 0 || occurrence <= 0 {
                return Err("position and occurrence must be positive".to_owned());
            }
            let Some(start) = offset_of(text, position) else {
                return Ok(Answer::Null);
            };
            let found = pattern::with(cells[1].text(), |regex| {
                if regex.captures_len() > 2 {
                    return Err("the regular expression has more than one group".to_owned());
                }
                let group = regex.captures_len() - 1;
                let nth = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
                Ok(regex
                    .captures_iter(&text[start..])
                    .nth(nth)
                    .and_then(|captures| Some(captures.get(group)?.as_str().to_owned())))
            })??;
            Ok(found.map_or(Answer::Null, Answer::Text))
        },
    },
    Function {
        name: "gs_regexp_extract_all",
        parameters: &[Text, Text],
        result: Text,
        body: |cells| {
            let text = cells[0].text();
            let found = pattern::with(cells[1].text(), |regex| {
                if regex.captures_len() > 2 {
                    return Err("the regular expression has more than one group".to_owned());
                }
                let group = regex.captures_len() - 1;
                let items: Vec<_> = regex
                    .captures_iter(text)
                    // An empty match at the end of a text does not count
                    .filter(|captures| {
                        text.is_empty()
                            || captures
                                .get(0)
                                .is_some_and(|whole| whole.start() < text.len())
                    })
                    .map(|captures| {
                        let item = captures.get(group).map_or("", |found| found.as_str());
                        crate::value::json::quote(item)
                    })
                    .collect();
                Ok(format!("[{}]", items.join(",")))
            })??;
            Ok(Answer::Text(found))
        },
    },
    Function {
        name: "gs_regexp_replace",
        parameters: &[Text, Text, Text],
        result: Text,
        body: |cells| regexp_replace(cells[0].text(), cells[1].text(), cells[2].text()),
    },
    Function {
        name: "gs_regexp_instr",
        parameters: &[Text, Text, Int, Int, Int],
        result: Int,
        body: |cells| {
            let (text, position, occurrence) = (cells[0].text(), cells[2].int(), cells[3].int());
            if position <= 0 || occurrence <= 0 || !(0..=1).contains(&cells[4].int()) {
                return Err(
                    "position and occurrence must be positive, the last argument 0 or 1".to_owned(),
                );
            }
            let Some(start) = offset_of(text, position).filter(|_| !cells[1].text().is_empty())
            else {
                return Ok(Answer::Int(0));
            };
            let found = pattern::with(cells[1].text(), |regex| {
                if regex.captures_len() > 2 {
                    return Err("the regular expression has more than one group".to_owned());
                }
                let group = regex.captures_len() - 1;
                let nth = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
                Ok(regex
                    .captures_iter(&text[start..])
                    .nth(nth)
                    .and_then(|captures| {
                        let found = captures.get(group)?;
                        Some(if cells[4].int() == 0 {
                            found.start()
                        } else {
                            found.end()
                        })
                    }))
            })??;
            Ok(Answer::Int(match found {
                Some(at) => text[..start + at].chars().count() as i64 + 1,
                None => 0,
            }))
        },
    },
    Function {
        name: "gs_format",
        parameters: &[Text, Text, Text],
        result: Text,
        body: |cells| {
            let values = netstrings(cells[2].text());
            let arguments: Vec<_> = cells[1].text().chars().zip(values).collect();
            Ok(format::format(cells[0].text(), &arguments)?.map_or(Answer::Null, Answer::Text))
        },
    },
];

/// Texts that are each written as `LENGTH:TEXT`, or `-` for none
fn netstrings(mut text: &str) -> Vec<Option<&str>> {
    let mut values = Vec::new();
    while !text.is_empty() {
        if let Some(rest) = text.strip_prefix('-') {
            values.push(None);
            text = rest;
            continue;
        }
        let Some((length, rest)) = text.split_once(':') else {
            return values;
        };
        let length = length.parse::<usize>().unwrap_or(0).min(rest.len());
        let Some((value, rest)) = rest.split_at_checked(length) else {
            return values;
        };
        values.push(Some(value));
        text = rest;
    }
    values
}

/// The byte offset of a 1-based letter position; `None` past the end
fn offset_of(text: &str, position: i64) -> Option<usize> {
    let skip = usize::try_from(position - 1).ok()?;
    match text.char_indices().nth(skip) {
        Some((at, _)) => Some(at),
        None => (text.chars().count() == skip).then_some(text.len()),
    }
}

fn initcap(text: &str, delimiters: &str) -> String {
    let mut start = true;
    let mut result = String::new();
    for letter in text.chars() {
        if start {
            result.extend(letter.to_uppercase());
        } else {
            result.extend(letter.to_lowercase());
        }
        start = delimiters.contains(letter);
    }
    result
}

fn translate(text: &str, from: &str, to: &str) -> Result<Answer, String> {
    let from: Vec<char> = from.chars().collect();
    let to: Vec<char> = to.chars().collect();
    if from
        .iter()
        .enumerate()
        .any(|(at, letter)| from[..at].contains(letter))
    {
        return Err("TRANSLATE has a letter twice in its source".to_owned());
    }
    let translated =
        text.chars()
            .filter_map(|letter| match from.iter().position(|one| *one == letter) {
                Some(at) => to.get(at).copied(),
                None => Some(letter),
            });
    Ok(Answer::Text(translated.collect()))
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
    if wanted.is_empty() || position.abs() > length {
        return Ok(Answer::Int(0));
    }
    let matches = |at: &usize| items[*at..].starts_with(wanted);
    let nth = usize::try_from(occurrence - 1).unwrap_or(usize::MAX);
    let found = if position > 0 {
        (position as usize - 1..items.len())
            .filter(matches)
            .nth(nth)
    } else {
        (0..=(length + position) as usize)
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
        _ => (count + position).max(0),
    };
    let end = start.saturating_add(length.max(0)).min(count);
    (start as usize, end as usize)
}

fn substr(text: &str, position: i64, length: i64) -> String {
    let (start, end) = substr_range(text.chars().count(), position, length);
    text.chars().skip(start).take(end - start).collect()
}

fn pad(text: &str, length: i64, fill: &str, left: bool) -> Result<Answer, String> {
    if !(0..=MOST).contains(&length) {
        return Err("length of the padded text is out of range".to_owned());
    }
    if fill.is_empty() {
        return Err("the fill of LPAD and RPAD is empty".to_owned());
    }
    let count = text.chars().count();
    let length = length as usize;
    if count >= length {
        return Ok(Answer::Text(text.chars().take(length).collect()));
    }
    let fill: String = fill.chars().cycle().take(length - count).collect();
    Ok(Answer::Text(match left {
        true => fill + text,
        false => format!("{text}{fill}"),
    }))
}

fn soundex(text: &str) -> String {
    let code = |letter: char| match letter.to_ascii_lowercase() {
        'b' | 'f' | 'p' | 'v' => Some('1'),
        'c' | 'g' | 'j' | 'k' | 'q' | 's' | 'x' | 'z' => Some('2'),
        'd' | 't' => Some('3'),
        'l' => Some('4'),
        'm' | 'n' => Some('5'),
        'r' => Some('6'),
        _ => None,
    };
    let mut letters = text.chars().filter(char::is_ascii_alphabetic);
    let Some(first) = letters.next() else {
        return String::new();
    };
    let mut result = String::from(first);
    let mut last = code(first);
    for letter in letters {
        let own = code(letter);
        if let Some(digit) = own
            && own != last
        {
            result.push(digit);
        }
        if !matches!(letter.to_ascii_lowercase(), 'h' | 'w') {
            last = own;
        }
        if result.len() == 4 {
            return result;
        }
    }
    while result.len() < 4 {
        result.push('0');
    }
    result
}

fn regexp_replace(text: &str, expression: &str, replacement: &str) -> Result<Answer, String> {
    pattern::with(expression, |regex| {
        let mut pieces: Vec<Result<char, usize>> = Vec::new();
        let mut letters = replacement.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => match letters.next() {
                    Some('\\') => pieces.push(Ok('\\')),
                    Some(digit) if digit.is_ascii_digit() => {
                        let group = digit as usize - '0' as usize;
                        if group >= regex.captures_len() {
                            return Err(format!("the regular expression has no group {group}"));
                        }
                        pieces.push(Err(group));
                    }
                    _ => return Err("the replacement has a lone backslash".to_owned()),
                },
                letter => pieces.push(Ok(letter)),
            }
        }
        let replaced = regex.replace_all(text, |captures: &regex::Captures| {
            let mut result = String::new();
            for piece in &pieces {
                match piece {
                    Ok(letter) => result.push(*letter),
                    Err(group) => {
                        result.push_str(captures.get(*group).map_or("", |found| found.as_str()))
                    }
                }
            }
            result
        });
        Ok(Answer::Text(replaced.into_owned()))
    })?
}

/// Least number of letters to put in, take out or exchange (Levenshtein)
fn edit_distance(left: &str, right: &str) -> i64 {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<i64> = (0..).take(right.len() + 1).collect();
    for letter in left.chars() {
        let mut diagonal = row[0];
        row[0] += 1;
        for (at, other) in right.iter().enumerate() {
            let exchanged = diagonal + i64::from(letter != *other);
            diagonal = row[at + 1];
            row[at + 1] = exchanged.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
