//! The table that flows through pipe operators: its columns, and the range variables that stay visible

use super::Resolver;
use super::query::{Output, indent, push_clause};
use super::scope::{OutputColumn, RangeValue, Scope, ScopeColumn, ScopeRelation};
use super::select::{Item, lay_out, write_list};
use crate::quote_identifier;
use crate::tree::{Node, Typed};

/// A table between two pipe operators
#[derive(Debug, Clone)]
pub struct Piped {
    /// The query so far; its SQL may give more columns than it lists
    pub output: Output,
    /// Columns that only range variables still name
    hidden: Vec<OutputColumn>,
    variables: Vec<Variable>,
}

/// A range variable of an earlier operator
#[derive(Debug, Clone)]
struct Variable {
    name: String,
    columns: Vec<(String, OutputColumn)>,
    /// The column that holds its value, where it is no row of columns
    whole: Option<OutputColumn>,
}

/// A piped table in scope of an operator
pub struct Entered<'p> {
    pub scope: Scope<'p>,
    /// What stands in the `FROM` of the operator's query
    pub from: String,
}

impl Piped {
    /// A query's output, without range variables
    pub fn of(output: Output) -> Self {
        Self {
            output,
            hidden: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// `|> AS name`
    pub fn renamed(self, name: &str) -> Self {
        let column = |one: &OutputColumn| (one.name.clone().unwrap_or_default(), one.clone());
        let variable = Variable {
            name: name.to_owned(),
            columns: self.output.columns.iter().map(column).collect(),
            whole: match self.output.value_table {
                true => self.output.columns.first().cloned(),
                false => None,
            },
        };
        Self {
            variables: vec![variable],
            ..self
        }
    }
}

impl Piped {
    /// The same columns over other rows
    pub fn rows(self, from: &str, clauses: &[(&str, String)]) -> Self {
        let mut sql = format!("SELECT *\nFROM {from}");
        for (keyword, text) in clauses {
            push_clause(&mut sql, keyword, text);
        }
        let output = Output { sql, ..self.output };
        Self { output, ..self }
    }
}

impl Resolver<'_> {
    /// Distinct rows of the visible columns; range variables keep those that are left
    pub fn distinct_rows(&self, piped: Piped) -> Piped {
        let mut variables = piped.variables.clone();
        let output = self.visible(piped);
        let left = |column: &OutputColumn| {
            output
                .columns
                .iter()
                .any(|one| one.physical == column.physical)
        };
        variables.retain(|variable| variable.whole.as_ref().is_none_or(left));
        for variable in &mut variables {
            variable.columns.retain(|(_, column)| left(column));
        }
        let alias = self.fresh("q");
        let sql = format!(
            "SELECT DISTINCT *\nFROM (\n{}\n) AS {}",
            indent(&output.sql),
            quote_identifier(&alias)
        );
        Piped {
            output: Output { sql, ..output },
            hidden: Vec::new(),
            variables,
        }
    }

    /// Brings a piped table into scope
    pub fn enter<'p>(&self, piped: &Piped, outer: &'p Scope<'p>) -> Entered<'p> {
        let alias = self.fresh("q");
        let span = self.whole.clone();
        let mut scope = Scope::inside(Some(outer));
        // The one variable of a value table names its value
        let name = match piped.variables.as_slice() {
            [one] if piped.output.value_table => Some(one.name.clone()),
            _ => None,
        };
        scope.add(self.output_relation(&piped.output, name, &alias, &span));
        let column = |one: &OutputColumn| {
            Typed::column(one.ty.clone(), &alias, &one.physical, span.clone())
                .with_origins(one.origins.clone())
        };
        for variable in &piped.variables {
            let (columns, value) = match &variable.whole {
                Some(whole) => self.value_columns(column(whole), Some(&variable.name)),
                None => {
                    let columns: Vec<_> = variable
                        .columns
                        .iter()
                        .map(|(name, one)| ScopeColumn {
                            name: name.clone(),
                            expr: column(one),
                        })
                        .collect();
                    (columns, RangeValue::Row)
                }
            };
            scope.relations.push(ScopeRelation {
                name: Some(variable.name.clone()),
                alias: alias.clone(),
                columns,
                pseudo: Vec::new(),
                value,
            });
        }
        let from = format!(
            "(\n{}\n) AS {}",
            indent(&piped.output.sql),
            quote_identifier(&alias)
        );
        Entered { scope, from }
    }

    /// The query of an operator that gives these items; the range variables in scope stay visible
    pub fn keep(
        &self,
        items: Vec<Item>,
        scope: &Scope,
        from: &str,
        clauses: &[(&str, String)],
    ) -> Piped {
        let nodes: Vec<Node> = items.iter().map(|item| item.value.node.clone()).collect();
        let places = column_places(&items);
        let (mut list, columns) = write_list(items);
        let mut hidden: Vec<(Node, OutputColumn)> = Vec::new();
        let mut place = |value: &Typed| {
            if let Some(at) = nodes.iter().position(|node| *node == value.node) {
                return columns[places[at]].clone();
            }
            if let Some((_, column)) = hidden.iter().find(|(node, _)| *node == value.node) {
                return column.clone();
            }
            let column = OutputColumn {
                name: None,
                physical: self.fresh("h"),
                ty: value.ty.clone(),
                literal: None,
                origins: value.origins.clone(),
            };
            list.push(format!(
                "{} AS {}",
                value.clone().into_exact().sql(),
                quote_identifier(&column.physical)
            ));
            hidden.push((value.node.clone(), column.clone()));
            column
        };
        let mut variables = Vec::new();
        for relation in &scope.relations {
            let Some(name) = relation.name.clone() else {
                continue;
            };
            let whole = match &relation.value {
                RangeValue::One(value) if !is_row(value) => Some(place(value)),
                _ => None,
            };
            let columns = match whole {
                Some(_) => Vec::new(),
                None => relation
                    .columns
                    .iter()
                    .map(|column| (column.name.clone(), place(&column.expr)))
                    .collect(),
            };
            variables.push(Variable {
                name,
                columns,
                whole,
            });
        }
        Piped {
            output: select_from(&list, columns, from, clauses),
            hidden: hidden.into_iter().map(|(_, column)| column).collect(),
            variables,
        }
    }

    /// The query of an operator after which no range variable is visible
    pub fn forget(&self, items: Vec<Item>, from: &str, clauses: &[(&str, String)]) -> Piped {
        let (list, columns) = write_list(items);
        Piped::of(select_from(&list, columns, from, clauses))
    }

    /// Exactly the columns that the last operator gives
    pub fn visible(&self, piped: Piped) -> Output {
        if piped.hidden.is_empty() {
            return piped.output;
        }
        let alias = self.fresh("q");
        let list: Vec<_> = piped
            .output
            .columns
            .iter()
            .map(|column| quote_identifier(&column.physical))
            .collect();
        Output {
            sql: format!(
                "SELECT{}\nFROM (\n{}\n) AS {}",
                lay_out(&list),
                indent(&piped.output.sql),
                quote_identifier(&alias)
            ),
            ..piped.output
        }
    }
}

/// Which of the columns each item becomes: those of unknown schemas are one
fn column_places(items: &[Item]) -> Vec<usize> {
    let (mut next, mut rest) = (0, None);
    let mut place = |item: &Item| match (item.is_rest(), rest) {
        (true, Some(known)) => known,
        (is_rest, _) => {
            rest = rest.or(is_rest.then_some(next));
            next += 1;
            next - 1
        }
    };
    items.iter().map(&mut place).collect()
}

fn select_from(
    list: &[String],
    columns: Vec<OutputColumn>,
    from: &str,
    clauses: &[(&str, String)],
) -> Output {
    let mut sql = format!("SELECT{}\nFROM {from}", lay_out(list));
    for (keyword, text) in clauses {
        push_clause(&mut sql, keyword, text);
    }
    Output {
        sql,
        columns,
        value_table: false,
    }
}

/// Whether a range variable's value is made of its columns
fn is_row(value: &Typed) -> bool {
    matches!(&value.node, Node::Apply { template, arguments }
        if template == "$0" && matches!(arguments.as_slice(), [one] if matches!(one.node, Node::Struct(_))))
}
