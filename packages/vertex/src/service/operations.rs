//! Operations that take a while: kept like resources, so that who waits for one finds out what became of it

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::call::Call;
use super::stamp::{id, now};
use super::{Documents, Service, listing, newest_first};
use crate::failure::{Code, Failure};
use crate::resource::Operation;
use crate::store::Transaction;

/// Operations stand in the store under their names behind this
const PREFIX: &str = "operation/";

/// How many that are over are kept
const KEPT: usize = 1_000;

/// How long a call waits for an operation that it began, since most are over in no time
const PATIENCE: Duration = Duration::from_millis(300);

/// How long `:wait` waits where the caller does not say
const WAIT: Duration = Duration::from_secs(30);

/// The name of a new operation on a resource or location
pub fn new_name(owner: &str) -> String {
    format!("{owner}/operations/{}", id())
}

/// Notes that an operation goes on
///
/// # Errors
/// None but those of JSON
pub fn begin(
    transaction: &mut Transaction<'_>,
    call: &Call<'_>,
    name: &str,
    metadata: &str,
) -> Result<(), Failure> {
    put(transaction, &begun(call, name, metadata))
}

/// Notes an operation that is over as soon as it began
///
/// # Errors
/// None but those of JSON
pub fn done(
    transaction: &mut Transaction<'_>,
    call: &Call<'_>,
    owner: &str,
    metadata: &str,
    response: Value,
) -> Result<Value, Failure> {
    let operation = Operation {
        done: true,
        response: Some(response),
        ..begun(call, &new_name(owner), metadata)
    };
    put(transaction, &operation)?;
    Ok(serde_json::to_value(operation)?)
}

/// Notes what came out of an operation
///
/// # Errors
/// It was cancelled meanwhile, so that nothing of the transaction may stay
pub fn finish(
    transaction: &mut Transaction<'_>,
    name: &str,
    response: Value,
) -> Result<(), Failure> {
    let mut operation: Operation = transaction.read(&key(name)).unwrap_or_default();
    if operation.done {
        return Err(Failure::new(Code::Cancelled, "the operation was cancelled"));
    }
    touch(&mut operation);
    operation.done = true;
    operation.response = Some(response);
    put(transaction, &operation)
}

/// Notes why an operation failed, unless it is over
pub fn fail(service: &Service, name: &str, failure: &Failure) {
    let noted = service.store.transact(|transaction| {
        let mut operation: Operation = transaction.read(&key(name)).unwrap_or_default();
        if operation.done {
            return Ok(());
        }
        touch(&mut operation);
        operation.done = true;
        operation.error = Some(failure.status());
        put(transaction, &operation)
    });
    if let Err(failure) = noted {
        (service.log)(&format!("{name}: {}", failure.message));
    }
}

/// The operation that a call began, after a moment in which most end
pub fn soon(service: &Service, name: &str) -> Result<Value, Failure> {
    awaited(service, name, PATIENCE)
}

/// Operations of a killed process have failed: what they were to do is done at their end, in one change
/// with the note that they are over
///
/// # Errors
/// The change cannot be kept
pub fn fail_interrupted(service: &Service) -> Result<(), Failure> {
    service.store.transact(|transaction| {
        let mut over = Vec::new();
        for (key, value) in transaction.beginning(PREFIX) {
            let mut operation: Operation = serde_json::from_value(value.as_ref().clone())?;
            if operation.done {
                over.push((metadata_time(&value), key));
                continue;
            }
            touch(&mut operation);
            operation.done = true;
            let message = "the server ended before the operation did; nothing was changed";
            operation.error = Some(Failure::new(Code::Aborted, message).status());
            put(transaction, &operation)?;
        }
        over.sort();
        let outdated = over.len().saturating_sub(KEPT);
        for (_, key) in &over[..outdated] {
            transaction.remove(key);
        }
        Ok(())
    })
}

/// `GET …/operations/ID`
pub fn get(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = call.path();
    let found = service.store.get(&key(&name));
    found.map_or_else(|| Err(missing(&name)), |value| Ok(value.as_ref().clone()))
}

/// `GET …/operations`
pub fn list(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let owner = call.path();
    let owner = owner.strip_suffix("/operations").unwrap_or(&owner);
    let all = service.store.documents(&format!("{PREFIX}{owner}/"));
    let mut all: Vec<Value> = all
        .into_iter()
        .map(|(_, value)| value.as_ref().clone())
        .collect();
    newest_first(&mut all);
    listing::page(call, "operations", all)
}

/// `POST …/operations/ID:wait`
pub fn wait(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let body: Value = call.read_body()?;
    let asked = call.parameter("timeout").or(body["timeout"].as_str());
    let limit = match asked {
        Some(text) => seconds("timeout", text)?.min(WAIT),
        None => WAIT,
    };
    awaited(service, &call.path(), limit)
}

/// `POST …/operations/ID:cancel`: an operation that is not over yet changes nothing any more
pub fn cancel(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = call.path();
    if service.store.get(&key(&name)).is_none() {
        return Err(missing(&name));
    }
    fail(
        service,
        &name,
        &Failure::new(Code::Cancelled, "cancelled by request"),
    );
    Ok(json!({}))
}

/// `DELETE …/operations/ID`
pub fn delete(service: &Arc<Service>, call: &Call<'_>) -> Result<Value, Failure> {
    let name = call.path();
    service.store.transact(|transaction| {
        let operation: Operation = transaction
            .read(&key(&name))
            .ok_or_else(|| missing(&name))?;
        if !operation.done {
            return Err(Failure::precondition(format!("`{name}` still goes on")));
        }
        transaction.remove(&key(&name));
        Ok(json!({}))
    })
}

/// A duration as Google's JSON has it, such as `3600s`
///
/// # Errors
/// It is none
pub fn seconds(field: &str, text: &str) -> Result<Duration, Failure> {
    text.strip_suffix('s')
        .and_then(|number| number.parse::<f64>().ok())
        .and_then(|number| Duration::try_from_secs_f64(number).ok())
        .ok_or_else(|| {
            let message = format!("`{text}` is no duration in seconds such as `3600s`");
            Failure::field(field, message)
        })
}

fn awaited(service: &Service, name: &str, limit: Duration) -> Result<Value, Failure> {
    let is_over = |operation: &Value| operation["done"] == true;
    let found = service.store.wait(&key(name), limit, is_over);
    found.map_or_else(|| Err(missing(name)), |value| Ok(value.as_ref().clone()))
}

fn begun(call: &Call<'_>, name: &str, metadata: &str) -> Operation {
    let now = now();
    Operation {
        name: name.to_owned(),
        metadata: Some(json!({
            "@type": call.api.message(metadata),
            "genericMetadata": { "createTime": now, "updateTime": now },
        })),
        ..Operation::default()
    }
}

fn touch(operation: &mut Operation) {
    if let Some(metadata) = &mut operation.metadata {
        metadata["genericMetadata"]["updateTime"] = now().into();
    }
}

fn metadata_time(operation: &Value) -> String {
    let time = operation.pointer("/metadata/genericMetadata/createTime");
    time.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn put(transaction: &mut Transaction<'_>, operation: &Operation) -> Result<(), Failure> {
    transaction.put(&key(&operation.name), operation)
}

fn key(name: &str) -> String {
    format!("{PREFIX}{name}")
}

fn missing(name: &str) -> Failure {
    Failure::new(Code::NotFound, format!("operation `{name}` is not there"))
}
