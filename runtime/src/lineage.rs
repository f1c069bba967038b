//! Column lineage of a project: which stored columns each column is made of, across all actions
//!
//! What one action reads is an edge; a chain of edges leads from a column to the sources it comes from.

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::{Diagnostic, code, did_you_mean};
use googlesql::{Origin, PhysicalName, Type};
use sqlx_compiler::{ActionKind, CompiledGraph};

use crate::check::ProjectCheck;
use crate::warehouse::duckdb::Names;

/// What stands for the columns of a table that are not known
const REST: &str = "*";

/// How a column has a share in what an action makes
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    /// Its values become part of the values of a column
    Value,
    /// It decides which rows there are or which belong together: a filter, join, group or partition key
    Condition,
}

impl EdgeKind {
    /// As it is written in JSON
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Condition => "condition",
        }
    }
}

/// Which way to follow the edges
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what it is made of
    Upstream,
    /// To what is made of it
    Downstream,
}

/// The columns of all tables of a project, and what they are made of
#[derive(Debug, Default)]
pub struct Lineage {
    /// Actions with an output, and every source that one of them reads
    pub tables: BTreeMap<PhysicalName, LineageTable>,
}

/// A table, view or source
#[derive(Debug, Clone, Default)]
pub struct LineageTable {
    /// What makes it; `None` for a source
    pub kind: Option<ActionKind>,
    /// The file that defines it, where there is one
    pub file: Option<String>,
    /// In order; of a source, those that are read
    pub columns: Vec<LineageColumn>,
    /// What decides which rows it has
    pub conditions: Vec<Origin>,
}

/// A column of a table
#[derive(Debug, Clone)]
pub struct LineageColumn {
    /// Its name; `*` where only the table is known
    pub name: String,
    /// Its type as far as it is known
    pub ty: Type,
    /// The columns that its values are made of
    pub sources: Vec<Origin>,
}

/// A step from a column to what it has a share in
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The column that is read
    pub from: Origin,
    /// The table that is made
    pub to: PhysicalName,
    /// Its column; `None` for a condition, which has a share in all of them
    pub column: Option<String>,
    /// How
    pub kind: EdgeKind,
}

impl Lineage {
    /// The lineage of a checked project
    pub fn new(check: &ProjectCheck, graph: &CompiledGraph, names: &Names) -> Self {
        let mut lineage = Self::default();
        for declaration in &graph.declarations {
            let table = LineageTable {
                file: declaration.file_name.clone(),
                ..LineageTable::default()
            };
            lineage
                .tables
                .insert(names.physical(&declaration.target), table);
        }
        for action in &check.actions {
            let Some(schema) = &action.schema else {
                continue;
            };
            let known = schema.columns.iter().map(|one| LineageColumn {
                name: one.column.name.clone(),
                ty: one.column.ty.clone(),
                sources: one.origins.clone(),
            });
            let rest = schema.open.then(|| LineageColumn {
                name: REST.to_owned(),
                ty: Type::Unknown,
                sources: schema.rest.clone(),
            });
            let columns = known.chain(rest);
            let table = LineageTable {
                kind: Some(action.kind),
                file: Some(action.file.clone()),
                columns: columns.collect(),
                conditions: action.conditions.clone(),
            };
            lineage.tables.insert(action.physical.clone(), table);
        }
        lineage.add_sources();
        lineage
    }

    /// Every step, in order
    pub fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (name, table) in &self.tables {
            for column in &table.columns {
                edges.extend(column.sources.iter().map(|from| Edge {
                    from: from.clone(),
                    to: name.clone(),
                    column: Some(column.name.clone()),
                    kind: EdgeKind::Value,
                }));
            }
            edges.extend(table.conditions.iter().map(|from| Edge {
                from: from.clone(),
                to: name.clone(),
                column: None,
                kind: EdgeKind::Condition,
            }));
        }
        edges
    }

    /// The steps that can be gone from some columns on: values are followed to the end, a condition is one step
    pub fn reach(&self, from: &[Origin], direction: Direction) -> Vec<Edge> {
        let edges = self.edges();
        let mut found: BTreeSet<Edge> = BTreeSet::new();
        let mut seen: BTreeSet<Origin> = BTreeSet::new();
        let mut next = from.to_vec();
        let tables: BTreeSet<&PhysicalName> = from.iter().map(|one| &one.table).collect();
        while let Some(column) = next.pop() {
            if !seen.insert(column.clone()) {
                continue;
            }
            for edge in &edges {
                let made = edge.column.as_ref().map(|name| Origin {
                    table: edge.to.clone(),
                    column: name.clone(),
                });
                match (direction, made) {
                    (Direction::Upstream, Some(made)) if made == column => {
                        next.push(edge.from.clone());
                        found.insert(edge.clone());
                    }
                    // what decides over the rows of the tables that were asked for
                    (Direction::Upstream, None)
                        if edge.to == column.table && tables.contains(&column.table) =>
                    {
                        found.insert(edge.clone());
                    }
                    (Direction::Downstream, made) if edge.from == column => {
                        next.extend(made);
                        found.insert(edge.clone());
                    }
                    _ => {}
                }
            }
        }
        found.into_iter().collect()
    }

    /// The columns that `ACTION` or `ACTION.COLUMN` means
    ///
    /// # Errors
    /// No such table or column, or several tables of the name
    pub fn find(&self, wanted: &str) -> Result<Vec<Origin>, Diagnostic> {
        let nothing = |message: String, help: Option<String>| {
            let mut diagnostic = Diagnostic::error(code::NOTHING_SELECTED, message);
            diagnostic.help = help;
            diagnostic
        };
        if let Some((name, table)) = self.table(wanted)? {
            return Ok(table
                .columns
                .iter()
                .map(|column| origin(name, &column.name))
                .collect());
        }
        let split = wanted.rsplit_once('.');
        if let Some((action, column)) = split
            && let Some((name, table)) = self.table(action)?
        {
            let mut columns = table.columns.iter().map(|own| own.name.as_str());
            return match columns.find(|own| own.eq_ignore_ascii_case(column)) {
                Some(own) => Ok(vec![origin(name, own)]),
                None => {
                    let known = table.columns.iter().map(|own| own.name.as_str());
                    let message = format!("no column `{column}` in `{action}`");
                    Err(nothing(message, did_you_mean(column, known)))
                }
            };
        }
        let names: Vec<String> = self.tables.keys().flat_map(names_of).collect();
        let near = |word: &str| did_you_mean(word, names.iter().map(String::as_str));
        let help = near(wanted).or_else(|| split.and_then(|(action, _)| near(action)));
        let list = || Some("`sqlx-run compile` lists the project's actions".to_owned());
        let message = format!("no action or source with columns is called `{wanted}`");
        Err(nothing(message, help.or_else(list)))
    }

    fn table(&self, wanted: &str) -> Result<Option<(&PhysicalName, &LineageTable)>, Diagnostic> {
        let matching: Vec<_> = self
            .tables
            .iter()
            .filter(|(name, _)| names_of(name).iter().any(|own| own == wanted))
            .collect();
        match matching.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            several => {
                let names: Vec<String> = several.iter().map(|(name, _)| dotted(name)).collect();
                let message = format!("several tables are called `{wanted}`");
                let help = format!("name one of them in full: {}", names.join(", "));
                Err(Diagnostic::error(code::NOTHING_SELECTED, message).help(help))
            }
        }
    }

    /// Tables whose columns are not all known have those that somebody reads
    fn add_sources(&mut self) {
        let mut next: Vec<Origin> = self.edges().into_iter().map(|edge| edge.from).collect();
        while let Some(one) = next.pop() {
            let table = self.tables.entry(one.table).or_default();
            let same = |column: &&LineageColumn| column.name.eq_ignore_ascii_case(&one.column);
            if table.columns.iter().any(|column| same(&column)) {
                continue;
            }
            let rest = table.columns.iter().find(|column| column.name == REST);
            let through = rest.map(|rest| rest.sources.clone()).unwrap_or_default();
            let sources: Vec<Origin> = through
                .into_iter()
                .map(|source| match source.column.as_str() {
                    REST => origin(&source.table, &one.column),
                    _ => source,
                })
                .collect();
            next.extend(sources.iter().cloned());
            table.columns.push(LineageColumn {
                name: one.column,
                ty: Type::Unknown,
                sources,
            });
        }
    }
}

/// `dataset.name`, with the project where it is not the default one
pub fn dotted(name: &PhysicalName) -> String {
    format!("{}.{}", name.schema, name.name)
}

fn names_of(name: &PhysicalName) -> Vec<String> {
    vec![name.name.clone(), dotted(name)]
}

fn origin(table: &PhysicalName, column: &str) -> Origin {
    Origin {
        table: table.clone(),
        column: column.to_owned(),
    }
}
