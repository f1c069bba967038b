//! A graph of what was selected alone

use std::collections::HashSet;

use sqlx_compiler::{CompiledGraph, Target};

use super::Selected;

impl Selected<'_> {
    /// The graph that it was selected from, with nothing else in it; dependencies on what is left out stay
    pub fn prune(&self, graph: &CompiledGraph) -> CompiledGraph {
        let mut pruned = graph.clone();
        let mut position = 0;
        let mut keep = || {
            position += 1;
            self.chosen.contains_key(&(position - 1))
        };
        pruned.tables.retain(|_| keep());
        pruned.operations.retain(|_| keep());
        pruned.assertions.retain(|_| keep());
        pruned.declarations.retain(|_| keep());
        pruned.notebooks.retain(|_| keep());
        pruned.data_preparations.retain(|_| keep());
        pruned.property_graphs.retain(|_| keep());
        pruned.vertex_actions.retain(|_| keep());
        pruned.tests.retain(|_| keep());
        let kept: HashSet<&Target> = self
            .chosen_items()
            .filter_map(|item| item.action())
            .flat_map(|action| [Some(action.target()), action.canonical_target()])
            .flatten()
            .collect();
        pruned.targets.retain(|target| kept.contains(target));
        pruned
    }
}
