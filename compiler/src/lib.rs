//! Turns a project folder into a `CompiledGraph` and diagnostics, with no I/O but the `FileSystem` trait

pub mod config;
pub mod graph;
pub mod project;
pub mod sqlx;
pub mod value;

pub use graph::*;
