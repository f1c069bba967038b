//! Dependencies: from what was written to actions

use rustc_hash::FxHashMap;

use super::resolve::ambiguous;
use crate::action::{ActionId, Body, Detail, Session, readable};
use crate::graph::Target;

/// Which assertions depend on what, by the name of that
type Assertions = FxHashMap<String, Vec<(crate::action::Written, ActionId)>>;

impl Session {
    /// Resolves the dependencies of every action whose SQL could be made, type by type
    pub fn resolve_dependencies(&mut self) {
        let order: Vec<ActionId> = self.order.clone();
        let phases: [fn(&Body) -> bool; 6] = [
            |body| matches!(body, Body::Table(_)),
            |body| matches!(body, Body::Assertion(_)),
            |body| matches!(body, Body::Operation(_)),
            |body| matches!(body, Body::Notebook(_)),
            |body| matches!(body, Body::DataPreparation(_)),
            |body| matches!(body, Body::PropertyGraph(_)),
        ];
        let mut assertions = Assertions::default();
        for (written, id) in &self.assertions_by_dependency {
            let list = assertions.entry(written.name.clone()).or_default();
            list.push((written.clone(), *id));
        }
        for phase in phases {
            for id in &order {
                let action = &self.actions[*id];
                if phase(&action.body) && action.compiled {
                    self.resolve_dependencies_of(*id, &assertions);
                }
            }
        }
    }

    fn resolve_dependencies_of(&mut self, id: ActionId, assertions: &Assertions) {
        let mut resolved: Vec<Target> = Vec::new();
        for written in std::mem::take(&mut self.actions[id].dependencies) {
            let found = self.find(&written);
            let [dependency] = found.as_slice() else {
                self.report_dependency(id, &written, &found);
                continue;
            };
            add(&mut resolved, self.dependency_target(*dependency));
            if written.with_assertions == Some(true) {
                for (known, assertion) in assertions.get(&written.name).into_iter().flatten() {
                    if covers(known, &written) {
                        add(&mut resolved, self.dependency_target(*assertion));
                    }
                }
            }
        }
        self.actions[id].resolved = resolved;
    }

    /// The target of a dependency as it will stand in the graph
    fn dependency_target(&self, id: ActionId) -> Target {
        let action = &self.actions[id];
        match action.body {
            Body::Declaration(_) => action.target.clone(),
            _ => self.finalize(&action.target),
        }
    }

    fn report_dependency(
        &mut self,
        id: ActionId,
        written: &crate::action::Written,
        found: &[ActionId],
    ) {
        let action = &self.actions[id];
        let (file, target) = (action.file_name.clone(), action.target.clone());
        let (message, detail) = if found.is_empty() {
            let message = format!(
                "Missing dependency detected: Action \"{}\" depends on \"{}\" which does not exist",
                readable(&target),
                written.to_json()
            );
            let detail = Detail::UnknownRef {
                written: written.clone(),
                by: self.by(id),
            };
            (message, detail)
        } else {
            let candidates = self.targets_of(found);
            let message = ambiguous(&written.to_json(), &candidates);
            let detail = Detail::AmbiguousRef {
                written: written.clone(),
                by: self.by(id),
                candidates,
            };
            (message, detail)
        };
        self.report_detail(message, file, Some(&target), detail);
    }
}

/// Whether what an assertion wrote has at least the parts that are asked for
fn covers(known: &crate::action::Written, asked: &crate::action::Written) -> bool {
    let same = |known: &Option<String>, asked: &Option<String>| {
        asked.is_none() || known.as_deref() == asked.as_deref()
    };
    known.name == asked.name
        && same(&known.schema, &asked.schema)
        && same(&known.database, &asked.database)
}

/// Adds a target once
fn add(resolved: &mut Vec<Target>, target: Target) {
    if !resolved.contains(&target) {
        resolved.push(target);
    }
}
