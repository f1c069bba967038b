//! The query that a call of a remote model stands for

use bqml::RemoteModel;
use diagnostic::code;
use googlesql::{Column, Error, ModelFunction, Relation, Type, quote_identifier, quote_string};

use super::super::Names;
use super::function::NAME;
use super::parameters::{Settings, Task, read};

/// The relation of a call
///
/// # Errors
/// `M007` no endpoint stands for the model here, `M003` another function than those that generate,
/// `M006` no column with the prompt or the content, `Q008` other arguments
pub fn relation(
    call: &ModelFunction,
    model: &RemoteModel,
    names: &Names,
) -> Result<Relation, Error> {
    let (task, column) = match call.function.as_str() {
        "ML.GENERATE_TEXT" => (Task::Text, "prompt"),
        "ML.GENERATE_EMBEDDING" => (Task::Embedding, "content"),
        other => {
            return Err(Error::new(
                code::MODEL_UNSUPPORTED,
                format!("`{other}` of a remote model runs on BigQuery only"),
                call.span.clone(),
            )
            .help("here a remote model answers `ML.GENERATE_TEXT` and `ML.GENERATE_EMBEDDING`"));
        }
    };
    let endpoint = [
        model.endpoint.as_str(),
        model.endpoint_name(),
        model.connection.as_str(),
    ]
    .into_iter()
    .find_map(|name| names.remote_models.get_key_value(name));
    let Some((name, endpoint)) = endpoint else {
        return Err(unknown(call, model));
    };
    let own = endpoint.model.as_deref().unwrap_or(model.endpoint_name());
    let settings = read(call, task, name, own)?;
    let [given] = call.inputs.as_slice() else {
        let message = format!("`{}` takes one table or query", call.function);
        return Err(Error::new(
            code::INVALID_ARGUMENTS,
            message,
            call.span.clone(),
        ));
    };
    let found = given
        .columns
        .iter()
        .find(|own| own.name.eq_ignore_ascii_case(column));
    let Some(content) = found.filter(|own| own.ty == Type::String) else {
        let message = format!(
            "the input of `{}` has no STRING column `{column}`",
            call.function
        );
        return Err(
            Error::new(code::MODEL_INPUT_INVALID, message, call.span.clone())
                .help(format!("write `SELECT … AS {column}`")),
        );
    };
    written(call, &settings, given, content)
}

fn written(
    call: &ModelFunction,
    settings: &Settings,
    given: &Relation,
    content: &Column,
) -> Result<Relation, Error> {
    let parameters = serde_json::to_string(&settings.parameters).map_err(|failure| {
        Error::new(
            code::INVALID_ARGUMENTS,
            failure.to_string(),
            call.span.clone(),
        )
    })?;
    let mut columns = Vec::new();
    let mut items = Vec::new();
    let mut add = |name: &str, ty: Type, sql: &str| {
        items.push(format!("{sql} AS {}", quote_identifier(name)));
        columns.push(Column::new(name, ty));
    };
    let numbers = Type::Array(Box::new(Type::Float64));
    match (&settings.parameters.task, settings.flatten) {
        (Task::Text, false) => {
            let json = "CAST(\"__answer\"[1] AS JSON)";
            add("ml_generate_text_result", Type::Json, json);
            add("ml_generate_text_status", Type::String, "\"__answer\"[4]");
        }
        (Task::Text, true) => {
            add(
                "ml_generate_text_llm_result",
                Type::String,
                "\"__answer\"[2]",
            );
            if !settings.parameters.safety_settings.is_empty() {
                add(
                    "ml_generate_text_rai_result",
                    Type::String,
                    "\"__answer\"[3]",
                );
            }
            add("ml_generate_text_status", Type::String, "\"__answer\"[4]");
        }
        (Task::Embedding, true) => {
            let list =
                "coalesce(CAST(CAST(\"__answer\"[2] AS JSON) AS DOUBLE[]), CAST([] AS DOUBLE[]))";
            add("ml_generate_embedding_result", numbers, list);
            let status = "\"__answer\"[4]";
            add("ml_generate_embedding_status", Type::String, status);
        }
        (Task::Embedding, false) => {
            let json = "CAST(\"__answer\"[1] AS JSON)";
            add("ml_generate_embedding_result", Type::Json, json);
            let status = "\"__answer\"[4]";
            add("ml_generate_embedding_status", Type::String, status);
        }
    }
    for column in &given.columns {
        let taken = columns
            .iter()
            .any(|own| own.name.eq_ignore_ascii_case(&column.name));
        if taken {
            let message = format!(
                "the input of `{}` has a column `{}` already",
                call.function, column.name
            );
            return Err(Error::new(
                code::INVALID_ARGUMENTS,
                message,
                call.span.clone(),
            ));
        }
        items.push(quote_identifier(&column.name));
        columns.push(column.clone());
    }
    Ok(Relation {
        sql: format!(
            "SELECT\n  {}\nFROM (\n  SELECT *, {NAME}({}, {}) AS \"__answer\"\n  FROM ({}) AS \"input\"\n) AS \"answered\"",
            items.join(",\n  "),
            quote_string(&parameters),
            quote_identifier(&content.name),
            given.sql
        ),
        columns,
    })
}

fn unknown(call: &ModelFunction, model: &RemoteModel) -> Error {
    let name = model.endpoint_name();
    Error::new(
        code::REMOTE_MODEL_UNKNOWN,
        format!(
            "nothing stands here for the endpoint `{}` of the remote model `{}`",
            model.endpoint,
            call.model.join(".")
        ),
        call.span.clone(),
    )
    .help(format!(
        "add to `sqlx-run.toml`:\n[remote_models.\"{name}\"]\nprotocol = \"openai\" # or \"gemini\"\nurl = \"http://127.0.0.1:11434/v1\"\nkey = \"OPENAI_API_KEY\" # the environment variable with the key, if one is needed"
    ))
}
