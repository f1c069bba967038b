//! Exceptions of project code: where they were thrown, by which way the code came there, and in plain words

use std::sync::Arc;

use diagnostic::{Diagnostic, Location, code, did_you_mean, nearest};

use super::Sources;
use super::callee::{is_name, open_bracket};
use super::calls::{calls, loops};
use super::places::{called, chain, in_stack};
use super::references::DEFINING;
use super::words::{plain, syntax};
use crate::action::{ACTION_TYPES, Written};
use crate::script::{OUT_OF_MEMORY, ScriptError};

/// The functions that SQL has, and that JavaScript has through its context
const CONTEXT: [&str; 8] = [
    "ref",
    "resolve",
    "self",
    "name",
    "when",
    "incremental",
    "schema",
    "database",
];

/// What actions can do in JavaScript
const METHODS: [&str; 20] = [
    "query",
    "queries",
    "where",
    "preOps",
    "postOps",
    "disabled",
    "dependencies",
    "tags",
    "description",
    "columns",
    "database",
    "schema",
    "assertions",
    "bigquery",
    "uniqueKey",
    "materialized",
    "hasOutput",
    "input",
    "expect",
    "dataset",
];

/// The types of tables that `publish` makes
const TABLE_TYPES: [&str; 3] = ["table", "view", "incremental"];

impl Sources<'_> {
    /// What ran out: time or memory
    pub fn limit(&self, error: &ScriptError) -> Diagnostic {
        let limits = self.limits;
        let diagnostic = if error.message == OUT_OF_MEMORY {
            let megabytes = limits.memory_limit >> 20;
            Diagnostic::error(
                code::JAVASCRIPT_MEMORY,
                format!("project code needs more than {megabytes} MB of memory"),
            )
            .help("look for a loop that keeps adding to a list or a text, or allow more memory with `--compile-memory MB`")
        } else {
            let seconds = limits.time_limit.as_secs_f64();
            Diagnostic::error(
                code::JAVASCRIPT_LIMIT,
                format!("project code did not finish within {seconds} s"),
            )
            .help("look for a loop without an end, or allow more time with `--compile-timeout SECONDS`")
        };
        let memory = error.message == OUT_OF_MEMORY;
        let place = in_stack(error, self);
        let place = if memory {
            place
        } else {
            // between two calls the engine knows the first only
            let file = error.file.as_deref();
            place
                .as_ref()
                .map_or_else(
                    || running(self.texts.get_key_value(file?)?, 0),
                    |place| running((&place.file, &place.source), place.span.start),
                )
                .or(place)
        };
        match (place, &error.file) {
            (Some(location), _) => self.with_chain(diagnostic, error, location),
            (None, Some(file)) => diagnostic.in_file(file.clone()),
            (None, None) => diagnostic,
        }
    }

    /// An exception
    pub fn script(&self, error: &ScriptError, file: Option<&str>) -> Diagnostic {
        let place = in_stack(error, self);
        if error.name == "SyntaxError" {
            return self.syntax(error, place, file);
        }
        if let Some(diagnostic) = self.arguments_of_ref(error, file) {
            return diagnostic;
        }
        let name = match error.name.as_str() {
            "" | "Error" | "VMError" => String::new(),
            name => format!("{name}: "),
        };
        if error.message == "not a function"
            && let Some((called, location)) = called(error, self)
        {
            let message = format!("{name}`{called}` is not a function");
            let mut diagnostic = Diagnostic::error(code::JAVASCRIPT_ERROR, message);
            diagnostic.help = self.other_function(&called);
            return self.with_chain(diagnostic, error, location);
        }
        let mut diagnostic =
            Diagnostic::error(code::JAVASCRIPT_ERROR, format!("{name}{}", plain(error)));
        diagnostic.help = self.advice(error, file);
        match (place, file) {
            (Some(location), _) => {
                let location = self.narrowed(error, location);
                self.with_chain(diagnostic, error, location)
            }
            (None, Some(file)) => match self.only_throw(error, file) {
                Some(location) => diagnostic.at(location),
                None => diagnostic.in_file(file),
            },
            (None, None) => diagnostic,
        }
    }

    fn syntax(
        &self,
        error: &ScriptError,
        place: Option<Location>,
        file: Option<&str>,
    ) -> Diagnostic {
        let place = match place {
            Some(place) if error.message.contains("redefinition") => Some(name_before(place)),
            place => place,
        };
        let located = place.as_ref();
        let (message, help) = syntax(&error.message, located);
        let mut diagnostic = Diagnostic::error(code::JAVASCRIPT_SYNTAX, message);
        diagnostic.help = help;
        if let Some(open) = located.and_then(unclosed) {
            diagnostic = diagnostic.relate("this is not closed", open);
        }
        match (place, file) {
            (Some(location), _) => self.with_chain(diagnostic, error, location),
            (None, Some(file)) => diagnostic.in_file(file),
            (None, None) => diagnostic,
        }
    }

    /// At a place, with the calls that led there from other files
    fn with_chain(
        &self,
        diagnostic: Diagnostic,
        error: &ScriptError,
        location: Location,
    ) -> Diagnostic {
        chain(error, self, &location)
            .into_iter()
            .take(3)
            .fold(diagnostic.at(location), |diagnostic, (message, place)| {
                diagnostic.relate(message, place)
            })
    }

    /// A place in a call that defines an action, or before a property that is missing, made more exact
    fn narrowed(&self, error: &ScriptError, location: Location) -> Location {
        if let Some(object) = without_property(error, &location) {
            return object;
        }
        if !error.message.starts_with("Unrecognized table type: ") {
            return location;
        }
        let exact = self
            .call_around(&location, &DEFINING)
            .and_then(|call| super::places::value_in(&call, "type"));
        exact.unwrap_or(location)
    }

    /// The next step after an exception
    fn advice(&self, error: &ScriptError, file: Option<&str>) -> Option<String> {
        if let Some(kind) = error.message.strip_prefix("Unrecognized table type: ") {
            let types = || format!("the types are {}", TABLE_TYPES.join(", "));
            return did_you_mean(kind, TABLE_TYPES).or_else(|| Some(types()));
        }
        if let Some(name) = error.message.strip_suffix(" is not defined") {
            return self.known_name(name.trim_matches('\''), file);
        }
        if let Some(id) = error.message.strip_prefix("Cannot find module ") {
            return self.module(id.trim_matches('\''));
        }
        if error.stack.is_empty() && error.name.is_empty() {
            let advice = if error.message == "null" {
                "the engine does so when it has no memory left for an error: `--compile-memory MB` allows more"
            } else {
                "throw an error, as in `throw new Error(\"…\")`, so that its place is known"
            };
            return Some(advice.to_owned());
        }
        None
    }

    /// A call of `ref` or `resolve` without a name, or with too many
    fn arguments_of_ref(&self, error: &ScriptError, file: Option<&str>) -> Option<Diagnostic> {
        let invalid = error.message.starts_with("Invalid input. Accepted inputs")
            || error.message.ends_with("undefined (reading 'dataset')");
        let file = file.filter(|_| invalid)?;
        let message =
            "`ref` takes a name, a dataset and a name, or a project, a dataset and a name";
        let diagnostic = Diagnostic::error(code::JAVASCRIPT_ERROR, message);
        if let Some(place) = in_stack(error, self) {
            let whole = self.call_around(&place, &["ref", "resolve"]);
            return Some(diagnostic.at(whole.unwrap_or(place)));
        }
        Some(self.place(diagnostic, Some(file), |text| {
            let calls = calls(text, &["ref", "resolve"]);
            let wrong = calls.into_iter().find(|call| {
                let arguments = call.arguments.as_deref();
                arguments.is_some_and(|arguments| Written::from_arguments(arguments).is_err())
            });
            wrong.map(|call| call.span)
        }))
    }

    /// What an unknown name may mean
    fn known_name(&self, name: &str, file: Option<&str>) -> Option<String> {
        let in_javascript = file.is_some_and(|file| file.ends_with(".js"));
        if self.texts.contains_key(&format!("includes/{name}.js")) {
            return Some(format!(
                "`includes/{name}.js` has an error, so that it is not there"
            ));
        }
        if ACTION_TYPES.contains(&name) && !in_javascript {
            return Some(format!("put it in quotes: `\"{name}\"`"));
        }
        if !in_javascript && CONTEXT.contains(&name) {
            return Some(format!(
                "`{name}` can be used in SQL and in `js` blocks: the config is read before"
            ));
        }
        if in_javascript && CONTEXT.contains(&name) {
            return Some(format!(
                "in a `.js` file it comes with the context: `publish(\"…\").query((ctx) => `… ${{ctx.{name}(…)}}`)`"
            ));
        }
        let includes: Vec<&str> = self
            .texts
            .keys()
            .filter_map(|path| path.strip_prefix("includes/")?.strip_suffix(".js"))
            .collect();
        let own = if in_javascript {
            &DEFINING[..]
        } else {
            &CONTEXT[..]
        };
        let mut known: Vec<&str> = own.iter().chain(&["dataform"]).copied().collect();
        known.extend(includes);
        known.sort_unstable();
        did_you_mean(name, known).or_else(|| {
            (!in_javascript).then(|| {
                format!("`includes/{name}.js` would define it for all files, a `js {{ … }}` block for this one")
            })
        })
    }

    /// What a function that is none may mean, if it is one of an include's
    fn other_function(&self, called: &str) -> Option<String> {
        let (owner, member) = called.split_once('.')?;
        if matches!(owner, "ctx" | "context") {
            return did_you_mean(member, CONTEXT);
        }
        if DEFINING.iter().any(|function| owner.starts_with(function)) {
            let last = member.rsplit('.').next().unwrap_or(member);
            return did_you_mean(last, METHODS);
        }
        let text = self.texts.get(&format!("includes/{owner}.js"))?;
        let words = text.split(|character: char| !super::callee::is_name(character));
        let mut words: Vec<&str> = words.filter(|word| word.len() > 1).collect();
        words.sort_unstable();
        words.dedup();
        match nearest(member, words.iter().copied().filter(|word| *word != member)) {
            Some(word) => Some(format!("did you mean `{owner}.{word}`?")),
            None if words.binary_search(&member).is_ok() => Some(format!(
                "export it: `module.exports = {{ {member} }}` in `includes/{owner}.js`"
            )),
            None => Some(format!(
                "`includes/{owner}.js` has no function of that name"
            )),
        }
    }

    /// What a module that is not found may mean
    fn module(&self, id: &str) -> Option<String> {
        let base = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or(path);
            name.split('.').next().unwrap_or(name).to_owned()
        };
        let mut paths: Vec<&String> = self.texts.keys().collect();
        paths.sort();
        let names: Vec<String> = paths.iter().map(|path| base(path)).collect();
        let found = nearest(&base(id), names.iter().map(String::as_str))
            .and_then(|found| names.iter().position(|name| name == found));
        match found {
            Some(at) => Some(format!("did you mean `{}`?", paths[at])),
            None if id.starts_with('.') => {
                Some("the path is relative to the file that it stands in".to_owned())
            }
            None if matches!(id, "fs" | "os" | "child_process" | "http" | "https" | "net") => {
                Some("project code has no access to the machine".to_owned())
            }
            None => Some(
                "a package must be in `node_modules`: `sqlx-run install` fetches those that `package.json` names"
                    .to_owned(),
            ),
        }
    }

    /// Where something without a place was thrown, if its file throws only once
    fn only_throw(&self, error: &ScriptError, file: &str) -> Option<Location> {
        let (file, text) = self.texts.get_key_value(file)?;
        if !error.stack.is_empty() {
            return None;
        }
        let mut found = text.match_indices("throw ");
        let (at, word) = found
            .next()
            .filter(|_| text.matches("throw ").count() == 1)?;
        let span = at..at + word.trim_end().len();
        Some(Location::new(file, Arc::clone(text), span))
    }
}

/// The name that stands before a place
fn name_before(place: Location) -> Location {
    let before = place.source[..place.span.start].trim_end();
    let start = before.trim_end_matches(is_name).len();
    if start == before.len() {
        return place;
    }
    Location::new(place.file, Arc::clone(&place.source), start..before.len())
}

/// The bracket that is open where the code breaks off, if something else than its end is there
fn unclosed(place: &Location) -> Option<Location> {
    let source = &place.source;
    let rest = source[place.span.start..].trim_start();
    let open = open_bracket(source, place.span.start)?;
    let bracket = &source[open..=open];
    let closes = match rest.chars().next() {
        None => place.file.ends_with(".sqlx"),
        Some('}') => bracket == "{",
        Some(']') => bracket == "[",
        Some(')') => bracket == "(",
        Some(';') => bracket == "{",
        Some(_) => true,
    };
    let location = || Location::new(place.file.as_str(), Arc::clone(source), open..open + 1);
    (!closes).then(location)
}

/// The loop that runs when the last call was at the byte `at`: the one around it, or the next one
fn running((file, text): (&String, &Arc<str>), at: usize) -> Option<Location> {
    let loops = loops(text);
    let around = loops.iter().filter(|(_, whole)| whole.contains(&at));
    let next = || loops.iter().find(|(keyword, _)| keyword.start >= at);
    let (keyword, _) = around.min_by_key(|(_, whole)| whole.len()).or_else(next)?;
    Some(Location::new(
        file.as_str(),
        Arc::clone(text),
        keyword.clone(),
    ))
}

/// What stands before a property that cannot be read, up to the property
fn without_property(error: &ScriptError, location: &Location) -> Option<Location> {
    let rest = error.message.strip_prefix("cannot read property '")?;
    let (property, _) = rest.split_once("' of ")?;
    let line = location.source[location.span.start..].lines().next()?;
    let end = [
        format!(".{property}"),
        format!("[\"{property}\"]"),
        format!("['{property}']"),
    ]
    .iter()
    .find_map(|end| line.find(end.as_str()))
    .filter(|end| *end > 0)?;
    Some(Location::new(
        location.file.as_str(),
        Arc::clone(&location.source),
        location.span.start..location.span.start + end,
    ))
}
