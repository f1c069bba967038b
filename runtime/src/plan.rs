//! What a run will do: the selected actions in dependency order

use std::sync::Arc;

use diagnostic::Diagnostic;
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use sqlx_compiler::{ActionKind, ActionRef, Compilation, CompiledGraph, Target};

use crate::event::ActionInfo;
use crate::select::{Edges, Item, Selection, select};

/// The selected actions of a compiled project, each after what it depends on
pub struct Plan {
    /// The project
    pub compilation: Arc<Compilation>,
    /// In dependency order
    pub actions: Vec<PlannedAction>,
    /// Actions of the project, selected or not
    pub actions_in_project: usize,
    /// What was asked for
    pub selection: Selection,
    /// Whether incremental tables are rebuilt
    pub full_refresh: bool,
}

/// An action of a plan
#[derive(Debug, Clone)]
pub struct PlannedAction {
    /// `dataset.name`
    pub name: String,
    /// What kind of action it is
    pub kind: ActionKind,
    /// The file that defines it
    pub file: String,
    /// Whether the project disables it
    pub disabled: bool,
    /// Positions in the plan of what it waits for
    pub dependencies: Vec<usize>,
    /// Position among the actions of the graph
    position: usize,
}

impl Plan {
    /// Selects and orders
    ///
    /// # Errors
    /// What [`select`] rejects
    pub fn new(
        compilation: Arc<Compilation>,
        selection: Selection,
        full_refresh: bool,
    ) -> Result<Self, Diagnostic> {
        let selected = select(&compilation.graph, &selection)?;
        let selected = selected.only(Item::runs, "action to run")?;
        let (positions, chosen): (Vec<usize>, Vec<ActionRef<'_>>) = selected
            .chosen
            .keys()
            .filter_map(|&position| Some((position, selected.items[position].action()?)))
            .unzip();
        let edges = Edges::new(&chosen);
        let order = order(&edges);
        let mut place = vec![0; order.len()];
        for (position, &index) in order.iter().enumerate() {
            place[index] = position;
        }
        let actions = order
            .iter()
            .map(|&index| {
                let action = chosen[index];
                PlannedAction {
                    name: display_name(action.target()),
                    kind: action.kind(),
                    file: action.file_name().to_owned(),
                    disabled: action.disabled(),
                    dependencies: edges.dependencies[index]
                        .iter()
                        .map(|&dependency| place[dependency])
                        .collect(),
                    position: positions[index],
                }
            })
            .collect();
        let actions_in_project = selected.items.iter().filter(|item| item.runs()).count();
        Ok(Self {
            actions,
            actions_in_project,
            selection,
            full_refresh,
            compilation,
        })
    }

    /// The compiled action at a position of the plan
    pub fn action(&self, index: usize) -> Option<ActionRef<'_>> {
        let planned = self.actions.get(index)?;
        nth(&self.compilation.graph, planned.position)
    }

    /// The plan's actions as the event stream names them
    pub fn infos(&self) -> Vec<ActionInfo> {
        self.actions
            .iter()
            .map(|action| ActionInfo {
                action: action.name.clone(),
                kind: action.kind.as_str().to_owned(),
                file: action.file.clone(),
            })
            .collect()
    }
}

/// `dataset.name`, or the name alone
pub fn display_name(target: &Target) -> String {
    match &target.schema {
        Some(dataset) => format!("{dataset}.{}", target.name),
        None => target.name.clone(),
    }
}

/// Dependencies first, otherwise in the graph's order
fn order(edges: &Edges) -> Vec<usize> {
    let mut graph = DiGraph::<(), ()>::with_capacity(edges.dependencies.len(), 0);
    // petgraph visits later nodes first, so they are added backwards
    let count = edges.dependencies.len();
    for _ in 0..count {
        graph.add_node(());
    }
    let node = |index: usize| NodeIndex::new(count - 1 - index);
    for (index, dependencies) in edges.dependencies.iter().enumerate() {
        for &dependency in dependencies {
            graph.add_edge(node(dependency), node(index), ());
        }
    }
    match toposort(&graph, None) {
        Ok(sorted) => sorted
            .into_iter()
            .map(|node| count - 1 - node.index())
            .collect(),
        // the compiler reports cycles, and a graph with one is not run
        Err(_) => (0..count).collect(),
    }
}

/// The same as `actions().nth(position)`, without walking there
fn nth(graph: &CompiledGraph, position: usize) -> Option<ActionRef<'_>> {
    let mut rest = position;
    macro_rules! list {
        ($field:ident, $kind:ident) => {
            match graph.$field.get(rest) {
                Some(action) => return Some(ActionRef::$kind(action)),
                None => rest -= graph.$field.len(),
            }
        };
    }
    list!(tables, Table);
    list!(operations, Operation);
    list!(assertions, Assertion);
    list!(declarations, Declaration);
    list!(notebooks, Notebook);
    list!(data_preparations, DataPreparation);
    list!(property_graphs, PropertyGraph);
    graph.vertex_actions.get(rest).map(ActionRef::Vertex)
}
