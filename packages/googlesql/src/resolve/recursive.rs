//! Recursive tables of `WITH RECURSIVE`: a base, and a step that reads the rows of the step before
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#recursive_keyword>

use std::ops::Range;

use sqlparser::ast::{PipeOperator, Query, SetExpr, SetOperator, SetQuantifier};

use super::Resolver;
use super::by_name::{Matching, marked as marked_by_name};
use super::coerce::widest;
use super::depth::Depth;
use super::pipe::marked;
use super::piped::Piped;
use super::query::Output;
use super::scope::{CommonTable, OutputColumn, Scope};
use super::with_clause::{count, mentions};
use crate::Error;
use crate::parse::mark;

/// A recursive query's parts
struct Parts {
    base: Output,
    quantifier: SetQuantifier,
    matching: Option<Matching>,
}

/// The part of a recursive query that reads its own table
enum Step<'q> {
    Body(&'q SetExpr),
    Query(&'q Query),
}

impl Resolver<'_> {
    /// `name AS (base UNION ALL step)` where the step reads `name`; tables that have to stand before
    /// it are added to `texts`
    pub fn recursive_table(
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
        // The steps are counted; those of distinct rows mostly come to an end by themselves
        let depth = match parts.quantifier {
            SetQuantifier::All => depth.or_else(|| Some(Depth::default())),
            _ => depth,
        };
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
                let (text, output) =
                    self.with_depth(&recursion, base, step, &depth, distinct, span)?;
                texts.push(text);
                Ok(output)
            }
        }
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
                base = self.combine(
                    base,
                    SetOperator::Union,
                    quantifier,
                    other,
                    bare,
                    span.clone(),
                )?;
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

fn references(step: &Step, name: &str) -> usize {
    match step {
        Step::Body(body) => count(*body, name),
        Step::Query(query) => count(*query, name),
    }
}
