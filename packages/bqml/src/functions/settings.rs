//! The arguments of a call beside its model: at most one table, and the fields of a `STRUCT`

use diagnostic::code;
use googlesql::{Error, ModelFunction, Relation, Value};

use crate::evaluation::DEFAULT_THRESHOLD;

/// Refuses settings that the function does not have
///
/// # Errors
/// `Q008` at the call
pub fn check(call: &ModelFunction, known: &[&'static str]) -> Result<(), Error> {
    for (name, _) in &call.settings {
        if !known.contains(&name.as_str()) {
            let mut error = invalid(call, format!("`{}` has no setting `{name}`", call.function));
            error.help = diagnostic::did_you_mean(name, known.iter().copied());
            return Err(error);
        }
    }
    Ok(())
}

/// The table or query argument, if there is one
///
/// # Errors
/// `Q008` for more than one
pub fn input(call: &ModelFunction) -> Result<Option<&Relation>, Error> {
    match call.inputs.as_slice() {
        [] => Ok(None),
        [input] => Ok(Some(input)),
        _ => Err(invalid(
            call,
            format!("`{}` takes one table or query", call.function),
        )),
    }
}

/// The table or query argument
///
/// # Errors
/// `Q008` for none or more than one
pub fn needed_input(call: &ModelFunction) -> Result<&Relation, Error> {
    input(call)?.ok_or_else(|| invalid(call, format!("`{}` needs a table or query", call.function)))
}

/// Refuses a table or query argument
///
/// # Errors
/// `Q008` when there is one
pub fn no_input(call: &ModelFunction) -> Result<(), Error> {
    match input(call)? {
        None => Ok(()),
        Some(_) => Err(invalid(
            call,
            format!("`{}` takes no table or query", call.function),
        )),
    }
}

/// `threshold`, 0.5 by default
///
/// # Errors
/// `Q008` when it is no number from 0 to 1
pub fn threshold(call: &ModelFunction) -> Result<f64, Error> {
    match find(call, "threshold") {
        None => Ok(DEFAULT_THRESHOLD),
        Some(value) => number(value)
            .filter(|value| (0.0..=1.0).contains(value))
            .ok_or_else(|| invalid(call, "`threshold` must be a number from 0 to 1".to_owned())),
    }
}

/// `contamination`, the part of the training rows that are anomalies
///
/// # Errors
/// `Q008` when it is missing or no number from 0 to below 0.5
pub fn contamination(call: &ModelFunction) -> Result<f64, Error> {
    find(call, "contamination")
        .and_then(number)
        .filter(|value| (0.0..0.5).contains(value))
        .ok_or_else(|| {
            let message = format!(
                "`{}` needs STRUCT(… AS contamination) with a number from 0 to below 0.5",
                call.function
            );
            invalid(call, message)
        })
}

/// Refuses a threshold for a model that has none; `fits` says which have
///
/// # Errors
/// `Q008` when there is one
pub fn no_threshold(call: &ModelFunction, fits: &str) -> Result<(), Error> {
    match find(call, "threshold") {
        None => Ok(()),
        Some(_) => Err(invalid(call, format!("`threshold` is for {fits}"))),
    }
}

/// A whole number from 1, or `default`
///
/// # Errors
/// `Q008` when it is something else
pub fn count(call: &ModelFunction, name: &str, default: i64) -> Result<i64, Error> {
    match find(call, name) {
        None => Ok(default),
        Some(Value::Int64(value)) if *value >= 1 => Ok(*value),
        Some(_) => Err(invalid(
            call,
            format!("`{name}` must be a whole number from 1"),
        )),
    }
}

/// `thresholds`, an array, if there is one
///
/// # Errors
/// `Q008` when it is not an array of numbers
pub fn thresholds(call: &ModelFunction) -> Result<Option<Vec<f64>>, Error> {
    let Some(value) = find(call, "thresholds") else {
        return Ok(None);
    };
    let numbers = match value {
        Value::Array(values) => values.iter().map(number).collect(),
        _ => None,
    };
    numbers
        .map(Some)
        .ok_or_else(|| invalid(call, "`thresholds` must be an array of numbers".to_owned()))
}

/// A setting that is TRUE or FALSE, FALSE by default
///
/// # Errors
/// `Q008` when it is neither
pub fn flag(call: &ModelFunction, name: &str) -> Result<bool, Error> {
    match find(call, name) {
        None => Ok(false),
        Some(Value::Bool(value)) => Ok(*value),
        Some(_) => Err(invalid(call, format!("`{name}` must be TRUE or FALSE"))),
    }
}

/// An error about the arguments
pub fn invalid(call: &ModelFunction, message: String) -> Error {
    Error::new(code::INVALID_ARGUMENTS, message, call.span.clone())
}

fn find<'a>(call: &'a ModelFunction, name: &str) -> Option<&'a Value> {
    call.settings
        .iter()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int64(value) => Some(*value as f64),
        Value::Float64(value) => Some(*value),
        _ => None,
    }
}
