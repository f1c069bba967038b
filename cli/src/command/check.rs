//! `check`: the SQL of every action resolved in graph order, before anything runs

use std::collections::HashSet;

use diagnostic::{Diagnostic, Severity, to_json};
use serde_json::{Value as Json, json};
use sqlx_compiler::{ActionRef, Target};
use sqlx_runtime::{CheckedAction, Plan, ProjectCheck, names};

use crate::arguments::{CheckArguments, FindingFormat, GlobalArguments};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{Project, root};
use crate::selection::selection;

/// The version of the JSON
const VERSION: u32 = 1;

/// Checks and prints what is wrong
pub fn check(global: &GlobalArguments, arguments: &CheckArguments, printer: &Printer) -> u8 {
    let as_json = printer.is_json() || arguments.format == FindingFormat::Json;
    let printer = &printer.with_json(as_json);
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    match run(global, arguments, &project, printer) {
        Ok(code) => code,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn run(
    global: &GlobalArguments,
    arguments: &CheckArguments,
    project: &Project,
    printer: &Printer,
) -> Result<u8, Diagnostic> {
    let chosen = chosen(global, project, arguments)?;
    let found = of_project(global, project)?;
    let selected: Vec<&CheckedAction> = found
        .actions
        .iter()
        .filter(|action| chosen.contains(&action.target))
        .collect();
    let everything = chosen.len() == found.actions.len();
    let tests = found.tests.iter().filter(|_| everything);
    let findings: Vec<Diagnostic> = selected
        .iter()
        .flat_map(|action| &action.findings)
        .chain(tests)
        .map(|finding| graded(finding, arguments.strict))
        .collect();
    if printer.is_json() {
        printer.json(&document(&selected, &findings));
    } else {
        printer.diagnostics(&findings);
        printer.note(&summary(selected.len(), &findings, printer));
    }
    let failed = findings.iter().any(|one| one.severity == Severity::Error);
    Ok(if failed { exit::FAILED } else { exit::OK })
}

/// What a project's SQL means, checked with what its warehouse has
///
/// # Errors
/// Settings or sources are wrong, the warehouse does not open, or there is nothing to check
pub fn of_project(global: &GlobalArguments, project: &Project) -> Result<ProjectCheck, Diagnostic> {
    let warehouse = project.known_warehouse(global)?;
    let names = names(&project.compilation.graph);
    sqlx_runtime::check(&project.compilation, &names, warehouse.as_deref())
}

fn chosen(
    global: &GlobalArguments,
    project: &Project,
    arguments: &CheckArguments,
) -> Result<HashSet<Target>, Diagnostic> {
    let selection = selection(global, &arguments.selection, project)?;
    let plan = Plan::new(project.compilation.clone(), selection, false)?;
    let targets = (0..plan.actions.len())
        .filter_map(|index| plan.action(index))
        .map(|action: ActionRef<'_>| action.target().clone());
    Ok(targets.collect())
}

/// With `--strict` a warning is an error
fn graded(finding: &Diagnostic, strict: bool) -> Diagnostic {
    let mut finding = finding.clone();
    if strict && finding.severity == Severity::Warning {
        finding.severity = Severity::Error;
    }
    finding
}

fn summary(actions: usize, findings: &[Diagnostic], printer: &Printer) -> String {
    let count = |severity: Severity, word: &str| {
        let number = findings
            .iter()
            .filter(|one| one.severity == severity)
            .count();
        let plural = if number == 1 { "" } else { "s" };
        (number > 0).then(|| format!("{number} {word}{plural}"))
    };
    let parts: Vec<String> = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Note, "note"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let actions = match actions {
        1 => "1 action checked".to_owned(),
        number => format!("{number} actions checked"),
    };
    match parts.is_empty() {
        true => printer.paint(Style::Good, &format!("{actions}, nothing is wrong")),
        false => format!("{actions}: {}", parts.join(", ")),
    }
}

fn document(actions: &[&CheckedAction], findings: &[Diagnostic]) -> Json {
    let actions = actions.iter().map(|action| {
        let columns = action.schema.as_ref().map(|schema| {
            let column = |one: &googlesql::SchemaColumn| {
                let ty = one.column.ty.is_known().then(|| one.column.ty.to_string());
                json!({ "name": one.column.name, "type": ty })
            };
            schema.columns.iter().map(column).collect::<Vec<Json>>()
        });
        json!({
            "action": action.name,
            "kind": action.kind.as_str(),
            "file": action.file,
            "columns": columns,
            "open": action.schema.as_ref().map(|schema| schema.open),
        })
    });
    json!({
        "version": VERSION,
        "actions": actions.collect::<Vec<Json>>(),
        "diagnostics": findings.iter().map(to_json).collect::<Vec<Json>>(),
    })
}
