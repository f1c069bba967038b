//! Turns a project folder into a `CompiledGraph` and diagnostics, with no I/O but the `FileSystem` trait

mod action;
mod compile;
mod config;
mod diagnostics;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod graph;
mod incremental;
mod project;
mod script;
pub mod sql;
mod sqlx;
mod value;
mod vertex;

pub use action::readable;
pub use compile::{Compilation, CompileOptions, TestSql, Thrown, compile, to_json};
pub use graph::*;
pub use incremental::{
    DefinitionFile, Name, Replaced, Snapshot, SnapshotAction, Trace, recompile, settings_warnings,
};
pub use project::{
    CORE_VERSION, ConfigOverride, DiskProject, FileError, FileSystem, MemoryProject, is_listed,
    names_core_version,
};
pub use sqlx::{GeneratedLine, SqlPart};
pub use vertex::exported_to;

/// The tree of a SQLX file, for tools that read files without compiling them
pub mod sqlx_tree {
    pub use crate::sqlx::{Node, NodeKind, parse_tree as parse};
}
