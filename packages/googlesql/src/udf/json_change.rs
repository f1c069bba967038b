//! JSON values with parts set, added or taken away
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions>

use serde_json::Value;

use super::Kind::{Bool, List, Text};
use super::{Answer, Cell, Function};
use crate::value::json::{parse, write};
use crate::value::json_path::{Step, at_mut, path_to_change};

/// The longest array that is made by setting an element behind its end
const LONGEST: usize = 1_000_000;

pub const TABLE: &[Function] = &[
    // Value, paths
    Function {
        name: "gs_json_remove",
        parameters: &[Text, List(&Text)],
        result: Text,
        body: |cells| {
            let mut value = parse(cells[0].text())?;
            for steps in paths(&cells[1])? {
                remove(&mut value, &steps)?;
            }
            Ok(Answer::Text(write(&value)))
        },
    },
    // Value, path, new value, whether to make what is missing
    Function {
        name: "gs_json_set",
        parameters: &[Text, List(&Text), Text, Bool],
        result: Text,
        body: |cells| {
            let mut value = parse(cells[0].text())?;
            for steps in paths(&cells[1])? {
                let new = parse(cells[2].text())?;
                let exists = at_mut(&mut value, &steps).is_some();
                if exists || cells[3].int() != 0 {
                    set(&mut value, &steps, new)?;
                }
            }
            Ok(Answer::Text(write(&value)))
        },
    },
    // Value, path, new elements
    Function {
        name: "gs_json_append",
        parameters: &[Text, List(&Text), List(&Text)],
        result: Text,
        body: |cells| {
            let mut value = parse(cells[0].text())?;
            for steps in paths(&cells[1])? {
                let new = elements(&cells[2])?;
                let place = at_mut(&mut value, &steps);
                if let Some(items) = place.and_then(array_or_null) {
                    items.extend(new);
                }
            }
            Ok(Answer::Text(write(&value)))
        },
    },
    // Value, path of an element, new elements
    Function {
        name: "gs_json_insert",
        parameters: &[Text, List(&Text), List(&Text)],
        result: Text,
        body: |cells| {
            let mut value = parse(cells[0].text())?;
            for steps in paths(&cells[1])? {
                let Some((Step::Element(index), parents)) = steps.split_last() else {
                    continue;
                };
                let new = elements(&cells[2])?;
                let place = at_mut(&mut value, parents);
                if let Some(items) = place.and_then(array_or_null) {
                    // What is nothing still makes its place
                    let least = index + usize::from(new.is_empty());
                    if items.len() < least {
                        grow(items, least)?;
                    }
                    items.splice(*index..*index, new);
                }
            }
            Ok(Answer::Text(write(&value)))
        },
    },
    // Value, path, whether in arrays, whether what is left empty goes too
    Function {
        name: "gs_json_strip_nulls",
        parameters: &[Text, Text, Bool, Bool],
        result: Text,
        body: |cells| {
            let mut value = parse(cells[0].text())?;
            let steps = path_to_change(cells[1].text())?;
            let (arrays, empty) = (cells[2].int() != 0, cells[3].int() != 0);
            if let Some(part) = at_mut(&mut value, &steps) {
                strip(part, arrays, empty);
                if empty && is_empty(part, arrays) {
                    *part = Value::Null;
                }
            }
            Ok(Answer::Text(write(&value)))
        },
    },
];

/// The paths that are not NULL
fn paths(list: &Cell) -> Result<Vec<Vec<Step>>, String> {
    let texts = list.items().iter().flatten();
    texts.map(|text| path_to_change(text.text())).collect()
}

fn elements(list: &Cell) -> Result<Vec<Value>, String> {
    let texts = list.items().iter();
    texts
        .map(|text| parse(text.as_ref().map_or("null", Cell::text)))
        .collect()
}

/// The items of an array, or of the one that a null becomes
fn array_or_null(value: &mut Value) -> Option<&mut Vec<Value>> {
    if value.is_null() {
        *value = Value::Array(Vec::new());
    }
    value.as_array_mut()
}

fn grow(items: &mut Vec<Value>, length: usize) -> Result<(), String> {
    if length > LONGEST {
        return Err(format!("a JSON array of {length} elements is too long"));
    }
    items.resize(length, Value::Null);
    Ok(())
}

fn remove(value: &mut Value, steps: &[Step]) -> Result<(), String> {
    let Some((last, parents)) = steps.split_last() else {
        return Err("JSON_REMOVE cannot remove the whole value".to_owned());
    };
    match (at_mut(value, parents), last) {
        (Some(Value::Object(members)), Step::Member(name)) => {
            members.remove(name);
        }
        (Some(Value::Array(items)), Step::Element(index)) if *index < items.len() => {
            items.remove(*index);
        }
        _ => {}
    }
    Ok(())
}

/// Sets what the path names, making members and elements on the way; nothing where it does not fit
fn set(value: &mut Value, steps: &[Step], new: Value) -> Result<(), String> {
    let Some((first, rest)) = steps.split_first() else {
        *value = new;
        return Ok(());
    };
    if value.is_null() {
        *value = match first {
            Step::Member(_) => Value::Object(serde_json::Map::new()),
            Step::Element(_) => Value::Array(Vec::new()),
            Step::Nowhere => return Ok(()),
        };
    }
    match (value, first) {
        (Value::Object(members), Step::Member(name)) => set(
            members.entry(name.clone()).or_insert(Value::Null),
            rest,
            new,
        ),
        (Value::Array(items), Step::Element(index)) => {
            if *index >= items.len() {
                grow(items, index + 1)?;
            }
            set(&mut items[*index], rest, new)
        }
        _ => Ok(()),
    }
}

fn strip(value: &mut Value, arrays: bool, empty: bool) {
    let goes = |part: &Value| part.is_null() || empty && is_empty(part, arrays);
    match value {
        Value::Object(members) => {
            members
                .values_mut()
                .for_each(|member| strip(member, arrays, empty));
            members.retain(|_, member| !goes(member));
        }
        Value::Array(items) => {
            items.iter_mut().for_each(|item| strip(item, arrays, empty));
            if arrays {
                items.retain(|item| !goes(item));
            }
        }
        _ => {}
    }
}

/// Whether the value has no parts; an array counts where arrays are stripped
fn is_empty(value: &Value, arrays: bool) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => arrays && items.is_empty(),
        _ => false,
    }
}
