//! Where names, numbers, strings and regular expressions of JavaScript end

use crate::text::ends_line;

/// The length of the name at the start of a text, 0 if there is none; `#`, `$` and `@` begin names
pub fn name(text: &str) -> usize {
    let mut length = 0;
    while let Some(next) = text[length..].chars().next() {
        let taken = match next {
            '\\' => unicode_escape(&text[length..]),
            '#' | '@' if length > 0 => 0,
            '#' | '@' | '$' | '_' => 1,
            '0'..='9' if length == 0 => 0,
            _ if next.is_ascii() => usize::from(next.is_ascii_alphanumeric()),
            _ if is_foreign(next, length > 0) => next.len_utf8(),
            _ => 0,
        };
        if taken == 0 {
            break;
        }
        length += taken;
    }
    length
}

/// Letters beyond ASCII, and the marks that may follow them
fn is_foreign(character: char, follows: bool) -> bool {
    let mark = matches!(character, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}' | '\u{20d0}'..='\u{20f0}');
    u32::from(character) <= 0xffff
        && if follows {
            character.is_alphanumeric() || mark
        } else {
            character.is_alphabetic()
        }
}

/// `\u1234` or `\u{1f600}`
fn unicode_escape(text: &str) -> usize {
    let Some(code) = text.strip_prefix("\\u") else {
        return 0;
    };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if let Some(code) = code.strip_prefix('{') {
        let count = digits(code);
        return if count > 0 && code[count..].starts_with('}') {
            count + 4
        } else {
            0
        };
    }
    if digits(code) >= 4 { 6 } else { 0 }
}

/// The length of the number at the start of a text, 0 if there is none
pub fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let run = |from: usize, allowed: fn(&u8) -> bool| {
        bytes[from..]
            .iter()
            .take_while(|byte| allowed(byte) || **byte == b'_')
            .count()
    };
    let big = |length: usize| length + usize::from(bytes.get(length) == Some(&b'n'));
    if bytes.first() == Some(&b'0') {
        match bytes.get(1) {
            Some(b'x' | b'X') => return big(2 + run(2, u8::is_ascii_hexdigit)),
            Some(b'o' | b'O') => return big(2 + run(2, |byte| (b'0'..=b'7').contains(byte))),
            Some(b'b' | b'B') => return 2 + run(2, |byte| matches!(byte, b'0' | b'1')),
            _ => {}
        }
    }
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut length = 0;
    if digit(0) {
        length = run(0, u8::is_ascii_digit);
        if bytes.get(length) == Some(&b'n') {
            return length + 1;
        }
        if bytes.get(length) == Some(&b'.') {
            length += 1 + run(length + 1, u8::is_ascii_digit);
        }
    } else if bytes.first() == Some(&b'.') && digit(1) {
        length = 1 + run(1, u8::is_ascii_digit);
    }
    if length > 0 && matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = bytes
            .get(length + 1 + sign..)
            .map_or(0, |_| run(length + 1 + sign, u8::is_ascii_digit));
        if exponent > 0 {
            length += 1 + sign + exponent;
        }
    }
    length
}

/// The length of a string in quotes or backticks, its delimiters included; a string in quotes ends at
/// the end of its line, and an unended template at the end of the code
pub fn string(text: &str) -> usize {
    let quote = text.as_bytes()[0];
    let end = match quote {
        b'`' => template(text, 1, b'`'),
        _ => quoted(text, quote),
    };
    end + usize::from(text.as_bytes().get(end) == Some(&quote))
}

fn quoted(text: &str, quote: u8) -> usize {
    let mut at = 1;
    while let Some(next) = text[at..].chars().next() {
        if next == char::from(quote) || ends_line(next) {
            break;
        }
        at += if next == '\\' {
            escape(&text[at..])
        } else {
            next.len_utf8()
        };
    }
    at
}

/// Where the template or the expression in it that `from` is in ends: at its delimiter. An expression
/// ends at the first brace; only templates nest in it.
fn template(text: &str, from: usize, delimiter: u8) -> usize {
    let mut open = vec![delimiter];
    let mut at = from;
    while let Some(next) = text[at..].chars().next() {
        let Some(&delimiter) = open.last() else {
            break;
        };
        if next == char::from(delimiter) {
            open.pop();
            if open.is_empty() {
                break;
            }
            at += 1;
        } else if next == '\\' {
            at += escape(&text[at..]);
        } else if delimiter == b'`' && text[at..].starts_with("${") {
            open.push(b'}');
            at += 2;
        } else if delimiter == b'}' && next == '`' {
            open.push(b'`');
            at += 1;
        } else {
            at += next.len_utf8();
        }
    }
    at
}

/// A backslash and what it escapes
fn escape(text: &str) -> usize {
    let mut rest = text[1..].chars();
    match rest.next() {
        Some('\r') if rest.next() == Some('\n') => 3,
        Some(escaped) => 1 + escaped.len_utf8(),
        None => 1,
    }
}

/// The length of a regular expression with its flags; one that has no end reaches to the end of its line
pub fn regular_expression(text: &str) -> usize {
    let mut escaped = false;
    let mut in_class = false;
    for (at, next) in text.char_indices().skip(1) {
        if ends_line(next) {
            return at;
        }
        if next == '/' && !escaped && !in_class {
            return at + 1 + name(&text[at + 1..]);
        }
        match next {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
    }
    text.len()
}
