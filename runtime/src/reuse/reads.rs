//! Which tables, models and sources an action's result depends on, by the names in its SQL and in that
//! of the views it reads

use std::collections::{BTreeMap, BTreeSet, HashMap};

use googlesql::PhysicalName;
use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph, Target};

use super::definition::texts;
use super::words::Words;

/// The names of a project and its warehouse
pub struct Names<'a> {
    /// Each of a target's names, with the targets that have it
    known: HashMap<String, Vec<Target>>,
    actions: HashMap<&'a Target, ActionRef<'a>>,
}

/// What an action reads
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// By full name
    pub targets: BTreeMap<String, Target>,
    /// Why nobody can tell whether its result would be the same: a fragment
    pub untold: Option<String>,
}

impl<'a> Names<'a> {
    /// Those of a graph, and of the tables that the warehouse has besides
    pub fn new(graph: &'a CompiledGraph, tables: &[PhysicalName]) -> Self {
        let config = graph.project_config.as_ref();
        let project = config.and_then(|config| config.default_database.as_deref());
        let dataset = config.and_then(|config| {
            let name = config.default_schema.as_deref()?;
            let suffix = config.schema_suffix.as_deref().filter(|it| !it.is_empty());
            Some(suffix.map_or_else(|| name.to_owned(), |suffix| format!("{name}_{suffix}")))
        });
        let dataset = dataset.as_deref();
        let mut names = Self {
            known: HashMap::new(),
            actions: graph
                .actions()
                .map(|action| (action.target(), action))
                .collect(),
        };
        let own: Vec<Target> = names.actions.keys().map(|&target| target.clone()).collect();
        for target in own {
            names.add(target, project, dataset);
        }
        for table in tables {
            let (database, schema) = match table.schema.rsplit_once('.') {
                Some((database, schema)) => (Some(database), schema),
                None => (project, table.schema.as_str()),
            };
            let target = Target {
                database: database.map(str::to_owned),
                schema: Some(schema.to_owned()),
                name: table.name.clone(),
            };
            let known = names.known.get(&target.to_string().to_lowercase());
            if known.is_none_or(Vec::is_empty) {
                names.add(target, project, dataset);
            }
        }
        names
    }

    fn add(&mut self, target: Target, project: Option<&str>, dataset: Option<&str>) {
        let mut names = BTreeSet::from([target.to_string()]);
        if target.schema.as_deref() == dataset {
            names.insert(target.name.clone());
        }
        if let Some(schema) = &target.schema {
            names.insert(format!("{schema}.{}", target.name));
            if let Some(project) = target.database.as_deref().or(project) {
                names.insert(format!("{project}.{schema}.{}", target.name));
            }
        }
        for name in names {
            let same = self.known.entry(name.to_lowercase()).or_default();
            if !same.contains(&target) {
                same.push(target.clone());
            }
        }
    }

    /// The action that writes to a target
    pub fn action(&self, target: &Target) -> Option<ActionRef<'a>> {
        self.actions.get(target).copied()
    }

    /// What an action reads, through views too
    pub fn reads(&self, action: ActionRef<'a>) -> Reads {
        let mut reads = Reads::default();
        let mut seen = BTreeSet::from([action.target().to_string()]);
        self.collect(action, false, &mut seen, &mut reads);
        reads
    }

    /// `through` a view: its words are not those of the action itself
    fn collect(
        &self,
        action: ActionRef<'a>,
        through: bool,
        seen: &mut BTreeSet<String>,
        reads: &mut Reads,
    ) {
        let mut found: Vec<Target> = Vec::new();
        for target in action.dependency_targets() {
            // what only has to come first is no input: its rows are not read
            let ordering = matches!(
                self.action(target).map(|action| action.kind()),
                Some(ActionKind::Assertion | ActionKind::Operation) | None
            );
            if !ordering {
                found.push(target.clone());
            }
        }
        if is_made_while_it_runs(action) {
            reads.note(|| "its SQL is made while it runs".to_owned());
        }
        for text in texts(action) {
            let words = Words::of(text);
            if let Some(word) = words.unsteady {
                reads.note(|| match action.target().to_string() {
                    name if through => format!("`{name}` uses {word}"),
                    _ => format!("its SQL uses {word}"),
                });
            }
            for path in &words.paths {
                found.extend(self.targets(path));
            }
            for call in words.calls {
                if self.targets(&call).is_empty() {
                    let name = call.join(".");
                    reads.note(|| format!("it calls `{name}`, whose body may have changed"));
                }
            }
        }
        for target in found {
            let name = target.to_string();
            if !seen.insert(name.clone()) {
                continue;
            }
            let view = self.action(&target).filter(|action| is_view(*action));
            reads.targets.insert(name, target);
            if let Some(view) = view {
                self.collect(view, true, seen, reads);
            }
        }
    }

    /// The targets that a path may mean: a name alone and parts of a longer path count too
    fn targets(&self, path: &[String]) -> Vec<Target> {
        let mut found = Vec::new();
        for from in 0..path.len() {
            for to in from + 1..=path.len().min(from + 3) {
                let name = path[from..to].join(".").to_lowercase();
                match name.strip_suffix('*') {
                    Some(prefix) => {
                        let same = self
                            .known
                            .iter()
                            .filter(|(known, _)| known.starts_with(prefix));
                        found.extend(same.flat_map(|(_, targets)| targets.clone()));
                    }
                    None => found.extend(self.known.get(&name).into_iter().flatten().cloned()),
                }
            }
        }
        found
    }
}

impl Reads {
    fn note(&mut self, why: impl FnOnce() -> String) {
        self.untold.get_or_insert_with(why);
    }
}

/// Whether reading an action's output runs its query
pub fn is_view(action: ActionRef<'_>) -> bool {
    matches!(action.kind(), ActionKind::View | ActionKind::Assertion)
}

fn is_made_while_it_runs(action: ActionRef<'_>) -> bool {
    match action {
        ActionRef::Table(table) => table.jit_code.is_some(),
        ActionRef::Operation(operation) => operation.jit_code.is_some(),
        ActionRef::Assertion(assertion) => assertion.jit_code.is_some(),
        _ => false,
    }
}
