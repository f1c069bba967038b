//! A compiled graph for people: counts and names, or Graphviz

use std::collections::HashSet;

use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph, Target, readable};

use super::screen::{Colour, Screen};
use super::selection::selectable;
use crate::cache;

/// What is listed together, in the order of the lists
const GROUPS: [(&str, &[ActionKind]); 4] = [
    (
        "dataset",
        &[ActionKind::Table, ActionKind::View, ActionKind::Incremental],
    ),
    ("assertion", &[ActionKind::Assertion]),
    ("operation", &[ActionKind::Operation]),
    ("property graph", &[ActionKind::PropertyGraph]),
];

/// What the summary says of an action
pub struct Action {
    kind: ActionKind,
    /// `dataset.name`, with the dot even when there is no dataset
    name: String,
    disabled: bool,
}

impl From<cache::Action<'_>> for Action {
    fn from(action: cache::Action<'_>) -> Self {
        let name = action.name();
        Self {
            kind: action.kind(),
            name: if name.contains('.') {
                name
            } else {
                format!(".{name}")
            },
            disabled: action.disabled(),
        }
    }
}

/// The actions of a graph; `chosen` leaves others out
pub fn actions<'a>(
    graph: &'a CompiledGraph,
    chosen: Option<&'a HashSet<String>>,
) -> impl Iterator<Item = Action> + use<'a> {
    shown(graph, chosen).map(|action| Action {
        kind: action.kind(),
        name: short_name(action.target()),
        disabled: action.disabled(),
    })
}

/// The counts and, unless `quiet`, the names of the actions
pub fn summary(actions: impl Iterator<Item = Action>, quiet: bool, screen: Screen) -> String {
    let actions: Vec<Action> = actions.collect();
    let mut total = 0;
    let mut lists = String::new();
    for (name, kinds) in GROUPS {
        let group: Vec<&Action> = actions
            .iter()
            .filter(|action| kinds.contains(&action.kind))
            .collect();
        total += group.len();
        if group.is_empty() {
            continue;
        }
        let end = if quiet { "." } else { ":" };
        lists.push_str(&format!("{} {name}(s){end}\n", group.len()));
        for action in group.into_iter().filter(|_| !quiet) {
            let target = screen.paint(Colour::Callout, &action.name);
            let disabled = if action.disabled { " [disabled]" } else { "" };
            lists.push_str(&format!("  {target}{}{disabled}\n", note(action.kind)));
        }
    }
    let compiled = format!("Compiled {total} action(s).");
    format!("{}\n{lists}", screen.paint(Colour::Success, &compiled))
}

/// Graphviz: tables, assertions and operations, and what each depends on
pub fn dot(graph: &CompiledGraph, chosen: Option<&HashSet<String>>) -> String {
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    for (_, kinds) in GROUPS.into_iter().take(3) {
        for action in shown(graph, chosen).filter(|action| kinds.contains(&action.kind())) {
            let name = short_name(action.target());
            nodes.push(format!(
                "\"{name}\" [label=\"{name}{}\"]",
                note(action.kind())
            ));
            for dependency in action.dependency_targets() {
                edges.push(format!("\"{}\" -> \"{name}\"", short_name(dependency)));
            }
        }
    }
    format!(
        "digraph {{\n{};\n{};\n}}\n",
        nodes.join(";\n"),
        edges.join(";\n")
    )
}

/// Tables say of which type they are
fn note(kind: ActionKind) -> String {
    if GROUPS[0].1.contains(&kind) {
        format!(" [{}]", kind.as_str())
    } else {
        String::new()
    }
}

fn shown<'a>(
    graph: &'a CompiledGraph,
    chosen: Option<&'a HashSet<String>>,
) -> impl Iterator<Item = ActionRef<'a>> + use<'a> {
    selectable(graph).filter(move |action| {
        chosen.is_none_or(|chosen| chosen.contains(&readable(action.target())))
    })
}

fn short_name(target: &Target) -> String {
    format!(
        "{}.{}",
        target.schema.as_deref().unwrap_or_default(),
        target.name
    )
}
