//! What a name in project code stands for

use crate::action::{ActionId, Body, Detail, Raise, Session, Written};
use crate::graph::Target;
use crate::value::{Value, quoted};

impl Session {
    /// Makes actions findable by name; called when all files have been loaded
    pub fn index_names(&mut self) {
        self.names.clear();
        for id in (0..self.neighbours).chain(self.order.iter().copied()) {
            self.names
                .entry(self.actions[id].target.name.clone())
                .or_default()
                .push(id);
        }
    }

    /// The actions that a reference may mean, in the order of definition
    pub fn find(&self, written: &Written) -> Vec<ActionId> {
        self.names
            .get(&written.name)
            .map(|ids| {
                ids.iter()
                    .copied()
                    .filter(|id| written.matches(&self.actions[*id].target))
                    .collect()
            })
            .unwrap_or_default()
    }

    /// `ref` in the SQL of an action: a dependency, and the name in backticks
    pub fn reference(&mut self, id: ActionId, arguments: &[Value]) -> Result<String, Raise> {
        let (written, shown) = Written::from_arguments(arguments)?;
        self.depend(id, written.clone());
        Ok(self.resolve(id, &written, &shown))
    }

    /// `resolve` in the SQL of an action: the name in backticks
    pub fn resolve_arguments(
        &mut self,
        id: ActionId,
        arguments: &[Value],
    ) -> Result<String, Raise> {
        let (written, shown) = Written::from_arguments(arguments)?;
        Ok(self.resolve(id, &written, &shown))
    }

    /// `self`: the action's own name in backticks
    pub fn resolve_self(&mut self, id: ActionId) -> String {
        let written = Written::from(&self.actions[id].target);
        let shown = written.to_json();
        self.resolve(id, &written, &shown)
    }

    /// `name`: the action's own name, with the prefix
    pub fn name_of(&self, id: ActionId) -> String {
        self.finalize(&self.actions[id].target).name
    }

    /// `schema`: the action's own dataset, with the suffix
    pub fn schema_of(&self, id: ActionId) -> Option<String> {
        self.finalize(&self.actions[id].target).schema
    }

    /// `database`: the action's own project, with the suffix; without one, an error is reported
    pub fn database_of(&mut self, id: ActionId) -> String {
        let database = self.finalize(&self.actions[id].target).database;
        database.unwrap_or_else(|| {
            self.report("Warehouse does not support multiple databases", None, None);
            String::new()
        })
    }

    /// The name in backticks; an error is reported and gives nothing
    pub fn resolve(&mut self, id: ActionId, written: &Written, shown: &str) -> String {
        let found = self.find(written);
        match found.as_slice() {
            [] => {
                let detail = Detail::UnknownRef {
                    written: written.clone(),
                    by: self.by(id),
                };
                self.report_detail(format!("Could not resolve {shown}"), None, None, detail);
                String::new()
            }
            [found] => self.resolved(id, *found, written),
            several => {
                let plain = shown == quoted(&written.name);
                let shown = if plain { &written.name } else { shown };
                let candidates = self.targets_of(several);
                let message = ambiguous(shown, &candidates);
                let detail = Detail::AmbiguousRef {
                    written: written.clone(),
                    by: self.by(id),
                    candidates,
                };
                self.report_detail(message, None, None, detail);
                String::new()
            }
        }
    }

    fn resolved(&mut self, by: ActionId, id: ActionId, written: &Written) -> String {
        let action = &self.actions[id];
        let target = match &action.body {
            Body::Declaration(_) => action.target.clone(),
            Body::Operation(operation) if operation.has_output != Some(true) => {
                let detail = Detail::NoOutput {
                    written: written.clone(),
                    by: self.by(by),
                    operation: action.target.clone(),
                };
                self.report_detail(
                    "Actions cannot resolve operations which do not produce output.",
                    None,
                    None,
                    detail,
                );
                return String::new();
            }
            _ => self.finalize(&action.target),
        };
        in_backticks(&target)
    }

    /// The targets of some actions, without suffixes
    pub fn targets_of(&self, ids: &[ActionId]) -> Vec<Target> {
        ids.iter()
            .map(|id| self.actions[*id].target.clone())
            .collect()
    }
}

/// A target as it stands in SQL
pub fn in_backticks(target: &Target) -> String {
    let parts: Vec<&str> = [target.database.as_deref(), target.schema.as_deref()]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .chain([target.name.as_str()])
        .collect();
    format!("`{}`", parts.join("."))
}

/// Dataform's message about a reference with several meanings
pub fn ambiguous(shown: &str, candidates: &[Target]) -> String {
    let list: Vec<String> = candidates
        .iter()
        .map(|target| {
            let schema = target.schema.as_deref().unwrap_or_default();
            format!("{schema}.{}", target.name)
        })
        .collect();
    format!(
        "Ambiguous Action name: {shown}. Did you mean one of: {}.",
        list.join(", ")
    )
}
