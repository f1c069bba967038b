//! What is wrong, for people: each thing once, at its place in the user's file

mod callee;
mod chain;
mod places;

use std::collections::HashMap;
use std::sync::Arc;

use diagnostic::{Code, Diagnostic, Location, code, did_you_mean};

use crate::CompileOptions;
use crate::action::{ACTION_TYPES, By, Detail, ErrorRecord, Written};
use crate::graph::{CompiledGraph, Target};
use crate::script::{Outcome, ScriptError};
use crate::sqlx::Generated;

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
    /// A setting that is no text
    pub setting: Option<Location>,
}

/// The diagnostics of an outcome
pub fn diagnose(outcome: &Outcome, sources: &Sources<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for record in &outcome.errors {
        let diagnostic = sources.record(record, &outcome.errors);
        if !diagnostics.iter().any(|known| same(known, &diagnostic)) {
            diagnostics.push(diagnostic);
        }
    }
    if let Some((class, message, detail)) = &outcome.thrown {
        let diagnostic = sources.thrown(class, message, detail);
        if !diagnostics.iter().any(|known| same(known, &diagnostic)) {
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}

/// Whether two findings are one: an exception in one place is, whatever action ran into it
fn same(known: &Diagnostic, other: &Diagnostic) -> bool {
    let exception = [code::JAVASCRIPT_ERROR, code::JAVASCRIPT_SYNTAX].contains(&other.code);
    if exception {
        known.code == other.code
            && known.message == other.message
            && known.location == other.location
            && known.file == other.file
    } else {
        known == other
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
    fn record(&self, record: &ErrorRecord, all: &[ErrorRecord]) -> Diagnostic {
        let message = record.error.message.as_deref().unwrap_or_default();
        let file = record.error.file_name.as_deref();
        let diagnostic = match &record.detail {
            Detail::UnknownRef { written, by } => return self.unknown_ref(written, by),
            Detail::AmbiguousRef {
                written,
                by,
                candidates,
            } => return self.ambiguous_ref(written, by, candidates),
            Detail::NoOutput {
                written,
                by,
                operation,
            } => return self.no_output(written, by, operation),
            Detail::Duplicate(target) => return self.duplicate(target, file, all),
            Detail::ActionType(written) => self.action_type(written, file),
            Detail::Cycle(chain) => return self.cycle(chain, file),
            Detail::Script(error) => self.script(error, file),
            Detail::Config { path, known } => self.config(message, path, known, file),
            Detail::Block(span) => {
                let diagnostic = Diagnostic::error(code::SQLX_INVALID, fragment(message));
                self.place(diagnostic, file, |text| {
                    Some(span.clone()).filter(|span| span.end <= text.len())
                })
            }
            Detail::Plain => self.plain(message, file),
        };
        match &record.error.action_target {
            Some(target) => diagnostic.of_action(short(target)),
            None => diagnostic,
        }
    }

    fn thrown(&self, class: &str, message: &str, detail: &Detail) -> Diagnostic {
        match detail {
            Detail::Script(error) if error.limit => self.limit(error),
            Detail::Script(error) => self.script(error, error.file.as_deref()),
            Detail::Config { path, known } => self.config(message, path, known, None),
            _ => {
                if let Some(setting) = &self.setting {
                    let message = "the value must be a text: put it in quotes";
                    return Diagnostic::error(code::SETTINGS_INVALID, message).at(setting.clone());
                }
                let message = match message.split_once("Received ") {
                    Some((_, received)) if class == "TypeError" => {
                        format!("a config or setting has {received} where a text is expected")
                    }
                    _ => fragment(message),
                };
                Diagnostic::error(code::COMPILE_OTHER, message)
            }
        }
    }

    fn limit(&self, error: &ScriptError) -> Diagnostic {
        let memory = error.message == "out of memory";
        let message = if memory {
            format!(
                "project code needs more than {} MiB of memory",
                self.limits.memory_limit >> 20
            )
        } else {
            format!(
                "project code did not finish within {} s",
                self.limits.time_limit.as_secs_f64()
            )
        };
        let help = if memory {
            "look for a loop that keeps adding to a list or a text"
        } else {
            "look for a loop without an end, or allow more time with `--compile-timeout SECONDS`"
        };
        let diagnostic = Diagnostic::error(code::JAVASCRIPT_LIMIT, message).help(help);
        // where time runs out, the engine knows no place
        let place = memory.then(|| places::in_stack(error, self)).flatten();
        match (place, &error.file) {
            (Some(location), _) => diagnostic.at(location),
            (None, Some(file)) => diagnostic.in_file(file.clone()),
            (None, None) => diagnostic,
        }
    }

    fn script(&self, error: &ScriptError, file: Option<&str>) -> Diagnostic {
        let code = if error.name == "SyntaxError" {
            code::JAVASCRIPT_SYNTAX
        } else {
            code::JAVASCRIPT_ERROR
        };
        let name = match error.name.as_str() {
            "" | "Error" | "VMError" => String::new(),
            name => format!("{name}: "),
        };
        if error.message == "not a function"
            && let Some((called, location)) = places::called(error, self)
        {
            let message = format!("{name}`{called}` is not a function");
            return Diagnostic::error(code, message).at(location);
        }
        let diagnostic = Diagnostic::error(code, format!("{name}{}", error.message));
        match (places::in_stack(error, self), file) {
            (Some(location), _) => diagnostic.at(location),
            (None, Some(file)) => diagnostic.in_file(file),
            (None, None) => diagnostic,
        }
    }

    fn unknown_ref(&self, written: &Written, by: &By) -> Diagnostic {
        let name = written.readable();
        let mut diagnostic =
            Diagnostic::error(code::REF_UNKNOWN, format!("no action is named `{name}`"))
                .of_action(short(&by.target));
        let targets = &self.graph.targets;
        let dotted = targets.iter().find(|target| short(target) == written.name);
        diagnostic.help = match dotted {
            Some(target) => Some(format!(
                "write `ref(\"{}\", \"{}\")`",
                target.schema.as_deref().unwrap_or_default(),
                target.name
            )),
            None => self.similar(written),
        };
        self.place(diagnostic, by.file.as_deref(), |text| {
            places::reference(text, written)
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

    fn ambiguous_ref(&self, written: &Written, by: &By, candidates: &[Target]) -> Diagnostic {
        let names: Vec<String> = candidates
            .iter()
            .map(|target| format!("`{target}`"))
            .collect();
        let diagnostic = Diagnostic::error(
            code::REF_AMBIGUOUS,
            format!("`{}` may mean {}", written.readable(), names.join(" or ")),
        )
        .of_action(short(&by.target))
        .help("add the dataset, or the project and the dataset, to the reference");
        self.place(diagnostic, by.file.as_deref(), |text| {
            places::reference(text, written)
        })
    }

    fn no_output(&self, written: &Written, by: &By, operation: &Target) -> Diagnostic {
        let diagnostic = Diagnostic::error(
            code::COMPILE_OTHER,
            format!(
                "the operation `{}` makes no table that SQL can name",
                short(operation)
            ),
        )
        .of_action(short(&by.target))
        .help("set `hasOutput: true` in its config, or name it under `dependencies` instead");
        self.place(diagnostic, by.file.as_deref(), |text| {
            if *operation == by.target {
                let call = "self()";
                return text.find(call).map(|at| at..at + call.len());
            }
            places::reference(text, written)
        })
    }

    fn cycle(&self, members: &[Target], file: Option<&str>) -> Diagnostic {
        let chain = chain::path(self.graph, members);
        let names: Vec<String> = chain.iter().map(short).collect();
        let diagnostic = Diagnostic::error(
            code::CYCLE,
            format!(
                "actions depend on each other in a circle: {}",
                names.join(" → ")
            ),
        )
        .of_action(names.first().cloned().unwrap_or_default());
        let next = chain.get(1).map(|target| Written {
            name: target.name.clone(),
            ..Written::default()
        });
        self.place(diagnostic, file, |text| {
            places::reference(text, next.as_ref()?)
        })
    }

    /// Each file with a copy of the action is one finding
    fn duplicate(&self, target: &Target, file: Option<&str>, all: &[ErrorRecord]) -> Diagnostic {
        let mut others: Vec<&str> = all
            .iter()
            .filter(|record| matches!(&record.detail, Detail::Duplicate(other) if other == target))
            .filter_map(|record| record.error.file_name.as_deref())
            .filter(|other| Some(*other) != file)
            .collect();
        others.sort_unstable();
        others.dedup();
        let help = if others.is_empty() {
            "rename all but one of them".to_owned()
        } else {
            format!("rename this one, or that in {}", others.join(", "))
        };
        let diagnostic = Diagnostic::error(
            code::DUPLICATE_ACTION,
            format!("several actions have the target `{target}`"),
        )
        .of_action(short(target))
        .help(help);
        self.place(diagnostic, file, |text| {
            places::definition(text, &target.name)
        })
    }

    fn action_type(&self, written: &str, file: Option<&str>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(
            code::COMPILE_OTHER,
            format!("unrecognized action type: {written}"),
        );
        diagnostic.help = did_you_mean(written, ACTION_TYPES)
            .or_else(|| Some(format!("the types are {}", ACTION_TYPES.join(", "))));
        self.place(diagnostic, file, |text| places::config_value(text, "type"))
    }

    fn config(
        &self,
        message: &str,
        path: &[String],
        known: &[&'static str],
        file: Option<&str>,
    ) -> Diagnostic {
        let key = path.last().map(String::as_str).unwrap_or_default();
        let unknown = !known.contains(&key) && key.parse::<usize>().is_err();
        let text = if path.is_empty() {
            fragment(message)
        } else if message.starts_with("Unexpected empty value") && !unknown {
            format!("`{key}` has no value")
        } else if unknown {
            format!("unknown key `{key}` in the config")
        } else {
            format!("`{key}` has a value of the wrong type")
        };
        let mut diagnostic = Diagnostic::error(code::CONFIG_INVALID, text);
        if unknown {
            diagnostic.help = did_you_mean(key, known.iter().copied());
        }
        self.place(diagnostic, file, |text| places::config_key(text, key))
    }

    fn plain(&self, message: &str, file: Option<&str>) -> Diagnostic {
        let code: Code = if message.starts_with("Actions may only") {
            code::SQLX_INVALID
        } else {
            code::COMPILE_OTHER
        };
        let diagnostic = Diagnostic::error(code, fragment(message));
        if message.starts_with("Semi-colons") {
            return self.place(diagnostic, file, |text| {
                text.rfind(';').map(|at| at..at + 1)
            });
        }
        match file.filter(|file| *file != "index.js") {
            Some(file) => diagnostic.in_file(file),
            None => diagnostic,
        }
    }

    /// Puts a diagnostic at a place that is looked up in the text of its file
    fn place(
        &self,
        diagnostic: Diagnostic,
        file: Option<&str>,
        find: impl Fn(&str) -> Option<std::ops::Range<usize>>,
    ) -> Diagnostic {
        let Some(file) = file else {
            return diagnostic;
        };
        let found = self
            .texts
            .get(file)
            .and_then(|text| Some((text, find(text)?)));
        match found {
            Some((text, span)) => diagnostic.at(Location::new(file, Arc::clone(text), span)),
            None => diagnostic.in_file(file),
        }
    }
}

/// A message as a lower-case fragment without a full stop
fn fragment(message: &str) -> String {
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
