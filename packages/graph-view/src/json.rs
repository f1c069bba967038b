//! `{nodes, edges}` for other programs

use serde::Serialize;

use crate::model::Model;
use crate::{GraphViewError, State};

#[derive(Serialize)]
struct Graph<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    id: &'a str,
    name: &'a str,
    dataset: &'a str,
    r#type: &'static str,
    tags: &'a [String],
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disabled: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a State>,
}

#[derive(Serialize)]
struct Edge<'a> {
    /// The action that is needed
    from: &'a str,
    /// The action that needs it
    to: &'a str,
}

pub fn render(model: &Model<'_>) -> Result<String, GraphViewError> {
    let graph = Graph {
        nodes: model
            .nodes
            .iter()
            .map(|node| Node {
                id: &node.id,
                name: node.name,
                dataset: &node.dataset,
                r#type: node.kind.as_str(),
                tags: node.action.tags(),
                file: node.action.file_name(),
                description: node.action.description(),
                disabled: node.action.disabled(),
                state: node.state,
            })
            .collect(),
        edges: model
            .edges
            .iter()
            .map(|(from, to)| Edge {
                from: &model.nodes[*from].id,
                to: &model.nodes[*to].id,
            })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&graph)?;
    text.push('\n');
    Ok(text)
}
