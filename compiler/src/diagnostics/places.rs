//! Finds in the user's text what an error is about

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Location, offset_of};

use super::Sources;
use super::callee::{callee, is_name, shown, underlined};
use crate::action::Written;
use crate::script::{ScriptError, WRAPPER};
use crate::sqlx::{Generated, extract};

/// The innermost place in a file of the project in the engine's list of calls
pub fn in_stack(error: &ScriptError, sources: &Sources<'_>) -> Option<Location> {
    let spot = error
        .stack
        .lines()
        .find_map(|line| spot(line, error, sources))?;
    let text = sources.texts.get(spot.file)?;
    let offset = spot.in_file(spot.offset)?.min(text.trim_end().len());
    Some(Location::new(
        spot.file,
        Arc::clone(text),
        word(text, offset),
    ))
}

/// What is called where the innermost call fails, as it stands in the code, with its place
pub fn called(error: &ScriptError, sources: &Sources<'_>) -> Option<(String, Location)> {
    let spot = spot(error.stack.lines().next()?, error, sources)?;
    let text = sources.texts.get(spot.file)?;
    let range = callee(spot.code, spot.offset)?;
    let name = shown(&spot.code[range.clone()]);
    let underlined = underlined(spot.code, range);
    let span = spot.in_file(underlined.start)?..spot.in_file(underlined.end)?;
    Some((name, Location::new(spot.file, Arc::clone(text), span)))
}

/// A position in the code of a module
struct Spot<'a> {
    file: &'a str,
    /// The module's code
    code: &'a str,
    /// A byte of the code
    offset: usize,
    /// The way back to a SQLX file
    generated: Option<&'a Generated>,
    /// The bytes of the file before the code
    skipped: usize,
}

impl Spot<'_> {
    fn in_file(&self, offset: usize) -> Option<usize> {
        match self.generated {
            Some(generated) => generated.source_offset(offset),
            None => Some(self.skipped + offset),
        }
    }
}

/// The position that a line of the engine's list of calls names, if it is in a file of the project
fn spot<'a>(line: &str, error: &ScriptError, sources: &Sources<'a>) -> Option<Spot<'a>> {
    let line = line.trim().strip_prefix("at ")?;
    let place = match line.rfind('(') {
        Some(open) => line[open + 1..].trim_end_matches(')'),
        None => line,
    };
    let (rest, column) = place.rsplit_once(':')?;
    let (file, number) = rest.rsplit_once(':')?;
    let (line, column): (usize, usize) = (number.parse().ok()?, column.parse().ok()?);
    let (file, text) = sources.texts.get_key_value(file)?;
    let generated = sources.generated.get(file.as_str());
    let whole = generated.map_or(&**text, |generated| generated.text.as_str());
    let code = whole.strip_prefix('\u{feff}').unwrap_or(whole);
    let first = line == 1;
    let column = column.saturating_sub(if first { WRAPPER.len() } else { 0 });
    // the engine counts bytes
    let mut offset = (offset_of(code, line, 1) + column.saturating_sub(1)).min(code.len());
    // and on the first line, but for names and what does not parse, from 0
    let name = code
        .get(offset..)
        .is_some_and(|rest| rest.starts_with(is_name));
    let counted = !first || name || error.name == "SyntaxError";
    offset += usize::from(!counted && code.is_char_boundary(offset + 1));
    Some(Spot {
        file,
        code,
        offset,
        generated,
        skipped: whole.len() - code.len(),
    })
}

/// The word at an offset, or its character
fn word(text: &str, offset: usize) -> Range<usize> {
    let mut start = offset;
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = &text[start..];
    let length = rest
        .find(|character: char| !is_name(character))
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

/// The value of a key of a SQLX file's `config` block: the quoted text, or the key if it is none
pub fn config_value(text: &str, key: &str) -> Option<Range<usize>> {
    let config = extract(text).ok()?.config?;
    let block = &text[config.clone()];
    let found = config_key(block, key)?;
    let rest = block[found.end..].trim_start_matches(['"', '\'', ' ']);
    let value = rest.strip_prefix(':')?.trim_start();
    let start = block.len() - value.len();
    let quote = value.chars().next().filter(|first| "\"'`".contains(*first));
    let length = quote.and_then(|quote| value[1..].find(quote));
    let span = match length {
        Some(length) => start..start + length + 2,
        None => found,
    };
    Some(config.start + span.start..config.start + span.end)
}

/// Where an action is defined: the name in its config or in JavaScript, the first line of its config,
/// or the first line that is not blank
pub fn definition(text: &str, name: &str) -> Option<Range<usize>> {
    let line = |from: usize| {
        let start = text.len()
            - text[from..]
                .trim_start_matches(['\u{feff}', '\r', '\n'])
                .len();
        let end = text[start..]
            .find('\n')
            .map_or(text.len(), |end| start + end);
        start..start + text[start..end].trim_end().len()
    };
    let quotes = |name: &str| ["\"", "'", "`"].map(|quote| format!("{quote}{name}{quote}"));
    let config = extract(text).ok().and_then(|parts| parts.config);
    let within = config.clone().unwrap_or(0..text.len());
    let named = quotes(name).iter().find_map(|quoted| {
        let at = within.start + text[within.clone()].find(quoted)?;
        Some(at..at + quoted.len())
    });
    named.or_else(|| {
        let start = config.map_or(0, |config| config.start - "config ".len());
        Some(line(start)).filter(|line| !line.is_empty())
    })
}
