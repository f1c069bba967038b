//! The settings of a call, as the request's parameters

use diagnostic::code;
use googlesql::{Error, ModelFunction, Value};
use serde::{Deserialize, Serialize};

/// What is asked for
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// `ML.GENERATE_TEXT`
    Text,
    /// `ML.GENERATE_EMBEDDING`
    Embedding,
}

/// What goes with every request of a call
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// What is asked for
    pub task: Task,
    /// The name in `[remote_models]`
    pub endpoint: String,
    /// The name of the model there
    pub model: String,
    /// `max_output_tokens`
    pub max_output_tokens: Option<i64>,
    /// `temperature`
    pub temperature: Option<f64>,
    /// `top_p`
    pub top_p: Option<f64>,
    /// `top_k`
    pub top_k: Option<i64>,
    /// `stop_sequences`
    pub stop_sequences: Vec<String>,
    /// `safety_settings`: categories with their thresholds
    pub safety_settings: Vec<(String, String)>,
    /// `model_params`: the request's body but for its contents, in the place of the ones above
    pub model_params: Option<serde_json::Value>,
    /// `task_type`
    pub task_type: Option<String>,
    /// `output_dimensionality`
    pub output_dimensionality: Option<i64>,
}

/// Parameters with how the answer is to be shown
pub struct Settings {
    /// What goes with every request
    pub parameters: Parameters,
    /// `flatten_json_output`
    pub flatten: bool,
}

const OF_TEXT: &[&str] = &[
    "max_output_tokens",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "safety_settings",
    "model_params",
    "flatten_json_output",
    "ground_with_google_search",
    "request_type",
    "use_chat_mode",
];

const OF_EMBEDDINGS: &[&str] = &["flatten_json_output", "task_type", "output_dimensionality"];

/// BigQuery's own where a call says nothing
const MAX_OUTPUT_TOKENS: i64 = 1024;

/// Reads the settings of a call
///
/// # Errors
/// `Q008` a setting that there is not, or a value that it does not take; `M003` what Google alone does
pub fn read(
    call: &ModelFunction,
    task: Task,
    endpoint: &str,
    model: &str,
) -> Result<Settings, Error> {
    let known = match task {
        Task::Text => OF_TEXT,
        Task::Embedding => OF_EMBEDDINGS,
    };
    let embedding = task == Task::Embedding;
    let mut settings = Settings {
        parameters: Parameters {
            task,
            endpoint: endpoint.to_owned(),
            model: model.to_owned(),
            max_output_tokens: None,
            temperature: None,
            top_p: None,
            top_k: None,
            stop_sequences: Vec::new(),
            safety_settings: Vec::new(),
            model_params: None,
            task_type: None,
            output_dimensionality: None,
        },
        flatten: embedding,
    };
    let invalid = |message: String| Error::new(code::INVALID_ARGUMENTS, message, call.span.clone());
    for (name, value) in &call.settings {
        if !known.contains(&name.as_str()) {
            let mut error = invalid(format!("`{}` has no setting `{name}`", call.function));
            error.help = diagnostic::did_you_mean(name, known.iter().copied());
            return Err(error);
        }
        let expected = take(&mut settings, name, value);
        if let Err(expected) = expected {
            return Err(match expected {
                Refused::Value(expected) => invalid(format!("`{name}` must be {expected}")),
                Refused::Elsewhere(what) => Error::new(
                    code::MODEL_UNSUPPORTED,
                    format!("{what} is there on BigQuery only"),
                    call.span.clone(),
                ),
            });
        }
    }
    let own = &mut settings.parameters;
    let plain = own.max_output_tokens.is_some()
        || own.temperature.is_some()
        || own.top_p.is_some()
        || own.top_k.is_some()
        || !own.stop_sequences.is_empty()
        || !own.safety_settings.is_empty();
    if own.model_params.is_some() && plain {
        return Err(invalid(
            "`model_params` and other parameters of the model exclude each other".to_owned(),
        ));
    }
    if own.task == Task::Text && own.model_params.is_none() {
        own.max_output_tokens.get_or_insert(MAX_OUTPUT_TOKENS);
    }
    Ok(settings)
}

enum Refused {
    Value(&'static str),
    Elsewhere(&'static str),
}

fn take(settings: &mut Settings, name: &str, value: &Value) -> Result<(), Refused> {
    let own = &mut settings.parameters;
    let share = |value: &Value, most: f64, expected: &'static str| {
        number(value)
            .filter(|value| (0.0..=most).contains(value))
            .ok_or(Refused::Value(expected))
    };
    let whole = |value: &Value, most: i64, expected: &'static str| match value {
        Value::Int64(value) if (1..=most).contains(value) => Ok(*value),
        _ => Err(Refused::Value(expected)),
    };
    match (name, value) {
        ("max_output_tokens", value) => {
            own.max_output_tokens = Some(whole(value, 65_536, "a whole number from 1 to 65536")?);
        }
        ("temperature", value) => {
            own.temperature = Some(share(value, 2.0, "a number from 0 to 2")?);
        }
        ("top_p", value) => own.top_p = Some(share(value, 1.0, "a number from 0 to 1")?),
        ("top_k", value) => own.top_k = Some(whole(value, 40, "a whole number from 1 to 40")?),
        ("stop_sequences", Value::Array(values)) => {
            for value in values {
                let Value::String(text) = value else {
                    return Err(Refused::Value("an array of strings"));
                };
                own.stop_sequences.push(text.clone());
            }
        }
        ("safety_settings", Value::Array(values)) => {
            for value in values {
                let pair = match value {
                    Value::Struct(fields) => match fields.as_slice() {
                        [(_, Value::String(category)), (_, Value::String(threshold))] => {
                            Some((category.clone(), threshold.clone()))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                let expected = Refused::Value("an array of STRUCT(category, threshold)");
                own.safety_settings.push(pair.ok_or(expected)?);
            }
        }
        ("model_params", Value::String(text)) => {
            let object = serde_json::from_str(text).ok();
            let object = object.filter(serde_json::Value::is_object);
            own.model_params = Some(object.ok_or(Refused::Value("the JSON of an object"))?);
        }
        ("flatten_json_output", Value::Bool(value)) => settings.flatten = *value,
        ("ground_with_google_search", Value::Bool(false)) | ("request_type", Value::String(_)) => {}
        ("ground_with_google_search", Value::Bool(true)) => {
            return Err(Refused::Elsewhere("grounding with Google Search"));
        }
        ("use_chat_mode", Value::Bool(true)) => {}
        ("use_chat_mode", Value::Bool(false)) => {
            return Err(Refused::Elsewhere("generation without chat mode"));
        }
        ("task_type", Value::String(text)) => own.task_type = Some(text.clone()),
        ("output_dimensionality", value) => {
            let expected = "a whole number from 1 to 3072";
            own.output_dimensionality = Some(whole(value, 3072, expected)?);
        }
        ("stop_sequences", _) => return Err(Refused::Value("an array of strings")),
        ("safety_settings", _) => {
            return Err(Refused::Value("an array of STRUCT(category, threshold)"));
        }
        ("flatten_json_output" | "ground_with_google_search" | "use_chat_mode", _) => {
            return Err(Refused::Value("TRUE or FALSE"));
        }
        _ => return Err(Refused::Value("a string")),
    }
    Ok(())
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int64(value) => Some(*value as f64),
        Value::Float64(value) => Some(*value),
        _ => None,
    }
}
