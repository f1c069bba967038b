//! What is wrong in one action's configuration, at the key or block that is wrong

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Code, Diagnostic, Location, code, did_you_mean};

use super::places::{self, in_stack};
use super::references::{DEFINING, dependency_lists};
use super::{Sources, fragment};
use crate::action::{ACTION_TYPES, ErrorRecord};
use crate::config::Issue;
use crate::script::ScriptError;

impl Sources<'_> {
    /// A type that no action has
    pub fn action_type(&self, written: &str, file: Option<&str>) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(
            code::COMPILE_OTHER,
            format!("unrecognized action type: {written}"),
        );
        diagnostic.help = did_you_mean(written, ACTION_TYPES)
            .or_else(|| Some(format!("the types are {}", ACTION_TYPES.join(", "))));
        self.place(diagnostic, file, |text| places::config_value(text, "type"))
    }

    /// Every issue of a config, each at its key
    pub fn config(
        &self,
        issues: &[Issue],
        calls: Option<&ScriptError>,
        file: Option<&str>,
    ) -> Vec<Diagnostic> {
        let call = calls.and_then(|calls| {
            let place = in_stack(calls, self)?;
            Some(self.call_around(&place, &DEFINING).unwrap_or(place))
        });
        issues
            .iter()
            .map(|issue| {
                let diagnostic = issue.diagnostic(code::CONFIG_INVALID, "key");
                let in_call = call.as_ref().filter(|call| !call.file.ends_with(".sqlx"));
                if let Some(call) = in_call {
                    let exact = places::key_in(call, &issue.path);
                    return diagnostic.at(exact.unwrap_or_else(|| call.clone()));
                }
                self.place(diagnostic, file, |text| {
                    places::config_key(text, &issue.path)
                })
            })
            .collect()
    }

    /// A rule that Dataform has words for
    pub fn plain(&self, record: &ErrorRecord) -> Diagnostic {
        let message = record.error.message.as_deref().unwrap_or_default();
        let file = record.error.file_name.as_deref();
        if let Some(key) = message.strip_suffix(".includes is not a function") {
            let text = format!("`{key}` must be a text");
            let diagnostic = Diagnostic::error(code::CONFIG_INVALID, text).help("put it in quotes");
            return self.place(diagnostic, file, |text| {
                places::config_key(text, &[key.to_owned()])
            });
        }
        if let Some(diagnostic) = self.tested(message, file) {
            return diagnostic;
        }
        let code: Code = if message.starts_with("Actions may only") {
            code::SQLX_INVALID
        } else {
            code::COMPILE_OTHER
        };
        let invalid = message.starts_with("Invalid input. Accepted inputs");
        let text = if invalid {
            "a dependency is a name, a dataset and a name, or a project, a dataset and a name"
                .to_owned()
        } else {
            fragment(message)
        };
        let mut diagnostic = Diagnostic::error(code, text);
        diagnostic.help = advice(message).map(str::to_owned);
        let placed = self.place(diagnostic, file, |text| {
            if invalid {
                return dependency_lists(text)
                    .into_iter()
                    .find(|range| text[range.clone()].matches('.').count() > 2);
            }
            block_of(text, message).or_else(|| {
                let target = record.error.action_target.as_ref()?;
                let key = ["names", "datasets", "projects"]
                    .iter()
                    .position(|kind| message.starts_with(&format!("Action target {kind}")))?;
                let keys: [&[&str]; 3] =
                    [&["name"], &["schema", "dataset"], &["database", "project"]];
                keys[key]
                    .iter()
                    .find_map(|key| places::config_value(text, key))
                    .or_else(|| places::quoted(text, &target.name))
            })
        });
        if placed.location.is_some() {
            return placed;
        }
        let calls = record.calls.as_deref();
        if let Some(place) = calls.and_then(|calls| in_stack(calls, self)) {
            let whole = self.call_around(&place, &DEFINING).unwrap_or(place);
            return placed.at(whole);
        }
        let defined = file.zip(record.error.action_target.as_ref());
        let first = || {
            let file = file.filter(|file| file.ends_with(".sqlx"))?;
            let (file, text) = self.texts.get_key_value(file)?;
            let range = places::definition(text, "")?;
            Some(Location::new(file, Arc::clone(text), range))
        };
        match defined
            .and_then(|(file, target)| self.definitions(file, target).into_iter().next())
            .or_else(first)
        {
            Some(place) => placed.at(place),
            None => placed,
        }
    }

    /// A test of a dataset that is not there
    fn tested(&self, message: &str, file: Option<&str>) -> Option<Diagnostic> {
        let json = message
            .strip_prefix("Dataset ")?
            .strip_suffix(" could not be found.")?;
        let target: serde_json::Value = serde_json::from_str(json).ok()?;
        let name = target.get("name")?.as_str()?;
        let targets = &self.graph.targets;
        let mut diagnostic = Diagnostic::error(
            code::REF_UNKNOWN,
            format!("the test is for `{name}`, and no table or view is named so"),
        );
        diagnostic.help = did_you_mean(name, targets.iter().map(|target| target.name.as_str()));
        Some(self.place(diagnostic, file, |text| {
            places::config_value(text, "dataset").or_else(|| places::quoted(text, name))
        }))
    }

    /// Puts a diagnostic at a place that is looked up in the text of its file
    pub fn place(
        &self,
        diagnostic: Diagnostic,
        file: Option<&str>,
        find: impl Fn(&str) -> Option<Range<usize>>,
    ) -> Diagnostic {
        let Some(file) = file.filter(|file| *file != "index.js") else {
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

/// The block or the mark that a rule is about
fn block_of(text: &str, message: &str) -> Option<Range<usize>> {
    if message.starts_with("Semi-colons") {
        return text.rfind(';').map(|at| at..at + 1);
    }
    if message.contains("more than one SQL statement") {
        let at = text.find("\n---").map(|at| at + 1)?;
        return Some(at..at + "---".len());
    }
    if message.contains("'protected: true'") {
        return places::config_key(text, &["protected".to_owned()]);
    }
    let keyword = [
        "incremental_where",
        "pre_operations",
        "post_operations",
        "input",
    ]
    .into_iter()
    .find(|keyword| message.contains(&format!("include {keyword}")))?;
    let opener = if keyword == "input" {
        "input \""
    } else {
        keyword
    };
    let at = text.find(opener)?;
    Some(at..at + keyword.len())
}

/// The next step after a rule was broken
fn advice(message: &str) -> Option<&'static str> {
    let known = [
        ("Semi-colons", "remove the semicolon"),
        (
            "Actions may only contain more than one",
            "remove the separator, or set `type: \"operations\"`",
        ),
        (
            "Actions may only include incremental_where",
            "set `type: \"incremental\"`, or write the condition into the query",
        ),
        (
            "Actions may only include input",
            "set `type: \"test\"`, or remove the block",
        ),
        (
            "Actions may only include pre_operations",
            "only tables, views and incremental tables have such a block",
        ),
        (
            "Actions may only include post_operations",
            "only tables, views and incremental tables have such a block",
        ),
        (
            "Action target",
            "the dataset and the project have keys of their own: `schema` and `database`",
        ),
        ("Duplicate test name", "give each test a name of its own"),
    ];
    known
        .iter()
        .find_map(|(start, advice)| message.starts_with(start).then_some(*advice))
}
