//! From the flags of a command line to a selection, with all that its selectors compare with

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use diagnostic::{Diagnostic, Severity, code};
use serde_json::Value as Json;
use sqlx_compiler::{CompiledGraph, compile};
use sqlx_runtime::{Atom, Baseline, Evidence, Expression, Records, Selection, result_of, select};

use crate::arguments::{GlobalArguments, SelectionArguments};
use crate::git::GitProject;
use crate::project::{Project, options};

/// The selection that a command line asks for
///
/// # Errors
/// A selector does not parse, `--include-deps` and the like widen nothing, or what a selector compares with
/// cannot be read
pub fn selection(
    global: &GlobalArguments,
    arguments: &SelectionArguments,
    project: &Project,
) -> Result<Selection, Diagnostic> {
    let parsed = |option: &str, texts: &[String]| {
        let parse = |text: &String| Expression::parse(option, text);
        texts.iter().map(parse).collect::<Result<Vec<_>, _>>()
    };
    let mut selection = Selection {
        tags: arguments.tags.clone(),
        actions: arguments.actions.clone(),
        select: parsed("--select", &arguments.select)?,
        include_dependencies: arguments.include_deps,
        include_dependents: arguments.include_dependents,
        exclude: parsed("--exclude", &arguments.exclude)?,
        evidence: Evidence::default(),
    };
    let nothing =
        selection.tags.is_empty() && selection.actions.is_empty() && selection.select.is_empty();
    if nothing && (selection.include_dependencies || selection.include_dependents) {
        return Err(Diagnostic::error(
            code::USAGE,
            "`--include-deps` and `--include-dependents` widen a selection, and there is none",
        )
        .help("add `--select`, `--tags` or `--actions`"));
    }
    selection.evidence =
        Gatherer { global, project }.gather(&selection, arguments.state.as_deref())?;
    Ok(selection)
}

/// The graph of what a command line asks for; all of it where nothing is
///
/// # Errors
/// As [`selection`], or nothing matches
pub fn selected_graph<'a>(
    global: &GlobalArguments,
    arguments: &SelectionArguments,
    project: &'a Project,
) -> Result<Cow<'a, CompiledGraph>, Diagnostic> {
    let graph = &project.compilation.graph;
    let selection = selection(global, arguments, project)?;
    if selection.is_empty() {
        return Ok(Cow::Borrowed(graph));
    }
    Ok(Cow::Owned(select(graph, &selection)?.prune(graph)))
}

struct Gatherer<'a> {
    global: &'a GlobalArguments,
    project: &'a Project,
}

impl Gatherer<'_> {
    fn gather(&self, selection: &Selection, state: Option<&Path>) -> Result<Evidence, Diagnostic> {
        let mut evidence = Evidence::default();
        if !selection.states().is_empty() {
            evidence.state = state.map(saved_graph).transpose()?.map(Arc::new);
        }
        for atom in selection.revisions() {
            if !evidence.revisions.contains_key(&atom.value) {
                let graph = self.revision(atom).map_err(|error| at(atom, error))?;
                let graph = Arc::new(graph);
                evidence.revisions.insert(atom.value.clone(), graph);
            }
        }
        for atom in selection.results() {
            let (_, run) = result_of(&atom.value);
            if !evidence.results.contains_key(run) {
                let results = self.results(run).map_err(|error| at(atom, error))?;
                evidence.results.insert(run.to_owned(), results);
            }
        }
        Ok(evidence)
    }

    /// The project as it was, compiled as it is compiled now
    fn revision(&self, atom: &Atom) -> Result<Baseline, Diagnostic> {
        let files = GitProject::open(&self.project.root, &atom.value)?;
        let options = options(self.global, &self.project.environment);
        let then = compile(&files, &options);
        if !then.has_errors() {
            return Ok(Baseline::of(&then.graph));
        }
        let mut errors = then.diagnostics.iter();
        let first = errors.find(|finding| finding.severity == Severity::Error);
        let reason = first.map(ToString::to_string).unwrap_or_default();
        Err(Diagnostic::error(
            code::COMPARISON_UNREADABLE,
            format!(
                "the project does not compile as it was in `{}`: {reason}",
                atom.value
            ),
        )
        .help("name a revision that compiles"))
    }

    fn results(&self, run: &str) -> Result<BTreeMap<String, String>, Diagnostic> {
        let records = Records::new(&self.project.state_folder().join("runs"));
        let record = records.find(run)?.read()?;
        let status = |result: &Json| Some(result.get("status")?.as_str()?.to_owned());
        let actions = record.actions.iter().filter_map(|action| {
            let status = action.result.as_ref().and_then(status)?;
            Some((action.name.clone(), status))
        });
        Ok(actions.collect())
    }
}

fn saved_graph(path: &Path) -> Result<Baseline, Diagnostic> {
    let unreadable = |reason: String| {
        Diagnostic::error(
            code::COMPARISON_UNREADABLE,
            format!("the saved graph `{}` {reason}", path.display()),
        )
        .help("save one with `sqlx-run compile --json > graph.json`")
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    let json: Json =
        serde_json::from_str(&text).map_err(|error| unreadable(format!("is not JSON: {error}")))?;
    Baseline::read(&json).ok_or_else(|| unreadable("is no compiled graph".to_owned()))
}

/// At the selector that asked for it
fn at(atom: &Atom, diagnostic: Diagnostic) -> Diagnostic {
    match &atom.place {
        Some(place) if diagnostic.location.is_none() => diagnostic.at(place.clone()),
        _ => diagnostic,
    }
}
