//! What an action is by its compiled definition: a hash of it, and the SQL in it

use serde_json::Value as Json;
use sqlx_compiler::ActionRef;
use xxhash_rust::xxh3::xxh3_128;

/// A hash of all that decides what an action does; its file and its tags do not
pub fn definition(action: ActionRef<'_>) -> String {
    let json = match action {
        ActionRef::Table(table) => serde_json::to_value(table),
        ActionRef::Operation(operation) => serde_json::to_value(operation),
        ActionRef::Assertion(assertion) => serde_json::to_value(assertion),
        ActionRef::Vertex(action) => serde_json::to_value(action),
        // nothing runs for the others
        _ => Ok(Json::Null),
    };
    let mut json = json.unwrap_or_default();
    if let Json::Object(fields) = &mut json {
        fields.remove("fileName");
        fields.remove("tags");
    }
    format!("{:032x}", xxh3_128(json.to_string().as_bytes()))
}

/// All SQL of an action, in both forms of an incremental table
pub fn texts(action: ActionRef<'_>) -> Vec<&str> {
    let mut texts: Vec<&str> = Vec::new();
    match action {
        ActionRef::Table(table) => {
            let lists = [
                &table.pre_ops,
                &table.post_ops,
                &table.incremental_pre_ops,
                &table.incremental_post_ops,
            ];
            texts.extend(lists.into_iter().flatten().map(String::as_str));
            let queries = [&table.query, &table.incremental_query, &table.where_clause];
            texts.extend(queries.into_iter().flatten().map(String::as_str));
        }
        ActionRef::Operation(operation) => {
            texts.extend(operation.queries.iter().map(String::as_str));
        }
        ActionRef::Assertion(assertion) => texts.extend(assertion.query.as_deref()),
        _ => {}
    }
    texts
}
