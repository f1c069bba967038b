//! Outer joins that DuckDB lacks: those whose condition has a subquery, and those that read an outer query's columns
//!
//! They become one table with a column for each range variable, a struct of its columns, so that `"r"."c"` still means
//! what it meant before.

use std::ops::Range;
use std::rc::Rc;

use super::Resolver;
use super::attempt::is_volatile;
use super::join::{Start, is_correlated};
use super::scope::{RangeValue, Scope};
use crate::tree::{Node, Typed};
use crate::{Error, quote_identifier};

impl Resolver<'_> {
    /// `left keyword right ON condition`; the names of the sides start at the two places
    pub fn outer_join(
        &self,
        keyword: &str,
        (left, right): (String, String),
        condition: &Typed,
        (start, middle): (Start, Start),
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let test = condition.sql();
        let outside = |text: &str| {
            let mut outer = scope.levels().skip(1).flat_map(|level| &level.relations);
            outer.any(|relation| reads(text, &relation.alias))
        };
        let siblings = &scope.relations[..middle.relations];
        let lateral = siblings.iter().any(|one| reads(&right, &one.alias));
        if lateral && keyword != "LEFT JOIN" {
            let message = format!("{keyword} cannot join an array of its left side");
            return Err(self.invalid(message, span));
        }
        let complex = super::grouping::has_subquery(condition) || outside(&test);
        let right_alias = match scope.relations.get(middle.relations) {
            Some(relation) => relation.alias.clone(),
            None => String::new(),
        };
        let plain = match keyword {
            "LEFT JOIN" => !complex && !is_correlated(&right),
            "RIGHT JOIN" => !complex,
            // What a subquery reads of `WITH` tables is taken for columns of the outer query, too
            _ => {
                let mut outer = scope.levels().skip(1);
                !complex && outer.all(|level| level.relations.is_empty())
            }
        };
        let right = match is_correlated(&right) && !lateral {
            true => standing(&right, &right_alias),
            false => right,
        };
        if plain {
            return Ok(format!("{left}\n  {keyword} {right} ON {test}"));
        }
        if is_volatile(&left) || is_volatile(&right) || is_volatile(&test) {
            let what = format!("this {keyword} of tables that are not the same each time");
            return Err(self.unsupported(what, span));
        }
        let one = scope.relations[middle.relations..]
            .iter()
            .all(|relation| relation.alias == right_alias || relation.alias.is_empty());
        if keyword == "LEFT JOIN" && one {
            return Ok(format!(
                "{left}\n  LEFT JOIN LATERAL (SELECT * FROM {} WHERE {test}) AS {} ON TRUE",
                right.trim_start_matches("LATERAL "),
                quote_identifier(&right_alias)
            ));
        }
        let end = Start::here(scope);
        let own = rows(scope, start, middle);
        let others = rows(scope, middle, end);
        let (Some(own), Some(others)) = (own, others) else {
            return Err(self.unsupported(format!("this {keyword}"), span));
        };
        let joined = |one: &str, rows: &Rows, other: &str, others: &Rows| {
            format!(
                "SELECT {}, {}\n    FROM {one}\n    LEFT JOIN LATERAL (SELECT {} FROM {other} WHERE {test}) AS \"_other\" ON TRUE",
                rows.packed(),
                others.named(),
                others.packed(),
            )
        };
        let table = match keyword {
            "LEFT JOIN" => joined(&left, &own, &right, &others),
            "RIGHT JOIN" => joined(&right, &others, &left, &own),
            _ => format!(
                "{}\n    UNION ALL BY NAME SELECT {} FROM {right} WHERE NOT EXISTS (SELECT 1 FROM {left} WHERE {test})",
                joined(&left, &own, &right, &others),
                others.packed()
            ),
        };
        let alias = self.fresh("joined");
        Ok(format!(
            "(\n    {table}\n  ) AS {}",
            quote_identifier(&alias)
        ))
    }
}

/// The range variables of a side on DuckDB, each with its columns
struct Rows(Vec<(Rc<str>, Vec<Rc<str>>)>);

impl Rows {
    /// Each as a struct
    fn packed(&self) -> String {
        let row = |(alias, columns): &(Rc<str>, Vec<Rc<str>>)| {
            let alias = quote_identifier(alias);
            let fields: Vec<_> = columns
                .iter()
                .map(|column| {
                    let column = quote_identifier(column);
                    format!("{column} := {alias}.{column}")
                })
                .collect();
            format!("struct_pack({}) AS {alias}", fields.join(", "))
        };
        self.0.iter().map(row).collect::<Vec<_>>().join(", ")
    }

    /// Each as it comes from the other side of a join
    fn named(&self) -> String {
        let row = |(alias, _): &(Rc<str>, Vec<Rc<str>>)| {
            let alias = quote_identifier(alias);
            format!("\"_other\".{alias} AS {alias}")
        };
        self.0.iter().map(row).collect::<Vec<_>>().join(", ")
    }
}

/// The range variables that came into scope between two places; `None` where a column has none
fn rows(scope: &Scope, from: Start, to: Start) -> Option<Rows> {
    let mut rows = Rows(Vec::new());
    for relation in &scope.relations[from.relations..to.relations] {
        let columns = relation.columns.iter().chain(&relation.pseudo);
        for column in columns {
            add_columns(&column.expr, &mut rows)?;
        }
        if let RangeValue::One(value) = &relation.value {
            add_columns(value, &mut rows)?;
        }
    }
    Some(rows)
}

fn add_columns(value: &Typed, rows: &mut Rows) -> Option<()> {
    match &value.node {
        Node::Column { relation, .. } if relation.is_empty() => return None,
        Node::Column { relation, name } => {
            let at = rows.0.iter().position(|(alias, _)| alias == relation);
            let at = at.unwrap_or_else(|| {
                rows.0.push((relation.clone(), Vec::new()));
                rows.0.len() - 1
            });
            if !rows.0[at].1.contains(name) {
                rows.0[at].1.push(name.clone());
            }
        }
        Node::Text(_) => {}
        Node::Apply { arguments, .. } | Node::Array(arguments) => {
            for argument in arguments {
                add_columns(argument, rows)?;
            }
        }
        Node::Struct(fields) => {
            for (_, field) in fields {
                add_columns(field, rows)?;
            }
        }
        Node::Aggregate(_) => return None,
    }
    Some(())
}

/// Whether a lowered text reads columns of a range variable
fn reads(text: &str, alias: &str) -> bool {
    !alias.is_empty() && text.contains(&format!("{}.", quote_identifier(alias)))
}

/// An array that reads no column of its siblings, as a table that needs none of them
fn standing(table: &str, alias: &str) -> String {
    let quoted = quote_identifier(alias);
    let end = format!(" AS {quoted}(");
    match table.rsplit_once(&end) {
        Some((array, column)) if table.starts_with("unnest(") => {
            let column = column.trim_end_matches(')');
            format!("(SELECT {array} AS {column}) AS {quoted}")
        }
        _ => table.trim_start_matches("LATERAL ").to_owned(),
    }
}
