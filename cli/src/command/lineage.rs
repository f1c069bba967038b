//! `lineage`: what a column is made of, or what is made of it

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Diagnostic;
use googlesql::{Origin, PhysicalName};
use serde_json::{Value as Json, json};
use sqlx_runtime::{Direction, Edge, EdgeKind, Lineage, dotted, names};

use super::check::of_project;
use crate::arguments::{GlobalArguments, LineageArguments, LineageFormat};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, root};

/// The version of the JSON
const VERSION: u32 = 1;

/// Finds the columns and prints what leads to them or away
pub fn lineage(global: &GlobalArguments, arguments: &LineageArguments, printer: &Printer) -> u8 {
    let printer = &printer.with_json(arguments.format == LineageFormat::Json);
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    match answer(global, arguments, &project) {
        Ok(text) => {
            printer.data(&text);
            exit::OK
        }
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn answer(
    global: &GlobalArguments,
    arguments: &LineageArguments,
    project: &Project,
) -> Result<String, Diagnostic> {
    let graph = &project.compilation.graph;
    let check = of_project(global, project)?;
    let lineage = Lineage::new(&check, graph, &names(graph));
    let roots = lineage.find(&arguments.wanted)?;
    let directions: &[Direction] = match (arguments.upstream, arguments.downstream) {
        (true, true) => &[Direction::Upstream, Direction::Downstream],
        (false, true) => &[Direction::Downstream],
        _ => &[Direction::Upstream],
    };
    Ok(match arguments.format {
        LineageFormat::Tree => directions
            .iter()
            .map(|direction| tree(&lineage, &roots, *direction))
            .collect::<Vec<_>>()
            .join("\n"),
        LineageFormat::Json => {
            let found = edges(&lineage, &roots, directions);
            let text = serde_json::to_string_pretty(&document(&lineage, &roots, &found));
            text.unwrap_or_default() + "\n"
        }
        LineageFormat::Dot => dot(&lineage, &edges(&lineage, &roots, directions), &roots),
    })
}

fn edges(lineage: &Lineage, roots: &[Origin], directions: &[Direction]) -> BTreeSet<Edge> {
    directions
        .iter()
        .flat_map(|direction| lineage.reach(roots, *direction))
        .collect()
}

/// Each asked column with what it is made of (or what is made of it) below it
fn tree(lineage: &Lineage, roots: &[Origin], direction: Direction) -> String {
    let edges = lineage.reach(roots, direction);
    let mut tree = Tree {
        lineage,
        edges: &edges,
        direction,
        shown: BTreeSet::new(),
        text: String::new(),
    };
    for root in roots {
        tree.text.push_str(&tree.label(root));
        tree.text.push('\n');
        tree.below(root, "");
    }
    let conditions = conditions(&edges, roots, direction);
    if !conditions.is_empty() {
        tree.text.push_str(match direction {
            Direction::Upstream => "rows are decided by\n",
            Direction::Downstream => "rows are decided in\n",
        });
    }
    for line in conditions {
        tree.text.push_str(&format!("  {line}\n"));
    }
    tree.text
}

struct Tree<'a> {
    lineage: &'a Lineage,
    edges: &'a [Edge],
    direction: Direction,
    shown: BTreeSet<Origin>,
    text: String,
}

impl Tree<'_> {
    fn below(&mut self, column: &Origin, indent: &str) {
        let next = self.next(column);
        // what has been shown in full is not shown again
        if !next.is_empty() && !self.shown.insert(column.clone()) {
            self.text.push_str(&format!("{indent}└─ (as above)\n"));
            return;
        }
        for (at, one) in next.iter().enumerate() {
            let last = at + 1 == next.len();
            let (branch, deeper) = if last {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            self.text
                .push_str(&format!("{indent}{branch}{}\n", self.label(one)));
            self.below(one, &format!("{indent}{deeper}"));
        }
    }

    fn next(&self, column: &Origin) -> Vec<Origin> {
        let values = self
            .edges
            .iter()
            .filter(|edge| edge.kind == EdgeKind::Value);
        let step = |edge: &Edge| {
            let made = made(edge)?;
            match self.direction {
                Direction::Upstream if made == *column => Some(edge.from.clone()),
                Direction::Downstream if edge.from == *column => Some(made),
                _ => None,
            }
        };
        let next: BTreeSet<Origin> = values.filter_map(step).collect();
        next.into_iter().collect()
    }

    fn label(&self, column: &Origin) -> String {
        match type_of(self.lineage, column) {
            Some(ty) => format!("{}  {ty}", written(column)),
            None => written(column),
        }
    }
}

fn conditions(edges: &[Edge], roots: &[Origin], direction: Direction) -> BTreeSet<String> {
    let conditions = edges.iter().filter(|edge| edge.kind == EdgeKind::Condition);
    let line = |edge: &Edge| match direction {
        Direction::Upstream => written(&edge.from),
        Direction::Downstream if roots.contains(&edge.from) => dotted(&edge.to),
        Direction::Downstream => format!("{}, by {}", dotted(&edge.to), written(&edge.from)),
    };
    conditions.map(line).collect()
}

fn document(lineage: &Lineage, roots: &[Origin], edges: &BTreeSet<Edge>) -> Json {
    let place =
        |column: &Origin| json!({ "table": dotted(&column.table), "column": column.column });
    let columns = columns(roots, edges);
    let tables: BTreeSet<&PhysicalName> = columns
        .iter()
        .map(|column| &column.table)
        .chain(edges.iter().map(|edge| &edge.to))
        .collect();
    let tables = tables.into_iter().map(|name| {
        let known = lineage.tables.get(name);
        let kind = known.and_then(|table| table.kind);
        json!({
            "table": dotted(name),
            "kind": kind.map_or("source", |kind| kind.as_str()),
            "file": known.and_then(|table| table.file.as_deref()),
        })
    });
    let columns = columns.iter().map(|column| {
        json!({
            "table": dotted(&column.table),
            "column": column.column,
            "type": type_of(lineage, column),
        })
    });
    let edges = edges.iter().map(|edge| {
        let mut to = json!({ "table": dotted(&edge.to) });
        if let Some(column) = &edge.column {
            to["column"] = json!(column);
        }
        json!({ "from": place(&edge.from), "to": to, "kind": edge.kind.as_str() })
    });
    json!({
        "version": VERSION,
        "asked": roots.iter().map(place).collect::<Vec<Json>>(),
        "tables": tables.collect::<Vec<Json>>(),
        "columns": columns.collect::<Vec<Json>>(),
        "edges": edges.collect::<Vec<Json>>(),
    })
}

/// A box for each table with a line for each column; conditions are dashed
fn dot(lineage: &Lineage, edges: &BTreeSet<Edge>, roots: &[Origin]) -> String {
    let mut tables: BTreeMap<PhysicalName, BTreeSet<String>> = BTreeMap::new();
    for column in columns(roots, edges) {
        tables
            .entry(column.table)
            .or_default()
            .insert(column.column);
    }
    for edge in edges {
        tables.entry(edge.to.clone()).or_default();
    }
    let quote = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let mut text = String::from(
        "digraph lineage {\n  rankdir = LR\n  node [shape = box, fontname = \"sans-serif\"]\n",
    );
    for (at, (table, names)) in tables.iter().enumerate() {
        let source = lineage
            .tables
            .get(table)
            .is_none_or(|one| one.kind.is_none());
        let style = if source { "dashed" } else { "solid" };
        text.push_str(&format!(
            "  subgraph cluster_{at} {{\n    label = {}\n    style = {style}\n    {} [label = \"\", shape = point]\n",
            quote(&dotted(table)),
            quote(&dotted(table)),
        ));
        for name in names {
            let id = format!("{}.{name}", dotted(table));
            text.push_str(&format!("    {} [label = {}]\n", quote(&id), quote(name)));
        }
        text.push_str("  }\n");
    }
    for edge in edges {
        let from = quote(&written(&edge.from));
        let line = match made(edge) {
            Some(to) => format!("  {from} -> {}\n", quote(&written(&to))),
            None => format!(
                "  {from} -> {} [style = dashed]\n",
                quote(&dotted(&edge.to))
            ),
        };
        text.push_str(&line);
    }
    text.push_str("}\n");
    text
}

/// All columns that the edges touch, and those that were asked for
fn columns(roots: &[Origin], edges: &BTreeSet<Edge>) -> BTreeSet<Origin> {
    let read = edges.iter().map(|edge| edge.from.clone());
    let made = edges.iter().filter_map(made);
    read.chain(made).chain(roots.iter().cloned()).collect()
}

fn made(edge: &Edge) -> Option<Origin> {
    edge.column.as_ref().map(|column| Origin {
        table: edge.to.clone(),
        column: column.clone(),
    })
}

fn written(column: &Origin) -> String {
    format!("{}.{}", dotted(&column.table), column.column)
}

fn type_of(lineage: &Lineage, column: &Origin) -> Option<String> {
    let table = lineage.tables.get(&column.table)?;
    let mut columns = table.columns.iter();
    let found = columns.find(|own| own.name == column.column)?;
    found.ty.is_known().then(|| found.ty.to_string())
}
