//! Lists: filtered, ordered, page by page

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use super::call::{Call, camel};
use super::filter::Filter;
use crate::failure::Failure;

/// How many entries a page has where the caller says nothing, and how many at most
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1_000;

/// Answers a list as the caller wants it, under the collection's key
///
/// # Errors
/// A parameter is not valid
pub fn page(call: &Call<'_>, key: &str, all: Vec<Value>) -> Result<Value, Failure> {
    let mut entries = all;
    if let Some(filter) = call.parameter("filter") {
        let filter = Filter::parse(filter)?;
        entries.retain(|entry| filter.matches(entry));
    }
    order(&mut entries, call.parameter("orderBy"))?;
    let size = match number(call, "pageSize")? {
        None | Some(0) => PAGE,
        Some(size) => size.min(LARGEST_PAGE),
    };
    let begin = number(call, "pageToken")?.unwrap_or(0);
    let rest = entries.len().saturating_sub(begin + size);
    let mut page: Vec<Value> = entries.into_iter().skip(begin).take(size).collect();
    if let Some(mask) = call.parameter("readMask").filter(|mask| *mask != "*") {
        for entry in &mut page {
            keep_fields(entry, mask);
        }
    }
    let mut answer = Map::new();
    if !page.is_empty() {
        answer.insert(key.to_owned(), page.into());
    }
    if rest > 0 {
        answer.insert("nextPageToken".into(), json!((begin + size).to_string()));
    }
    Ok(Value::Object(answer))
}

fn number(call: &Call<'_>, name: &str) -> Result<Option<usize>, Failure> {
    let parse = |text: &str| {
        text.parse()
            .map_err(|_| Failure::field(name, format!("`{text}` is not a number from 0 on")))
    };
    call.parameter(name).map(parse).transpose()
}

/// Sorts by `FIELD [desc], …`
fn order(entries: &mut [Value], by: Option<&str>) -> Result<(), Failure> {
    let mut keys = Vec::new();
    for key in by.unwrap_or_default().split(',').map(str::trim) {
        let mut words = key.split_whitespace();
        let Some(field) = words.next() else { continue };
        let descending = match (words.next(), words.next()) {
            (None | Some("asc"), None) => false,
            (Some("desc"), None) => true,
            _ => {
                let message = format!("`{key}` is not a field with `asc` or `desc` behind it");
                return Err(Failure::field("orderBy", message));
            }
        };
        keys.push((pointer(field), descending));
    }
    entries.sort_by(|left, right| {
        let compare = |(pointer, descending): &(String, bool)| {
            let ordering = compare(left.pointer(pointer), right.pointer(pointer));
            if *descending {
                ordering.reverse()
            } else {
                ordering
            }
        };
        let orderings = keys.iter().map(compare);
        orderings.fold(Ordering::Equal, Ordering::then)
    });
    Ok(())
}

fn compare(left: Option<&Value>, right: Option<&Value>) -> Ordering {
    match (left, right) {
        (Some(Value::Number(left)), Some(Value::Number(right))) => left
            .as_f64()
            .unwrap_or(0.0)
            .total_cmp(&right.as_f64().unwrap_or(0.0)),
        (left, right) => text(left).cmp(&text(right)),
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// The place of a field in a document: `display_name` as `/displayName`, `labels.a_b` as `/labels/a_b`
pub fn pointer(field: &str) -> String {
    let mut parts = field.split('.');
    let first = camel(parts.next().unwrap_or_default());
    let mut pointer = format!("/{first}");
    for part in parts {
        // the keys of labels are the user's own
        let part = if first == "labels" {
            part.to_owned()
        } else {
            camel(part)
        };
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// Leaves of a document the fields of a mask only
fn keep_fields(entry: &mut Value, mask: &str) {
    let Value::Object(fields) = entry else { return };
    let wanted: Vec<String> = mask
        .split(',')
        .map(|path| camel(path.trim().split('.').next().unwrap_or_default()))
        .collect();
    fields.retain(|name, _| wanted.iter().any(|wanted| wanted == name));
}
