//! `test`: unit tests of the project's queries, on an engine with nothing in it

use std::collections::HashSet;
use std::time::Instant;

use diagnostic::{Diagnostic, Renderer};
use sqlx_compiler::{Compilation, Target, Test};
use sqlx_runtime::{
    TestDocument, TestEvent, TestResult, TestRunner, TestStatus, select_tests, tests_of,
};

use crate::arguments::{GlobalArguments, OutputFormat, TestArguments};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, root};
use crate::report::{Case, Outcome, junit};
use crate::selection::selection;
use crate::test_report::TestReport;

/// Runs tests and tells how they fared
pub fn test(global: &GlobalArguments, arguments: &TestArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let outcome = chosen(global, arguments, &project)
        .and_then(|tests| run_tests(&project.compilation, &tests, Told::All, printer));
    match outcome {
        Ok(true) => exit::OK,
        Ok(false) => exit::FAILED,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// The tests of some actions, before they are run; true when none failed
///
/// # Errors
/// The engine does not start
pub fn test_actions(
    compilation: &Compilation,
    actions: &HashSet<Target>,
    printer: &Printer,
) -> Result<bool, Diagnostic> {
    let tests = tests_of(&compilation.graph, actions);
    match tests.is_empty() {
        true => Ok(true),
        false => run_tests(compilation, &tests, Told::Failures, printer),
    }
}

/// What goes to standard output
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    All,
    /// Nothing when all pass, since it is the run that is told there
    Failures,
}

fn chosen<'a>(
    global: &GlobalArguments,
    arguments: &TestArguments,
    project: &'a Project,
) -> Result<Vec<&'a Test>, Diagnostic> {
    let mut written = arguments.selection.clone();
    written.actions.extend(arguments.names.iter().cloned());
    let selection = selection(global, &written, project)?;
    select_tests(&project.compilation.graph, &selection)
}

fn run_tests(
    compilation: &Compilation,
    tests: &[&Test],
    told: Told,
    printer: &Printer,
) -> Result<bool, Diagnostic> {
    let begun = Instant::now();
    let runner = TestRunner::new(compilation)?;
    let report = TestReport::new(printer, tests, compilation.graph.tests.len());
    let mut results = Vec::with_capacity(tests.len());
    for test in tests {
        let result = runner.run(test);
        report.line(&result);
        results.push(result);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let passed = results
        .iter()
        .all(|result| result.status == TestStatus::Passed);
    if printer.speaks_to_people() {
        report.summary(&results, seconds);
    }
    if !passed || told == Told::All {
        tell(&results, seconds, printer);
    }
    Ok(passed)
}

/// Writes the results to standard output, in the formats that have something there
fn tell(results: &[TestResult], seconds: f64, printer: &Printer) {
    match printer.format() {
        OutputFormat::Human | OutputFormat::Github => {}
        OutputFormat::Json => {
            let document = TestDocument::new(results.to_vec(), seconds);
            printer.json(&serde_json::to_value(document).unwrap_or_default());
        }
        OutputFormat::Jsonl => {
            for result in results {
                let event = TestEvent::TestFinished(result.clone());
                if let Ok(line) = serde_json::to_string(&event) {
                    printer.data(&format!("{line}\n"));
                }
            }
        }
        OutputFormat::Junit => {
            let cases: Vec<Case> = results.iter().map(case).collect();
            printer.data(&junit("test", seconds, &cases));
        }
    }
}

fn case(result: &TestResult) -> Case {
    let outcome = result.diagnostic.as_ref().map(|failure| {
        let mut text = Renderer::new(false, 100).render(failure);
        for line in result.difference.iter().flat_map(TestReport::plain) {
            text.push_str(&format!("{line}\n"));
        }
        Outcome::Failed {
            code: failure.code.to_string(),
            message: failure.message.clone(),
            text,
        }
    });
    Case {
        name: result.test.clone(),
        kind: "test".to_owned(),
        file: Some(result.file.clone()),
        seconds: result.seconds,
        outcome: outcome.unwrap_or(Outcome::Passed),
        earlier: Vec::new(),
    }
}
