//! Measures that cross crates: conformance with reference results

#[path = "../../compiler/tests/conformance/mod.rs"]
pub mod dataform;
pub mod googlesql;
