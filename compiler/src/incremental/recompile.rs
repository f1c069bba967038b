//! Compiles changed definitions next to the actions that the other files defined

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use diagnostic::Diagnostic;

use super::snapshot::Snapshot;
use crate::compile::{Compilation, CompileOptions, Work, compile_files};
use crate::project::{FileSystem, read_settings};
use crate::script::Plan;

/// The changed files' part of the graph; `None` where only the whole project can be compiled.
///
/// All other files must be as they were for `snapshot`, settings and options too.
pub fn recompile(
    files: &dyn FileSystem,
    options: &CompileOptions,
    snapshot: &Snapshot<'_>,
    changed: &BTreeSet<&str>,
) -> Option<Compilation> {
    let required: HashSet<&str> = snapshot.required.iter().map(|path| &**path).collect();
    if snapshot.entangled.is_some() || changed.iter().any(|path| required.contains(path)) {
        return None;
    }
    let settings = read_settings(files, &options.overrides, options.exact_core_version).ok()?;
    let warnings = settings.warnings.clone();
    let mut plan = Plan {
        includes: snapshot
            .includes
            .iter()
            .map(|path| path.clone().into_owned())
            .collect(),
        ..Plan::default()
    };
    let mut known: HashMap<String, Option<Arc<str>>> = HashMap::new();
    for file in snapshot
        .files
        .iter()
        .filter(|file| changed.contains(&*file.path))
    {
        let text = files.read(&file.path).ok()??;
        known.insert(file.path.clone().into_owned(), Some(Arc::from(text)));
        plan.definitions.push(file.path.clone().into_owned());
    }
    if plan.definitions.len() != changed.len() {
        return None;
    }
    let work = Work {
        settings,
        plan,
        known,
        neighbours: snapshot.neighbours(changed)?,
        harmless: (snapshot.includes.iter().chain(&snapshot.required))
            .map(|path| path.clone().into_owned())
            .collect(),
        diagnostics: Vec::new(),
    };
    let compilation = compile_files(files, options, work);
    let definitions: HashSet<&str> = snapshot.files.iter().map(|file| &*file.path).collect();
    let apart = !compilation
        .trace
        .required
        .iter()
        .any(|path| definitions.contains(path.as_str()));
    let clean = !compilation.has_errors() && compilation.diagnostics == warnings;
    (apart && clean).then_some(compilation)
}

/// The findings of a project without errors: those about its settings
pub fn settings_warnings(
    files: &dyn FileSystem,
    options: &CompileOptions,
) -> Option<Vec<Diagnostic>> {
    let settings = read_settings(files, &options.overrides, options.exact_core_version).ok()?;
    Some(settings.warnings)
}
