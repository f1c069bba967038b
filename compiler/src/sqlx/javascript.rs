//! Finds where a stretch of JavaScript in a SQLX file ends, as Dataform's lexer does: strings with
//! escapes other than of quotes are not seen as strings, and there are no regular expressions

/// What the brace or backtick that is looked for closes
#[derive(Clone, Copy, PartialEq)]
enum Open {
    Braces,
    Template,
}

/// Where the last comment with an end ends: with it, a text of many comments without one is still read once
pub fn last_comment_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let ends = |at: &usize| *at > 0 && bytes[at - 1] == b'*';
    std::iter::successors(text.rfind('/'), |at| text[..*at].rfind('/'))
        .find(ends)
        .map_or(0, |at| at + 1)
}

/// The end of the comment that starts at `at` with a slash and a star, if it has one
pub fn end_of_comment(text: &str, at: usize, last: usize) -> Option<usize> {
    if last < at + 4 {
        return None;
    }
    text[at + 2..].find("*/").map(|end| at + 2 + end + 2)
}

/// The end of the JavaScript that starts at `from`, just after its opening brace: after the closing
/// brace, or the end of the text; `last` is where the last comment ends
pub fn end_of_javascript(text: &str, from: usize, last: usize) -> usize {
    let bytes = text.as_bytes();
    let mut open = vec![Open::Braces];
    let mut at = from;
    while at < bytes.len() {
        let Some(state) = open.last() else {
            break;
        };
        at = match state {
            Open::Braces => step_code(text, at, last, &mut open),
            Open::Template => step_template(bytes, at, &mut open),
        };
    }
    at.min(bytes.len())
}

fn step_code(text: &str, at: usize, last: usize, open: &mut Vec<Open>) -> usize {
    let bytes = text.as_bytes();
    match bytes[at] {
        b'/' if bytes.get(at + 1) == Some(&b'/') => end_of_line(text, at),
        b'/' if bytes.get(at + 1) == Some(&b'*') => {
            end_of_comment(text, at, last).unwrap_or(at + 1)
        }
        quote @ (b'\'' | b'"') => end_of_string(bytes, at, quote).unwrap_or(at + 1),
        b'`' => {
            open.push(Open::Template);
            at + 1
        }
        b'{' => {
            open.push(Open::Braces);
            at + 1
        }
        b'}' => {
            open.pop();
            at + 1
        }
        _ => at + 1,
    }
}

fn step_template(bytes: &[u8], at: usize, open: &mut Vec<Open>) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b"\\\\") {
        at + 2
    } else if rest.starts_with(b"\\${`") {
        at + 4
    } else if rest.starts_with(b"${") {
        open.push(Open::Braces);
        at + 2
    } else {
        if rest[0] == b'`' {
            open.pop();
        }
        at + 1
    }
}

/// The end of a string on one line whose only escapes are of quotes and backslashes
fn end_of_string(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            b'\n' => return None,
            b'\\' => {
                let next = *bytes.get(at + 1)?;
                if next != quote && next != b'\\' {
                    return None;
                }
                at += 2;
            }
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The end of the line that `at` is in, before its line break
pub fn end_of_line(text: &str, at: usize) -> usize {
    text[at..]
        .find(['\n', '\r', '\u{2028}', '\u{2029}'])
        .map_or(text.len(), |end| at + end)
}
