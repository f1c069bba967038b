//! Principal components: a row along each direction

use crate::pca::Components;
use crate::program::{Builder, NodeId};

/// `principal_component_<n>`
pub fn outputs(
    components: &Components,
    slots: NodeId,
    build: &mut Builder,
) -> Vec<(String, NodeId)> {
    let means = build.row(components.means.clone());
    let centered = build.subtract(slots, means);
    let table: Vec<Vec<f64>> = (0..components.means.len())
        .map(|slot| {
            let parts = components.components.iter();
            parts.map(|component| component.direction[slot]).collect()
        })
        .collect();
    let scores = build.matmul(centered, &table);
    (0..components.components.len())
        .map(|at| {
            let score = build.column(scores, at);
            let name = format!("principal_component_{}", at + 1);
            (name, build.stack(vec![score]))
        })
        .collect()
}
