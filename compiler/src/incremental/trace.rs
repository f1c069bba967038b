//! What happens while a project is compiled that a later compilation has to know

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::effects;
use crate::action::{Action, ActionId, Body, Session, Written};
use crate::graph::{ActionKind, Operation, Target};
use crate::script::SqlxModule;

/// What the project did on the way to its graph
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Whether any of what follows is wanted
    enabled: bool,
    /// Files whose code is known to have no effect on others
    harmless: HashSet<String>,
    /// Whether project code asked for the time or for a random number
    pub(crate) clock: bool,
    /// Why files cannot be compiled apart from each other
    pub(super) entangled: Option<String>,
    /// JavaScript whose exports become globals
    pub(super) includes: Vec<String>,
    /// The files that others read: modules, and what `actions.yaml` and notebooks name
    pub(super) required: BTreeSet<String>,
    /// Those of them that were read by the time when all includes had been loaded
    early: BTreeSet<String>,
    /// The definitions in the order of loading; without a path, what is loaded beside them
    pub(super) files: Vec<LoadedFile>,
    /// The actions in the order of definition
    pub(super) actions: Vec<TracedAction>,
    /// Which assertions depend on what: the reference, and the place of the assertion in `actions`
    pub(super) assertions: Vec<(Written, usize)>,
    /// The places of actions that unit tests are about
    pub(super) tested: Vec<usize>,
    /// The first action of the file that is being loaded
    first: ActionId,
    /// The action whose SQL is being made
    evaluated: Option<ActionId>,
    /// How many actions and tests the files so far have defined
    defined: (usize, usize),
}

/// How much a file defined
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedFile {
    /// The file
    pub path: String,
    /// Actions of the project
    pub actions: usize,
    /// Unit tests
    pub tests: usize,
}

/// What others may know of an action
#[derive(Debug, Clone, PartialEq)]
pub struct TracedAction {
    /// What kind it is
    pub kind: ActionKind,
    /// Without suffixes
    pub target: Target,
    /// Whether SQL can name it
    pub has_output: bool,
}

/// An action of a file that is not compiled this time
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// What kind it is
    pub kind: ActionKind,
    /// Without suffixes
    pub target: Target,
    /// Whether SQL can name it
    pub has_output: bool,
}

/// The code of a project
pub struct Sources<'a> {
    /// JavaScript whose exports become globals
    pub includes: &'a [String],
    /// JavaScript and SQLX
    pub definitions: &'a [String],
    /// The text of a file
    pub read: &'a dyn Fn(&str) -> Option<Arc<str>>,
    /// A SQLX file, where it has been taken apart
    pub parts: &'a dyn Fn(&str) -> Option<Rc<SqlxModule>>,
}

impl Trace {
    /// An empty one; nothing costly is noted unless `enabled`
    pub fn new(enabled: bool) -> Self {
        Self {
            enabled,
            ..Self::default()
        }
    }

    /// The same when the code of some files is known to have no effect on others
    #[must_use]
    pub fn with_harmless(mut self, files: HashSet<String>) -> Self {
        self.harmless = files;
        self
    }

    /// Whether the graph is a matter of time or chance
    pub fn asks_clock(&self) -> bool {
        self.clock
    }

    /// Why the project can only be compiled as a whole, if it can be
    pub fn entangled(&self) -> Option<&str> {
        self.entangled.as_deref()
    }

    /// Notes why files cannot be compiled apart from each other; the first reason is kept
    pub fn entangle(&mut self, reason: impl Into<String>) {
        self.entangled.get_or_insert_with(|| reason.into());
    }

    /// Notes that a file is read by another one
    pub fn reads(&mut self, path: &str) {
        if !self.required.contains(path) {
            self.required.insert(path.to_owned());
        }
    }

    /// Notes whose SQL is being made
    pub fn evaluates(&mut self, id: ActionId) {
        self.evaluated = Some(id);
    }

    /// Notes that project code reads or changes an action: one of another file is a tie between the two
    pub fn touch(&mut self, id: ActionId) {
        let own = match self.evaluated {
            Some(evaluated) => evaluated == id,
            None => id >= self.first,
        };
        if !own {
            self.entangle("an action is used in another file than its own");
        }
    }
}

impl Session {
    /// Takes in actions of files that are not compiled; before any other
    pub fn add_neighbours(&mut self, neighbours: Vec<Neighbour>) {
        for neighbour in neighbours {
            let body = match neighbour.kind {
                ActionKind::Declaration => Body::Declaration(Default::default()),
                _ => Body::Operation(Operation {
                    has_output: Some(neighbour.has_output),
                    ..Operation::default()
                }),
            };
            self.add(Action::new(neighbour.target, Target::default(), body));
        }
        self.neighbours = self.actions.len();
        self.trace.first = self.actions.len();
    }

    /// Notes that all includes have been loaded
    pub fn loaded_includes(&mut self) {
        self.loaded("");
        self.trace.early.clone_from(&self.trace.required);
    }

    /// Notes that a file has been loaded; without a path, something beside the definitions
    pub fn loaded(&mut self, path: &str) {
        let (actions, tests) = (self.order.len(), self.tests.len());
        let (actions_before, tests_before) = self.trace.defined;
        self.trace.files.push(LoadedFile {
            path: path.to_owned(),
            actions: actions - actions_before,
            tests: tests - tests_before,
        });
        self.trace.defined = (actions, tests);
        self.trace.first = self.actions.len();
    }

    /// The trace when all SQL has been made and names are not resolved yet
    pub fn finish_trace(&mut self, sources: &Sources<'_>) -> Trace {
        let mut trace = std::mem::take(&mut self.trace);
        if !trace.enabled {
            return trace;
        }
        if trace.defined != (self.order.len(), self.tests.len()) {
            trace.entangle("an action is defined while SQL is made");
        }
        if !self.jit_data.is_empty() {
            trace.entangle("files add to `jitData`");
        }
        let brings_assertions = |id: &ActionId| {
            let dependencies = &self.actions[*id].dependencies;
            dependencies
                .iter()
                .any(|written| written.with_assertions == Some(true))
        };
        if self.neighbours > 0 && self.order.iter().any(brings_assertions) {
            trace.entangle("an action depends on the assertions of others");
        }
        if trace.entangled.is_none()
            && let Some(reason) =
                effects::of_project(sources, &trace.required, &trace.early, &trace.harmless)
        {
            trace.entangle(reason);
        }
        let mut places = vec![usize::MAX; self.actions.len()];
        for (place, id) in self.order.iter().enumerate() {
            places[*id] = place;
        }
        trace.includes = sources.includes.to_vec();
        trace.actions = self
            .order
            .iter()
            .map(|id| traced(&self.actions[*id]))
            .collect();
        trace.assertions = self
            .assertions_by_dependency
            .iter()
            .filter(|(_, id)| *id >= self.neighbours)
            .map(|(written, id)| (written.clone(), places[*id]))
            .collect();
        trace.tested = self
            .tests
            .iter()
            .filter_map(|test| test.dataset.as_ref())
            .flat_map(|dataset| self.find(&Written::from(dataset)))
            .map(|id| places[id])
            .collect();
        trace
    }
}

fn traced(action: &Action) -> TracedAction {
    TracedAction {
        kind: crate::graph::kind_of(action),
        target: action.target.clone(),
        has_output: match &action.body {
            Body::Operation(operation) => operation.has_output == Some(true),
            _ => true,
        },
    }
}
