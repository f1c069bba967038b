//! Where an operation exports a model to: the `URI` of its `EXPORT MODEL` statement

use crate::graph::Operation;

/// The URI of the first `EXPORT MODEL` among an operation's statements
pub fn exported_to(operation: &Operation) -> Option<String> {
    operation.queries.iter().find_map(|query| uri(query))
}

fn uri(sql: &str) -> Option<String> {
    let words = words(sql);
    let is = |at: usize, word: &str| matches!(words.get(at), Some(Word::Plain(found)) if found.eq_ignore_ascii_case(word));
    let start = (0..words.len()).find(|&at| is(at, "EXPORT") && is(at + 1, "MODEL"))?;
    let end = (start..words.len())
        .find(|&at| is(at, ";"))
        .unwrap_or(words.len());
    let at = (start..end).find(|&at| is(at, "URI") && is(at + 1, "="))?;
    match words.get(at + 2) {
        Some(Word::Quoted(text)) => Some((*text).to_owned()),
        _ => None,
    }
}

/// A word of SQL, as far as it matters here
enum Word<'a> {
    /// A name, a keyword, or a sign
    Plain(&'a str),
    /// What stands between quotes
    Quoted(&'a str),
}

/// The words of a text, without comments
fn words(sql: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(sign) = rest.chars().next() {
        let length = if rest.starts_with("--") || sign == '#' {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if matches!(sign, '\'' | '"' | '`') {
            let triple: String = std::iter::repeat_n(sign, 3).collect();
            let quote = match sign != '`' && rest.starts_with(&triple) {
                true => triple,
                false => sign.to_string(),
            };
            let inside = &rest[quote.len()..];
            let end = closing(inside, &quote).unwrap_or(inside.len());
            words.push(Word::Quoted(&inside[..end]));
            (end + 2 * quote.len()).min(rest.len())
        } else {
            let name = |sign: char| sign.is_alphanumeric() || sign == '_';
            let length = match name(sign) {
                true => rest.find(|sign| !name(sign)).unwrap_or(rest.len()),
                false => sign.len_utf8(),
            };
            words.push(Word::Plain(&rest[..length]));
            length
        };
        rest = rest[length..].trim_start();
    }
    words
}

/// Where a text ends, past what a backslash escapes
fn closing(text: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, sign) in text.char_indices() {
        if !escaped && text[at..].starts_with(quote) {
            return Some(at);
        }
        escaped = !escaped && sign == '\\';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_of_an_export_is_found() {
        for (sql, expected) in [
            (
                "EXPORT MODEL `p.d.m` OPTIONS (URI = 'gs://b/m')",
                Some("gs://b/m"),
            ),
            (
                "-- EXPORT MODEL x OPTIONS (uri='no')\nselect 'URI = \\'a'; export model d.m\n options(format='ONNX', uri=\"exports/m\")",
                Some("exports/m"),
            ),
            (
                "EXPORT DATA OPTIONS (uri = 'gs://b/*.csv') AS SELECT 1",
                None,
            ),
            ("EXPORT MODEL m; SELECT * FROM t WHERE uri = 'x'", None),
        ] {
            assert_eq!(uri(sql).as_deref(), expected, "{sql}");
        }
    }
}
