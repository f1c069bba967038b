//! Finds in the user's text what an error is about

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Location, offset_of};

use super::Sources;
use crate::action::Written;
use crate::script::{ScriptError, WRAPPER};

/// The innermost place in a file of the project in the engine's list of calls
pub fn in_stack(error: &ScriptError, sources: &Sources<'_>) -> Option<Location> {
    error.stack.lines().find_map(|line| {
        let line = line.trim().strip_prefix("at ")?;
        let place = match line.rfind('(') {
            Some(open) => line[open + 1..].trim_end_matches(')'),
            None => line,
        };
        let (rest, column) = place.rsplit_once(':')?;
        let (file, number) = rest.rsplit_once(':')?;
        location(file, number.parse().ok()?, column.parse().ok()?, sources)
    })
}

/// Where a position in a module's code is in its file
fn location(file: &str, line: usize, column: usize, sources: &Sources<'_>) -> Option<Location> {
    let text = sources.texts.get(file)?;
    let column = if line == 1 {
        column.saturating_sub(WRAPPER.len())
    } else {
        column
    };
    let offset = match sources.generated.get(file) {
        Some(generated) => generated.source_offset(offset_of(&generated.text, line, column))?,
        None => offset_of(text, line, column),
    };
    let offset = offset.min(text.len().saturating_sub(1));
    Some(Location::new(file, Arc::clone(text), word(text, offset)))
}

/// The word at an offset, or its character
fn word(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = &text[start..];
    let length = rest
        .find(|character: char| !(character.is_alphanumeric() || "_$".contains(character)))
        .unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    start..start + length.max(first)
}

/// The call of `ref` or `resolve` that has these arguments, or else the quoted name
pub fn reference(text: &str, written: &Written) -> Option<Range<usize>> {
    calls(text)
        .find(|call| same(&text[call.clone()], written))
        .or_else(|| {
            [written.readable(), written.name.clone()]
                .iter()
                .flat_map(|name| ["\"", "'"].map(|quote| format!("{quote}{name}{quote}")))
                .find_map(|quoted| text.find(&quoted).map(|at| at..at + quoted.len()))
        })
}

/// Every call of `ref` or `resolve`, from the name to the closing bracket
fn calls(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    ["ref", "resolve"].into_iter().flat_map(move |function| {
        text.match_indices(function).filter_map(move |(start, _)| {
            let word = text[..start]
                .chars()
                .next_back()
                .is_some_and(|before| before.is_alphanumeric() || "_$".contains(before));
            let after = &text[start + function.len()..];
            let open = after.len() - after.trim_start().len();
            if word || !after[open..].starts_with('(') {
                return None;
            }
            let from = start + function.len() + open;
            let end = text[from..].find(')')?;
            Some(start..from + end + 1)
        })
    })
}

fn same(call: &str, written: &Written) -> bool {
    let mut quoted: Vec<&str> = Vec::new();
    let mut rest = call;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let quote = &rest[at..at + 1];
        let Some(end) = rest[at + 1..].find(quote) else {
            break;
        };
        quoted.push(&rest[at + 1..at + 1 + end]);
        rest = &rest[at + end + 2..];
    }
    let mut parts: Vec<&str> = [&written.database, &written.schema]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    parts.push(&written.name);
    if call.contains('{') {
        quoted.sort_unstable();
        parts.sort_unstable();
    }
    quoted == parts
}

/// A key of an object, as it stands before its colon
pub fn config_key(text: &str, key: &str) -> Option<Range<usize>> {
    if key.is_empty() {
        return None;
    }
    text.match_indices(key).find_map(|(start, _)| {
        let end = start + key.len();
        let before = text[..start].chars().next_back();
        let bounded =
            before.is_none_or(|before| !(before.is_alphanumeric() || "_$".contains(before)));
        let after = text[end..].trim_start_matches(['"', '\'', ' ']);
        (bounded && after.starts_with(':')).then_some(start..end)
    })
}
