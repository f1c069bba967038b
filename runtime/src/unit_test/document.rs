//! Unit tests that have run, for programs

use diagnostic::Finding;
use schemars::JsonSchema;
use serde::Serialize;

use super::{TestResult, TestStatus};
use crate::event::SCHEMA_VERSION;

/// All tests of a command as one document
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TestDocument {
    /// Version of the document's shape: it grows when a reader of the old shape would misread the new one
    pub schema_version: u32,
    /// `passed` when every test did, else `failed`
    pub status: TestStatus,
    /// Wall-clock seconds
    pub seconds: f64,
    /// One for each, in the order of definition
    pub tests: Vec<TestResult>,
    /// What went wrong and what is odd, in the order of the tests
    pub diagnostics: Vec<Finding>,
}

/// A test among lines of JSON
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum TestEvent {
    /// A unit test ended
    TestFinished(TestResult),
}

impl TestDocument {
    /// Of tests that have run
    pub fn new(tests: Vec<TestResult>, seconds: f64) -> Self {
        let passed = tests.iter().all(|test| test.status == TestStatus::Passed);
        let diagnostics = tests
            .iter()
            .flat_map(|test| test.diagnostic.iter().chain(&test.warnings))
            .map(Finding::from)
            .collect();
        Self {
            schema_version: SCHEMA_VERSION,
            status: match passed {
                true => TestStatus::Passed,
                false => TestStatus::Failed,
            },
            seconds,
            tests,
            diagnostics,
        }
    }
}
