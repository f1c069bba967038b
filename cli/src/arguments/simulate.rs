//! `simulate`

use std::path::PathBuf;

use clap::Args;
use simulate::SimulateOptions;

#[derive(Debug, Clone, Args)]
pub struct SimulateArguments {
    /// How many people play
    #[arg(long, default_value_t = SimulateOptions::default().users, value_name = "N")]
    pub users: u64,
    /// Over how many days
    #[arg(long, default_value_t = SimulateOptions::default().days, value_name = "D")]
    pub days: u32,
    /// The same seed gives the same events
    #[arg(long, default_value_t = SimulateOptions::default().seed, value_name = "S")]
    pub seed: u64,
    /// The parquet file to write
    #[arg(value_name = "OUT.parquet")]
    pub output: PathBuf,
}
