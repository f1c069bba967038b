//! Measures that cross crates: conformance with reference results

pub mod bench;
pub mod clients;
#[path = "../../compiler/tests/conformance/mod.rs"]
pub mod dataform;
pub mod emulator;
#[path = "../../compiler/tests/conformance/execution.rs"]
pub mod execution;
pub mod faults;
mod folder;
pub mod generate;
pub mod googlesql;
pub mod models;
pub mod oracle;
pub mod peer;
pub mod pipeline;
pub mod serving;
pub mod transcripts;
