//! Where the line comments of GoogleSQL text are

use std::ops::Range;

/// The line comments, in order, from `--` or `#` to before the end of the line
pub fn find(sql: &str) -> Vec<Range<usize>> {
    let bytes = sql.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += match rest {
            [b'-', b'-', ..] | [b'#', ..] => {
                let length = length_until(rest, b"\n");
                comments.push(at..at + length);
                length
            }
            [b'/', b'*', ..] => 2 + past(&rest[2..], b"*/", false),
            [b'\'', b'\'', b'\'', ..] | [b'"', b'"', b'"', ..] => {
                3 + past(&rest[3..], &rest[..3], true)
            }
            [b'\'' | b'"' | b'`', ..] => 1 + past(&rest[1..], &rest[..1], true),
            _ => 1,
        };
    }
    comments
}

fn length_until(bytes: &[u8], end: &[u8]) -> usize {
    bytes
        .windows(end.len())
        .position(|window| window == end)
        .unwrap_or(bytes.len())
}

/// Bytes up to and with `end`; a backslash takes the next byte with it, in raw strings too
fn past(bytes: &[u8], end: &[u8], escapes: bool) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(end) {
            return at + end.len();
        }
        at += if escapes && bytes[at] == b'\\' { 2 } else { 1 };
    }
    bytes.len()
}
