//! Classes of letters in regular expressions of RE2's syntax: `[…]` and `\pN`

use std::iter::Peekable;
use std::str::Chars;

use regex::bytes::Regex;

use super::pattern::{Subject, code, escape, escaped_letter};

/// The names in `[[:NAME:]]`
const NAMED_CLASSES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// The general categories of Unicode that RE2 knows
const CATEGORIES: [&str; 36] = [
    "C", "Cc", "Cf", "Co", "Cs", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn", "N",
    "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "S", "Sc", "Sk", "Sm", "So",
    "Z", "Zl", "Zp", "Zs",
];

/// A class, after its `[`
pub fn class(rest: &mut Peekable<Chars>, out: &mut String, subject: Subject) -> Result<(), String> {
    out.push('[');
    out.extend(rest.next_if_eq(&'^'));
    let mut first = true;
    loop {
        match rest.next().ok_or("missing ]")? {
            ']' if !first => break,
            '[' if rest.next_if_eq(&':').is_some() => named_class(rest, out)?,
            '\\' if rest
                .peek()
                .is_some_and(|letter| "dwsDWSpP".contains(*letter)) =>
            {
                escape(rest, out, subject, true)?;
            }
            letter => {
                let low = class_letter(letter, rest)?;
                let mut ahead = rest.clone();
                let range =
                    ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']');
                code(low, out);
                if range {
                    rest.next();
                    let letter = rest.next().ok_or("missing ]")?;
                    let high = class_letter(letter, rest)?;
                    if high < low {
                        return Err("invalid character class range".to_owned());
                    }
                    out.push('-');
                    code(high, out);
                }
            }
        }
        first = false;
    }
    out.push(']');
    Ok(())
}

/// `[:NAME:]` or `[:^NAME:]`, after `[:`
fn named_class(rest: &mut Peekable<Chars>, out: &mut String) -> Result<(), String> {
    let mut name = String::new();
    loop {
        match rest.next().ok_or("missing ]")? {
            ':' if rest.next_if_eq(&']').is_some() => break,
            letter => name.push(letter),
        }
    }
    if !NAMED_CLASSES.contains(&name.strip_prefix('^').unwrap_or(&name)) {
        return Err(format!("invalid character class range: [:{name}:]"));
    }
    out.push_str(&format!("[:{name}:]"));
    Ok(())
}

/// The code of a letter of a class, which may be escaped
fn class_letter(letter: char, rest: &mut Peekable<Chars>) -> Result<u32, String> {
    match letter {
        '\\' => {
            let letter = rest.next().ok_or("trailing backslash")?;
            escaped_letter(letter, rest)
        }
        letter => Ok(u32::from(letter)),
    }
}

/// `\pN` and `\p{Name}`, after the `p`: letters of a general category or a script
pub fn property(
    negated: bool,
    rest: &mut Peekable<Chars>,
    out: &mut String,
    subject: Subject,
) -> Result<(), String> {
    let invalid = || "invalid character class range".to_owned();
    let name: String = match rest.next().ok_or_else(invalid)? {
        '{' => rest.by_ref().take_while(|letter| *letter != '}').collect(),
        letter => String::from(letter),
    };
    let (inverse, name) = match name.strip_prefix('^') {
        Some(name) => (true, name),
        None => (false, name.as_str()),
    };
    let letter = if negated != inverse { 'P' } else { 'p' };
    let query = match name {
        "Any" => "Any".to_owned(),
        name if CATEGORIES.contains(&name) => name.to_owned(),
        // A script as Unicode writes it
        name if name.starts_with(|first: char| first.is_ascii_uppercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_') =>
        {
            format!("Script={name}")
        }
        _ => return Err(invalid()),
    };
    let class = format!("\\{letter}{{{query}}}");
    match subject {
        Subject::Text => out.push_str(&class),
        Subject::Bytes => {
            let letters = Regex::new(&class).map_err(|_| invalid())?;
            let bytes = (0..=u8::MAX).filter(|byte| {
                let text = String::from(char::from(*byte));
                letters.is_match(text.as_bytes())
            });
            let set: Vec<u8> = bytes.collect();
            out.push_str(if set.is_empty() { "[^\\x00-\\xff" } else { "[" });
            set.iter().for_each(|byte| code(u32::from(*byte), out));
            out.push(']');
        }
    }
    Ok(())
}
