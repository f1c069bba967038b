//! Diagnostics as JSON, for editors and scripts: the names of the fields are part of the interface

use serde_json::{Map, Value, json};

use crate::excerpt::{clip, line_of};
use crate::{Diagnostic, Location};

/// A diagnostic as JSON: `code`, `severity` and `message`; where known `file`, `line`, `column`, `end_line`,
/// `end_column`, `length`, `snippet`, `label`, `action` and `help`; and `related`, a list of other places
/// with a `message` and the fields of a place. Lines and columns count from 1, in characters; the end is
/// the place after the last character
pub fn to_json(diagnostic: &Diagnostic) -> Value {
    let mut fields = Map::new();
    fields.insert("code".to_owned(), json!(diagnostic.code));
    fields.insert("severity".to_owned(), json!(diagnostic.severity));
    fields.insert("message".to_owned(), json!(diagnostic.message));
    match (&diagnostic.location, &diagnostic.file) {
        (Some(location), _) => add_place(&mut fields, location),
        (None, Some(file)) => {
            fields.insert("file".to_owned(), json!(file));
        }
        (None, None) => {}
    }
    for (key, value) in [
        ("label", &diagnostic.label),
        ("action", &diagnostic.action),
        ("help", &diagnostic.help),
    ] {
        if let Some(value) = value {
            fields.insert(key.to_owned(), json!(value));
        }
    }
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().map(|related| {
            let mut fields = Map::new();
            fields.insert("message".to_owned(), json!(related.message));
            add_place(&mut fields, &related.location);
            Value::Object(fields)
        });
        fields.insert("related".to_owned(), related.collect());
    }
    Value::Object(fields)
}

fn add_place(fields: &mut Map<String, Value>, location: &Location) {
    let (line, column) = location.line_column();
    let (end_line, end_column) = location.end();
    let (start, end) = line_of(&location.source, location.span.start);
    let (snippet, _) = clip(&location.source[start..end], location.span.start - start);
    for (key, value) in [
        ("file", json!(location.file)),
        ("line", json!(line)),
        ("column", json!(column)),
        ("end_line", json!(end_line)),
        ("end_column", json!(end_column)),
        ("length", json!(location.text().chars().count())),
        ("snippet", json!(snippet)),
    ] {
        fields.insert(key.to_owned(), value);
    }
}
