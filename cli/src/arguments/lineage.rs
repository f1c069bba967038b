//! `lineage`

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Args)]
pub struct LineageArguments {
    /// `name`, `dataset.name`, or either with `.column`; sources too
    #[arg(value_name = "ACTION[.COLUMN]")]
    pub wanted: String,
    /// What it is made of, down to the sources [default]
    #[arg(long)]
    pub upstream: bool,
    /// What is made of it
    #[arg(long)]
    pub downstream: bool,
    /// How it is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: LineageFormat,
}

/// How lineage is printed
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LineageFormat {
    /// For people
    #[default]
    Tree,
    /// Columns and edges
    Json,
    /// Graphviz
    Dot,
}
