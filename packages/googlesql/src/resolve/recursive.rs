//! `WITH`: common tables in an order in which each finds those that it reads, and recursive ones
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#with_clause>

use std::ops::{ControlFlow, Range};

use sqlparser::ast::{
    Cte, Expr, PipeOperator, Query, SelectItem, SetExpr, SetOperator, SetQuantifier, TableFactor,
    Value, Visit, visit_relations,
};

use super::Resolver;
use super::by_name::{Matching, marked as marked_by_name};
use super::coerce::widest;
use super::pipe::marked;
use super::piped::Piped;
use super::query::{Output, indent};
use super::scope::{CommonTable, OutputColumn, Scope, same};
use crate::parse::mark;
use crate::tree::Literal;
use crate::{Error, Type, quote_identifier};

/// `WITH DEPTH [AS column] [BETWEEN low AND high]`
struct Depth {
    column: String,
    low: Option<i64>,
    high: Option<i64>,
}

/// A recursive query's parts
struct Parts {
    base: Output,
    quantifier: SetQuantifier,
    matching: Option<Matching>,
}

impl Resolver<'_> {
    /// Lowers the `WITH` clause and brings its names into scope
    pub fn with(&self, query: &Query, scope: &mut Scope) -> Result<String, Error> {
        let Some(with) = &query.with else {
            return Ok(String::new());
        };
        let mut texts = Vec::new();
        let recursive = self.common_tables(&with.cte_tables, with.recursive, scope, &mut texts)?;
        let keyword = match recursive {
            true => "WITH RECURSIVE",
            false => "WITH",
        };
        Ok(format!("{keyword} {}", texts.join(", ")))
    }

    /// Adds each table's text; whether one of them is recursive
    fn common_tables(
        &self,
        tables: &[Cte],
        may_recur: bool,
        scope: &mut Scope,
        texts: &mut Vec<String>,
    ) -> Result<bool, Error> {
        let mut recursive = false;
        for (at, table) in tables.iter().enumerate() {
            let span = self.ident_span(&table.alias.name);
            let name = &table.alias.name.value;
            if !table.alias.columns.is_empty() || table.from.is_some() {
                return Err(self.unsupported("a WITH table with a column list", span));
            }
            let twice = tables[..at]
                .iter()
                .any(|other| same(&other.alias.name.value, name));
            if twice {
                return Err(self.invalid(format!("WITH table `{name}` is defined twice"), span));
            }
        }
        let tables = match may_recur {
            true => self.in_order(tables)?,
            false => tables.iter().collect(),
        };
        for table in tables {
            let name = table.alias.name.value.clone();
            let reads_itself = mentions(&table.query, &name);
            // A name that hides another is another one on DuckDB
            let physical = match scope.common_table(&name).is_some() || reads_itself && !may_recur {
                true => self.fresh(&name),
                false => name.clone(),
            };
            let output = match may_recur && reads_itself {
                true => {
                    recursive = true;
                    let since = self.mark();
                    let names = (name.as_str(), physical.as_str());
                    let output = self.recursive_table(names, &table.query, scope, texts);
                    self.recovered(since, output, || self.open_output())?
                }
                false => self.query(&table.query, Some(scope))?,
            };
            texts.push(format!(
                "{} AS (\n{}\n)",
                quote_identifier(&physical),
                indent(&output.sql)
            ));
            scope.tables.push(CommonTable {
                name,
                physical,
                columns: output.columns,
                value_table: output.value_table,
            });
        }
        Ok(recursive)
    }

    /// The tables of `WITH RECURSIVE`, which may read later ones, each after those that it reads
    fn in_order<'c>(&self, tables: &'c [Cte]) -> Result<Vec<&'c Cte>, Error> {
        let mut ordered: Vec<&Cte> = Vec::new();
        let mut left: Vec<&Cte> = tables.iter().collect();
        while !left.is_empty() {
            let ready = left.iter().position(|table| {
                left.iter().all(|other| {
                    std::ptr::eq(*other, *table)
                        || !mentions(&table.query, &other.alias.name.value)
                })
            });
            match ready {
                Some(at) => ordered.push(left.remove(at)),
                None => {
                    let names: Vec<_> = left
                        .iter()
                        .map(|table| format!("`{}`", table.alias.name.value))
                        .collect();
                    let message =
                        format!("WITH tables read each other in a circle: {}", names.join(", "));
                    let span = left.first().map(|table| self.ident_span(&table.alias.name));
                    return Err(self.invalid(message, span.unwrap_or(self.whole.clone())));
                }
            }
        }
        Ok(ordered)
    }

    /// `name AS (base UNION ALL step)` where the step reads `name`; tables that have to stand before
    /// it are added to `texts`
    fn recursive_table(
        &self,
        (name, physical): (&str, &str),
        query: &Query,
        scope: &Scope,
        texts: &mut Vec<String>,
    ) -> Result<Output, Error> {
        let span = self.span(query);
        let (query, depth) = self.depth_of(query)?;
        let query = unwrapped(query);
        let clause = match (&query.order_by, &query.limit_clause) {
            (Some(_), _) => "ORDER BY",
            (_, Some(_)) => "LIMIT",
            _ => "",
        };
        if !clause.is_empty() {
            let message = format!("a recursive query may not have {clause}");
            return Err(self.invalid(message, span));
        }
        let mut level = Scope::inside(Some(scope));
        if let Some(with) = &query.with {
            if with.cte_tables.iter().any(|one| mentions(&one.query, name)) {
                let what = "a recursive reference from a WITH table inside of the recursive query";
                return Err(self.unsupported(what, span));
            }
            self.common_tables(&with.cte_tables, with.recursive, &mut level, texts)?;
        }
        let (parts, step) = self.recursive_parts(name, query, &level, &span)?;
        if references(&step, name) > 1 {
            let message = format!("`{name}` may be read only once in its recursive part");
            return Err(self.invalid(message, span));
        }
        // With a depth, the recursion has a name of its own, and the table reads it
        let recursion = match depth {
            Some(_) => self.fresh("recursion"),
            None => physical.to_owned(),
        };
        let mut inside = Scope::inside(Some(&level));
        inside.tables.push(CommonTable {
            name: name.to_owned(),
            physical: recursion.clone(),
            columns: parts.base.columns.clone(),
            value_table: parts.base.value_table,
        });
        let step = match step {
            Step::Body(body) => self.set_operation(body, &inside)?,
            Step::Query(query) => self.query(query, Some(&inside))?,
        };
        let (base, step) = match &parts.matching {
            Some(matching) => self.match_by_name(parts.base, step, matching, span.clone())?,
            None => (parts.base, step),
        };
        let open = |output: &Output| output.columns.iter().any(OutputColumn::is_rest);
        let fits = base.columns.len() == step.columns.len()
            && base.columns.iter().zip(&step.columns).all(|(base, step)| {
                step.literal.is_some()
                    || base.ty == step.ty
                    || widest(&base.ty, &step.ty).as_ref() == Some(&base.ty)
            });
        if !fits && !open(&base) && !open(&step) {
            return Err(self.mismatch("the recursive part gives other types than the base", span));
        }
        match depth {
            None => self.combine(
                base,
                SetOperator::Union,
                parts.quantifier,
                step,
                (false, false),
                span,
            ),
            Some(depth) => {
                let distinct = parts.quantifier == SetQuantifier::Distinct;
                let (text, output) = self.with_depth(&recursion, base, step, &depth, distinct, span)?;
                texts.push(text);
                Ok(output)
            }
        }
    }

    /// The query inside of the mark of `WITH DEPTH`, and what that says
    fn depth_of<'q>(&self, query: &'q Query) -> Result<(&'q Query, Option<Depth>), Error> {
        let SetExpr::Select(select) = query.body.as_ref() else {
            return Ok((query, None));
        };
        let [SelectItem::UnnamedExpr(first), SelectItem::UnnamedExpr(column), bounds @ ..] =
            select.projection.as_slice()
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
            column: column.to_owned(),
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

    /// The base as lowered, and the step, which is not yet
    fn recursive_parts<'q>(
        &self,
        name: &str,
        query: &'q Query,
        scope: &Scope,
        span: &Range<usize>,
    ) -> Result<(Parts, Step<'q>), Error> {
        let misplaced = || {
            let message = format!("`{name}` may be read in the last part of its UNION only");
            Err(self.invalid(message, span.clone()))
        };
        if let Some((last, before)) = query.pipe_operators.split_last() {
            let PipeOperator::Call { function, .. } = last else {
                return Err(self.unsupported("this form of recursive query", span.clone()));
            };
            let Some((mark::SET, arguments)) = marked(function) else {
                return Err(self.unsupported("this form of recursive query", span.clone()));
            };
            let ([operator, quantifier, mode, columns @ ..], Some((step, others))) =
                (arguments.texts.as_slice(), arguments.queries.split_last())
            else {
                return Err(self.unsupported("this form of recursive query", span.clone()));
            };
            if operator != "UNION" {
                return Err(self.invalid("a recursive query is a UNION", span.clone()));
            }
            if mentions(query.body.as_ref(), name)
                || before.iter().any(|one| mentions(one, name))
                || others.iter().any(|one| mentions(*one, name))
            {
                return misplaced();
            }
            let quantifier = match quantifier.as_str() {
                "ALL" => SetQuantifier::All,
                _ => SetQuantifier::Distinct,
            };
            let matching = || match mode.is_empty() {
                true => None,
                false => Some(Matching::new(mode, columns.to_vec())),
            };
            let start = Piped::of(self.set_operation(&query.body, scope)?);
            let mut base = self.piped_query(start, before, scope)?;
            for other in others {
                let mut other = self.query(other, Some(scope))?;
                if let Some(matching) = matching() {
                    (base, other) = self.match_by_name(base, other, &matching, span.clone())?;
                }
                let bare = (false, false);
                base = self.combine(base, SetOperator::Union, quantifier, other, bare, span.clone())?;
            }
            let parts = Parts {
                base,
                quantifier,
                matching: matching(),
            };
            return Ok((parts, Step::Query(step)));
        }
        let SetExpr::SetOperation {
            left,
            op: SetOperator::Union,
            set_quantifier: quantifier @ (SetQuantifier::All | SetQuantifier::Distinct),
            right,
        } = query.body.as_ref()
        else {
            return Err(self.invalid("a recursive query is a UNION", span.clone()));
        };
        let (left, matching) = match left.as_ref() {
            SetExpr::SetOperation {
                left: first,
                right: mark,
                ..
            } => match marked_by_name(mark) {
                Some(matching) => (first, Some(matching)),
                None => (left, None),
            },
            _ => (left, None),
        };
        if mentions(left.as_ref(), name) {
            return misplaced();
        }
        let parts = Parts {
            base: self.set_operation(left, scope)?,
            quantifier: *quantifier,
            matching,
        };
        Ok((parts, Step::Body(right)))
    }

    /// The recursion's text, and the table that reads it
    fn with_depth(
        &self,
        recursion: &str,
        base: Output,
        step: Output,
        depth: &Depth,
        distinct: bool,
        span: Range<usize>,
    ) -> Result<(String, Output), Error> {
        let types: Vec<Type> = base.columns.iter().map(|column| column.ty.clone()).collect();
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
                    format!("r.{name} IS NOT DISTINCT FROM s.{}", quote_identifier(&column.physical))
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
        let text = format!(
            "{head} (\n  SELECT {all}{}, CAST(0 AS BIGINT) AS {counter} FROM {} AS b\n  {union}\n  SELECT {all}{}, d.{counter} + 1 AS {counter} FROM {} AS s\n  CROSS JOIN (SELECT max({counter}) AS {counter} FROM {quoted}) AS d{filter}\n)",
            read("b", &base),
            base_sql,
            read("s", &step),
            step_sql,
        );
        let mut columns = base.columns;
        for column in &mut columns {
            column.literal = None;
        }
        if columns
            .iter()
            .any(|column| same(&column.physical, &depth.column))
        {
            let message = format!("column `{}` of WITH DEPTH is a column already", depth.column);
            return Err(self.invalid(message, span));
        }
        columns.push(OutputColumn {
            name: Some(depth.column.clone()),
            physical: depth.column.clone(),
            ty: Type::Int64,
            literal: None,
            origins: crate::lineage::Origins::default(),
        });
        let mut sql = format!(
            "SELECT {}, {counter} AS {}\nFROM {quoted}",
            taken.join(", "),
            quote_identifier(&depth.column)
        );
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

/// The part of a recursive query that reads its own table
enum Step<'q> {
    Body(&'q SetExpr),
    Query(&'q Query),
}

/// The query in parentheses that a query may only be
fn unwrapped(query: &Query) -> &Query {
    let plain = query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.pipe_operators.is_empty();
    match query.body.as_ref() {
        SetExpr::Query(inner) if plain => unwrapped(inner),
        _ => query,
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

fn references(step: &Step, name: &str) -> usize {
    match step {
        Step::Body(body) => count(*body, name),
        Step::Query(query) => count(*query, name),
    }
}

/// Whether a query or a part of one reads a table of this one-part name
pub fn mentions(part: &impl Visit, name: &str) -> bool {
    count(part, name) > 0
}

fn count(part: &impl Visit, name: &str) -> usize {
    let mut found = 0;
    let _ = visit_relations(part, |relation| {
        if let [one] = relation.0.as_slice()
            && one
                .as_ident()
                .is_some_and(|ident| ident.value.eq_ignore_ascii_case(name))
        {
            found += 1;
        }
        ControlFlow::<()>::Continue(())
    });
    found
}
