//! Where a stretch of an inline assertion's query stands in the config

use std::ops::Range;

use super::extract::Parts;
use super::javascript::{end_of_javascript, last_comment_end};

/// The strings, with their quotes, under `keys` of the config's `assertions`; `None` if it has none there
pub fn assertions(file: &str, parts: &Parts, keys: &[&str]) -> Option<Vec<Range<usize>>> {
    let config = parts.config.clone()?;
    let block =
        value(file, config, "assertions").filter(|block| file[block.clone()].starts_with('{'))?;
    let strings: Vec<Range<usize>> = keys
        .iter()
        .filter_map(|key| value(file, block.clone(), key))
        .flat_map(|list| strings(file, list))
        .collect();
    Some(strings)
}

/// The bytes of the file that the bytes `span` of an assertion's query come from: the longest of the
/// strings that stands in the query around them
pub fn locate_assertion(
    file: &str,
    strings: &[Range<usize>],
    sql: &str,
    span: Range<usize>,
) -> Option<Range<usize>> {
    let around = |string: &&Range<usize>| within(file, string, sql, &span).is_some();
    let string = strings
        .iter()
        .rev()
        .filter(around)
        .max_by_key(|string| string.len())?;
    let offset = within(file, string, sql, &span)?;
    let text = string.start + 1 + offset;
    Some(text..text + span.len())
}

/// How far from the start of the string's text the span lies, where that text stands around it
fn within(file: &str, string: &Range<usize>, sql: &str, span: &Range<usize>) -> Option<usize> {
    let text = &file[string.start + 1..string.end - 1];
    if text.is_empty() || span.is_empty() {
        return None;
    }
    sql.match_indices(text)
        .map(|(start, _)| start)
        .find(|start| *start <= span.start && span.end <= start + text.len())
        .map(|start| span.start - start)
}

/// The value of a key inside an object: a list, an object, or up to the next comma
fn value(file: &str, object: Range<usize>, key: &str) -> Option<Range<usize>> {
    let text = &file[object.clone()];
    text.match_indices(key).find_map(|(at, _)| {
        let before = text[..at].trim_end_matches(['"', '\'', ' ', '\t']);
        let after = text[at + key.len()..].trim_start_matches(['"', '\'', ' ']);
        let value = after.strip_prefix(':')?.trim_start();
        if !before.ends_with(['{', ',', '/', '\n']) {
            return None;
        }
        let start = object.end - value.len();
        let end = match value.chars().next()? {
            '{' => end_of_javascript(file, start + 1, last_comment_end(file)),
            '[' => end_of_list(file, start)?,
            '"' | '\'' | '`' => end_of_string(file, start)?,
            _ => value.find([',', '}']).map_or(object.end, |end| start + end),
        };
        Some(start..end.min(object.end))
    })
}

/// The end of the list that starts at `start`
fn end_of_list(file: &str, start: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        let character = file[at..].chars().next()?;
        match character {
            '[' => depth += 1,
            ']' => depth = depth.checked_sub(1)?,
            '"' | '\'' | '`' => at = end_of_string(file, at)? - 1,
            _ => {}
        }
        at += if "\"'`".contains(character) {
            1
        } else {
            character.len_utf8()
        };
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The end of the string that starts at `start`, after its quote
fn end_of_string(file: &str, start: usize) -> Option<usize> {
    let quote = file[start..].chars().next()?;
    let mut escaped = false;
    for (at, character) in file[start + 1..].char_indices() {
        if character == quote && !escaped {
            return Some(start + 1 + at + 1);
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

/// The strings in a value
fn strings(file: &str, value: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = value.start;
    while let Some(start) = file[at..value.end]
        .find(['"', '\'', '`'])
        .map(|start| at + start)
    {
        let Some(end) = end_of_string(file, start).filter(|end| *end <= value.end) else {
            break;
        };
        found.push(start..end);
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::extract::extract;
    use super::*;

    #[test]
    fn columns_and_conditions_are_found() {
        let file = "config {\n  type: \"table\", columns: { nope: \"nope\" },\n  assertions: {\n    uniqueKey: [\"id\", 'nope'], // nope\n    nonNull: \"email\",\n    rowConditions: [`id > 0 and \"x]\" = nope`, \"id < \\\"2\\\"\"],\n  }\n}\nselect 1\n";
        let place = |keys: &[&str], sql: &str, word: &str| {
            let parts = extract(file).ok()?;
            let strings = assertions(file, &parts, keys)?;
            let start = sql.find(word)?;
            let range = locate_assertion(file, &strings, sql, start..start + word.len())?;
            Some((diagnostic::line_column(file, range.start), &file[range]))
        };
        let unique = ["uniqueKey", "uniqueKeys"];
        let conditions = ["rowConditions", "nonNull"];
        let condition = "NOT (id > 0 and \"x]\" = nope) email IS NOT NULL";
        for (keys, sql, word, expected) in [
            (
                &unique,
                "SELECT id, nope, data",
                "nope",
                Some(((4, 24), "nope")),
            ),
            (&unique, "SELECT id, nope, data", "data", None),
            (&conditions, condition, "nope", Some(((6, 40), "nope"))),
            (&conditions, condition, "id", Some(((6, 22), "id"))),
            (&conditions, condition, "email", Some(((5, 15), "email"))),
            (&conditions, condition, "email IS", None),
        ] {
            assert_eq!(place(keys, sql, word), expected, "{word} in {sql}");
        }
    }
}
