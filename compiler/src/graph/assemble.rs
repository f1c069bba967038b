//! Writes the compiled graph out of the session

use std::collections::HashSet;

use super::compiled::{CompiledGraph, GraphErrors, Test, TestedAction};
use super::problems::{cycles, remove_duplicates};
use crate::action::{Action, ActionId, Body, ErrorRecord, Session, readable};
use crate::graph::{ProjectConfig, TableType, Target};
use crate::project::CORE_VERSION;

/// The graph, and its errors with what people are shown
pub fn assemble(session: &mut Session) -> (CompiledGraph, Vec<ErrorRecord>) {
    let with_tests = session.config.include_tests_in_compiled_graph == Some(true);
    if with_tests {
        report_tested(session);
    }
    session.resolve_dependencies();
    if with_tests {
        depend_on_tests(session);
    }
    let mut graph = CompiledGraph {
        project_config: Some(session.config.clone()),
        dataform_core_version: Some(CORE_VERSION.to_owned()),
        jit_data: jit_data(session),
        targets: session
            .order
            .iter()
            .map(|id| listed_target(&session.actions[*id]))
            .chain(
                session
                    .tests
                    .iter()
                    .map(|test| test.canonical_target.clone()),
            )
            .collect(),
        ..CompiledGraph::default()
    };
    for id in session.order.clone() {
        if session.actions[id].compiled {
            add_action(session, id, &mut graph);
        }
    }
    graph.tests = session
        .tests
        .iter()
        .filter(|test| !test.failed)
        .map(|test| finish_test(session, test))
        .collect();
    let mut errors = std::mem::take(&mut session.errors);
    errors.extend(remove_duplicates(&mut graph, renames(&session.config)));
    errors.extend(duplicate_tests(session));
    errors.extend(cycles(&graph));
    graph.graph_errors = GraphErrors {
        compilation_errors: errors.iter().map(|record| record.error.clone()).collect(),
    };
    (graph, errors)
}

/// Whether suffixes or a prefix go into targets
fn renames(config: &ProjectConfig) -> bool {
    [
        &config.database_suffix,
        &config.schema_suffix,
        &config.table_prefix,
    ]
    .into_iter()
    .flatten()
    .any(|text| !text.is_empty())
}

fn jit_data(session: &Session) -> serde_json::Map<String, serde_json::Value> {
    let mut out = serde_json::Map::new();
    if !session.jit_data.is_empty() {
        out.insert("fields".to_owned(), session.jit_data.clone().into());
    }
    out
}

/// The target in the list of all targets
fn listed_target(action: &Action) -> Target {
    action.target.clone()
}

/// Reports what is tested and no table or view
fn report_tested(session: &mut Session) {
    for test in 0..session.tests.len() {
        let Some(dataset) = &session.tests[test].dataset else {
            continue;
        };
        for id in session.find(&crate::action::Written::from(dataset)) {
            let action = &session.actions[id];
            let mut tested = vec![TableType::Table, TableType::View];
            if session.incremental_tests {
                tested.push(TableType::Incremental);
            }
            if action
                .table_type()
                .is_none_or(|kind| !tested.contains(&kind))
            {
                let message = format!(
                    "Tests are only supported for Tables and Views. Action \"{}\" is not a table or view\".",
                    readable(&action.target)
                );
                let (file, target) = (action.file_name.clone(), action.target.clone());
                session.report(message, file, Some(&target));
            }
        }
    }
}

fn depend_on_tests(session: &mut Session) {
    for test in 0..session.tests.len() {
        let Some(dataset) = &session.tests[test].dataset else {
            continue;
        };
        let written = crate::action::Written::from(dataset);
        let target = session.finalize(&session.tests[test].target);
        for id in session.find(&written) {
            let action = &mut session.actions[id];
            if action.table_type().is_some() {
                action.resolved.push(target.clone());
            }
        }
    }
}

fn duplicate_tests(session: &mut Session) -> Vec<ErrorRecord> {
    let mut names = HashSet::new();
    let repeated: Vec<(String, Option<String>)> = session
        .tests
        .iter()
        .filter(|test| !names.insert(test.name.clone()))
        .map(|test| (test.name.clone(), test.file_name.clone()))
        .collect();
    for (name, file) in repeated {
        session.report(
            format!("Duplicate test name detected: \"{name}\""),
            file,
            None,
        );
    }
    std::mem::take(&mut session.errors)
}

fn finish_test(session: &Session, test: &crate::action::Test) -> Test {
    Test {
        name: Some(test.name.clone()),
        test_query: test.test_query.clone(),
        expected_output_query: test.expected_output_query.clone(),
        file_name: test.file_name.clone(),
        tags: test.tags.clone(),
        target: Some(session.finalize(&test.target)),
        canonical_target: Some(test.canonical_target.clone()),
        tested: test.dataset.as_ref().map(|dataset| TestedAction {
            target: session.finalize(dataset),
            file_name: test.tested_file.clone(),
            incremental: test.own_input.is_some(),
            unread_inputs: test
                .inputs
                .iter()
                .filter(|input| !input.read)
                .map(|input| input.written.readable())
                .collect(),
        }),
    }
}

/// Moves an action into its list of the graph
fn add_action(session: &mut Session, id: ActionId, graph: &mut CompiledGraph) {
    let declared = matches!(session.actions[id].body, Body::Declaration(_));
    let target = if declared {
        session.actions[id].target.clone()
    } else {
        session.finalize(&session.actions[id].target)
    };
    let parent = match &session.actions[id].body {
        Body::Assertion(assertion) => assertion
            .parent_action
            .as_ref()
            .map(|parent| session.finalize(parent)),
        _ => None,
    };
    let action = &mut session.actions[id];
    let canonical_target = Some(action.canonical_target.clone());
    let file_name = action.file_name.clone();
    let tags = std::mem::take(&mut action.tags);
    let dependency_targets = std::mem::take(&mut action.resolved);
    let action_descriptor = action.descriptor.take();
    let jit_code = action.jit_code.take();
    let (disabled, hermeticity) = (action.disabled, action.hermeticity);
    match &mut action.body {
        Body::Table(table) => {
            let mut table = std::mem::take(&mut **table);
            table.target = target;
            table.canonical_target = canonical_target;
            table.file_name = file_name;
            table.tags = tags;
            table.dependency_targets = dependency_targets;
            table.action_descriptor = action_descriptor;
            table.jit_code = jit_code;
            table.disabled = disabled.or(table.disabled);
            table.hermeticity = hermeticity;
            graph.tables.push(table);
        }
        Body::Operation(operation) => {
            let mut operation = std::mem::take(operation);
            operation.target = target;
            operation.canonical_target = canonical_target;
            operation.file_name = file_name;
            operation.tags = tags;
            operation.dependency_targets = dependency_targets;
            operation.action_descriptor = action_descriptor;
            operation.jit_code = jit_code;
            operation.disabled = disabled;
            operation.hermeticity = hermeticity;
            graph.operations.push(operation);
        }
        Body::Assertion(assertion) => {
            let mut assertion = std::mem::take(assertion);
            assertion.target = target;
            assertion.canonical_target = canonical_target;
            assertion.file_name = file_name;
            assertion.tags = tags;
            assertion.dependency_targets = dependency_targets;
            assertion.action_descriptor = action_descriptor;
            assertion.jit_code = jit_code;
            assertion.disabled = disabled;
            assertion.hermeticity = hermeticity;
            assertion.parent_action = parent;
            graph.assertions.push(assertion);
        }
        Body::Declaration(declaration) => {
            let mut declaration = std::mem::take(declaration);
            declaration.target = target;
            declaration.canonical_target = canonical_target;
            declaration.file_name = file_name;
            declaration.tags = tags;
            declaration.action_descriptor = action_descriptor;
            graph.declarations.push(declaration);
        }
        Body::Notebook(notebook) => {
            let mut notebook = std::mem::take(notebook);
            notebook.target = target;
            notebook.canonical_target = canonical_target;
            notebook.file_name = file_name;
            notebook.tags = tags;
            notebook.dependency_targets = dependency_targets;
            notebook.disabled = disabled;
            graph.notebooks.push(notebook);
        }
        Body::DataPreparation(preparation) => {
            let mut preparation = std::mem::take(&mut **preparation);
            preparation.target = Some(target);
            preparation.canonical_target = canonical_target;
            preparation.file_name = file_name;
            preparation.tags = tags;
            preparation.dependency_targets = dependency_targets;
            preparation.disabled = disabled;
            graph.data_preparations.push(preparation);
        }
        Body::PropertyGraph(property_graph) => {
            let mut property_graph = std::mem::take(&mut **property_graph);
            property_graph.target = target;
            property_graph.canonical_target = canonical_target;
            property_graph.file_name = file_name;
            property_graph.dependency_targets = dependency_targets;
            graph.property_graphs.push(property_graph);
        }
    }
}
