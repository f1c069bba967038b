//! `prune`: drops tables and views that an earlier run made and no action makes any more

use std::io::{self, BufRead, IsTerminal};

use diagnostic::{Diagnostic, code};
use serde_json::json;
use sqlx_runtime::{Holder, Orphan, Records, new_run, orphans};

use crate::arguments::{GlobalArguments, PruneArguments};
use crate::exit;
use crate::lock::lock;
use crate::printer::{Printer, Style};
use crate::project::{Missing, Project, records_folder, root};

/// Lists, asks, drops
pub fn prune(global: &GlobalArguments, arguments: &PruneArguments, printer: &Printer) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    match drop_orphans(&project, global, arguments, printer) {
        Ok(()) => exit::OK,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn drop_orphans(
    project: &Project,
    global: &GlobalArguments,
    arguments: &PruneArguments,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    // nobody may make a table while it is looked at, and then dropped
    let _lock = match arguments.dry_run {
        true => None,
        false => {
            let holder = Holder::this_process(&new_run().0);
            Some(lock(project, global, &holder, false, printer)?)
        }
    };
    let warehouse = project.open_warehouse(global, Missing::LeaveOut)?;
    let records = Records::new(&records_folder(&project.root));
    let (found, unreadable) = orphans(&project.compilation.graph, &*warehouse, &records)?;
    for failure in unreadable {
        printer.note(&format!("left out: {}", failure.message));
    }
    let droppable: Vec<&Orphan> = found
        .iter()
        .filter(|orphan| orphan.origin.is_ok())
        .collect();
    if printer.is_json() {
        let list: Vec<_> = found
            .iter()
            .map(|orphan| as_json(orphan, arguments))
            .collect();
        printer
            .json(&json!({ "schema_version": 1, "tables": list, "dropped": !arguments.dry_run }));
    } else {
        print(&found, printer);
    }
    if droppable.is_empty() || arguments.dry_run {
        return Ok(());
    }
    if !arguments.yes && !confirmed(droppable.len(), printer)? {
        printer.note("nothing was dropped");
        return Ok(());
    }
    for orphan in &droppable {
        warehouse.as_ref().drop(&orphan.target, orphan.kind)?;
    }
    printer.note(&format!("{} dropped", droppable.len()));
    Ok(())
}

fn print(found: &[Orphan], printer: &Printer) {
    if found.is_empty() {
        printer.note("every table and view in the project's datasets is made or declared by it");
    }
    let width = found
        .iter()
        .map(|orphan| orphan.target.to_string().len())
        .max();
    for orphan in found {
        let (word, style, why) = match &orphan.origin {
            Ok(run) => ("drop", Style::Bad, format!("made by run {run}")),
            Err(reason) => ("keep", Style::Dim, reason.clone()),
        };
        let line = format!(
            "{}  {:17}  {:width$}  {why}\n",
            printer.paint(style, word),
            orphan.kind.sql().to_lowercase(),
            orphan.target.to_string(),
            width = width.unwrap_or_default()
        );
        printer.data(&line);
    }
}

fn as_json(orphan: &Orphan, arguments: &PruneArguments) -> serde_json::Value {
    let (action, run, reason) = match &orphan.origin {
        Ok(run) if arguments.dry_run || arguments.yes => ("drop", Some(run), None),
        Ok(run) => ("ask", Some(run), None),
        Err(reason) => ("keep", None, Some(reason)),
    };
    json!({
        "target": orphan.target.to_string(),
        "kind": orphan.kind,
        "action": action,
        "run": run,
        "reason": reason,
    })
}

/// Asks on a terminal
fn confirmed(count: usize, printer: &Printer) -> Result<bool, Diagnostic> {
    if !io::stdin().is_terminal() || !printer.is_terminal() {
        return Err(Diagnostic::error(
            code::USAGE,
            "`prune` drops tables, and there is nobody to ask",
        )
        .help("list them with `--dry-run`, then drop them with `--yes`"));
    }
    printer.note(&format!("drop these {count}? [y/N]"));
    let mut answer = String::new();
    let read = io::stdin().lock().read_line(&mut answer);
    Ok(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
}
