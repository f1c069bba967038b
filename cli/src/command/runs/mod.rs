//! `runs`: what the records tell of earlier runs

mod document;
mod junit;
mod show;

use diagnostic::{Diagnostic, code};
use serde_json::json;
use sqlx_runtime::{RecordFile, RecordStatus, RecordedRun, RecordedStatus, Records};

use crate::arguments::{
    ExportFormat, GlobalArguments, RunsArguments, RunsCommand, RunsExportArguments,
};
use crate::exit;
use crate::printer::{Printer, Style};
use crate::project::{check, records_folder, root};

/// Lists, shows, exports or removes
pub fn runs(global: &GlobalArguments, arguments: &RunsArguments, printer: &Printer) -> u8 {
    let root = root(global);
    let done = check(&root).and_then(|()| {
        let records = Records::new(&records_folder(&root));
        match &arguments.what {
            RunsCommand::List(list) => self::list(&records, list.limit, printer),
            RunsCommand::Show(show) => show::show(&records.find(&show.run)?.read()?, printer),
            RunsCommand::Export(export) => self::export(&records, export, printer),
            RunsCommand::Prune(prune) => self::prune(&records, prune.keep, printer),
        }
    });
    match done {
        Ok(()) => exit::OK,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn list(records: &Records, limit: usize, printer: &Printer) -> Result<(), Diagnostic> {
    let files = records.list()?;
    let short = Records::short_names(&files);
    let listed: Vec<(&RecordFile, &String)> = files.iter().zip(&short).rev().take(limit).collect();
    if printer.is_json() {
        let runs: Vec<_> = listed
            .iter()
            .map(|(file, short)| match file.read() {
                Ok(run) => json!({
                    "run": run.run,
                    "short": short,
                    "started": run.started,
                    "status": run.status.as_str(),
                    "seconds": run.seconds,
                    "selection": run.selection,
                    "environment": run.environment,
                    "engine": run.engine,
                    "actions": run.actions.len(),
                    "outstanding": run.outstanding(),
                }),
                Err(failure) => json!({
                    "run": file.run,
                    "short": short,
                    "unreadable": diagnostic::to_json(&failure),
                }),
            })
            .collect();
        printer.json(&json!({ "runs": runs }));
        return Ok(());
    }
    if listed.is_empty() {
        printer.note("no run is recorded yet");
    }
    let width = listed.iter().map(|(_, short)| short.len()).max();
    for (file, short) in &listed {
        let line = match file.read() {
            Ok(run) => line(&run, printer),
            Err(failure) => printer.paint(Style::Bad, &format!("unreadable: {}", failure.message)),
        };
        let short = format!("{short:width$}", width = width.unwrap_or_default());
        let short = printer.paint(Style::Strong, &short);
        printer.data(&format!("{short}  {}  {}\n", file.run, line.trim_end()));
    }
    if files.len() > listed.len() {
        let more = files.len() - listed.len();
        printer.note(&format!(
            "{more} more: `sqlx-run runs list --limit {}`",
            files.len()
        ));
    }
    Ok(())
}

fn line(run: &RecordedRun, printer: &Printer) -> String {
    let style = match run.status {
        RecordStatus::Succeeded => Style::Good,
        _ => Style::Bad,
    };
    let status = printer.paint(style, &format!("{:10}", run.status.as_str()));
    let seconds = run.seconds.map_or_else(String::new, show::seconds);
    let selection = match run.selection.as_str() {
        "" => "all actions",
        selection => selection,
    };
    format!("{status}  {seconds:>8}  {}  {selection}", counts(run))
}

/// Such as `9 done, 1 failed, 2 skipped`
fn counts(run: &RecordedRun) -> String {
    let parts: Vec<String> = [
        (RecordedStatus::Done, "done"),
        (RecordedStatus::Failed, "failed"),
        (RecordedStatus::Skipped, "skipped"),
        (RecordedStatus::Disabled, "disabled"),
        (RecordedStatus::Cancelled, "cancelled"),
        (RecordedStatus::Begun, "begun"),
        (RecordedStatus::Waiting, "not begun"),
    ]
    .into_iter()
    .map(|(status, word)| (run.count(status), word))
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    match parts.is_empty() {
        true => "no actions".to_owned(),
        false => parts.join(", "),
    }
}

fn export(
    records: &Records,
    arguments: &RunsExportArguments,
    printer: &Printer,
) -> Result<(), Diagnostic> {
    let file = records.find(&arguments.run)?;
    let run = file.read()?;
    match arguments.format {
        ExportFormat::Json => printer.json(&document::document(&run)),
        ExportFormat::Junit => printer.data(&junit::junit(&run)),
        ExportFormat::Jsonl => {
            let text =
                std::fs::read_to_string(&file.path).map_err(|error| unreadable(&file, &error))?;
            // a killed process may have cut the last line
            let whole = text.rfind('\n').map_or(0, |at| at + 1);
            printer.data(&text[..whole]);
        }
    }
    Ok(())
}

fn unreadable(file: &RecordFile, error: &std::io::Error) -> Diagnostic {
    let path = file.path.display();
    Diagnostic::error(
        code::RUN_RECORD,
        format!("the run record `{path}`: {error}"),
    )
}

fn prune(records: &Records, keep: usize, printer: &Printer) -> Result<(), Diagnostic> {
    let files = records.list()?;
    let old = files.len().saturating_sub(keep);
    for file in files.iter().take(old) {
        std::fs::remove_file(&file.path).map_err(|error| unreadable(file, &error))?;
    }
    printer.note(&format!("{old} removed, {} kept", files.len() - old));
    Ok(())
}
