//! YAML with positions, and its errors in the words that Dataform's users know from js-yaml

use diagnostic::Location;
use saphyr::{LoadableYamlNode, MarkedYaml, Marker, Scalar, ScanError, YamlData};

use super::timestamp::to_iso;
use crate::value::{Object, Value};

/// A parsed document
#[derive(Debug, Clone)]
pub struct Document {
    /// Its content; an empty document is `Undefined`
    pub value: Value,
    keys: Vec<(Vec<String>, Position)>,
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
        let known = (0..=path.len()).rev().find_map(|length| {
            self.keys
                .iter()
                .find(|(key, _)| key.as_slice() == &path[..length])
        });
        let (start, length) = known.map_or((0, 0), |(key, position)| {
            let start = diagnostic::offset_of(text, position.line, position.column);
            (start, key.last().map_or(0, String::len))
        });
        Location::new(file, text, start..start + length)
    }
}

/// Why a text is not YAML
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlError {
    /// js-yaml's words where they are known, else the parser's
    pub reason: String,
    /// 1-based
    pub line: usize,
    /// 1-based, in characters
    pub column: usize,
    snippet: String,
}

impl std::fmt::Display for YamlError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "YAMLException: {} ({}:{})\n\n{}",
            self.reason, self.line, self.column, self.snippet
        )
    }
}

impl YamlError {
    fn new(error: &ScanError, text: &str) -> Self {
        let (line, column) = (error.marker().line(), error.marker().col() + 1);
        let reason = match error.info() {
            "mapping values are not allowed in this context" => {
                "bad indentation of a mapping entry"
            }
            "duplicated key in mapping" => "duplicated mapping key",
            other => other,
        };
        Self {
            reason: reason.to_owned(),
            line,
            column,
            snippet: snippet(text, line, column),
        }
    }

    /// The place in `file`, whose text is `text`
    pub fn locate(&self, file: &str, text: &str) -> Location {
        let start = diagnostic::offset_of(text, self.line, self.column);
        Location::new(file, text, start..start + 1)
    }
}

/// Up to three lines before, the line with a mark below it, and up to two lines after
fn snippet(text: &str, line: usize, column: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let first = line.saturating_sub(3).max(1);
    let last = (line + 2).min(lines.len());
    let width = last.to_string().len();
    let mut out = String::new();
    for number in first..=last {
        let Some(content) = lines.get(number - 1) else {
            continue;
        };
        out.push_str(&format!(" {number:>width$} | {content}\n"));
        if number == line {
            out.push_str(&"-".repeat(width + 4 + column - 1));
            out.push_str("^\n");
        }
    }
    out.truncate(out.trim_end_matches('\n').len());
    out
}

/// Reads one YAML document.
///
/// # Errors
/// When the text is not YAML, or a mapping has a key twice.
pub fn parse(text: &str) -> Result<Document, YamlError> {
    let documents =
        MarkedYaml::load_from_str(text).map_err(|error| YamlError::new(&error, text))?;
    let mut reader = Reader {
        text,
        keys: Vec::new(),
        path: Vec::new(),
    };
    let value = documents
        .first()
        .map_or(Value::Undefined, |node| reader.read(node));
    Ok(Document {
        value,
        keys: reader.keys,
    })
}

struct Reader<'a> {
    text: &'a str,
    keys: Vec<(Vec<String>, Position)>,
    path: Vec<String>,
}

impl Reader<'_> {
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
            && let Some(time) = to_iso(text)
        {
            let at = diagnostic::offset_of(self.text, start.line(), start.col() + 1);
            if self.text[at..].starts_with(|first: char| first.is_ascii_digit()) {
                return Value::Date(time);
            }
        }
        read_scalar(scalar)
    }

    fn enter(&mut self, name: String, start: Marker, value: &MarkedYaml<'_>) -> Value {
        self.path.push(name);
        self.keys.push((
            self.path.clone(),
            Position {
                line: start.line(),
                column: start.col() + 1,
            },
        ));
        let value = self.read(value);
        self.path.pop();
        value
    }
}

/// Puts the entries of the mappings under `<<` in its place, but for those that are there
fn merge(object: &mut Vec<(String, Value)>) {
    let Some(at) = object.iter().position(|(key, value)| {
        key == "<<" && matches!(value, Value::Object(_) | Value::Array(_))
    }) else {
        return;
    };
    let sources = match object.remove(at).1 {
        Value::Array(items) => items,
        other => vec![other],
    };
    for source in &sources {
        for (key, value) in source.as_object().into_iter().flat_map(Object::iter) {
            if !object.iter().any(|(known, _)| known == key) {
                object.push((key.to_owned(), value.clone()));
            }
        }
    }
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

/// Writes a value in js-yaml's default layout, ending with a newline
pub fn dump(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Array(items) if !items.is_empty() => dump_items(items, 0, &mut out),
        Value::Object(object) if !object.is_empty() => dump_entries(object, 0, &mut out),
        _ => {
            out.push_str(&dump_inline(value));
            out.push('\n');
        }
    }
    out
}

fn dump_entries(object: &Object, indent: usize, out: &mut String) {
    for (at, (key, value)) in object.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str(&dump_text(key));
        out.push(':');
        match value {
            Value::Array(items) if !items.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                dump_items(items, indent + 2, out);
            }
            Value::Object(nested) if !nested.is_empty() => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                dump_entries(nested, indent + 2, out);
            }
            Value::String(text) if text.contains('\n') => dump_block(text, indent + 2, out),
            _ => {
                out.push(' ');
                out.push_str(&dump_inline(value));
                out.push('\n');
            }
        }
    }
}

fn dump_items(items: &[Value], indent: usize, out: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(&" ".repeat(indent));
        }
        out.push_str("- ");
        match item {
            Value::Array(nested) if !nested.is_empty() => dump_items(nested, indent + 2, out),
            Value::Object(nested) if !nested.is_empty() => dump_entries(nested, indent + 2, out),
            _ => {
                out.push_str(&dump_inline(item));
                out.push('\n');
            }
        }
    }
}

fn dump_block(text: &str, indent: usize, out: &mut String) {
    let body = text.trim_end_matches('\n');
    let newlines = text.len() - body.len();
    out.push_str(match newlines {
        0 => " |-\n",
        1 => " |\n",
        _ => " |+\n",
    });
    for line in body.split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
    for _ in 1..newlines {
        out.push('\n');
    }
}

fn dump_inline(value: &Value) -> String {
    match value {
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
        Value::String(text) => dump_text(text),
        other => other.to_json(),
    }
}

/// A text without quotes where YAML reads it back as the same text
fn dump_text(text: &str) -> String {
    let plain = !text.is_empty()
        && matches!(Scalar::parse_from_cow(text.into()), Scalar::String(_))
        && !text.starts_with([
            ' ', '-', '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"',
            '%', '@', '`', '=',
        ])
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.chars().any(char::is_control)
        && !text.contains(['[', ']', '{', '}', ',']);
    if plain {
        text.to_owned()
    } else if text.chars().any(char::is_control) {
        crate::value::quoted(text)
    } else {
        format!("'{}'", text.replace('\'', "''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dump_reads_back() {
        let text =
            "a: 1\nb:\n  - x\n  - 'y: z'\n  - c: null\n    d: |\n      two\n      lines\ne: {}\n";
        let value = parse(text).unwrap().value;
        assert_eq!(parse(&dump(&value)).unwrap().value, value);
        assert_eq!(dump(&value), text);
    }

    #[test]
    fn times_and_merges_are_read_as_js_yaml_does() {
        let text = "base: &b {x: 1, y: 2}\nother: {<<: *b, y: 3}\nplain: 2024-02-29\nquoted: '2024-02-29'\n";
        let value = parse(text).unwrap().value;
        assert_eq!(
            value.to_json(),
            "{\"base\":{\"x\":1,\"y\":2},\"other\":{\"y\":3,\"x\":1},\"plain\":\"2024-02-29T00:00:00.000Z\",\"quoted\":\"2024-02-29\"}"
        );
        assert!(matches!(value.get("plain"), Some(Value::Date(_))));
        assert!(matches!(value.get("quoted"), Some(Value::String(_))));
    }

    #[test]
    fn an_error_shows_the_line() {
        let error = parse("a: : b\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "YAMLException: bad indentation of a mapping entry (1:4)\n\n 1 | a: : b\n--------^"
        );
    }
}
