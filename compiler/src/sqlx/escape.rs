//! SQL text inside a JavaScript template literal, and back

use std::fmt::Write as _;

/// Plain SQL: backslashes and backticks stay themselves, `${…}` is evaluated
pub fn escape_text(text: &str, out: &mut String) {
    for character in text.chars() {
        if matches!(character, '\\' | '`') {
            out.push('\\');
        }
        out.push(character);
    }
}

/// A comment: nothing in it is evaluated, but JavaScript's escapes apply
pub fn escape_comment(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['`', '$']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if rest.starts_with('`') || rest.starts_with("${") {
            out.push('\\');
        }
        out.push_str(&rest[..1]);
        rest = &rest[1..];
    }
    out.push_str(rest);
}

/// What a template literal makes of line breaks
pub fn normalise_lines(text: &str) -> String {
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n")
    } else {
        text.to_owned()
    }
}

/// What a comment evaluates to, or `None` where only JavaScript knows
pub fn cook_comment(text: &str) -> Option<String> {
    (!text.contains('\\')).then(|| normalise_lines(text))
}

/// A text as a JavaScript string literal
pub fn string_literal(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\u{2028}' | '\u{2029}' => {
                // writing to a string cannot fail
                let _ = write!(out, "\\u{:04x}", character as u32);
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
