//! Where in a script BigQuery's message says that something is wrong

use std::ops::Range;

/// The width of a tab in BigQuery's columns
const TAB: usize = 8;

/// Takes `at [line:column]` out of a message and finds the place in the script, from there to the end of
/// the word
pub fn take(message: &str, script: &str) -> (String, Option<Range<usize>>) {
    let Some((range, line, column)) = position(message) else {
        return (message.to_owned(), mentioned(message, script));
    };
    let rest = format!("{}{}", &message[..range.start], &message[range.end..]);
    (
        rest,
        offset(script, line, column).map(|at| word(script, at)),
    )
}

/// The last ` at [line:column]` of a message, which is the one in the script: others are inside of what it calls
fn position(message: &str) -> Option<(Range<usize>, usize, usize)> {
    let begin = message.rfind(" at [")?;
    let inside = &message[begin + " at [".len()..];
    let end = inside.find(']')?;
    let (line, column) = inside[..end].split_once(':')?;
    let range = begin..begin + " at [".len() + end + 1;
    Some((range, line.parse().ok()?, column.parse().ok()?))
}

/// The byte offset of a line and column, both from 1; a column is a character, and a tab goes to the next
/// multiple of eight
fn offset(script: &str, line: usize, column: usize) -> Option<usize> {
    let mut start = 0;
    for _ in 1..line {
        start += script[start..].find('\n')? + 1;
    }
    let row = script[start..].split('\n').next().unwrap_or_default();
    let mut at = 1;
    for (index, letter) in row.char_indices() {
        if at >= column {
            return Some(start + index);
        }
        at = match letter {
            '\t' => (at - 1) / TAB * TAB + TAB + 1,
            _ => at + 1,
        };
    }
    Some(start + row.len())
}

/// The name, quoted name or single character that begins at an offset
fn word(script: &str, at: usize) -> Range<usize> {
    let rest = &script[at..];
    let length = match rest.chars().next() {
        None => 0,
        Some(quote @ ('`' | '"' | '\'')) => rest[1..].find(quote).map_or(1, |end| end + 2),
        Some(first) if is_word(first) => rest.find(|letter| !is_word(letter)).unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
    };
    at..at + length
}

/// A name that a message without a position is about, where the script has it once
fn mentioned(message: &str, script: &str) -> Option<Range<usize>> {
    let name = ["Unrecognized name: ", "Function not found: "]
        .into_iter()
        .find_map(|front| message.split_once(front))
        .map(|(_, rest)| rest.split([' ', ';']).next().unwrap_or_default())
        .map(|name| name.trim_matches(['`', '.']))
        .filter(|name| !name.is_empty());
    let table = || {
        let (_, rest) = message.split_once("Not found: Table ")?;
        Some(rest.split([' ', ';']).next()?.replacen(':', ".", 1))
    };
    let name = name.map(str::to_owned).or_else(table)?;
    let mut found = script.match_indices(&name).filter(|(at, _)| {
        let before = script[..*at].chars().next_back();
        let after = script[at + name.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    });
    let (at, text) = found.next()?;
    found.next().is_none().then_some(at..at + text.len())
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_lead_to_the_word_in_the_script() {
        for (message, script, rest, text) in [
            (
                "Unrecognized name: foo at [2:3]",
                "select\n  foo, 1",
                "Unrecognized name: foo",
                Some("foo"),
            ),
            (
                "Syntax error: Unexpected keyword FROM at [1:12]; see more",
                "select 'é', from t",
                "Syntax error: Unexpected keyword FROM; see more",
                Some(" "),
            ),
            (
                "Unrecognized name: b at [1:9]",
                "\tb",
                "Unrecognized name: b",
                Some("b"),
            ),
            (
                "Not found: Table p:d.t was not found in location US at [1:15]",
                "select * from `p.d.t` where true",
                "Not found: Table p:d.t was not found in location US",
                Some("`p.d.t`"),
            ),
            (
                "Not found: Table p:d.t was not found in location US",
                "select * from `p.d.t` where true",
                "Not found: Table p:d.t was not found in location US",
                Some("p.d.t"),
            ),
            (
                "Unrecognized name: foo",
                "select foo, foo",
                "Unrecognized name: foo",
                None,
            ),
            (
                "Unrecognized name: foo; Did you mean food?",
                "select foo, food",
                "Unrecognized name: foo; Did you mean food?",
                Some("foo"),
            ),
            (
                "division by zero: 1 / 0",
                "select 1/0",
                "division by zero: 1 / 0",
                None,
            ),
            ("x at [9:9]", "select", "x", None),
        ] {
            let (told, span) = take(message, script);
            assert_eq!(told, rest);
            assert_eq!(span.map(|span| &script[span]), text, "{message}");
        }
    }
}
