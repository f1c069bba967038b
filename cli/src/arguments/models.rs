//! `models`: what was trained in the embedded warehouse

use clap::{Args, Subcommand};

#[derive(Debug, Clone, Args)]
pub struct ModelsArguments {
    #[command(subcommand)]
    pub what: Option<ModelsCommand>,
}

#[derive(Debug, Clone, Subcommand)]
pub enum ModelsCommand {
    /// List the models of the embedded warehouse; the same as no command
    List,
    /// Show how a model came to be, and how well it does
    Show(ModelsShowArguments),
}

#[derive(Debug, Clone, Args)]
pub struct ModelsShowArguments {
    /// `dataset.name`, or the name alone where no other dataset has one
    #[arg(value_name = "MODEL")]
    pub model: String,
    /// Which of the versions that are kept [default: the latest]
    #[arg(long, value_name = "N")]
    pub version: Option<u64>,
}
