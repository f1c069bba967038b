//! Regular expressions of RE2's syntax on the `regex` crate
//!
//! The two engines match alike; what they write differently is translated: Perl classes and word
//! boundaries are ASCII, `\Q…\E` quotes, octal escapes exist, a brace that is no repetition is
//! itself, and classes have no set operations. <https://github.com/google/re2/wiki/Syntax>

use std::cell::RefCell;
use std::iter::Peekable;
use std::str::Chars;

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::pattern_class::{class, property};

/// What a pattern is matched against
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Unicode letters
    Text,
    /// Single bytes
    Bytes,
}

/// How many compiled patterns a thread keeps
const KEPT: usize = 8;

/// The largest number of repetitions that RE2 takes
const MOST_REPETITIONS: u32 = 1000;

struct Compiled {
    pattern: Vec<u8>,
    subject: Subject,
    regex: Regex,
}

thread_local! {
    static LAST: RefCell<Vec<Compiled>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with the compiled pattern
///
/// # Errors
/// RE2 does not take the pattern, or the translation does not know it
pub fn with<T>(
    pattern: &[u8],
    subject: Subject,
    f: impl FnOnce(&Regex) -> Result<T, String>,
) -> Result<T, String> {
    LAST.with(|last| {
        let mut last = last.borrow_mut();
        let known = last
            .iter()
            .position(|one| one.subject == subject && one.pattern == pattern);
        let at = match known {
            Some(at) => at,
            None => {
                let regex = compile(pattern, subject)?;
                if last.len() >= KEPT {
                    last.remove(0);
                }
                last.push(Compiled {
                    pattern: pattern.to_owned(),
                    subject,
                    regex,
                });
                last.len() - 1
            }
        };
        f(&last[at].regex)
    })
}

/// The compiled pattern
///
/// # Errors
/// As for [`with`]
pub fn compile(pattern: &[u8], subject: Subject) -> Result<Regex, String> {
    let text = match subject {
        Subject::Text => String::from_utf8_lossy(pattern).into_owned(),
        Subject::Bytes => pattern.iter().copied().map(char::from).collect(),
    };
    let invalid = |reason: &str| format!("cannot parse the regular expression `{text}`: {reason}");
    let translated = translate(&text, subject).map_err(|reason| invalid(&reason))?;
    RegexBuilder::new(&translated)
        .unicode(subject == Subject::Text)
        .build()
        .map_err(|_| invalid("invalid syntax"))
}

/// All matches from the start on, as GoogleSQL counts them: one that is empty is followed by the
/// next from one letter later on, and none is looked for from the end of the subject on
pub fn matches<'r, 's>(
    regex: &'r Regex,
    subject: &'s [u8],
    kind: Subject,
) -> impl Iterator<Item = Captures<'s>> + use<'r, 's> {
    let mut next = 0;
    std::iter::from_fn(move || {
        if next >= subject.len() && (next > 0 || !subject.is_empty()) {
            return None;
        }
        let captures = regex.captures_at(subject, next)?;
        let whole = captures.get(0)?;
        next = match whole.is_empty() {
            false => whole.end(),
            true => whole.end() + letter_length(&subject[whole.end()..], kind),
        };
        Some(captures)
    })
}

/// The length of the letter that begins here, at least 1
pub fn letter_length(rest: &[u8], kind: Subject) -> usize {
    match (kind, rest.first()) {
        (Subject::Text, Some(0xf0..)) => 4,
        (Subject::Text, Some(0xe0..)) => 3,
        (Subject::Text, Some(0xc0..)) => 2,
        _ => 1,
    }
}

fn translate(pattern: &str, subject: Subject) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    // Whether the piece before was a repetition, which RE2 does not let another follow
    let mut repeated = false;
    while let Some(letter) = rest.next() {
        let mut repetition = false;
        match letter {
            '\\' if rest.next_if_eq(&'Q').is_some() => quoted(&mut rest, &mut out),
            '\\' => escape(&mut rest, &mut out, subject, false)?,
            '[' => class(&mut rest, &mut out, subject)?,
            '(' => group(&mut rest, &mut out)?,
            '*' | '+' | '?' => {
                if repeated {
                    return Err("bad repetition operator".to_owned());
                }
                repetition = true;
                out.push(letter);
                out.extend(rest.next_if_eq(&'?'));
            }
            '{' => match braces(&rest)? {
                Some(length) if repeated => {
                    return Err(format!("bad repetition operator at {length} letters"));
                }
                Some(length) => {
                    repetition = true;
                    out.push('{');
                    out.extend(rest.by_ref().take(length));
                    out.extend(rest.next_if_eq(&'?'));
                }
                None => out.push_str("\\{"),
            },
            '}' => out.push_str("\\}"),
            letter => literal(letter, &mut out),
        }
        repeated = repetition;
    }
    Ok(out)
}

/// The letter itself, whatever it means elsewhere
fn literal(letter: char, out: &mut String) {
    match letter {
        '.' | '^' | '$' | '|' | ')' => out.push(letter),
        letter => code(u32::from(letter), out),
    }
}

/// The letter of this code: plain where it can mean nothing else
pub fn code(code: u32, out: &mut String) {
    match char::from_u32(code) {
        Some(letter) if letter.is_ascii_alphanumeric() => out.push(letter),
        // Without braces a single byte where letters are bytes
        Some('\0'..='\u{ff}') => out.push_str(&format!("\\x{code:02x}")),
        _ => out.push_str(&format!("\\x{{{code:x}}}")),
    }
}

/// What stands between `\Q` and `\E`, or the pattern's end
fn quoted(rest: &mut Peekable<Chars>, out: &mut String) {
    while let Some(letter) = rest.next() {
        if letter == '\\' && rest.next_if_eq(&'E').is_some() {
            return;
        }
        code(u32::from(letter), out);
    }
}

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const SPACE: &str = "\\t\\n\\x{c}\\r\\x{20}";

/// What a backslash begins, in a class or outside of one
pub fn escape(
    rest: &mut Peekable<Chars>,
    out: &mut String,
    subject: Subject,
    in_class: bool,
) -> Result<(), String> {
    let letter = rest.next().ok_or("trailing backslash")?;
    match letter {
        'd' | 'w' | 's' | 'D' | 'W' | 'S' => {
            let set = match letter.to_ascii_lowercase() {
                'd' => DIGIT,
                'w' => WORD,
                _ => SPACE,
            };
            match (letter.is_ascii_uppercase(), in_class) {
                (false, true) => out.push_str(set),
                (false, false) => out.push_str(&format!("[{set}]")),
                (true, _) => out.push_str(&format!("[^{set}]")),
            }
        }
        'b' | 'B' if !in_class => out.push_str(&format!("(?-u:\\{letter})")),
        'A' | 'z' if !in_class => {
            out.push('\\');
            out.push(letter);
        }
        'C' if !in_class => out.push_str("(?s-u:.)"),
        'p' | 'P' => property(letter == 'P', rest, out, subject)?,
        letter => code(escaped_letter(letter, rest)?, out),
    }
    Ok(())
}

/// The code that a backslash and this letter stand for
pub fn escaped_letter(letter: char, rest: &mut Peekable<Chars>) -> Result<u32, String> {
    let octal = |letter: &char| matches!(letter, '0'..='7');
    Ok(match letter {
        'a' => 7,
        'f' => 12,
        'v' => 11,
        't' => 9,
        'n' => 10,
        'r' => 13,
        'x' => hexadecimal(rest)?,
        '0'..='7' => {
            let mut digits = String::from(letter);
            while digits.len() < 3 {
                let Some(digit) = rest.next_if(octal) else {
                    break;
                };
                digits.push(digit);
            }
            if letter != '0' && digits.len() == 1 {
                return Err(format!("invalid escape sequence: \\{letter}"));
            }
            u32::from_str_radix(&digits, 8).unwrap_or(0)
        }
        letter if letter.is_ascii_punctuation() || ('\u{80}'..='\u{ff}').contains(&letter) => {
            u32::from(letter)
        }
        letter => return Err(format!("invalid escape sequence: \\{letter}")),
    })
}

/// `\x7F` and `\x{10FFFF}`, after the `x`
fn hexadecimal(rest: &mut Peekable<Chars>) -> Result<u32, String> {
    let mut digits = String::new();
    let braces = rest.next_if_eq(&'{').is_some();
    while let Some(digit) = rest.next_if(char::is_ascii_hexdigit) {
        digits.push(digit);
        if !braces && digits.len() == 2 {
            break;
        }
    }
    let closed = match braces {
        true => rest.next_if_eq(&'}').is_some() && !digits.is_empty(),
        false => digits.len() == 2,
    };
    u32::from_str_radix(&digits, 16)
        .ok()
        .filter(|code| closed && *code <= 0x10_ffff)
        .ok_or_else(|| "invalid escape sequence: \\x".to_owned())
}

/// A group, after its `(`
fn group(rest: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    out.push('(');
    if rest.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    out.push('?');
    if matches!(rest.peek(), Some('P' | '<')) {
        out.extend(rest.next_if_eq(&'P'));
        if rest.next_if_eq(&'<').is_none() {
            return Err("invalid named capture".to_owned());
        }
        out.push('<');
        loop {
            let letter = rest.next().ok_or("invalid named capture")?;
            out.push(letter);
            match letter {
                '>' => return Ok(()),
                letter if letter.is_alphanumeric() || letter == '_' => {}
                _ => return Err("invalid named capture".to_owned()),
            }
        }
    }
    loop {
        let letter = rest.next().ok_or("missing )")?;
        out.push(letter);
        match letter {
            'i' | 'm' | 's' | 'U' | '-' => {}
            ':' | ')' => return Ok(()),
            _ => return Err("invalid perl operator".to_owned()),
        }
    }
}

/// How many letters the rest of `{n}`, `{n,}` or `{n,m}` has; `None` where a brace is a letter
fn braces(rest: &Peekable<Chars>) -> Result<Option<usize>, String> {
    let Some(inner) = rest
        .clone()
        .collect::<String>()
        .split_once('}')
        .map(|(inner, _)| inner.to_owned())
    else {
        return Ok(None);
    };
    let (least, most) = match inner.split_once(',') {
        Some((least, most)) => (least, Some(most)),
        None => (inner.as_str(), None),
    };
    let number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
    if !number(least) || most.is_some_and(|most| !most.is_empty() && !number(most)) {
        return Ok(None);
    }
    let bounds = [Some(least), most];
    let too_many = bounds
        .into_iter()
        .flatten()
        .filter(|bound| !bound.is_empty())
        .any(|bound| {
            bound
                .parse()
                .map_or(true, |bound: u32| bound > MOST_REPETITIONS)
        });
    match too_many {
        true => Err(format!("invalid repetition size: {{{inner}}}")),
        false => Ok(Some(inner.len() + 1)),
    }
}
