//! What project code has defined so far, and what went wrong

use diagnostic::Diagnostic;
use serde_json::Map;

use super::{Action, ActionId, Origin, Raise, Test, Written, readable};
use crate::config::Issue;
use crate::graph::{CompilationError, ProjectConfig, Target};
use crate::incremental::Trace;
use crate::project::Settings;
use crate::script::ScriptError;
use crate::value::{Object, Value};

/// The state of one compilation
#[derive(Debug, Default)]
pub struct Session {
    /// The settings; project code may change them
    pub config: ProjectConfig,
    /// The settings that canonical targets are made with
    pub canonical: ProjectConfig,
    /// Every action ever made
    pub actions: Vec<Action>,
    /// The actions of the project, in the order of definition
    pub order: Vec<ActionId>,
    /// Unit tests
    pub tests: Vec<Test>,
    /// Whether unit tests may be of incremental tables
    pub incremental_tests: bool,
    /// What went wrong
    pub errors: Vec<ErrorRecord>,
    /// What is wrong too, in actions with an error: Dataform does not come so far
    pub more: Vec<ErrorRecord>,
    /// The file that an entry of `actions.yaml` names, as it is written there
    pub written_file: Option<String>,
    /// The files that are being loaded, innermost last
    pub files: Vec<String>,
    /// Which assertions depend on what
    pub assertions_by_dependency: Vec<(Written, ActionId)>,
    /// Values for code that is compiled when an action runs
    pub jit_data: Map<String, serde_json::Value>,
    /// What Dataform throws when it writes the graph
    pub encoding: Option<String>,
    /// Exceptions on their way through project code
    pub raised: Vec<(String, Detail)>,
    /// Actions by name; made when all files have been loaded
    pub names: rustc_hash::FxHashMap<String, Vec<ActionId>>,
    /// What the compiled graph throws instead of being made
    pub thrown: Option<(String, String)>,
    /// How many of the first actions belong to files that are not compiled this time
    pub neighbours: usize,
    /// What a later compilation has to know
    pub trace: Trace,
}

/// A record of what Dataform reports, with more for people
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorRecord {
    /// Dataform's record
    pub error: CompilationError,
    /// The JavaScript class of the exception, where there was one
    pub class: Option<String>,
    /// What it is about
    pub detail: Detail,
    /// The calls in project code that led to it, where they are known
    pub calls: Option<Box<ScriptError>>,
}

/// What an error is about
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Detail {
    /// Nothing but its message
    #[default]
    Plain,
    /// An exception in JavaScript
    Script(ScriptError),
    /// A config with wrong keys or values
    Config(Vec<Issue>),
    /// A key of the YAML file that is being read, by the keys above it
    Key(Vec<String>),
    /// What people are shown for it
    Shown(Vec<Diagnostic>),
    /// A block of a SQLX file
    Block(std::ops::Range<usize>),
    /// A type that no action has
    ActionType(String),
    /// A reference to nothing
    UnknownRef {
        /// The reference
        written: Written,
        /// The action that has it
        by: By,
    },
    /// A reference to several actions
    AmbiguousRef {
        /// The reference
        written: Written,
        /// The action that has it
        by: By,
        /// What it may mean
        candidates: Vec<Target>,
    },
    /// A reference to an operation that makes no table
    NoOutput {
        /// The reference
        written: Written,
        /// The action that has it
        by: By,
        /// The operation
        operation: Target,
    },
    /// Two actions with one target
    Duplicate(Target),
    /// Actions that depend on each other
    Cycle(Vec<Target>),
}

/// Which action an error is about, and in which file it stands
#[derive(Debug, Clone, Default, PartialEq)]
pub struct By {
    /// The file
    pub file: Option<String>,
    /// The action
    pub target: Target,
}

impl Session {
    /// An action as errors name it
    pub fn by(&self, id: ActionId) -> By {
        let action = &self.actions[id];
        By {
            file: action.file_name.clone(),
            target: action.target.clone(),
        }
    }

    /// With the settings of a project
    pub fn new(settings: Settings) -> Self {
        Self {
            canonical: settings.config.clone(),
            config: settings.config,
            encoding: settings.encoding,
            ..Self::default()
        }
    }

    /// The file that is being loaded
    pub fn current_file(&self) -> String {
        self.files
            .last()
            .cloned()
            .unwrap_or_else(|| "index.js".to_owned())
    }

    /// The file that Dataform names for what is wrong with a config
    pub fn reported_file(&self, origin: Origin, file: Option<&str>) -> Option<String> {
        match origin {
            Origin::Yaml => self.written_file.clone(),
            Origin::Code => file.map(str::to_owned),
        }
    }

    /// Records an error; without a file, for the file that is being loaded
    pub fn report(
        &mut self,
        message: impl Into<String>,
        file: Option<String>,
        target: Option<&Target>,
    ) {
        self.report_detail(message, file, target, Detail::Plain);
    }

    /// The same for what Dataform reports as a text and not as an error: it has no class
    pub fn report_text(&mut self, message: &str, file: Option<String>, target: Option<&Target>) {
        self.report(message, file, target);
        self.set_class("");
    }

    /// Records an error with more for people
    pub fn report_detail(
        &mut self,
        message: impl Into<String>,
        file: Option<String>,
        target: Option<&Target>,
        detail: Detail,
    ) {
        let file_name = file.unwrap_or_else(|| self.current_file());
        self.errors.push(ErrorRecord {
            error: CompilationError {
                file_name: Some(file_name),
                message: Some(message.into()),
                stack: None,
                action_name: target.map(readable),
                action_target: target.cloned(),
            },
            class: Some("Error".to_owned()),
            detail,
            calls: None,
        });
    }

    /// Records what an action's rules raise, outside of JavaScript
    pub fn report_raise(&mut self, raise: Raise, file: &str) {
        self.report_detail(raise.message, Some(file.to_owned()), None, *raise.detail);
        self.set_class(raise.class);
    }

    fn set_class(&mut self, class: &str) {
        if let Some(record) = self.errors.last_mut() {
            record.class = Some(class.to_owned());
        }
    }

    /// Records an exception that left project code
    pub fn report_script(
        &mut self,
        error: ScriptError,
        file: Option<String>,
        target: Option<&Target>,
    ) {
        let raised = self
            .raised
            .drain(..)
            .rev()
            .find(|(message, _)| *message == error.message)
            .map(|(_, detail)| detail);
        let (message, class) = (error.message.clone(), error.name.clone());
        let silent = error.silent;
        let mut calls = None;
        let detail = match raised {
            Some(Detail::Plain) | None => Detail::Script(error),
            Some(detail) => {
                calls = Some(Box::new(error));
                detail
            }
        };
        self.report_detail(message, file, target, detail);
        self.set_class(&class);
        if let Some(record) = self.errors.last_mut() {
            record.calls = calls;
            if silent {
                record.error.message = None;
            }
        }
    }

    /// Makes room for an action; it is not yet part of the project
    pub fn add(&mut self, action: Action) -> ActionId {
        self.actions.push(action);
        self.actions.len() - 1
    }

    /// Makes an action part of the project
    pub fn define(&mut self, id: ActionId) {
        self.order.push(id);
    }

    /// A text out of a config; Dataform fails late when it is none
    pub fn text(&mut self, value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Undefined | Value::Null => None,
            other => {
                self.fail_encoding(other);
                None
            }
        }
    }

    /// The texts of a list
    pub fn texts(&mut self, value: &Value) -> Vec<String> {
        match value {
            Value::Array(items) => items.iter().filter_map(|item| self.text(item)).collect(),
            other => self.text(other).into_iter().collect(),
        }
    }

    /// Texts by name
    pub fn text_map(&mut self, object: &Object) -> Map<String, serde_json::Value> {
        object
            .iter()
            .filter_map(|(key, value)| Some((key.to_owned(), self.text(value)?.into())))
            .collect()
    }

    fn fail_encoding(&mut self, value: &Value) {
        self.encoding
            .get_or_insert_with(|| crate::project::encoding_error(value));
    }
}
