//! `plan`: what a run would do, and what it would cost

use std::sync::Arc;

use diagnostic::{Diagnostic, Finding};
use schemars::JsonSchema;
use serde::Serialize;
use sqlx_runtime::warehouse::Engine;
use sqlx_runtime::{ActionForecast, Change, Dollars, Forecast, Plan, forecast, names};

use crate::arguments::{GlobalArguments, OutputFormat, PlanArguments};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{Missing, Project, root};
use crate::selection::selection;

/// The version of the JSON
const VERSION: u32 = 1;

/// `plan --output-format json`
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlanDocument {
    /// The version of this shape
    version: u32,
    /// The environment of the settings; left out where none is named
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<String>,
    /// What would run it
    engine: Engine,
    /// What was asked for, as one selector; empty where everything is
    selection: String,
    /// Actions of the project, selected or not
    actions_in_project: usize,
    #[serde(flatten)]
    forecast: Forecast,
    /// Why the run may not begin
    diagnostics: Vec<Finding>,
}

/// Prints what a run would do
pub fn plan(global: &GlobalArguments, arguments: &PlanArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    match print(global, arguments, &project, printer) {
        Ok(code) => code,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// Refuses a run that would cost more than it may
///
/// # Errors
/// It would, or the warehouse cannot be asked
pub fn within_budget(
    project: &Project,
    plan: &Plan,
    warehouse: &dyn sqlx_runtime::warehouse::Warehouse,
    most: Dollars,
) -> Result<(), Diagnostic> {
    forecast(plan, warehouse, &project.environment, None, None)?.within(most)
}

fn print(
    global: &GlobalArguments,
    arguments: &PlanArguments,
    project: &Project,
    printer: &Printer,
) -> Result<u8, Diagnostic> {
    let selection = selection(global, &arguments.selection, project)?;
    let compilation = Arc::clone(&project.compilation);
    let plan = Plan::new(compilation, selection, arguments.full_refresh)?;
    let warehouse = project.open_warehouse(global, Missing::LeaveOut)?;
    let names = names(&project.compilation.graph);
    let check = sqlx_runtime::check(&project.compilation, &names, Some(warehouse.as_ref()))?;
    let vertex = project.vertex(&warehouse)?;
    let found = forecast(
        &plan,
        warehouse.as_ref(),
        &project.environment,
        Some(&check),
        vertex.as_deref(),
    )?;
    let refused = arguments.max_cost.and_then(|most| found.within(most).err());
    let fails = found.count(Change::Fail) > 0;
    let document = PlanDocument {
        version: VERSION,
        environment: project.environment.name.clone(),
        engine: warehouse.engine(),
        selection: plan.selection.to_string(),
        actions_in_project: plan.actions_in_project,
        diagnostics: refused.iter().map(Finding::from).collect(),
        forecast: found,
    };
    match global.output_format {
        OutputFormat::Json => printer.json(&serde_json::to_value(&document).unwrap_or_default()),
        _ => {
            printer.data(&text(&document));
            printer.note(&printer.paint(Style::Strong, &summary(&document)));
            printer.diagnostics(refused.as_slice());
        }
    }
    Ok(match refused {
        Some(diagnostic) => exit::of(&diagnostic),
        None if fails => exit::FAILED,
        None => exit::OK,
    })
}

/// A line for each action, then the costs
fn text(document: &PlanDocument) -> String {
    let actions = &document.forecast.actions;
    let width = |text: fn(&ActionForecast) -> &str| {
        let widths = actions.iter().map(|action| text(action).chars().count());
        widths.max().unwrap_or_default()
    };
    let kind = width(|action| &action.kind);
    let name = width(|action| &action.action);
    let mut text = String::new();
    for action in actions {
        let change = format!("{:9}", action.change.as_str());
        let line = format!(
            "{change}  {:kind$}  {:name$}  {}",
            action.kind,
            action.action,
            notes(action).join("; ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let tags = &document.forecast.tags;
    if !tags.is_empty() {
        let width = tags.iter().map(|one| one.tag.chars().count()).max();
        let width = width.unwrap_or_default();
        text.push('\n');
        for one in tags {
            text.push_str(&format!("tag:{:width$}  {}\n", one.tag, one.cost));
        }
    }
    if let Some(total) = &document.forecast.total {
        text.push_str(&format!("\nin all: {total}\n"));
    }
    text
}

fn notes(action: &ActionForecast) -> Vec<String> {
    let columns = |word: &str, names: &[String]| {
        (!names.is_empty()).then(|| format!("{word} {}", names.join(", ")))
    };
    let changes = &action.columns;
    let lists = match action.change {
        Change::Fail => [
            columns("new columns:", &changes.added),
            columns("missing columns:", &changes.dropped),
            None,
        ],
        _ => [
            columns("adds columns:", &changes.added),
            columns("drops columns:", &changes.dropped),
            columns("leaves out new columns:", &changes.ignored),
        ],
    };
    let mut notes = vec![action.reason.clone()];
    notes.extend(lists.into_iter().flatten());
    notes.extend(action.cost.as_ref().map(ToString::to_string));
    notes
}

/// `3 of 5 actions: 1 create, 2 replace`
fn summary(document: &PlanDocument) -> String {
    let counts: Vec<String> = Change::ALL
        .into_iter()
        .map(|change| (document.forecast.count(change), change))
        .filter(|(count, _)| *count > 0)
        .map(|(count, change)| format!("{count} {}", change.as_str()))
        .collect();
    let place = match &document.environment {
        Some(name) => format!(" on {} ({name})", document.engine),
        None => format!(" on {}", document.engine),
    };
    let selected = match document.selection.as_str() {
        "" => String::new(),
        selection => format!(" ({selection})"),
    };
    format!(
        "{} of {} actions selected{selected}{place}: {}",
        document.forecast.actions.len(),
        document.actions_in_project,
        counts.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::PlanDocument;

    /// `UPDATE_DOCS=1 cargo test -p sqlx-run` writes the schema
    #[test]
    fn the_schema_is_that_of_the_document() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(PlanDocument)).unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema/plan.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, format!("{schema}\n")).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap().trim_end(), schema);
    }
}
