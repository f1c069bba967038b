//! Results as JUnit's XML, which every CI system reads

use std::collections::HashMap;
use std::time::Duration;

use diagnostic::{Diagnostic, Renderer};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};
use sqlx_runtime::{ActionStatus, RunSummary};

/// One test case
pub struct Case {
    /// Such as `sales.orders`
    pub name: String,
    /// What kind of thing it is, such as `table`
    pub kind: String,
    /// The file that defines it
    pub file: Option<String>,
    /// How long it took
    pub seconds: f64,
    /// How it came out
    pub outcome: Outcome,
    /// Failures of earlier attempts: type and message
    pub earlier: Vec<(String, String)>,
}

/// How a test case came out
pub enum Outcome {
    /// Well
    Passed,
    /// It did not run, for this reason
    Skipped(String),
    /// Not well
    Failed {
        /// The diagnostic's code
        code: String,
        /// One line
        message: String,
        /// All there is to say
        text: String,
    },
}

impl Outcome {
    /// Not well, for this reason
    pub fn failed(diagnostic: &Diagnostic) -> Self {
        Self::Failed {
            code: diagnostic.code.to_string(),
            message: diagnostic.message.clone(),
            text: Renderer::new(false, 100).render(diagnostic),
        }
    }
}

/// The document, for a run of that name
pub fn junit(run: &str, seconds: f64, cases: &[Case]) -> String {
    let mut suite = TestSuite::new("sqlx-run");
    suite.set_time(duration(seconds));
    for case in cases {
        suite.add_test_case(test_case(case));
    }
    let mut report = Report::new(format!("sqlx-run {run}"));
    report.set_time(duration(seconds));
    report.add_test_suite(suite);
    // the writer fails on nothing that is a text
    report.to_string().unwrap_or_default()
}

/// The actions of a run
pub fn cases(
    summary: &RunSummary,
    files: &HashMap<&str, &str>,
    retried: &HashMap<String, Vec<Diagnostic>>,
) -> Vec<Case> {
    summary
        .results
        .iter()
        .map(|result| {
            let reason = || {
                let detail = result.detail.clone();
                detail.unwrap_or_else(|| result.status.as_str().to_owned())
            };
            Case {
                name: result.action.clone(),
                kind: result.kind.clone(),
                file: files
                    .get(result.action.as_str())
                    .map(|&file| file.to_owned()),
                seconds: result.seconds,
                outcome: match (result.status, &result.diagnostic) {
                    (ActionStatus::Failed, Some(diagnostic)) => Outcome::failed(diagnostic),
                    (ActionStatus::Succeeded | ActionStatus::Warned, _) => Outcome::Passed,
                    _ => Outcome::Skipped(reason()),
                },
                earlier: retried
                    .get(&result.action)
                    .into_iter()
                    .flatten()
                    .map(|failure| (failure.code.to_string(), failure.message.clone()))
                    .collect(),
            }
        })
        .collect()
}

fn test_case(case: &Case) -> TestCase {
    let mut status = match &case.outcome {
        Outcome::Passed => TestCaseStatus::success(),
        Outcome::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(reason.as_str());
            status
        }
        Outcome::Failed {
            code,
            message,
            text,
        } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_type(code.as_str())
                .set_message(message.as_str())
                .set_description(text.as_str());
            status
        }
    };
    if !matches!(case.outcome, Outcome::Skipped(_)) {
        for (code, message) in &case.earlier {
            let mut rerun = TestRerun::new(NonSuccessKind::Failure);
            rerun.set_type(code.as_str()).set_message(message.as_str());
            status.add_rerun(rerun);
        }
    }
    let mut test = TestCase::new(case.name.as_str(), status);
    test.set_classname(case.kind.as_str());
    test.set_time(duration(case.seconds));
    if let Some(file) = &case.file {
        test.extra.insert("file".into(), file.as_str().into());
    }
    test
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
