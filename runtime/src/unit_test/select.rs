//! Which unit tests a command is about

use std::collections::HashSet;

use diagnostic::{Diagnostic, code, did_you_mean};
use globset::{Glob, GlobMatcher};
use sqlx_compiler::{CompiledGraph, Target, Test};

use crate::select::target_names;

/// What was asked for; empty means every test
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TestSelection {
    /// Names of tests or of tested actions, with globs
    pub names: Vec<String>,
    /// Tests with any of these tags
    pub tags: Vec<String>,
    /// Tests of these actions, where only those count
    pub of_actions: Option<HashSet<Target>>,
}

/// The chosen tests, in the order of definition
///
/// # Errors
/// A name or tag that no test has (with the nearest one), or a project without tests
pub fn select_tests<'a>(
    graph: &'a CompiledGraph,
    selection: &TestSelection,
) -> Result<Vec<&'a Test>, Diagnostic> {
    if graph.tests.is_empty() && selection.of_actions.is_none() {
        return Err(
            Diagnostic::error(code::NOTHING_SELECTED, "the project has no unit tests")
                .help("add a `.sqlx` file with `config { type: \"test\", dataset: \"…\" }`"),
        );
    }
    let everything = selection.names.is_empty() && selection.tags.is_empty();
    let mut chosen = vec![everything; graph.tests.len()];
    for pattern in &selection.names {
        let glob = matcher(pattern)?;
        let matches = |test: &Test| names(test).iter().any(|name| glob.is_match(name));
        choose(graph, &mut chosen, matches, || {
            let known: Vec<String> = graph.tests.iter().flat_map(names).collect();
            let list = || {
                let own: Vec<&str> = graph
                    .tests
                    .iter()
                    .filter_map(|one| one.name.as_deref())
                    .collect();
                Some(format!("the project's tests are: {}", own.join(", ")))
            };
            let mut diagnostic = Diagnostic::error(
                code::NOTHING_SELECTED,
                format!("no unit test is called `{pattern}`, nor is any of an action of that name"),
            );
            diagnostic.help = did_you_mean(pattern, known.iter().map(String::as_str)).or_else(list);
            diagnostic
        })?;
    }
    for tag in &selection.tags {
        choose(
            graph,
            &mut chosen,
            |test| test.tags.contains(tag),
            || {
                let known = graph.tests.iter().flat_map(|test| &test.tags);
                let mut diagnostic = Diagnostic::error(
                    code::NOTHING_SELECTED,
                    format!("no unit test has the tag `{tag}`"),
                );
                diagnostic.help = did_you_mean(tag, known.map(String::as_str));
                diagnostic
            },
        )?;
    }
    let counts = |test: &Test| match (&selection.of_actions, &test.tested) {
        (None, _) => true,
        (Some(actions), Some(tested)) => actions.contains(&tested.target),
        (Some(_), None) => false,
    };
    let pairs = graph.tests.iter().zip(chosen);
    Ok(pairs
        .filter(|(test, chosen)| *chosen && counts(test))
        .map(|(test, _)| test)
        .collect())
}

fn choose(
    graph: &CompiledGraph,
    chosen: &mut [bool],
    matches: impl Fn(&Test) -> bool,
    nothing: impl Fn() -> Diagnostic,
) -> Result<(), Diagnostic> {
    let mut found = false;
    for (test, chosen) in graph.tests.iter().zip(chosen) {
        let own = matches(test);
        found |= own;
        *chosen |= own;
    }
    if found { Ok(()) } else { Err(nothing()) }
}

fn matcher(pattern: &str) -> Result<GlobMatcher, Diagnostic> {
    Glob::new(pattern)
        .map(|glob| glob.compile_matcher())
        .map_err(|error| {
            Diagnostic::error(
                code::USAGE,
                format!("`{pattern}` is not a glob: {}", error.kind()),
            )
        })
}

/// The test's own name, and those of what it tests
fn names(test: &Test) -> Vec<String> {
    let mut names: Vec<String> = test.name.iter().cloned().collect();
    names.extend(
        test.tested
            .iter()
            .flat_map(|tested| target_names(&tested.target)),
    );
    names
}
