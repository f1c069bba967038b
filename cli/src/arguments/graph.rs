//! `graph`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::SelectionArguments;

#[derive(Debug, Clone, Args)]
pub struct GraphArguments {
    /// What to draw
    #[arg(long, value_enum, default_value_t)]
    pub format: GraphFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show how the actions fared in the last run (in the page and the JSON)
    #[arg(long)]
    pub last_run: bool,
    #[command(flatten)]
    pub selection: SelectionArguments,
}

/// What a graph is drawn as
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum GraphFormat {
    /// Graphviz
    #[default]
    Dot,
    /// Mermaid, for Markdown
    Mermaid,
    /// Nodes and edges
    Json,
    /// One page that needs nothing else
    Html,
}
