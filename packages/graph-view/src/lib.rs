//! The compiled graph to look at: as DOT, Mermaid, JSON and one self-contained HTML page

mod dot;
mod html;
mod json;
mod layout;
mod mermaid;
mod model;

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sqlx_compiler::CompiledGraph;

use model::Model;

/// A way to write the graph
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Graphviz
    Dot,
    /// Mermaid's `flowchart`, which code hosts draw within Markdown
    Mermaid,
    /// `{nodes: […], edges: […]}`
    Json,
    /// A page that needs nothing but itself
    Html,
}

impl Format {
    /// All of them by name
    pub const ALL: [(&'static str, Self); 4] = [
        ("dot", Self::Dot),
        ("mermaid", Self::Mermaid),
        ("json", Self::Json),
        ("html", Self::Html),
    ];
}

impl FromStr for Format {
    type Err = GraphViewError;

    fn from_str(name: &str) -> Result<Self, GraphViewError> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, format)| *format)
            .ok_or_else(|| GraphViewError::UnknownFormat(name.to_owned()))
    }
}

/// What to add to the graph
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RenderOptions {
    /// Heading of the page; the default project's name where there is none
    pub title: Option<String>,
    /// How actions fared in a run, by `dataset.name`
    pub states: BTreeMap<String, State>,
}

/// How an action fared in a run
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What became of it
    pub status: Status,
    /// Rows of the table it made, or rows that an assertion found
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Time it took
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
}

/// What became of an action
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Done
    #[default]
    Succeeded,
    /// An error, or an assertion that found rows
    Failed,
    /// Not run, since something before it failed
    Skipped,
    /// Not run, since the project disables it
    Disabled,
    /// Not run or not finished, since the run was interrupted
    Cancelled,
}

/// Why nothing was drawn
#[derive(Debug, thiserror::Error)]
pub enum GraphViewError {
    /// No format of that name
    #[error("unknown format `{0}`: use dot, mermaid, json or html")]
    UnknownFormat(String),
    /// A value could not be written as JSON
    #[error("the graph cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The page's template could not be filled
    #[error("the page cannot be made: {0}")]
    Page(#[from] handlebars::RenderError),
}

/// The graph as text; the same graph and options give the same text
///
/// # Errors
/// The page or JSON cannot be made
pub fn render(
    graph: &CompiledGraph,
    format: Format,
    options: &RenderOptions,
) -> Result<String, GraphViewError> {
    let model = Model::new(graph, options);
    match format {
        Format::Dot => Ok(dot::render(&model)),
        Format::Mermaid => Ok(mermaid::render(&model)),
        Format::Json => json::render(&model),
        Format::Html => html::render(&model),
    }
}
