//! Requests and answers in the protocols of OpenAI and of Gemini

use serde_json::{Value as Json, json};

use super::parameters::{Parameters, Task};
use super::{Protocol, RemoteEndpoint};

/// What is sent
pub struct Request {
    /// The whole address
    pub url: String,
    /// The header with the key: its name, and what stands before the key
    pub key: (&'static str, &'static str),
    /// The body
    pub body: Json,
}

/// What an answer says
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The text, or the numbers of an embedding as JSON
    pub value: Option<String>,
    /// Ratings of safety, as JSON
    pub ratings: Option<String>,
}

/// The request for a prompt or a content
pub fn request(endpoint: &RemoteEndpoint, parameters: &Parameters, content: &str) -> Request {
    let url = endpoint.url.trim_end_matches('/');
    let model = &parameters.model;
    let (url, mut body) = match (endpoint.protocol, &parameters.task) {
        (Protocol::OpenAi, Task::Text) => {
            let body = json!({
                "model": model,
                "messages": [{ "role": "user", "content": content }],
                "max_tokens": parameters.max_output_tokens,
                "temperature": parameters.temperature,
                "top_p": parameters.top_p,
                "stop": some(&parameters.stop_sequences),
            });
            (format!("{url}/chat/completions"), body)
        }
        (Protocol::OpenAi, Task::Embedding) => {
            let body = json!({
                "model": model,
                "input": content,
                "dimensions": parameters.output_dimensionality,
            });
            (format!("{url}/embeddings"), body)
        }
        (Protocol::Gemini, Task::Text) => {
            let safety: Vec<Json> = parameters
                .safety_settings
                .iter()
                .map(
                    |(category, threshold)| json!({ "category": category, "threshold": threshold }),
                )
                .collect();
            let mut generation = json!({
                "maxOutputTokens": parameters.max_output_tokens,
                "temperature": parameters.temperature,
                "topP": parameters.top_p,
                "topK": parameters.top_k,
                "stopSequences": some(&parameters.stop_sequences),
            });
            drop_nulls(&mut generation);
            let body = json!({
                "contents": [{ "role": "user", "parts": [{ "text": content }] }],
                "generationConfig": generation,
                "safetySettings": (!safety.is_empty()).then_some(safety),
            });
            (format!("{url}/models/{model}:generateContent"), body)
        }
        (Protocol::Gemini, Task::Embedding) => {
            let body = json!({
                "model": format!("models/{model}"),
                "content": { "parts": [{ "text": content }] },
                "taskType": parameters.task_type,
                "outputDimensionality": parameters.output_dimensionality,
            });
            (format!("{url}/models/{model}:embedContent"), body)
        }
    };
    drop_nulls(&mut body);
    if let (Some(Json::Object(given)), Json::Object(body)) = (&parameters.model_params, &mut body) {
        for (name, value) in given {
            if !matches!(name.as_str(), "contents" | "messages") {
                body.insert(name.clone(), value.clone());
            }
        }
    }
    Request {
        url,
        key: match endpoint.protocol {
            Protocol::OpenAi => ("authorization", "Bearer "),
            Protocol::Gemini => ("x-goog-api-key", ""),
        },
        body,
    }
}

/// What a response with a good status says; `None` where it has no text and no embedding
pub fn answer(protocol: Protocol, task: &Task, response: &Json) -> Option<Answer> {
    let text = |value: &Json| value.as_str().map(str::to_owned);
    match (protocol, task) {
        (Protocol::OpenAi, Task::Text) => Some(Answer {
            value: Some(text(response.pointer("/choices/0/message/content")?)?),
            ratings: None,
        }),
        (Protocol::Gemini, Task::Text) => {
            let first = response.pointer("/candidates/0")?;
            let parts = first.pointer("/content/parts").and_then(Json::as_array);
            let texts: Vec<&str> = parts?
                .iter()
                .filter_map(|part| part.get("text")?.as_str())
                .collect();
            Some(Answer {
                value: Some(texts.concat()),
                ratings: first.get("safetyRatings").map(Json::to_string),
            })
        }
        (Protocol::OpenAi, Task::Embedding) => numbers(response.pointer("/data/0/embedding")?),
        (Protocol::Gemini, Task::Embedding) => numbers(response.pointer("/embedding/values")?),
    }
}

/// What a response with a bad status says of it
pub fn failure(status: u16, body: &str) -> String {
    let parsed: Option<Json> = serde_json::from_str(body).ok();
    let message = parsed.as_ref().and_then(|body| {
        let error = body.pointer("/error/message").or(body.get("error"))?;
        error.as_str()
    });
    match message {
        Some(message) => format!("{status}: {message}"),
        None => format!("{status}: the endpoint refused the request"),
    }
}

fn numbers(list: &Json) -> Option<Answer> {
    let all = list.as_array()?.iter().all(Json::is_number);
    all.then(|| Answer {
        value: Some(list.to_string()),
        ratings: None,
    })
}

fn some(texts: &[String]) -> Option<&[String]> {
    (!texts.is_empty()).then_some(texts)
}

fn drop_nulls(object: &mut Json) {
    if let Json::Object(fields) = object {
        fields.retain(|_, value| !value.is_null());
    }
}
