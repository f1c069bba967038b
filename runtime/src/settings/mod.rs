//! What a run needs beside the compiled graph: `sqlx-run.toml` with its environments, the variables of the
//! process, names on the engine, and the files behind declared sources

mod bytes;
mod environment;
mod file;
mod names;
mod sources;
mod variables;

pub use environment::{Credentials, Environment, LIST_PRICE_PER_TIB, Priority};
pub use file::{Defaults, EnvironmentSettings, FILE, RunSettings};
pub use names::names;
pub use sources::{SourceArgument, source_files};
pub use variables::EnvironmentVariables;
