//! `models`: what was trained in the embedded warehouse

mod document;

use std::io;

use bqml::Registry;
use diagnostic::{Diagnostic, code, did_you_mean};
use googlesql::PhysicalName;
use sqlx_runtime::warehouse::Engine;

use crate::arguments::{
    GlobalArguments, ModelsArguments, ModelsCommand, ModelsShowArguments, OutputFormat,
};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{check, environment, root, warehouse_file};
use document::{ListedModel, ModelDocument, ModelsDocument, VERSION};

/// Lists or shows models
pub fn models(global: &GlobalArguments, arguments: &ModelsArguments, printer: &Printer) -> u8 {
    let done = registry(global).and_then(|registry| match &arguments.what {
        None | Some(ModelsCommand::List) => list(global, &registry, printer),
        Some(ModelsCommand::Show(show)) => self::show(&registry, show, printer),
    });
    match done {
        Ok(()) => exit::OK,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// The models beside the embedded warehouse
fn registry(global: &GlobalArguments) -> Result<Registry, Diagnostic> {
    let root = root(global);
    check(&root)?;
    let environment = environment(global, &root)?;
    if environment.engine == Engine::BigQuery {
        return Err(Diagnostic::error(
            code::USAGE,
            "`models` tells of the embedded engine's models, and the environment runs on BigQuery",
        )
        .help("list BigQuery's with `bq ls --models DATASET`"));
    }
    let file = warehouse_file(global, &environment, &root);
    Ok(Registry::new(file.with_extension("models")))
}

fn list(
    global: &GlobalArguments,
    registry: &Registry,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    let names = registry.list().map_err(|failure| unreadable(&failure))?;
    let mut models = Vec::new();
    for name in &names {
        models.extend(listed(registry, name)?);
    }
    match global.output_format {
        OutputFormat::Json => {
            let document = ModelsDocument {
                version: VERSION,
                models,
            };
            printer.json(&serde_json::to_value(document).unwrap_or_default());
        }
        OutputFormat::Jsonl => {
            let lines = models
                .iter()
                .filter_map(|model| serde_json::to_string(model).ok());
            printer.data(&lines.map(|line| line + "\n").collect::<String>());
        }
        _ if models.is_empty() => printer.note("no model was trained yet"),
        _ => printer.data(&table(&models)),
    }
    Ok(())
}

fn listed(registry: &Registry, name: &PhysicalName) -> Result<Option<ListedModel>, Diagnostic> {
    let read = || -> io::Result<Option<ListedModel>> {
        let versions = registry.versions(name)?;
        if let Some(latest) = registry.latest(name)? {
            return Ok(Some(ListedModel::trained(name, &latest, versions)));
        }
        let number = registry.version(name)?;
        Ok(number.map(|number| ListedModel::remote(name, number, versions)))
    };
    read().map_err(|failure| unreadable(&failure))
}

/// A line for each: name, type, version, rows and a few metrics
fn table(models: &[ListedModel]) -> String {
    let rows: Vec<[String; 5]> = models
        .iter()
        .map(|model| {
            let metrics = model.metrics.iter().take(6).map(|(name, value)| {
                let value = value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}"));
                format!("{name} {value}")
            });
            [
                format!("{}.{}", model.dataset, model.name),
                model.r#type.clone(),
                format!("v{}", model.version),
                model
                    .rows
                    .map_or_else(String::new, |rows| format!("{rows} rows")),
                metrics.collect::<Vec<_>>().join("  "),
            ]
        })
        .collect();
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or_default()
    };
    let widths = [0, 1, 2, 3].map(width);
    let mut text = String::new();
    for row in &rows {
        let cells = row.iter().zip(widths);
        let line: String = cells
            .map(|(cell, width)| format!("{cell:width$}  "))
            .collect();
        text.push_str(format!("{line}{}", row[4]).trim_end());
        text.push('\n');
    }
    text
}

fn show(
    registry: &Registry,
    arguments: &ModelsShowArguments,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    let name = find(registry, &arguments.model)?;
    let failed = |failure: io::Error| unreadable(&failure);
    let versions = registry.versions(&name).map_err(failed)?;
    let latest = registry.version(&name).map_err(failed)?.unwrap_or_default();
    let number = arguments.version.unwrap_or(latest);
    let document = match registry.version_of(&name, number).map_err(failed)? {
        Some(version) => {
            let listed = ListedModel::trained(&name, &version, versions);
            ModelDocument::trained(listed, &version.model)
        }
        None => match registry.remote(&name).map_err(failed)? {
            Some(remote) if number == latest => {
                ModelDocument::remote(ListedModel::remote(&name, number, versions), &remote)
            }
            _ => {
                let kept: Vec<String> = versions.iter().map(u64::to_string).collect();
                let message = format!("`{}` has no version {number}", arguments.model);
                return Err(
                    Diagnostic::error(code::MODEL_NOT_FOUND, message).help(format!(
                        "the versions that are kept are {}",
                        kept.join(", ")
                    )),
                );
            }
        },
    };
    match printer.is_json() {
        true => printer.json(&serde_json::to_value(document).unwrap_or_default()),
        false => printer.data(&page(&document, printer)),
    }
    Ok(())
}

/// The model with this name, with its dataset or alone
fn find(registry: &Registry, wanted: &str) -> Result<PhysicalName, Diagnostic> {
    let names = registry.list().map_err(|failure| unreadable(&failure))?;
    let dotted = |name: &PhysicalName| format!("{}.{}", name.schema, name.name);
    let found: Vec<&PhysicalName> = names
        .iter()
        .filter(|name| dotted(name) == wanted || name.name == wanted)
        .collect();
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => {
            let message = format!("no model `{wanted}` in this warehouse");
            let mut diagnostic = Diagnostic::error(code::MODEL_NOT_FOUND, message);
            let known: Vec<String> = names.iter().map(dotted).collect();
            if let Some(help) = did_you_mean(wanted, known.iter().map(String::as_str)) {
                diagnostic = diagnostic.help(help);
            }
            Err(diagnostic)
        }
        several => {
            let all: Vec<String> = several.iter().map(|name| dotted(name)).collect();
            let message = format!("several models are called `{wanted}`: {}", all.join(", "));
            Err(Diagnostic::error(code::USAGE, message))
        }
    }
}

/// A model for people
fn page(document: &ModelDocument, printer: &Printer) -> String {
    let model = &document.model;
    let mut text = printer.paint(
        Style::Strong,
        &format!("{}.{}  {}", model.dataset, model.name, model.r#type),
    );
    text.push('\n');
    let mut line = |name: &str, value: String| {
        if !value.is_empty() {
            text.push_str(&format!("{name:12}{value}\n"));
        }
    };
    let versions: Vec<String> = model.versions.iter().map(u64::to_string).collect();
    line(
        "version",
        format!("{} (kept: {})", model.version, versions.join(", ")),
    );
    line("trained", model.created.clone().unwrap_or_default());
    let rows = model.rows.map(|rows| rows.to_string());
    let fingerprint = document.fingerprint.as_deref().unwrap_or_default();
    line(
        "rows",
        rows.map_or_else(String::new, |rows| {
            format!("{rows} (fingerprint {fingerprint})")
        }),
    );
    line("label", model.label.clone().unwrap_or_default());
    line(
        "weights",
        document
            .slots
            .map_or_else(String::new, |slots| slots.to_string()),
    );
    line(
        "iterations",
        document
            .iterations
            .map_or_else(String::new, |count| count.to_string()),
    );
    for (name, value) in &document.options {
        line("option", format!("{name} = {value}"));
    }
    for (name, value) in &model.metrics {
        let value = value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        line("metric", format!("{name} {value}"));
    }
    for trial in &document.trials {
        let mark = if trial.optimal { " (best)" } else { "" };
        let metric = trial
            .metric
            .map_or_else(|| "-".to_owned(), |metric| metric.to_string());
        let tried = serde_json::to_string(&trial.hyperparameters).unwrap_or_default();
        line("trial", format!("{} {tried} {metric}{mark}", trial.id));
    }
    for warning in &document.warnings {
        line("warning", warning.clone());
    }
    for (name, part) in [
        ("transform", &document.transform),
        ("query", &document.query),
    ] {
        if let Some(part) = part {
            text.push_str(&format!("\n{name}:\n{}\n", part.trim()));
        }
    }
    text
}

fn unreadable(failure: &io::Error) -> Diagnostic {
    Diagnostic::error(
        code::WAREHOUSE_UNAVAILABLE,
        format!("the models cannot be read: {failure}"),
    )
}
