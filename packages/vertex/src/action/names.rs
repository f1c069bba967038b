//! The ids under which Vertex AI knows what actions make, so that a run finds what an earlier one made

use sqlx_compiler::{VERTEX_SCHEMA, VertexAction};

/// The label that says which action made a resource
pub const ACTION_LABEL: &str = "sqlx_run_action";

/// The label that has the digest of a version's files
pub const DIGEST_LABEL: &str = "sqlx_run_digest";

/// The longest id, and the longest label
const LONGEST: usize = 63;

/// A model's id: lower-case letters, digits, `_` and `-`, a letter first
pub fn model_id(action: &VertexAction) -> String {
    let mut id = label_of(action);
    if !id.starts_with(|sign: char| sign.is_ascii_lowercase()) {
        id.insert_str(0, "m-");
    }
    shortened(id)
}

/// An endpoint's id: lower-case letters, digits and `-`, a letter first and no `-` last
pub fn endpoint_id(action: &VertexAction) -> String {
    let mut id = label_of(action).replace('_', "-");
    if !id.starts_with(|sign: char| sign.is_ascii_lowercase()) {
        id.insert_str(0, "e-");
    }
    shortened(id).trim_end_matches('-').to_owned()
}

/// The value of the label with the action's name, the environment's suffix included
pub fn label_of(action: &VertexAction) -> String {
    let schema = action.target.schema.as_deref().unwrap_or_default();
    let suffix = schema.strip_prefix(VERTEX_SCHEMA).unwrap_or_default();
    let name = format!("{}{suffix}", action.target.name).to_lowercase();
    let sign = |sign: char| match sign {
        'a'..='z' | '0'..='9' | '_' | '-' => sign,
        _ => '-',
    };
    shortened(name.chars().map(sign).collect())
}

/// All signs are ASCII
fn shortened(mut text: String) -> String {
    text.truncate(LONGEST);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx_compiler::Target;

    #[test]
    fn ids_are_what_vertex_ai_takes() {
        let action = |name: &str, schema: &str| VertexAction {
            target: Target {
                name: name.to_owned(),
                schema: Some(schema.to_owned()),
                database: None,
            },
            ..VertexAction::default()
        };
        let churn = action("Churn_Endpoint_", "vertex_dev");
        assert_eq!(model_id(&churn), "churn_endpoint__dev");
        assert_eq!(endpoint_id(&churn), "churn-endpoint--dev");
        assert_eq!(endpoint_id(&action("1st_", "vertex")), "e-1st");
        assert_eq!(model_id(&action("1st", "vertex")), "m-1st");
        assert_eq!(model_id(&action(&"x".repeat(80), "vertex")).len(), 63);
    }
}
