//! What is wrong between actions: references to nothing or to several, targets that are there twice, circles

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Location, code, did_you_mean};

use super::calls::strings;
use super::places::{chain, in_stack};
use super::{Sources, cycle_path, short};
use crate::action::{By, Detail, ErrorRecord, Written};
use crate::graph::Target;
use crate::sqlx::base_name;

/// What SQL and JavaScript refer to actions with
pub const REFERRING: [&str; 3] = ["ref", "resolve", "self"];

/// What JavaScript defines actions with
pub const DEFINING: [&str; 6] = [
    "publish", "operate", "assert", "declare", "notebook", "test",
];

/// What several records may be about: a target, or a reference of an action
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Subject<'a> {
    /// A target that is there several times
    Duplicate(&'a Target),
    /// A reference, by its readable form
    Reference(String, &'a Target, Option<&'a str>),
}

/// What a record is about, if others may be about the same
pub fn subject(detail: &Detail) -> Option<Subject<'_>> {
    if let Detail::Duplicate(target) = detail {
        return Some(Subject::Duplicate(target));
    }
    let (written, by) = reference_of(detail)?;
    Some(Subject::Reference(
        written.readable(),
        &by.target,
        by.file.as_deref(),
    ))
}

fn reference_of(detail: &Detail) -> Option<(&Written, &By)> {
    match detail {
        Detail::UnknownRef { written, by }
        | Detail::AmbiguousRef { written, by, .. }
        | Detail::NoOutput { written, by, .. } => Some((written, by)),
        _ => None,
    }
}

impl Sources<'_> {
    /// The finding for a reference, whose records are `records`
    pub fn reference(&self, detail: &Detail, records: &[&ErrorRecord]) -> Option<Diagnostic> {
        let (written, by) = reference_of(detail)?;
        let diagnostic = match detail {
            Detail::AmbiguousRef { candidates, .. } => ambiguous(written, candidates),
            Detail::NoOutput { operation, .. } => no_output(operation),
            _ => self.unknown(written),
        };
        let diagnostic = diagnostic.of_action(short(&by.target));
        let own = matches!(detail, Detail::NoOutput { operation, .. } if *operation == by.target);
        Some(self.at_references(diagnostic, written, by, own, records))
    }

    fn unknown(&self, written: &Written) -> Diagnostic {
        let name = written.readable();
        let mut diagnostic =
            Diagnostic::error(code::REF_UNKNOWN, format!("no action is named `{name}`"));
        let targets = &self.graph.targets;
        let dotted = targets.iter().find(|target| short(target) == written.name);
        diagnostic.help = match dotted {
            Some(target) => Some(format!(
                "write `ref(\"{}\", \"{}\")`",
                target.schema.as_deref().unwrap_or_default(),
                target.name
            )),
            None => self.failed_file(written).or_else(|| self.similar(written)).or_else(|| {
                let way = "declare it, if it is a table that is made elsewhere: `config { type: \"declaration\", name: ";
                let parts = written.schema.as_deref().filter(|schema| !schema.is_empty());
                let schema = parts.map(|schema| format!(", schema: \"{schema}\""));
                Some(format!(
                    "{way}\"{}\"{} }}`",
                    written.name,
                    schema.unwrap_or_default()
                ))
            }),
        };
        diagnostic
    }

    /// The file that would define the action, had it no error
    fn failed_file(&self, written: &Written) -> Option<String> {
        let errors = &self.graph.graph_errors.compilation_errors;
        let mut failed = errors.iter().filter_map(|error| error.file_name.as_deref());
        let file = failed.find(|file| base_name(file) == written.name)?;
        let there = self
            .graph
            .targets
            .iter()
            .any(|target| target.name == written.name);
        (!there).then(|| {
            format!("mend `{file}` first: its action is missing because of an error in it")
        })
    }

    fn similar(&self, written: &Written) -> Option<String> {
        let targets = &self.graph.targets;
        let same_name = targets.iter().find(|target| target.name == written.name);
        match same_name {
            Some(target) => Some(format!("did you mean `{}`?", short(target))),
            None => did_you_mean(
                &written.name,
                targets.iter().map(|target| target.name.as_str()),
            ),
        }
    }

    /// At the first place of the reference; the others are related
    fn at_references(
        &self,
        mut diagnostic: Diagnostic,
        written: &Written,
        by: &By,
        own: bool,
        records: &[&ErrorRecord],
    ) -> Diagnostic {
        let mut called: Vec<Location> = Vec::new();
        for record in records {
            let place = record.calls.as_ref().and_then(|calls| {
                let place = in_stack(calls, self)?;
                let whole = self.call_around(&place, &REFERRING).unwrap_or(place);
                for (message, location) in chain(calls, self, &whole) {
                    if diagnostic.related.len() < 3 {
                        diagnostic = std::mem::replace(
                            &mut diagnostic,
                            Diagnostic::error(code::REF_UNKNOWN, ""),
                        )
                        .relate(message, location);
                    }
                }
                Some(whole)
            });
            called.extend(place.filter(|place| !called.contains(place)));
        }
        let written_places = self.written(written, by, own);
        let mut places = if called.is_empty() {
            written_places
        } else {
            // a list of dependencies is beside the calls
            let others = written_places.into_iter();
            called
                .iter()
                .cloned()
                .chain(others.filter(|place| !called.contains(place)))
                .collect()
        };
        diagnostic.related.dedup();
        if places.is_empty() {
            return match &by.file {
                Some(file) => diagnostic.in_file(file.clone()),
                None => diagnostic,
            };
        }
        let first = places.remove(0);
        let others = places.into_iter().take(8);
        others.fold(diagnostic.at(first), |diagnostic, place| {
            diagnostic.relate("and here", place)
        })
    }

    /// Where a reference is written in the file of its action: calls, and lists of dependencies
    fn written(&self, written: &Written, by: &By, own: bool) -> Vec<Location> {
        let Some((file, text)) = by
            .file
            .as_deref()
            .and_then(|file| self.texts.get_key_value(file))
        else {
            return Vec::new();
        };
        let locate = |range: Range<usize>| Location::new(file, Arc::clone(text), range);
        if own {
            let known = self.references(file);
            let mut calls = known.all.iter();
            let own = calls.find(|(function, _)| *function == "self");
            return own
                .map(|(_, span)| locate(span.clone()))
                .into_iter()
                .collect();
        }
        let known = self.references(file);
        let mut places = known
            .calls
            .get(&written.readable())
            .cloned()
            .unwrap_or_default();
        let names = [written.readable(), written.name.clone()];
        let named = |range: &Range<usize>| {
            names
                .iter()
                .any(|name| *name == text[range.start + 1..range.end - 1])
        };
        if by.target.name != written.name {
            places.extend(known.listed.iter().filter(|range| named(range)).cloned());
        }
        if places.is_empty() {
            let any = strings(text, 0..text.len()).into_iter().find(named);
            places.extend(any);
        }
        places.sort_by_key(|place| place.start);
        places.dedup();
        if places.is_empty() {
            return self.in_actions_yaml(written).into_iter().collect();
        }
        places.into_iter().map(locate).collect()
    }

    /// The name of a dependency in a list of `actions.yaml`
    fn in_actions_yaml(&self, written: &Written) -> Option<Location> {
        let entry = format!("name: {}", written.name);
        let mut files: Vec<_> = self
            .texts
            .iter()
            .filter(|(file, _)| file.ends_with("actions.yaml"))
            .collect();
        files.sort_by_key(|(file, _)| *file);
        files.into_iter().find_map(|(file, text)| {
            let list = text.find("dependencyTargets")?;
            let at = list + text[list..].find(&entry)? + "name: ".len();
            let span = at..at + written.name.len();
            Some(Location::new(file, Arc::clone(text), span))
        })
    }

    /// The call of one of the functions that a place is in
    pub fn call_around(&self, place: &Location, functions: &[&'static str]) -> Option<Location> {
        let (file, text) = self.texts.get_key_value(place.file.as_str())?;
        let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
        let at = place.span.start + mark;
        let known = self.references(file);
        let around = known.all.iter().filter(|(function, span)| {
            functions.contains(function) && span.start <= at && at < span.end
        });
        let (_, span) = around.min_by_key(|(_, span)| span.len())?;
        let span = span.clone();
        Some(Location::new(file, Arc::clone(text), span))
    }

    /// One finding for all that share a target, at the last of them
    pub fn duplicate(&self, target: &Target, records: &[&ErrorRecord]) -> Diagnostic {
        let mut files: Vec<&str> = records
            .iter()
            .filter_map(|record| record.error.file_name.as_deref())
            .collect();
        let repeated = files.len();
        files.dedup();
        files.sort_unstable();
        files.dedup();
        let places: Vec<(&str, Vec<Location>)> = files
            .iter()
            .map(|file| (*file, self.definitions(file, target)))
            .collect();
        let diagnostic = Diagnostic::error(
            code::DUPLICATE_ACTION,
            format!("several actions have the target `{target}`"),
        )
        .of_action(short(target));
        let help = match files.as_slice() {
            [_] if repeated > 1 => "give each a name of its own".to_owned(),
            _ => "rename all but one of them, or put them into different datasets".to_owned(),
        };
        let mut all = places.iter().flat_map(|(_, places)| places);
        let diagnostic = match (all.next(), files.first()) {
            (Some(first), _) => diagnostic.at(first.clone()),
            (None, Some(file)) => diagnostic.in_file(*file),
            (None, None) => diagnostic,
        };
        all.take(8)
            .fold(diagnostic.help(help), |diagnostic, place| {
                diagnostic.relate("the same target is here", place.clone())
            })
    }

    /// A circle, at the reference to the second of its actions, with those to the others
    pub fn cycle(&self, members: &[Target]) -> Diagnostic {
        let path = cycle_path(self.graph, members);
        let names: Vec<String> = path.iter().map(short).collect();
        let mut diagnostic = Diagnostic::error(
            code::CYCLE,
            format!(
                "actions depend on each other in a circle: {}",
                names.join(" → ")
            ),
        )
        .of_action(names.first().cloned().unwrap_or_default())
        .help(if path.len() == 2 {
            "an action cannot read itself: an incremental table does with `self()`"
        } else {
            "remove one of these references"
        });
        for pair in path.windows(2) {
            let [from, to] = pair else { continue };
            let action = self.graph.actions().find(|action| action.target() == from);
            let Some(file) = action.map(|action| action.file_name().to_owned()) else {
                continue;
            };
            let by = By {
                file: Some(file.clone()),
                target: from.clone(),
            };
            let place = [written_of(to, 1), written_of(to, 2), written_of(to, 3)]
                .iter()
                .find_map(|written| self.written(written, &by, false).into_iter().next());
            let message = format!("`{}` needs `{}` here", short(from), short(to));
            diagnostic = match (place, &diagnostic.location) {
                (Some(place), None) if diagnostic.file.is_none() => {
                    diagnostic.at(place).label(message)
                }
                (Some(place), _) => diagnostic.relate(message, place),
                (None, None) if diagnostic.file.is_none() => diagnostic.in_file(file),
                (None, _) => diagnostic,
            };
        }
        diagnostic
    }
}

/// A target as it may be written, with so many of its parts
fn written_of(target: &Target, parts: usize) -> Written {
    Written {
        name: target.name.clone(),
        schema: target.schema.clone().filter(|_| parts > 1),
        database: target.database.clone().filter(|_| parts > 2),
        ..Written::default()
    }
}

fn ambiguous(written: &Written, candidates: &[Target]) -> Diagnostic {
    let names: Vec<String> = candidates
        .iter()
        .map(|target| format!("`{target}`"))
        .collect();
    let help = match candidates
        .first()
        .and_then(|target| target.schema.as_deref())
    {
        Some(schema) if differ(candidates) => {
            format!("add the dataset: `ref(\"{schema}\", \"{}\")`", written.name)
        }
        _ => {
            "add the project and the dataset: `ref(\"project\", \"dataset\", \"name\")`".to_owned()
        }
    };
    Diagnostic::error(
        code::REF_AMBIGUOUS,
        format!("`{}` may mean {}", written.readable(), names.join(" or ")),
    )
    .help(help)
}

/// Whether the datasets of some targets tell them apart
fn differ(targets: &[Target]) -> bool {
    let mut schemas: Vec<_> = targets.iter().map(|target| &target.schema).collect();
    schemas.sort_unstable();
    schemas.dedup();
    schemas.len() == targets.len()
}

fn no_output(operation: &Target) -> Diagnostic {
    Diagnostic::error(
        code::COMPILE_OTHER,
        format!(
            "the operation `{}` makes no table that SQL can name",
            short(operation)
        ),
    )
    .help("set `hasOutput: true` in its config, or name it under `dependencies` instead")
}

/// The strings in lists of dependencies
pub fn dependency_lists(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for word in ["dependencies", "dependencyTargets"] {
        for (start, _) in text.match_indices(word) {
            let after = start + word.len();
            let value = text[after..].trim_start_matches(['"', '\'', ':', ' ', '\n', '\r', '\t']);
            let open = text.len() - value.len();
            let end = match value.chars().next() {
                Some('[' | '(') => super::callee::closing(text, open).unwrap_or(open),
                Some('"' | '\'' | '`') => {
                    text.len() - value.trim_start_matches(|c| c != '\n').len()
                }
                _ => continue,
            };
            found.extend(strings(text, open..end));
        }
    }
    found
}
