//! Which unit tests a command is about

use std::collections::HashSet;

use diagnostic::{Diagnostic, code};
use sqlx_compiler::{CompiledGraph, Target, Test};

use crate::select::{Item, Selection, select};

/// The tests that are selected, and those of actions that are, in the order of definition
///
/// # Errors
/// What [`select`] rejects, and a selection without tests
pub fn select_tests<'a>(
    graph: &'a CompiledGraph,
    selection: &Selection,
) -> Result<Vec<&'a Test>, Diagnostic> {
    if graph.tests.is_empty() {
        return Err(
            Diagnostic::error(code::NOTHING_SELECTED, "the project has no unit tests")
                .help("add a `.sqlx` file with `config { type: \"test\", dataset: \"…\" }`"),
        );
    }
    let selected = select(graph, selection)?;
    let mut actions = HashSet::new();
    let mut names = HashSet::new();
    for item in selected.chosen_items() {
        match item {
            Item::Action(action) => _ = actions.insert(action.target().clone()),
            Item::Test(test) => _ = names.insert(test.name.clone()),
        }
    }
    let mut tests: Vec<&Test> = graph.tests.iter().collect();
    tests.retain(|test| names.contains(&test.name) || is_of(test, &actions));
    if !selection.exclude.is_empty() {
        let left = not_excluded(graph, selection)?;
        tests.retain(|test| left.contains(&test.name));
    }
    if tests.is_empty() {
        let message = "no unit test is selected, nor is one of an action that is";
        return Err(Diagnostic::error(code::NOTHING_SELECTED, message)
            .help("`sqlx-run list --select type:test` lists the project's tests"));
    }
    Ok(tests)
}

/// The names of tests that are not excluded themselves, whatever becomes of what they test
fn not_excluded(
    graph: &CompiledGraph,
    selection: &Selection,
) -> Result<HashSet<Option<String>>, Diagnostic> {
    let everything = Selection {
        exclude: selection.exclude.clone(),
        evidence: selection.evidence.clone(),
        ..Selection::default()
    };
    let left = select(graph, &everything)?;
    let tests = left.chosen_items().filter_map(Item::test);
    Ok(tests.map(|test| test.name.clone()).collect())
}

/// The tests of some actions, in the order of definition
pub fn tests_of<'a>(graph: &'a CompiledGraph, actions: &HashSet<Target>) -> Vec<&'a Test> {
    let mut tests: Vec<&Test> = graph.tests.iter().collect();
    tests.retain(|test| is_of(test, actions));
    tests
}

fn is_of(test: &Test, actions: &HashSet<Target>) -> bool {
    let tested = test.tested.as_ref();
    tested.is_some_and(|tested| actions.contains(&tested.target))
}
