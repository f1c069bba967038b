//! `list`: what a selection has, and why

use diagnostic::Diagnostic;
use serde_json::{Value as Json, json};
use sqlx_runtime::{Item, Selected, select};

use crate::arguments::{GlobalArguments, ListArguments, OutputFormat};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{Project, root};
use crate::selection::selection;

/// The version of the JSON
const VERSION: u32 = 1;

/// Prints the selection: actions, declarations and unit tests
pub fn list(global: &GlobalArguments, arguments: &ListArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    match print(global, arguments, &project, printer) {
        Ok(()) => exit::OK,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn print(
    global: &GlobalArguments,
    arguments: &ListArguments,
    project: &Project,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    let wanted = selection(global, &arguments.selection, project)?;
    let selected = select(&project.compilation.graph, &wanted)?;
    let items = || {
        let chosen = selected.chosen.keys().copied();
        chosen.map(|position| as_json(&selected, position, arguments.why))
    };
    match global.output_format {
        OutputFormat::Json => printer.json(&json!({
            "version": VERSION,
            "selection": wanted.to_string(),
            "total": selected.items.len(),
            "selected": items().collect::<Vec<Json>>(),
        })),
        OutputFormat::Jsonl => {
            let lines: String = items().map(|item| format!("{item}\n")).collect();
            printer.data(&lines);
        }
        _ => {
            printer.data(&table(&selected, arguments.why));
            let (some, all) = (selected.chosen.len(), selected.items.len());
            let line = match wanted.is_empty() {
                true => format!("{some} of {all} selected"),
                false => format!("{some} of {all} selected ({wanted})"),
            };
            printer.note(&printer.paint(Style::Strong, &line));
        }
    }
    Ok(())
}

fn as_json(selected: &Selected<'_>, position: usize, why: bool) -> Json {
    let item = &selected.items[position];
    let mut json = json!({
        "name": item.name(),
        "type": item.kind(),
        "file": item.file(),
        "tags": item.tags(),
        "disabled": item.disabled(),
    });
    if why {
        json["why"] = json!(selected.why(position));
    }
    json
}

/// A line for each: type, name, file, and the reason
fn table(selected: &Selected<'_>, why: bool) -> String {
    let rows: Vec<[String; 4]> = selected
        .chosen
        .keys()
        .map(|&position| {
            let item: &Item<'_> = &selected.items[position];
            let reason = selected.why(position).filter(|_| why);
            [
                item.kind().to_owned(),
                item.name(),
                item.file().to_owned(),
                reason.map(|reason| reason.to_string()).unwrap_or_default(),
            ]
        })
        .collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let (kinds, names, files) = (width(0), width(1), width(2));
    let mut text = String::new();
    for [kind, name, file, reason] in &rows {
        let line = format!("{kind:kinds$}  {name:names$}  {file:files$}  {reason}");
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
