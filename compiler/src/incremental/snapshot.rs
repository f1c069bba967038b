//! What a compilation is remembered by: its actions as far as others may know of them

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::trace::{Neighbour, Trace};
use crate::Compilation;
use crate::action::Written;
use crate::graph::{ActionKind, ActionRef, CompiledGraph, Target};

/// A compiled project without its SQL; texts are borrowed from the compilation or from where it was stored
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot<'a> {
    /// In the order of definition
    #[serde(borrow)]
    pub actions: Vec<SnapshotAction<'a>>,
    /// Targets that are depended on and no actions; their numbers follow those of the actions
    pub others: Vec<Name<'a>>,
    /// Why an edit needs the whole project compiled, if it does
    pub entangled: Option<Cow<'a, str>>,
    /// The definitions in the order of loading; without a path, what is loaded beside them
    pub files: Vec<DefinitionFile<'a>>,
    /// JavaScript whose exports become globals
    pub includes: Vec<Cow<'a, str>>,
    /// The files that others read: modules, and what `actions.yaml` and notebooks name
    pub required: Vec<Cow<'a, str>>,
    /// The actions that unit tests are about
    tested: Vec<u32>,
    /// Which assertions depend on what
    assertions: Vec<(Reference<'a>, u32)>,
}

/// An action as far as others may know of it
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SnapshotAction<'a> {
    /// What kind it is
    pub kind: ActionKind,
    /// Its identity, with suffixes
    #[serde(borrow)]
    pub target: Name<'a>,
    /// Without suffixes, where that is something else
    raw: Option<Name<'a>>,
    /// Without suffixes and later changes, where that is something else than without suffixes
    canonical: Option<Name<'a>>,
    /// Whether SQL can name it
    has_output: bool,
    /// The file that it says it is of; empty where it says none
    pub file_name: Cow<'a, str>,
    /// Tags
    pub tags: Vec<Cow<'a, str>>,
    /// Whether a run leaves it out
    pub disabled: bool,
    /// What it depends on, by numbers
    dependencies: Vec<u32>,
}

/// The parts of a target
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Name<'a> {
    /// The dataset
    #[serde(borrow)]
    pub schema: Option<Cow<'a, str>>,
    /// The name within the dataset
    pub name: Cow<'a, str>,
    /// The Google Cloud project
    pub database: Option<Cow<'a, str>>,
}

/// A reference as it was written
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    target: Name<'a>,
    with_assertions: Option<bool>,
}

/// How much a file defined
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionFile<'a> {
    /// The file
    pub path: Cow<'a, str>,
    /// Actions
    pub actions: u32,
    /// Unit tests
    pub tests: u32,
}

/// An action of the graph that is replaced
#[derive(Debug, Clone, Copy)]
pub struct Replaced<'a> {
    /// Its place in the order of definition
    pub number: usize,
    /// The action that takes its place
    pub action: ActionRef<'a>,
}

impl<'a> Snapshot<'a> {
    /// The snapshot of a compilation without errors that was traced; `None` if it cannot be told which
    /// entry of the graph is which action
    pub fn of(compilation: &'a Compilation) -> Option<Self> {
        let trace = &compilation.trace;
        let mut snapshot = Self {
            entangled: trace.entangled.as_deref().map(Cow::Borrowed),
            includes: trace.includes.iter().map(|path| borrowed(path)).collect(),
            required: trace.required.iter().map(|path| borrowed(path)).collect(),
            ..Self::default()
        };
        let mut numbers = Numbers::default();
        let actions = in_order_of_definition(&compilation.graph, trace)?;
        for action in &actions {
            numbers.add(action.target());
        }
        for (action, traced) in actions.iter().zip(&trace.actions) {
            let mut made = described(*action, &traced.target, traced.has_output);
            made.dependencies = action
                .dependency_targets()
                .iter()
                .map(|target| numbers.of(target))
                .collect();
            snapshot.actions.push(made);
        }
        snapshot.others = numbers.others;
        snapshot.files = trace.files.iter().filter_map(definition_file).collect();
        snapshot.tested = trace
            .tested
            .iter()
            .filter_map(|place| small(*place))
            .collect();
        snapshot.assertions = assertions(trace, small)?;
        Some(snapshot)
    }

    /// What an action depends on
    pub fn dependencies(&self, action: &SnapshotAction<'a>) -> impl Iterator<Item = &Name<'a>> {
        action.dependencies.iter().filter_map(|number| {
            let number = *number as usize;
            match self.actions.get(number) {
                Some(action) => Some(&action.target),
                None => self.others.get(number - self.actions.len()),
            }
        })
    }

    /// The actions in the order of the graph: by kinds, each in the order of definition
    pub fn in_order_of_graph(&self) -> impl Iterator<Item = &SnapshotAction<'a>> {
        LISTS.into_iter().flat_map(|list| {
            let listed = move |action: &&SnapshotAction<'a>| action.kind.shares_list(list);
            self.actions.iter().filter(listed)
        })
    }

    /// The actions that files other than `changed` define, as far as those can be compiled apart
    pub(super) fn neighbours(&self, changed: &BTreeSet<&str>) -> Option<Vec<Neighbour>> {
        let mut neighbours = Vec::with_capacity(self.actions.len());
        for (file, places) in self.places() {
            if changed.contains(&*file.path) {
                let tested = |number: &u32| places.contains(&(*number as usize));
                if file.tests > 0 || self.tested.iter().any(tested) {
                    return None;
                }
                continue;
            }
            for action in self.actions.get(places)? {
                neighbours.push(Neighbour {
                    kind: action.kind,
                    target: action.raw().to_target(),
                    has_output: action.has_output,
                });
            }
        }
        Some(neighbours)
    }

    /// The snapshot after `changed` have been compiled again, and what that replaces in the graph; `None` when
    /// other files could notice the difference, or something is wrong now
    pub fn update(
        &mut self,
        compilation: &'a Compilation,
        changed: &BTreeSet<&str>,
    ) -> Option<Vec<Replaced<'a>>> {
        let trace = &compilation.trace;
        if trace.clock || trace.entangled.is_some() {
            return None;
        }
        let places = self.changed_places(trace, changed)?;
        let actions = in_order_of_definition(&compilation.graph, trace)?;
        if !self.same_assertions(trace, &places) {
            return None;
        }
        let mut numbers = Numbers::of_snapshot(self);
        let mut replaced = Vec::with_capacity(places.len());
        for ((action, traced), place) in actions.iter().zip(&trace.actions).zip(&places) {
            let mut made = described(*action, &traced.target, traced.has_output);
            let targets = action.dependency_targets();
            made.dependencies = targets.iter().map(|target| numbers.of(target)).collect();
            let known = self.actions.get(*place)?;
            if !known.is_same_to_others(&made) {
                return None;
            }
            self.actions[*place] = made;
            replaced.push(Replaced {
                number: *place,
                action: *action,
            });
        }
        self.others = numbers.others;
        let known: HashSet<&str> = self.required.iter().map(|path| &**path).collect();
        let new: Vec<_> = trace
            .required
            .iter()
            .filter(|path| !known.contains(path.as_str()))
            .map(|path| borrowed(path))
            .collect();
        self.required.extend(new);
        if places.iter().any(|place| self.leads_back(*place)) {
            return None;
        }
        Some(replaced)
    }

    /// The places of the actions of `changed`, if those files define as many as before
    fn changed_places(&self, trace: &Trace, changed: &BTreeSet<&str>) -> Option<Vec<usize>> {
        let mut now = trace.files.iter().filter_map(definition_file);
        let mut places = Vec::new();
        for (file, range) in self.places() {
            if changed.contains(&*file.path) {
                let same = now.next()?;
                if same != *file {
                    return None;
                }
                places.extend(range);
            }
        }
        (now.next().is_none() && places.len() == trace.actions.len()).then_some(places)
    }

    fn same_assertions(&self, trace: &Trace, places: &[usize]) -> bool {
        let own: HashSet<u32> = places.iter().filter_map(|place| small(*place)).collect();
        let known = self
            .assertions
            .iter()
            .filter(|(_, number)| own.contains(number));
        let now = assertions(trace, |place| small(*places.get(place)?));
        now.is_some_and(|now| known.eq(now.iter()))
    }

    fn places(&self) -> impl Iterator<Item = (&DefinitionFile<'a>, std::ops::Range<usize>)> {
        let mut next = 0;
        self.files.iter().map(move |file| {
            let start = next;
            next += file.actions as usize;
            (file, start..next)
        })
    }

    /// Whether the dependencies of an action lead back to it
    fn leads_back(&self, start: usize) -> bool {
        let mut seen = HashSet::new();
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            let Some(action) = self.actions.get(place) else {
                continue;
            };
            for next in action.dependencies.iter().map(|number| *number as usize) {
                if next == start {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    }
}

/// One kind of each list of the graph, in its order
const LISTS: [ActionKind; 7] = [
    ActionKind::Table,
    ActionKind::Operation,
    ActionKind::Assertion,
    ActionKind::Declaration,
    ActionKind::Notebook,
    ActionKind::DataPreparation,
    ActionKind::PropertyGraph,
];

impl<'a> SnapshotAction<'a> {
    fn raw(&self) -> &Name<'a> {
        self.raw.as_ref().unwrap_or(&self.target)
    }

    /// Whether no other action can tell the two from each other
    fn is_same_to_others(&self, other: &Self) -> bool {
        self.kind.shares_list(other.kind)
            && self.target == other.target
            && self.raw == other.raw
            && self.canonical == other.canonical
            && self.has_output == other.has_output
    }
}

impl<'a> Name<'a> {
    fn new(target: &'a Target) -> Self {
        Self {
            schema: target.schema.as_deref().map(Cow::Borrowed),
            name: borrowed(&target.name),
            database: target.database.as_deref().map(Cow::Borrowed),
        }
    }

    /// The same as a value of its own
    pub fn to_target(&self) -> Target {
        Target {
            schema: self.schema.as_deref().map(str::to_owned),
            name: self.name.clone().into_owned(),
            database: self.database.as_deref().map(str::to_owned),
        }
    }
}

/// Numbers of targets
#[derive(Default)]
struct Numbers<'a> {
    known: HashMap<Name<'a>, u32>,
    actions: usize,
    others: Vec<Name<'a>>,
}

impl<'a> Numbers<'a> {
    fn of_snapshot(snapshot: &Snapshot<'a>) -> Self {
        let mut numbers = Self {
            others: snapshot.others.clone(),
            ..Self::default()
        };
        let others = snapshot.others.iter().cloned();
        let names = snapshot.actions.iter().map(|action| action.target.clone());
        for (number, name) in (0..).zip(names.chain(others)) {
            numbers.known.insert(name, number);
        }
        numbers.actions = snapshot.actions.len();
        numbers
    }

    fn add(&mut self, target: &'a Target) {
        let number = u32::try_from(self.actions).unwrap_or(u32::MAX);
        self.known.insert(Name::new(target), number);
        self.actions += 1;
    }

    fn of(&mut self, target: &'a Target) -> u32 {
        let name = Name::new(target);
        if let Some(number) = self.known.get(&name) {
            return *number;
        }
        let number = u32::try_from(self.actions + self.others.len()).unwrap_or(u32::MAX);
        self.others.push(name.clone());
        self.known.insert(name, number);
        number
    }
}

fn borrowed(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}

fn small(number: usize) -> Option<u32> {
    u32::try_from(number).ok()
}

fn definition_file(file: &super::trace::LoadedFile) -> Option<DefinitionFile<'_>> {
    Some(DefinitionFile {
        path: borrowed(&file.path),
        actions: small(file.actions)?,
        tests: small(file.tests)?,
    })
    .filter(|file| !file.path.is_empty() || file.actions > 0)
}

fn assertions<'a>(
    trace: &'a Trace,
    number: impl Fn(usize) -> Option<u32>,
) -> Option<Vec<(Reference<'a>, u32)>> {
    let reference = |written: &'a Written| Reference {
        target: Name {
            schema: written.schema.as_deref().map(Cow::Borrowed),
            name: borrowed(&written.name),
            database: written.database.as_deref().map(Cow::Borrowed),
        },
        with_assertions: written.with_assertions,
    };
    let entries = trace.assertions.iter();
    entries
        .map(|(written, place)| Some((reference(written), number(*place)?)))
        .collect()
}

fn described<'a>(action: ActionRef<'a>, raw: &'a Target, has_output: bool) -> SnapshotAction<'a> {
    let target = action.target();
    SnapshotAction {
        kind: action.kind(),
        target: Name::new(target),
        raw: (raw != target).then(|| Name::new(raw)),
        canonical: action
            .canonical_target()
            .filter(|canonical| *canonical != raw)
            .map(Name::new),
        has_output,
        file_name: borrowed(action.file_name()),
        tags: action.tags().iter().map(|tag| borrowed(tag)).collect(),
        disabled: action.disabled(),
        dependencies: Vec::new(),
    }
}

/// The actions of the graph in the order of definition; `None` if some are not in it
fn in_order_of_definition<'a>(
    graph: &'a CompiledGraph,
    trace: &Trace,
) -> Option<Vec<ActionRef<'a>>> {
    let mut lists: [Vec<ActionRef<'a>>; LISTS.len()] = Default::default();
    let list_of = |kind: ActionKind| LISTS.iter().position(|list| kind.shares_list(*list));
    for action in graph.actions() {
        lists[list_of(action.kind())?].push(action);
    }
    let mut lists = lists.map(|list| list.into_iter());
    let actions: Option<Vec<_>> = trace
        .actions
        .iter()
        .map(|traced| lists[list_of(traced.kind)?].next())
        .collect();
    let rest = lists.iter().any(|list| list.len() > 0);
    actions.filter(|_| !rest)
}
