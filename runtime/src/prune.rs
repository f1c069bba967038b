//! Tables and views in the project's datasets that no action makes any more

use std::collections::{BTreeSet, HashMap};

use diagnostic::Diagnostic;
use googlesql::PhysicalName;
use sqlx_compiler::{ActionKind, CompiledGraph, Target};

use crate::record::{RecordedStatus, Records};
use crate::warehouse::{TableKind, TableState, Warehouse};

/// A table or view that no action makes
#[derive(Debug, Clone)]
pub struct Orphan {
    /// Where it is
    pub target: Target,
    /// What it is
    pub kind: TableKind,
    /// The run of ours that made it as it is now, or why it stays: a fragment
    pub origin: Result<String, String>,
}

/// What stands in the project's datasets and is neither made nor declared by it, in order; and which
/// records could not be read
///
/// The project's datasets are those that its actions write to, and those that a recorded run wrote to.
///
/// # Errors
/// The warehouse or the folder of records cannot be read
pub fn orphans(
    graph: &CompiledGraph,
    warehouse: &dyn Warehouse,
    records: &Records,
) -> Result<(Vec<Orphan>, Vec<Diagnostic>), Diagnostic> {
    let config = graph.project_config.as_ref();
    let project = config.and_then(|config| config.default_database.as_deref());
    let whole = |target: &Target| Target {
        database: target
            .database
            .clone()
            .or_else(|| project.map(str::to_owned)),
        ..target.clone()
    };
    let (made, unreadable) = made(records, &whole)?;
    let known: BTreeSet<Target> = graph.actions().map(|it| whole(it.target())).collect();
    let mut datasets: BTreeSet<(Option<String>, Option<String>)> = graph
        .actions()
        .filter(|action| action.kind() != ActionKind::Declaration && !action.kind().is_vertex())
        .map(|action| whole(action.target()))
        .map(|target| (target.database, target.schema))
        .collect();
    datasets.extend(
        made.keys()
            .map(|target| (target.database.clone(), target.schema.clone())),
    );
    let mut targets: Vec<Target> = warehouse
        .tables()?
        .iter()
        .map(|name| whole(&target(name)))
        .filter(|target| datasets.contains(&(target.database.clone(), target.schema.clone())))
        .filter(|target| !known.contains(target))
        .collect();
    targets.sort();
    targets.dedup();
    let states = warehouse.describe(&targets)?;
    let mut orphans = Vec::new();
    for (target, state) in targets.into_iter().zip(states) {
        if let Some(state) = state {
            let origin = origin(warehouse, &target, &state, made.get(&target));
            orphans.push(Orphan {
                kind: state.kind,
                origin,
                target,
            });
        }
    }
    Ok((orphans, unreadable))
}

/// What the records say of a target: the run that made it last, and its version after that
struct Made {
    run: String,
    version: Option<String>,
}

fn made(
    records: &Records,
    whole: &dyn Fn(&Target) -> Target,
) -> Result<(HashMap<Target, Made>, Vec<Diagnostic>), Diagnostic> {
    let mut made = HashMap::new();
    let mut unreadable = Vec::new();
    for file in records.list()? {
        let run = match file.read() {
            Ok(run) => run,
            Err(failure) => {
                unreadable.push(failure);
                continue;
            }
        };
        for action in run.actions {
            let (Some(target), RecordedStatus::Done) = (&action.target, action.status) else {
                continue;
            };
            let by = action.made_by.unwrap_or_else(|| file.run.clone());
            let version = action.version;
            made.insert(whole(target), Made { run: by, version });
        }
    }
    Ok((made, unreadable))
}

fn origin(
    warehouse: &dyn Warehouse,
    target: &Target,
    state: &TableState,
    made: Option<&Made>,
) -> Result<String, String> {
    if let Some(run) = &state.created_by {
        return Ok(run.clone());
    }
    let made = made.ok_or("no run of ours made it")?;
    let noted = made
        .version
        .as_ref()
        .ok_or_else(|| format!("run {} noted no version of it", made.run))?;
    match warehouse.version(target) {
        Ok(Some(now)) if now.text == *noted => Ok(made.run.clone()),
        Ok(_) => Err(format!("it was changed after run {} made it", made.run)),
        Err(failure) => Err(failure.message),
    }
}

fn target(name: &PhysicalName) -> Target {
    let (database, schema) = match name.schema.rsplit_once('.') {
        Some((database, schema)) => (Some(database.to_owned()), schema),
        None => (None, name.schema.as_str()),
    };
    Target {
        database,
        schema: Some(schema.to_owned()),
        name: name.name.clone(),
    }
}
