//! What a run builds on: a run that it resumes, or all that went before

use std::collections::BTreeSet;

use diagnostic::Diagnostic;
use sqlx_runtime::{Base, History, Plan, RecordFile, Records, display_name};

use crate::arguments::RunArguments;
use crate::printer::Printer;
use crate::project::{Project, records_folder};

/// What the run builds on; what cannot be read of it is told
///
/// # Errors
/// The record of the run that is resumed, or the folder of records, cannot be read
pub fn base(
    project: &Project,
    plan: &Plan,
    arguments: &RunArguments,
    resumed: Option<&RecordFile>,
    printer: &Printer,
) -> Result<Base, Diagnostic> {
    let records = Records::new(&records_folder(&project.root));
    if let Some(file) = resumed {
        return Ok(Base::Resume(Box::new(records.read_resumable(file)?)));
    }
    if !arguments.reuse.skip_unchanged {
        return Ok(Base::Nothing);
    }
    let actions = project.compilation.graph.actions();
    let names: BTreeSet<String> = actions.map(|it| display_name(it.target())).collect();
    let names = names.iter().map(String::as_str);
    let planned = plan.actions.iter().map(|action| action.name.as_str());
    let (history, unreadable) = History::read(&records, names.chain(planned))?;
    for failure in unreadable {
        printer.note(&format!("left out: {}", failure.message));
    }
    Ok(Base::Unchanged(history))
}

/// The runs whose statements the engine need not know by name once this run is over
pub fn remembered(base: &Base, run: &str) -> BTreeSet<String> {
    let mut runs = BTreeSet::from([run.to_owned()]);
    if let Base::Resume(recorded) = base {
        runs.insert(recorded.run.clone());
        let identities = recorded
            .actions
            .iter()
            .filter_map(|it| it.identity.as_ref());
        runs.extend(identities.map(|identity| identity.run.clone()));
    }
    runs
}
