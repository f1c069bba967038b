//! Checking a project before it runs: every action's SQL is resolved in graph order against what the
//! actions before it will have made, so that nothing needs to exist yet
//!
//! What is not known, such as the columns of a source that is nowhere at hand, fits everywhere. An
//! incremental table is checked in both forms: as it is built, and as it grows.

mod catalog;
mod model;
mod script;

use std::collections::HashSet;
use std::sync::Arc;

use diagnostic::{Diagnostic, Location};
use googlesql::{Origin, PhysicalName, Schema};
use sqlx_compiler::{ActionKind, ActionRef, Compilation, Operation, SqlPart, Table, Target, sql};

use crate::plan::{Plan, display_name};
use crate::select::Selection;
use crate::warehouse::Warehouse;
use crate::warehouse::duckdb::Names;
use catalog::GraphCatalog;
use script::{Script, graded};

/// What was found out about a project
#[derive(Debug, Default)]
pub struct ProjectCheck {
    /// Every action but declarations, each after what it depends on
    pub actions: Vec<CheckedAction>,
    /// Unit tests' queries
    pub tests: Vec<Diagnostic>,
}

/// What was found out about an action
#[derive(Debug)]
pub struct CheckedAction {
    /// `dataset.name`
    pub name: String,
    /// Its full name
    pub target: Target,
    /// Where it lives
    pub physical: PhysicalName,
    /// What kind of action it is
    pub kind: ActionKind,
    /// The file that defines it
    pub file: String,
    /// The columns of what it makes; `None` for an action that makes nothing to read
    pub schema: Option<Schema>,
    /// Stored columns that decide which rows there are, in order
    pub conditions: Vec<Origin>,
    /// All that is wrong, each once; what only the embedded engine lacks is a note
    pub findings: Vec<Diagnostic>,
}

/// Checks a compiled project; `warehouse` tells the columns of what no action makes
///
/// # Errors
/// A project without actions
pub fn check(
    compilation: &Arc<Compilation>,
    names: &Names,
    warehouse: Option<&dyn Warehouse>,
) -> Result<ProjectCheck, Diagnostic> {
    let plan = Plan::new(Arc::clone(compilation), Selection::default(), false)?;
    let actions: Vec<ActionRef<'_>> = (0..plan.actions.len())
        .filter_map(|index| plan.action(index))
        .collect();
    let own: HashSet<PhysicalName> = actions
        .iter()
        .map(|action| names.physical(action.target()))
        .collect();
    let mut catalog = GraphCatalog::new(names, warehouse, own);
    let mut checked = Vec::with_capacity(actions.len());
    for action in actions {
        checked.push(check_action(compilation, names, &mut catalog, action));
    }
    Ok(ProjectCheck {
        actions: checked,
        tests: check_tests(compilation, &catalog),
    })
}

fn check_action(
    compilation: &Compilation,
    names: &Names,
    catalog: &mut GraphCatalog<'_>,
    action: ActionRef<'_>,
) -> CheckedAction {
    let name = display_name(action.target());
    let physical = names.physical(action.target());
    let enabled = enabled(action);
    let sent = enabled.as_ref().map_or(action, EnabledAction::action);
    let mut script = Script::new(compilation, sent, &name);
    let built = script.check(catalog, sql::Existing::None);
    let schema = built.schema(&physical).cloned();
    let mut conditions = built.conditions();
    if let (ActionKind::Incremental, Some(schema)) = (action.kind(), &schema) {
        let columns = schema.columns.iter().map(|one| one.column.name.clone());
        let columns: Vec<String> = columns.collect();
        // without a name there is nothing to add rows by
        if !columns.is_empty() {
            let grown = script.check(catalog, sql::Existing::Table(&columns));
            conditions.extend(grown.conditions());
            catalog.add_table(physical.clone(), schema.clone());
        }
    }
    let findings = match action.disabled() {
        true => Vec::new(),
        false => script.findings(),
    };
    CheckedAction {
        target: action.target().clone(),
        kind: action.kind(),
        file: action.file_name().to_owned(),
        conditions: conditions.into_iter().collect(),
        name,
        physical,
        schema,
        findings,
    }
}

/// A disabled action that would run, since others may read what it made earlier
enum EnabledAction {
    Table(Box<Table>),
    Operation(Box<Operation>),
}

impl EnabledAction {
    fn action(&self) -> ActionRef<'_> {
        match self {
            Self::Table(table) => ActionRef::Table(table),
            Self::Operation(operation) => ActionRef::Operation(operation),
        }
    }
}

fn enabled(action: ActionRef<'_>) -> Option<EnabledAction> {
    match action {
        ActionRef::Table(table) if action.disabled() => {
            Some(EnabledAction::Table(Box::new(Table {
                disabled: None,
                ..table.clone()
            })))
        }
        ActionRef::Operation(operation) if action.disabled() => {
            Some(EnabledAction::Operation(Box::new(Operation {
                disabled: None,
                ..operation.clone()
            })))
        }
        _ => None,
    }
}

/// The queries of unit tests; a test has no action, and its rows are nobody's input
fn check_tests(compilation: &Compilation, catalog: &GraphCatalog<'_>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for test in &compilation.graph.tests {
        let file = test.file_name.as_deref().unwrap_or_default();
        let name = test.name.as_deref().unwrap_or_default();
        let queries = [
            (&test.test_query, SqlPart::Query, "tested query"),
            (&test.expected_output_query, SqlPart::Query, "expected rows"),
        ];
        for (query, part, what) in queries {
            let Some(query) = query else { continue };
            for error in googlesql::check(query, catalog).errors {
                let finding = graded(&error).of_action(name);
                let place = compilation.locate(file, part, query, error.span.clone());
                let finding = match place {
                    Some(place) => finding.at(place),
                    None => finding.at(Location::new(
                        format!("{file} (compiled SQL of {name}: {what})"),
                        query.as_str(),
                        error.span,
                    )),
                };
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings
}
