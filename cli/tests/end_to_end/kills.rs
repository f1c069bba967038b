//! Killed runs, as `cargo xtask faults` makes them

#[path = "../../../tests/src/faults/content.rs"]
mod content;
#[path = "../../../tests/src/faults/kill.rs"]
pub mod kill;
#[path = "../../../tests/src/faults/project.rs"]
mod project;

/// What went wrong
pub type Fault = Box<dyn std::error::Error + Send + Sync>;
