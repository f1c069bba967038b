//! What tests of several crates share

#[path = "../../compiler/tests/conformance/mod.rs"]
pub mod dataform;
