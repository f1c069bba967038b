//! `test`: unit tests of the project's queries, on an engine with nothing in it

use std::collections::HashSet;
use std::time::Instant;

use diagnostic::{Diagnostic, code, to_json};
use serde_json::{Value as Json, json};
use sqlx_compiler::{Compilation, Target};
use sqlx_runtime::{Item, TestResult, TestRunner, TestSelection, TestStatus, select, select_tests};

use crate::arguments::{GlobalArguments, SelectionArguments, TestArguments};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, root};
use crate::selection::selection;
use crate::test_report::TestReport;

/// The version of the JSON
const VERSION: u32 = 1;

/// Runs tests and tells how they fared
pub fn test(global: &GlobalArguments, arguments: &TestArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let outcome = asked(global, arguments, &project)
        .and_then(|selection| run_tests(&project.compilation, &selection, printer));
    match outcome {
        Ok(true) => exit::OK,
        Ok(false) => exit::FAILED,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// What a command line asks for: names and tags of tests, or selectors of tests and of what they test
fn asked(
    global: &GlobalArguments,
    arguments: &TestArguments,
    project: &Project,
) -> Result<TestSelection, Diagnostic> {
    let tags = &arguments.selection.tags;
    let plain = SelectionArguments {
        tags: tags.clone(),
        ..SelectionArguments::default()
    };
    if arguments.selection == plain {
        return Ok(TestSelection {
            names: arguments.names.clone(),
            tags: tags.clone(),
            of_actions: None,
        });
    }
    let mut wanted = arguments.selection.clone();
    wanted.actions.extend(arguments.names.iter().cloned());
    let selection = selection(global, &wanted, project)?;
    let selected = select(&project.compilation.graph, &selection)?;
    let actions = selected.chosen_items().filter_map(Item::action);
    let actions: HashSet<&Target> = actions.map(|action| action.target()).collect();
    let own = selected.chosen_items().filter_map(Item::test);
    let own = own.map(|test| test.name.clone());
    let tests = project.compilation.graph.tests.iter();
    let theirs = tests.filter(|test| {
        let tested = test.tested.as_ref();
        tested.is_some_and(|tested| actions.contains(&tested.target))
    });
    let names = own.chain(theirs.map(|test| test.name.clone())).flatten();
    let names: Vec<String> = names.map(|name| globset::escape(&name)).collect();
    if names.is_empty() {
        return Err(Diagnostic::error(
            code::NOTHING_SELECTED,
            "the selection has no unit tests, nor actions with any",
        )
        .help("`sqlx-run list -s type:test` prints the project's unit tests"));
    }
    Ok(TestSelection {
        names,
        ..TestSelection::default()
    })
}

/// The tests of some actions, before they are run; true when none failed. In JSON only failures are told
///
/// # Errors
/// The engine does not start
pub fn tests_of(
    compilation: &Compilation,
    actions: HashSet<Target>,
    printer: &Printer,
) -> Result<bool, Diagnostic> {
    let selection = TestSelection {
        of_actions: Some(actions),
        ..TestSelection::default()
    };
    if select_tests(&compilation.graph, &selection)?.is_empty() {
        return Ok(true);
    }
    run_tests(compilation, &selection, printer)
}

fn run_tests(
    compilation: &Compilation,
    selection: &TestSelection,
    printer: &Printer,
) -> Result<bool, Diagnostic> {
    let tests = select_tests(&compilation.graph, selection)?;
    let begun = Instant::now();
    let runner = TestRunner::new(compilation)?;
    let report = TestReport::new(printer, &tests, compilation.graph.tests.len());
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
    match printer.is_json() {
        true if passed && selection.of_actions.is_some() => {}
        true => printer.json(&document(&results, passed, seconds)),
        false => report.summary(&results, seconds),
    }
    Ok(passed)
}

fn document(results: &[TestResult], passed: bool, seconds: f64) -> Json {
    let warnings = results.iter().flat_map(|result| &result.warnings);
    let failures = results
        .iter()
        .filter_map(|result| result.diagnostic.as_ref());
    let diagnostics: Vec<Json> = failures.chain(warnings).map(to_json).collect();
    json!({
        "version": VERSION,
        "status": if passed { "passed" } else { "failed" },
        "seconds": seconds,
        "tests": results,
        "diagnostics": diagnostics,
    })
}
