//! `IN` lists, `IN UNNEST(…)`, `IN (SELECT …)`, `EXISTS` and scalar subqueries

use std::ops::Range;

use sqlparser::ast::{Expr, GroupByExpr, Query, SelectItem, SetExpr};

use super::Resolver;
use super::coerce::supertype;
use super::quantified::Quantifier;
use super::query::indent;
use super::scope::Scope;
use crate::tree::{Literal, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn in_list(
        &self,
        operand: &Expr,
        list: &[Expr],
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = self.expression(operand, scope)?;
        let list = self.all(list, scope)?;
        let found = self.is_in(operand, list, span.clone())?;
        Ok(negate(found, negated, span))
    }

    fn is_in(&self, operand: Typed, list: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        let common = supertype(std::iter::once(&operand).chain(&list));
        match common {
            Some(ty) if has_plain_equality(&ty) => {
                let all = std::iter::once(operand)
                    .chain(list)
                    .map(|one| self.coerce(one, &ty))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Typed::apply(Type::Bool, "$0 IN ($1*)", all, span))
            }
            _ => list
                .into_iter()
                .map(|one| self.compare(operand.clone(), "=", one, span.clone()))
                .reduce(|all, one| {
                    Ok(Typed::apply(
                        Type::Bool,
                        "$0 OR $1",
                        vec![all?, one?],
                        span.clone(),
                    ))
                })
                .unwrap_or_else(|| Ok(Typed::text(Type::Bool, "FALSE", span.clone()))),
        }
    }

    pub fn in_unnest(
        &self,
        operand: &Expr,
        array: &Expr,
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = self.expression(operand, scope)?;
        let array = self.expression(array, scope)?;
        if !array.ty.is_known() {
            return Ok(Typed::apply(
                Type::Bool,
                "$0 IN $1",
                vec![operand, array],
                span,
            ));
        }
        let Type::Array(element) = array.ty.clone() else {
            let message = format!("UNNEST takes an array, found {}", array.ty);
            return Err(self.mismatch(message, array.span));
        };
        if array.literal == Literal::EmptyArray {
            return Ok(negate(
                Typed::text(Type::Bool, "FALSE", span.clone()),
                negated,
                span,
            ));
        }
        if let crate::tree::Node::Array(elements) = &array.node {
            let found = self.is_in(operand, elements.clone(), span.clone())?;
            return Ok(negate(found, negated, span));
        }
        let stand_in = Typed::column(*element, "", "_", span.clone());
        let Some(common) = supertype([&operand, &stand_in].into_iter()) else {
            let message = format!(
                "operator `IN` has no form for {} and {}",
                operand.ty, array.ty
            );
            return Err(self.mismatch(message, span));
        };
        if !has_plain_equality(&common) {
            let equal = |one, other| self.compare(one, "=", other, span.clone());
            let found = self.over_array(operand, array, Quantifier::Any, &span, equal)?;
            return Ok(negate(found, negated, span));
        }
        let operand = self.coerce(operand, &common)?.into_exact();
        let array = self.cast(array, &Type::Array(Box::new(common)), false)?;
        let template = "CASE WHEN $1 IS NULL OR len($1) = 0 THEN FALSE WHEN $0 IS NULL THEN NULL WHEN list_contains($1, $0) THEN TRUE WHEN len($1) > list_count($1) THEN NULL ELSE FALSE END";
        let found = Typed::apply(Type::Bool, template, vec![operand, array], span.clone());
        Ok(negate(found, negated, span))
    }

    pub fn in_subquery(
        &self,
        operand: &Expr,
        query: &Query,
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let operand = self.expression(operand, scope)?;
        let output = self.query(query, Some(scope))?;
        let [column] = output.columns.as_slice() else {
            let message = format!(
                "subquery of IN must have one column, not {}",
                output.columns.len()
            );
            return Err(self.invalid(message, span));
        };
        let origins = column.origins.clone();
        let stand_in = Typed::column(column.ty.clone(), "q", &column.physical, span.clone());
        let Some(common) = supertype([&operand, &stand_in].into_iter())
            .filter(|ty| super::compare::comparable_type(ty, true))
        else {
            let message = format!(
                "operator `IN` has no form for {} and {}",
                operand.ty, column.ty
            );
            return Err(self.mismatch(message, span));
        };
        let nan = common == Type::Float64 && super::compare::may_be_nan(&operand);
        if nan || !has_plain_equality(&common) && common != Type::Float64 {
            let equal = |one, other| self.compare(one, "=", other, span.clone());
            let found = self.over_query(operand, output, Quantifier::Any, &span, equal)?;
            return Ok(negate(found, negated, span));
        }
        let operand = self.coerce(operand, &common)?.into_exact();
        let sql = match common == column.ty {
            true => output.sql,
            false => {
                let value = self.cast(stand_in, &common, false)?;
                format!(
                    "SELECT {} FROM (\n{}\n) AS \"q\"",
                    value.sql(),
                    indent(&output.sql)
                )
            }
        };
        let sql = Typed::text(common, format!("(\n{}\n)", indent(&sql)), span.clone())
            .with_origins(origins);
        let found = Typed::apply(Type::Bool, "$0 IN $1", vec![operand, sql], span.clone());
        Ok(negate(found, negated, span))
    }

    pub fn exists(
        &self,
        query: &Query,
        negated: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let output = self.query(query, Some(scope))?;
        let text = format!("EXISTS (\n{}\n)", indent(&output.sql));
        let found = Typed::text(Type::Bool, text, span.clone());
        Ok(negate(found, negated, span))
    }

    pub fn scalar_subquery(
        &self,
        query: &Query,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        if let Some(expr) = only_expression(query) {
            let value = self.expression(expr, &Scope::inside(Some(scope)))?;
            if !super::grouping::has_aggregate(&value) {
                let value = value.into_exact();
                return Ok(Typed {
                    literal: Literal::No,
                    span,
                    ..value
                });
            }
        }
        let output = self.query(query, Some(scope))?;
        let [column] = output.columns.as_slice() else {
            let message = format!(
                "scalar subquery must have one column, not {}; SELECT AS STRUCT gives several as one",
                output.columns.len()
            );
            return Err(self.invalid(message, span));
        };
        let text = format!("(\n{}\n)", indent(&output.sql));
        let origins = column.origins.clone();
        Ok(Typed::text(column.ty.clone(), text, span).with_origins(origins))
    }

    /// `ARRAY(SELECT …)`
    pub fn array_subquery(
        &self,
        query: &Query,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let output = self.query(query, Some(scope))?;
        let [column] = output.columns.as_slice() else {
            let message = format!(
                "ARRAY subquery must have one column, not {}",
                output.columns.len()
            );
            return Err(self.invalid(message, span));
        };
        if matches!(column.ty, Type::Array(_)) {
            return Err(self.invalid("an array cannot hold arrays", span));
        }
        let text = format!("ARRAY(\n{}\n)", indent(&output.sql));
        Ok(
            Typed::text(Type::Array(Box::new(column.ty.clone())), text, span)
                .with_origins(column.origins.clone()),
        )
    }
}

/// The expression of a query that is nothing but `SELECT expression`
fn only_expression(query: &Query) -> Option<&Expr> {
    let plain = query.with.is_none()
        && query.order_by.is_none()
        && query.limit_clause.is_none()
        && query.fetch.is_none()
        && query.pipe_operators.is_empty();
    let select = match query.body.as_ref() {
        SetExpr::Select(select) if plain => select,
        _ => return None,
    };
    let plain = select.from.is_empty()
        && select.selection.is_none()
        && select.distinct.is_none()
        && select.value_table_mode.is_none()
        && select.having.is_none()
        && select.qualify.is_none()
        && select.named_window.is_empty()
        && matches!(&select.group_by, GroupByExpr::Expressions(keys, modifiers) if keys.is_empty() && modifiers.is_empty());
    match select.projection.as_slice() {
        [SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }] if plain => {
            Some(expr)
        }
        _ => None,
    }
}

/// Whether DuckDB's `=` is GoogleSQL's: not for NaN, nor for NULL inside of values
fn has_plain_equality(ty: &Type) -> bool {
    !matches!(
        ty,
        Type::Float64 | Type::Struct(_) | Type::Array(_) | Type::Json
    )
}

fn negate(found: Typed, negated: bool, span: Range<usize>) -> Typed {
    match negated {
        true => Typed::apply(Type::Bool, "NOT $0", vec![found], span),
        false => found,
    }
}
