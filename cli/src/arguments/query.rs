//! `query`

use clap::{Args, ValueEnum};

#[derive(Debug, Clone, Args)]
pub struct QueryArguments {
    /// GoogleSQL, one or more statements; `-` reads standard input, as does no SQL where there is no
    /// terminal; on a terminal, no SQL opens a shell
    #[arg(value_name = "SQL")]
    pub sql: Option<String>,
    /// How rows are printed
    #[arg(long, value_enum, default_value_t)]
    pub format: RowFormat,
}

/// How rows are printed
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// For people
    #[default]
    Table,
    /// A document with schema and rows for each statement that gives rows
    Json,
    /// A row on each line, as in `json`, without the schema
    Jsonl,
    /// RFC 4180, with a header
    Csv,
}
