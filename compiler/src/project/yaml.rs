//! YAML with positions

use std::collections::{HashMap, HashSet};

use diagnostic::Location;
use saphyr::{MarkedYaml, Marker, Scalar, ScanError, YamlData, YamlLoader};
use saphyr_parser::{Event, Parser, ScalarStyle, SpannedEventReceiver};

use super::timestamp::to_iso;
pub use super::yaml_error::YamlError;
use crate::value::{Object, Value};

/// A parsed document
#[derive(Debug, Clone)]
pub struct Document {
    /// Its content; an empty document is `Undefined`
    pub value: Value,
    keys: HashMap<Vec<String>, Position>,
}

/// 1-based line and 1-based column in characters
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    line: usize,
    column: usize,
}

impl Document {
    /// The place of the key at the end of `path`, or of the nearest one above that has a place
    pub fn locate(&self, file: &str, text: &str, path: &[String]) -> Location {
        let known = (0..=path.len())
            .rev()
            .find_map(|length| self.keys.get_key_value(&path[..length]));
        let first = text.lines().next().map_or(0, str::len);
        let (start, length) = known.map_or((0, first), |(key, position)| {
            let start = diagnostic::offset_of(text, position.line, position.column);
            let name = key.last().map_or("", String::as_str);
            let item = name.parse::<usize>().is_ok() && !text[start..].starts_with(name);
            let length = match text[start..].lines().next() {
                Some(line) if item => line.trim_end().len(),
                _ if text[start..].starts_with(['"', '\'']) => name.len() + 2,
                _ => name.len(),
            };
            (start, length)
        });
        Location::new(file, text, start..start + length)
    }
}

/// Reads one YAML document.
///
/// # Errors
/// When the text is not YAML, is nested too deeply, or a mapping has a key twice.
pub fn parse(text: &str) -> Result<Document, YamlError> {
    parse_strictly(text).or_else(|error| {
        let indented = super::flow::indented(text).ok_or_else(|| error.clone())?;
        parse_strictly(&indented).map_err(|_| error)
    })
}

fn parse_strictly(text: &str) -> Result<Document, YamlError> {
    let failed = |error: &ScanError| YamlError::new(error, text);
    // Event by event, since the parser's own loop recurses as deep as the text is nested
    let mut parser = Parser::new_from_iter(text.chars());
    let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
    let mut depth = 0_usize;
    let mut times = HashSet::new();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| failed(&error))?;
        match &event {
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth -= 1,
            Event::Scalar(text, ScalarStyle::Plain, ..) if to_iso(text).is_some() => {
                times.insert(span.start.index());
            }
            _ => {}
        }
        if depth > DEEPEST {
            let message = "nested too deeply".to_owned();
            return Err(failed(&ScanError::new(span.start, message)));
        }
        loader.on_event(event, span);
    }
    if let Some(error) = loader.error() {
        return Err(failed(error));
    }
    let mut reader = Reader {
        times,
        keys: HashMap::new(),
        path: Vec::new(),
    };
    let value = loader
        .into_documents()
        .first()
        .map_or(Value::Undefined, |node| reader.read(node));
    Ok(Document {
        value,
        keys: reader.keys,
    })
}

/// How many mappings and lists may stand in each other
const DEEPEST: usize = 100;

struct Reader {
    /// Where plain scalars stand that are times, in characters
    times: HashSet<usize>,
    keys: HashMap<Vec<String>, Position>,
    path: Vec<String>,
}

impl Reader {
    fn read(&mut self, node: &MarkedYaml<'_>) -> Value {
        match &node.data {
            YamlData::Value(scalar) => self.scalar(scalar, node.span.start),
            YamlData::Sequence(items) => Value::Array(
                items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| self.enter(at.to_string(), item.span.start, item))
                    .collect(),
            ),
            YamlData::Mapping(entries) => {
                let mut object = Vec::new();
                for (key, value) in entries {
                    let name = key_text(key);
                    let value = self.enter(name.clone(), key.span.start, value);
                    object.push((name, value));
                }
                merge(&mut object);
                Value::Object(Object::from_ordered(object))
            }
            YamlData::Tagged(_, inner) => self.read(inner),
            YamlData::Representation(text, ..) => Value::String(text.to_string()),
            YamlData::Alias(_) | YamlData::BadValue => Value::Null,
        }
    }

    /// A scalar; a plain one may be a time
    fn scalar(&self, scalar: &Scalar<'_>, start: Marker) -> Value {
        if let Scalar::String(text) = scalar
            && self.times.contains(&start.index())
            && let Some(time) = to_iso(text)
        {
            return Value::Date(time);
        }
        read_scalar(scalar)
    }

    fn enter(&mut self, name: String, start: Marker, value: &MarkedYaml<'_>) -> Value {
        self.path.push(name);
        self.keys
            .entry(self.path.clone())
            .or_insert_with(|| Position {
                line: start.line(),
                column: start.col() + 1,
            });
        let value = self.read(value);
        self.path.pop();
        value
    }
}

/// Puts the entries of the mappings under `<<` in its place, but for those that were there before; later ones
/// replace them
fn merge(object: &mut Vec<(String, Value)>) {
    let Some(at) = object.iter().position(|(key, value)| {
        key == "<<" && matches!(value, Value::Object(_) | Value::Array(_))
    }) else {
        return;
    };
    let later = object.split_off(at + 1);
    let sources = match object.pop() {
        Some((_, Value::Array(items))) => items,
        other => other.map(|(_, value)| value).into_iter().collect(),
    };
    let mut known: HashSet<String> = object.iter().map(|(key, _)| key.clone()).collect();
    for source in &sources {
        for (key, value) in source.as_object().into_iter().flat_map(Object::iter) {
            if known.insert(key.to_owned()) {
                object.push((key.to_owned(), value.clone()));
            }
        }
    }
    let entries = std::mem::take(object).into_iter().chain(later);
    *object = Object::from_entries(entries).into_entries();
}

fn key_text(node: &MarkedYaml<'_>) -> String {
    match &node.data {
        YamlData::Value(scalar) => match read_scalar(scalar) {
            Value::String(text) => text,
            Value::Number(value) => crate::value::number(value),
            other => other.to_json(),
        },
        YamlData::Representation(text, ..) => text.to_string(),
        _ => "[object Object]".to_owned(),
    }
}

fn read_scalar(scalar: &Scalar<'_>) -> Value {
    match scalar {
        Scalar::Null => Value::Null,
        Scalar::Boolean(value) => Value::Bool(*value),
        #[expect(
            clippy::cast_precision_loss,
            reason = "JavaScript has no other numbers"
        )]
        Scalar::Integer(value) => Value::Number(*value as f64),
        Scalar::FloatingPoint(value) => Value::Number(value.into_inner()),
        Scalar::String(text) => Value::String(text.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_merges_are_read_as_js_yaml_does() {
        let text = "base: &b {x: 1, y: 2}\nother: {<<: *b, y: 3}\nplain: 2024-02-29\nquoted: '2024-02-29'\n";
        let value = parse(text).unwrap().value;
        assert_eq!(
            value.to_json(),
            "{\"base\":{\"x\":1,\"y\":2},\"other\":{\"x\":1,\"y\":3},\"plain\":\"2024-02-29T00:00:00.000Z\",\"quoted\":\"2024-02-29\"}"
        );
        assert!(matches!(value.get("plain"), Some(Value::Date(_))));
        assert!(matches!(value.get("quoted"), Some(Value::String(_))));
    }

    #[test]
    fn deep_nesting_is_an_error() {
        for open in ["[", "- ", "? ", "{a: ", ": "] {
            assert!(parse(&open.repeat(100_000)).is_err(), "{open}");
        }
    }
}
