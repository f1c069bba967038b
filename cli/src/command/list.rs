//! `list`: what a selection has, and why

use diagnostic::Diagnostic;
use schemars::JsonSchema;
use serde::Serialize;
use sqlx_runtime::{Item, Selected, Why, select};

use crate::arguments::{GlobalArguments, ListArguments, OutputFormat};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{Project, root};
use crate::selection::selection;

/// The version of the JSON
const VERSION: u32 = 1;

/// `list --output-format json`; with `jsonl` each of `selected` stands on a line
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListDocument {
    /// The version of this shape
    version: u32,
    /// What was asked for, as one selector; empty where everything is
    selection: String,
    /// How many actions, declarations and unit tests the project has
    total: usize,
    /// What was selected
    selected: Vec<ListedItem>,
}

/// An action, a declaration or a unit test
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedItem {
    /// `dataset.name`, or a unit test's name
    name: String,
    /// Such as `view`, `declaration` or `test`
    r#type: &'static str,
    /// The file that defines it, relative to the project
    file: String,
    /// Its tags
    tags: Vec<String>,
    /// Whether the project disables it
    disabled: bool,
    /// Why it was selected, with `--why`
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
}

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
        chosen.map(|position| listed(&selected, position, arguments.why))
    };
    match global.output_format {
        OutputFormat::Json => {
            let document = ListDocument {
                version: VERSION,
                selection: wanted.to_string(),
                total: selected.items.len(),
                selected: items().collect(),
            };
            printer.json(&serde_json::to_value(document).unwrap_or_default());
        }
        OutputFormat::Jsonl => {
            let lines = items().filter_map(|item| serde_json::to_string(&item).ok());
            printer.data(&lines.map(|line| line + "\n").collect::<String>());
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

fn listed(selected: &Selected<'_>, position: usize, why: bool) -> ListedItem {
    let item = &selected.items[position];
    ListedItem {
        name: item.name(),
        r#type: item.kind(),
        file: item.file().to_owned(),
        tags: item.tags().to_vec(),
        disabled: item.disabled(),
        why: why.then(|| selected.why(position)).flatten(),
    }
}

/// A line for each: type, name, file, and the reason
fn table(selected: &Selected<'_>, why: bool) -> String {
    let rows: Vec<[String; 4]> = selected
        .chosen
        .keys()
        .map(|&position| {
            let item: &Item<'_> = &selected.items[position];
            let reason = why.then(|| selected.why(position)).flatten();
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

#[cfg(test)]
mod tests {
    use super::ListDocument;

    /// `UPDATE_DOCS=1 cargo test -p sqlx-run` writes the schema
    #[test]
    fn the_schema_is_that_of_the_document() {
        let schema = serde_json::to_string_pretty(&schemars::schema_for!(ListDocument)).unwrap();
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/schema/list.json");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, format!("{schema}\n")).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap().trim_end(), schema);
    }
}
