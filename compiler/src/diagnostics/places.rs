//! Finds in the user's text what an error is about

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Location, offset_of};

use super::Sources;
use super::callee::{callee, is_name, shown, underlined};
use crate::script::{ScriptError, WRAPPER, is_expression};
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

/// The places from which the code came to `location`, each in another file than the one before
pub fn chain(
    error: &ScriptError,
    sources: &Sources<'_>,
    location: &Location,
) -> Vec<(String, Location)> {
    let mut places: Vec<(String, Location)> = Vec::new();
    let mut last = location.file.clone();
    for line in error.stack.lines() {
        let Some(spot) = spot(line, error, sources).filter(|spot| spot.file != last) else {
            continue;
        };
        let place = sources.texts.get(spot.file).and_then(|text| {
            let offset = spot.in_file(spot.offset)?.min(text.trim_end().len());
            let called = callee(spot.code, spot.offset)
                .map(|range| underlined(spot.code, range))
                .and_then(|range| Some(spot.in_file(range.start)?..spot.in_file(range.end)?));
            let place = called.unwrap_or_else(|| word(text, offset));
            Some(Location::new(spot.file, Arc::clone(text), place))
        });
        last = spot.file.to_owned();
        if let Some(place) = place {
            let message = if place.text() == "require" {
                "required here"
            } else {
                "called here"
            };
            places.push((message.to_owned(), place));
        }
    }
    places
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
    if is_expression(line) {
        let place = error.place.as_ref()?;
        let (file, text) = sources.texts.get_key_value(&*place.file)?;
        let offset = place.offset.min(text.len());
        // the code of a placeholder begins after its brace
        let start = text
            .get(..offset)?
            .rfind("${")
            .map_or(0, |at| at + "${".len());
        return Some(Spot {
            file,
            code: &text[start..],
            offset: offset - start,
            generated: None,
            skipped: start,
        });
    }
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
    if text[start..].starts_with('(') && text[..start].ends_with(is_name) {
        start = text[..start].trim_end_matches(is_name).len();
    }
    let rest = &text[start..];
    if let Some(quote) = rest
        .chars()
        .next()
        .filter(|first| matches!(first, '"' | '\''))
        && let Some(end) = rest[1..].find([quote, '\n'])
        && rest[1 + end..].starts_with(quote)
    {
        return start..start + end + 2;
    }
    let length = rest
        .find(|character: char| !is_name(character))
        .unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    start..start + length.max(first)
}

/// A key of an action's config, by the keys above it: in the `config` block of a SQLX file, or anywhere
pub fn config_key(text: &str, path: &[String]) -> Option<Range<usize>> {
    let config = extract(text).ok().and_then(|parts| parts.config);
    key_within(text, config.unwrap_or(0..text.len()), path)
}

/// A key of the object that is passed in a call, by the keys above it
pub fn key_in(call: &Location, path: &[String]) -> Option<Location> {
    let range = key_within(&call.source, call.span.clone(), path)?;
    Some(Location::new(
        call.file.as_str(),
        Arc::clone(&call.source),
        range,
    ))
}

/// The value of a key of the object that is passed in a call, or the key if it is no string
pub fn value_in(call: &Location, key: &str) -> Option<Location> {
    let range = value_within(&call.source, call.span.clone(), key)?;
    Some(Location::new(
        call.file.as_str(),
        Arc::clone(&call.source),
        range,
    ))
}

/// The last key of a path that can be found, each after the one above it
fn key_within(text: &str, within: Range<usize>, path: &[String]) -> Option<Range<usize>> {
    let mut at = within.start;
    let mut found = None;
    for key in path {
        if key.parse::<usize>().is_ok() {
            continue;
        }
        // older words for a key of the reference
        let names = match key.as_str() {
            "dependencyTargets" => ["dependencyTargets", "dependencies"],
            "dataset" => ["dataset", "schema"],
            "project" => ["project", "database"],
            "filename" => ["filename", "fileName"],
            key => [key, key],
        };
        let key = names
            .iter()
            .find_map(|name| key_after(text, at..within.end, name));
        if let Some(key) = key {
            at = key.end;
            found = Some(key);
        }
    }
    found
}

/// A key as it stands before its colon
fn key_after(text: &str, within: Range<usize>, key: &str) -> Option<Range<usize>> {
    if key.is_empty() {
        return None;
    }
    let stretch = &text[within.clone()];
    stretch.match_indices(key).find_map(|(start, _)| {
        let end = start + key.len();
        let bounded = !stretch[..start].ends_with(is_name);
        let after = stretch[end..].trim_start_matches(['"', '\'', ' ']);
        (bounded && after.starts_with(':')).then_some(within.start + start..within.start + end)
    })
}

/// The value of a key of a SQLX file's `config` block: the quoted text, or the key if it is none
pub fn config_value(text: &str, key: &str) -> Option<Range<usize>> {
    let config = extract(text).ok()?.config?;
    value_within(text, config, key)
}

fn value_within(text: &str, within: Range<usize>, key: &str) -> Option<Range<usize>> {
    let found = key_after(text, within, key)?;
    let rest = text[found.end..].trim_start_matches(['"', '\'', ' ']);
    let value = rest.strip_prefix(':')?.trim_start();
    let start = text.len() - value.len();
    let quote = value.chars().next().filter(|first| "\"'`".contains(*first));
    let length = quote.and_then(|quote| value[1..].find(quote));
    Some(match length {
        Some(length) => start..start + length + 2,
        None => found,
    })
}

/// A name in quotes
pub fn quoted(text: &str, name: &str) -> Option<Range<usize>> {
    ["\"", "'", "`"]
        .map(|quote| format!("{quote}{name}{quote}"))
        .iter()
        .find_map(|quoted| text.find(quoted).map(|at| at..at + quoted.len()))
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
    let config = extract(text).ok().and_then(|parts| parts.config);
    let within = config.clone().unwrap_or(0..text.len());
    let named = quoted(&text[within.clone()], name);
    let named = named.map(|found| within.start + found.start..within.start + found.end);
    named.or_else(|| {
        let start = config.map_or(0, |config| config.start - "config ".len());
        Some(line(start)).filter(|line| !line.is_empty())
    })
}
