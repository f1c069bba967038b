//! Changes of some fields of a resource, as an update mask names them

use serde_json::{Map, Value};

use super::call::{Call, camel};
use super::listing::pointer;
use crate::failure::{Code, Failure};

/// Takes over into `resource` what the request's body says for the fields of its `updateMask`; without a
/// mask, for every field that it has
///
/// # Errors
/// A field is none of `mutable`, or is not to be found; the resource was changed since it was read
pub fn patch(call: &Call<'_>, resource: &mut Value, mutable: &[&str]) -> Result<(), Failure> {
    let mut body: Map<String, Value> = call.read_body()?;
    check_etag(resource, &body)?;
    let fields: Vec<String> = match call.parameter("updateMask") {
        Some(mask) => mask
            .split(',')
            .map(|field| field.trim().to_owned())
            .collect(),
        None => {
            let names = body.keys().filter(|name| mutable.contains(&name.as_str()));
            names.cloned().collect()
        }
    };
    for field in &fields {
        let first = camel(field.split('.').next().unwrap_or_default());
        if !mutable.contains(&first.as_str()) {
            let message = format!(
                "`{field}` cannot be changed; these can: {}",
                mutable.join(", ")
            );
            return Err(Failure::field("updateMask", message));
        }
        let pointer = pointer(field);
        let parts: Vec<&str> = pointer[1..].split('/').collect();
        let value = take(&mut body, &parts);
        set(resource, &parts, value);
    }
    Ok(())
}

/// Whether the resource is still the one that the caller has read
///
/// # Errors
/// It is not
pub fn check_etag(resource: &Value, body: &Map<String, Value>) -> Result<(), Failure> {
    let given = body.get("etag").and_then(Value::as_str).unwrap_or_default();
    if given.is_empty() || resource["etag"] == given {
        return Ok(());
    }
    let message = "the resource was changed since it was read; read it again";
    Err(Failure::new(Code::Aborted, message))
}

fn take(body: &mut Map<String, Value>, parts: &[&str]) -> Option<Value> {
    match parts {
        [last] => body.get(*last).cloned(),
        [first, rest @ ..] => take(body.get_mut(*first)?.as_object_mut()?, rest),
        [] => None,
    }
}

fn set(target: &mut Value, parts: &[&str], value: Option<Value>) {
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(fields) = target else {
        return;
    };
    match (parts, value) {
        ([last], Some(value)) => {
            fields.insert((*last).to_owned(), value);
        }
        ([last], None) => {
            fields.remove(*last);
        }
        ([first, rest @ ..], value) => {
            let next = fields.entry(*first).or_insert(Value::Null);
            set(next, rest, value);
        }
        ([], _) => {}
    }
}
