//! The step in which each row of a recursive table came: `WITH DEPTH`, and the limit of BigQuery
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#recursive_cte>

use std::ops::Range;

use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, TableFactor, Value};

use super::Resolver;
use super::query::Output;
use super::scope::{OutputColumn, Scope, same};
use crate::parse::mark;
use crate::tree::Literal;
use crate::{Error, Type, quote_identifier};

/// How many steps BigQuery takes before it gives up
///
/// <https://cloud.google.com/bigquery/quotas#query_jobs>
const STEPS: i64 = 500;

/// `WITH DEPTH [AS column] [BETWEEN low AND high]`
#[derive(Default)]
pub struct Depth {
    /// `None` where no column shows it
    column: Option<String>,
    low: Option<i64>,
    high: Option<i64>,
}

impl Resolver<'_> {
    /// The query inside of the mark of `WITH DEPTH`, and what that says
    pub fn depth_of<'q>(&self, query: &'q Query) -> Result<(&'q Query, Option<Depth>), Error> {
        let SetExpr::Select(select) = query.body.as_ref() else {
            return Ok((query, None));
        };
        let [
            SelectItem::UnnamedExpr(first),
            SelectItem::UnnamedExpr(column),
            bounds @ ..,
        ] = select.projection.as_slice()
        else {
            return Ok((query, None));
        };
        let (Some(mark::DEPTH), Some(column)) = (text_of(first), text_of(column)) else {
            return Ok((query, None));
        };
        let mut values = Vec::new();
        for bound in bounds {
            if let SelectItem::UnnamedExpr(expr) = bound {
                let value = self.expression(expr, &Scope::default())?;
                values.push(match value.literal {
                    Literal::Null => None,
                    Literal::Int(number) if number >= 0 => Some(number),
                    _ => {
                        let message = "a bound of WITH DEPTH is a whole number, not negative";
                        return Err(self.invalid(message, value.span));
                    }
                });
            }
        }
        let inner = match select.from.as_slice() {
            [item] => match &item.relation {
                TableFactor::Derived { subquery, .. } => subquery.as_ref(),
                _ => return Ok((query, None)),
            },
            _ => return Ok((query, None)),
        };
        let depth = Depth {
            column: Some(column.to_owned()),
            low: values.first().copied().flatten(),
            high: values.get(1).copied().flatten(),
        };
        if let (Some(low), Some(high)) = (depth.low, depth.high)
            && low > high
        {
            let message = "the lower bound of WITH DEPTH is above the upper one";
            return Err(self.invalid(message, self.span(query)));
        }
        Ok((inner, Some(depth)))
    }

    /// The recursion's text, and the table that reads it
    pub fn with_depth(
        &self,
        recursion: &str,
        base: Output,
        step: Output,
        depth: &Depth,
        distinct: bool,
        span: Range<usize>,
    ) -> Result<(String, Output), Error> {
        let types: Vec<Type> = base
            .columns
            .iter()
            .map(|column| column.ty.clone())
            .collect();
        let taken: Vec<String> = base
            .columns
            .iter()
            .map(|column| quote_identifier(&column.physical))
            .collect();
        let counter = "_depth";
        let read = |side: &str, output: &Output| {
            output
                .columns
                .iter()
                .zip(&taken)
                .map(|(column, name)| {
                    format!("{side}.{} AS {name}", quote_identifier(&column.physical))
                })
                .collect::<Vec<_>>()
                .join(", ")
        };
        let base_sql = self.converted(base.clone(), &types, false)?;
        let step_sql = self.converted(step.clone(), &types, false)?;
        let quoted = quote_identifier(recursion);
        let all = match distinct {
            true => "DISTINCT ",
            false => "",
        };
        let mut conditions = Vec::new();
        if let Some(high) = depth.high {
            conditions.push(format!("d.{counter} < {high}"));
        }
        if distinct {
            let equal: Vec<_> = step
                .columns
                .iter()
                .zip(&taken)
                .map(|(column, name)| {
                    format!(
                        "r.{name} IS NOT DISTINCT FROM s.{}",
                        quote_identifier(&column.physical)
                    )
                })
                .collect();
            conditions.push(format!(
                "NOT EXISTS (SELECT 1 FROM recurring.{quoted} AS r WHERE {})",
                equal.join(" AND ")
            ));
        }
        let filter = match conditions.is_empty() {
            true => String::new(),
            false => format!("\n  WHERE {}", conditions.join(" AND ")),
        };
        let (head, union) = match distinct {
            true => (
                format!(
                    "{quoted}({}, {counter}) USING KEY ({}) AS",
                    taken.join(", "),
                    taken.join(", ")
                ),
                "UNION",
            ),
            false => (format!("{quoted} AS"), "UNION ALL"),
        };
        let next = match depth.high {
            Some(..=STEPS) => format!("d.{counter} + 1"),
            _ => format!(
                "CASE WHEN d.{counter} < {STEPS} THEN d.{counter} + 1 ELSE CAST(gs_error('a recursive table takes more than {STEPS} steps') AS BIGINT) END"
            ),
        };
        let text = format!(
            "{head} (\n  SELECT {all}{}, CAST(0 AS BIGINT) AS {counter} FROM {} AS b\n  {union}\n  SELECT {all}{}, {next} AS {counter} FROM {} AS s\n  CROSS JOIN (SELECT max({counter}) AS {counter} FROM {quoted}) AS d{filter}\n)",
            read("b", &base),
            base_sql,
            read("s", &step),
            step_sql,
        );
        let mut columns = base.columns;
        for column in &mut columns {
            column.literal = None;
        }
        let mut list = taken.join(", ");
        if let Some(name) = &depth.column {
            if columns.iter().any(|column| same(&column.physical, name)) {
                let message = format!("column `{name}` of WITH DEPTH is a column already");
                return Err(self.invalid(message, span));
            }
            columns.push(OutputColumn {
                name: Some(name.clone()),
                physical: name.clone(),
                ty: Type::Int64,
                literal: None,
                origins: crate::lineage::Origins::default(),
            });
            list.push_str(&format!(", {counter} AS {}", quote_identifier(name)));
        }
        let mut sql = format!("SELECT {list}\nFROM {quoted}");
        if let Some(low) = depth.low.filter(|low| *low > 0) {
            sql.push_str(&format!("\nWHERE {counter} >= {low}"));
        }
        let output = Output {
            sql,
            columns,
            value_table: false,
        };
        Ok((text, output))
    }
}

fn text_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
