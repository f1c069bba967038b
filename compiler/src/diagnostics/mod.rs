//! What is wrong, for people: each thing once, at its place in the user's file

mod callee;
mod calls;
mod chain;
mod configs;
mod places;
mod references;
mod scripts;
mod words;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use diagnostic::{Diagnostic, Location, code};

use crate::CompileOptions;
use crate::action::{Detail, ErrorRecord, Written};
use crate::graph::{CompiledGraph, Target};
use crate::script::Outcome;
use crate::sqlx::Generated;
use calls::calls;
use chain::path as cycle_path;
use references::{DEFINING, REFERRING, Subject, dependency_lists, subject};

/// What places are looked up in
pub struct Sources<'a> {
    /// The texts of the files that were read
    pub texts: &'a HashMap<String, Arc<str>>,
    /// The code that SQLX files became
    pub generated: &'a HashMap<String, Generated>,
    /// The graph
    pub graph: &'a CompiledGraph,
    /// What was allowed
    pub limits: &'a CompileOptions,
    /// Settings that are no texts
    pub setting: Vec<Location>,
    /// The references of files that were looked through
    references: RefCell<HashMap<String, Rc<References>>>,
}

/// Where a file refers to actions
#[derive(Debug, Default)]
struct References {
    /// Every call that refers to an action or defines one
    all: Vec<(&'static str, Range<usize>)>,
    /// Those that refer, with literal arguments, by their readable form
    calls: HashMap<String, Vec<Range<usize>>>,
    /// The strings in lists of dependencies
    listed: Vec<Range<usize>>,
}

impl<'a> Sources<'a> {
    /// The texts of an outcome
    pub fn new(outcome: &'a Outcome, limits: &'a CompileOptions, setting: Vec<Location>) -> Self {
        Self {
            texts: &outcome.texts,
            generated: &outcome.generated,
            graph: &outcome.graph,
            limits,
            setting,
            references: RefCell::default(),
        }
    }
}

/// The diagnostics of an outcome
pub fn diagnose(outcome: &Outcome, sources: &Sources<'_>) -> Vec<Diagnostic> {
    let mut known = Known::default();
    let records: Vec<&ErrorRecord> = outcome.errors.iter().chain(&outcome.more).collect();
    // what is about one thing is one finding
    let mut subjects: HashMap<Subject<'_>, Vec<&ErrorRecord>> = HashMap::new();
    for record in &records {
        if let Some(subject) = subject(&record.detail) {
            subjects.entry(subject).or_default().push(record);
        }
    }
    for record in records {
        let together = match subject(&record.detail) {
            Some(subject) => match subjects.remove(&subject) {
                Some(together) => together,
                None => continue,
            },
            None => vec![record],
        };
        for diagnostic in sources.record(record, &together) {
            known.add(diagnostic);
        }
    }
    if let Some((class, message, detail)) = &outcome.thrown {
        let before = !known.all.is_empty();
        for diagnostic in sources.thrown(class, message, detail, before) {
            known.add(diagnostic);
        }
    }
    known.by_file()
}

/// What was found so far
#[derive(Default)]
struct Known {
    all: Vec<Diagnostic>,
    seen: HashSet<String>,
}

impl Known {
    /// All that was found, file by file in the order in which they occur, and from top to bottom
    fn by_file(mut self) -> Vec<Diagnostic> {
        let mut files: HashMap<String, usize> = HashMap::new();
        for diagnostic in &self.all {
            let next = files.len();
            let file = diagnostic.file().unwrap_or_default().to_owned();
            files.entry(file).or_insert(next);
        }
        self.all.sort_by_key(|diagnostic| {
            let file = diagnostic.file().unwrap_or_default();
            let at = diagnostic.location.as_ref();
            (
                files.get(file).copied(),
                at.map(|location| location.span.start),
            )
        });
        self.all
    }

    /// Adds a finding once: whatever action or file ran into it, it is one if it has one place
    fn add(&mut self, diagnostic: Diagnostic) {
        let place = diagnostic.location.as_ref().map(|location| &location.span);
        let exception = diagnostic.code == code::JAVASCRIPT_ERROR || place.is_some();
        let action = diagnostic.action.as_ref().filter(|_| !exception);
        let file = diagnostic.file();
        let identity = format!(
            "{} {} {file:?} {place:?} {action:?}",
            diagnostic.code, diagnostic.message
        );
        // a config's rule and the check of its keys may find the same key
        let rules = [code::CONFIG_INVALID, code::SQLX_INVALID];
        let same_key = rules.contains(&diagnostic.code)
            && diagnostic.location.is_some()
            && self.all.iter().rev().take(8).any(|other| {
                let same = other.location.as_ref().map(|other| &other.span) == place;
                rules.contains(&other.code) && same && other.file() == file
            });
        if !same_key && self.seen.insert(identity) {
            self.all.push(diagnostic);
        }
    }
}

/// The name of an action for people: without the project
fn short(target: &Target) -> String {
    match target.schema.as_deref().filter(|schema| !schema.is_empty()) {
        Some(schema) => format!("{schema}.{}", target.name),
        None => target.name.clone(),
    }
}

impl Sources<'_> {
    fn record(&self, record: &ErrorRecord, together: &[&ErrorRecord]) -> Vec<Diagnostic> {
        let file = record.error.file_name.as_deref();
        let calls = record.calls.as_deref();
        let diagnostics = match &record.detail {
            detail @ (Detail::UnknownRef { .. }
            | Detail::AmbiguousRef { .. }
            | Detail::NoOutput { .. }) => {
                return self.reference(detail, together).into_iter().collect();
            }
            Detail::Duplicate(target) => return vec![self.duplicate(target, together)],
            Detail::Cycle(chain) => return vec![self.cycle(chain)],
            Detail::ActionType(written) => vec![self.action_type(written, file)],
            Detail::Script(error) => vec![self.script(error, file)],
            Detail::Config(issues) => self.config(issues, calls, file),
            Detail::Shown(diagnostics) => diagnostics.clone(),
            Detail::Block(span) => {
                let message = record.error.message.as_deref().unwrap_or_default();
                let diagnostic = Diagnostic::error(code::SQLX_INVALID, fragment(message));
                let within = |text: &str| Some(span.clone()).filter(|span| span.end <= text.len());
                vec![self.place(diagnostic, file, within)]
            }
            Detail::Key(_) | Detail::Plain => vec![self.plain(record)],
        };
        let action = record.error.action_target.as_ref().map(short);
        diagnostics
            .into_iter()
            .map(|mut diagnostic| {
                diagnostic.action = diagnostic.action.or_else(|| action.clone());
                diagnostic
            })
            .collect()
    }

    /// What ended the compilation; `known` says whether something was found before
    fn thrown(&self, class: &str, message: &str, detail: &Detail, known: bool) -> Vec<Diagnostic> {
        match detail {
            Detail::Script(error) if error.limit => vec![self.limit(error)],
            Detail::Script(error) => vec![self.script(error, error.file.as_deref())],
            Detail::Config(issues) => self.config(issues, None, None),
            Detail::Shown(diagnostics) => diagnostics.clone(),
            // what follows from a test without a dataset, which is reported
            _ if message == "Cannot convert undefined or null to object" && known => Vec::new(),
            _ if !self.setting.is_empty() => self
                .setting
                .iter()
                .map(|setting| {
                    let message = format!("`{}` must be a text", setting.text());
                    Diagnostic::error(code::SETTINGS_INVALID, message)
                        .at(setting.clone())
                        .help("put the value in quotes")
                })
                .collect(),
            _ => {
                let message = match message.split_once("Received ") {
                    Some((_, received)) if class == "TypeError" => {
                        format!("a config or setting has {received} where a text is expected")
                    }
                    _ => fragment(message),
                };
                vec![Diagnostic::error(code::COMPILE_OTHER, message)]
            }
        }
    }

    /// Where each reference with literal arguments is written in a file, by its readable form
    fn references(&self, file: &str) -> Rc<References> {
        if let Some(known) = self.references.borrow().get(file) {
            return Rc::clone(known);
        }
        let mut found = References::default();
        let text = self.texts.get(file).map_or("", |text| text);
        found.listed = dependency_lists(text);
        for call in calls(text, &[&REFERRING[..], &DEFINING].concat()) {
            found.all.push((call.function, call.span.clone()));
            let arguments = call
                .arguments
                .as_deref()
                .filter(|_| REFERRING.contains(&call.function));
            if let Some(Ok((written, _))) = arguments.map(Written::from_arguments) {
                let places = found.calls.entry(written.readable()).or_default();
                places.push(call.span);
            }
        }
        let found = Rc::new(found);
        self.references
            .borrow_mut()
            .insert(file.to_owned(), Rc::clone(&found));
        found
    }

    /// Where a file defines actions with this target: calls in JavaScript, else the config or the first line
    fn definitions(&self, file: &str, target: &Target) -> Vec<Location> {
        let Some((file, text)) = self.texts.get_key_value(file) else {
            return Vec::new();
        };
        let locate = |range: Range<usize>| Location::new(file, Arc::clone(text), range);
        if file.ends_with(".js") {
            let calls = calls(text, &DEFINING);
            let mut names: Vec<Range<usize>> = calls
                .iter()
                .filter_map(|call| call.names(&target.name))
                .collect();
            if names.is_empty() {
                let dynamic = calls.iter().filter(|call| call.arguments.is_none());
                names = dynamic.take(1).map(|call| call.span.clone()).collect();
            }
            return names.into_iter().map(locate).collect();
        }
        let found = places::definition(text, &target.name);
        found.map(locate).into_iter().collect()
    }
}

/// A message as a lower-case fragment without a full stop
pub fn fragment(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut characters = message.chars();
    let first = characters.next();
    let second = characters.clone().next();
    match first {
        Some(first) if second.is_some_and(char::is_lowercase) || second == Some(' ') => {
            first.to_lowercase().chain(characters).collect()
        }
        _ => message.to_owned(),
    }
}
