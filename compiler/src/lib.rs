//! Turns a project folder into a `CompiledGraph` and diagnostics, with no I/O but the `FileSystem` trait

mod action;
mod compile;
mod config;
mod diagnostics;
mod graph;
mod project;
mod script;
pub mod sql;
mod sqlx;
mod value;

pub use compile::{Compilation, CompileOptions, Thrown, compile, to_json};
pub use graph::*;
pub use project::{ConfigOverride, DiskProject, FileError, FileSystem, MemoryProject};
pub use sqlx::SqlPart;
