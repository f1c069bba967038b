//! `UNION`, `INTERSECT`, `EXCEPT`, and the recursive form of `WITH`

use sqlparser::ast::{Query, SetExpr, SetOperator, SetQuantifier, Visit, visit_relations};

use super::Resolver;
use super::coerce::widest;
use super::query::{Output, Tail, indent};
use super::scope::{CommonTable, OutputColumn, Scope};
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    pub fn set_operation(&self, body: &SetExpr, scope: &Scope) -> Result<Output, Error> {
        let SetExpr::SetOperation {
            left,
            op,
            set_quantifier,
            right,
        } = body
        else {
            let tail = Tail {
                order: &[],
                limit: String::new(),
            };
            return self.body(body, &tail, scope);
        };
        let left = self.deeper(|| self.set_operation(left, scope))?;
        let right = self.deeper(|| self.set_operation(right, scope))?;
        self.combine(left, *op, *set_quantifier, right, body)
    }

    pub fn combine(
        &self,
        left: Output,
        op: SetOperator,
        quantifier: SetQuantifier,
        right: Output,
        node: &SetExpr,
    ) -> Result<Output, Error> {
        let span = self.span(node);
        let (keyword, distinct) = match (op, quantifier) {
            (SetOperator::Union, SetQuantifier::All) => ("UNION ALL", false),
            (SetOperator::Union, SetQuantifier::Distinct) => ("UNION", true),
            (SetOperator::Intersect, SetQuantifier::Distinct) => ("INTERSECT", true),
            (SetOperator::Except, SetQuantifier::Distinct) => ("EXCEPT", true),
            (SetOperator::Intersect, SetQuantifier::All) => ("INTERSECT ALL", true),
            (SetOperator::Except, SetQuantifier::All) => ("EXCEPT ALL", true),
            (_, SetQuantifier::None) => {
                let message = format!("{op} needs ALL or DISTINCT");
                return Err(self.invalid(message, span));
            }
            _ => return Err(self.unsupported(format!("{op} {quantifier}"), span)),
        };
        if left.columns.len() != right.columns.len() {
            let message = format!(
                "the queries of {op} have {} and {} columns",
                left.columns.len(),
                right.columns.len()
            );
            return Err(self.invalid(message, span));
        }
        let types = left
            .columns
            .iter()
            .zip(&right.columns)
            .enumerate()
            .map(|(at, (left, right))| {
                let ty = match (left.null, right.null) {
                    (true, false) => Some(right.ty.clone()),
                    (false, true) => Some(left.ty.clone()),
                    _ => widest(&left.ty, &right.ty),
                };
                let ty = ty.ok_or_else(|| {
                    let message = format!(
                        "column {} of {op} has types {} and {}, which have no common type",
                        at + 1,
                        left.ty,
                        right.ty
                    );
                    self.mismatch(message, span.clone())
                })?;
                if distinct && !super::grouping::groupable(&ty) {
                    return Err(self.mismatch(format!("{op} cannot compare {ty}"), span.clone()));
                }
                Ok(ty)
            })
            .collect::<Result<Vec<_>, Error>>()?;
        let columns = left
            .columns
            .iter()
            .zip(&right.columns)
            .zip(&types)
            .map(|((left, right), ty)| OutputColumn {
                ty: ty.clone(),
                null: left.null && right.null,
                ..left.clone()
            })
            .collect();
        let value_table = left.value_table && right.value_table;
        let left = self.converted(left, &types)?;
        let right = self.converted(right, &types)?;
        Ok(Output {
            sql: format!("{left}\n{keyword}\n{right}"),
            columns,
            value_table,
        })
    }

    /// A side of a set operation with its columns as `types`, in parentheses
    fn converted(&self, side: Output, types: &[Type]) -> Result<String, Error> {
        if side.columns.iter().zip(types).all(|(column, ty)| column.ty == *ty) {
            return Ok(format!("(\n{}\n)", indent(&side.sql)));
        }
        let alias = self.fresh("q");
        let items = side
            .columns
            .iter()
            .zip(types)
            .map(|(column, ty)| {
                let span = self.whole.clone();
                let value = match column.null {
                    true => Typed::null(ty.clone(), span).into_exact(),
                    false => {
                        let value = Typed::column(column.ty.clone(), &alias, &column.physical, span);
                        self.cast(value, ty, false)?
                    }
                };
                Ok(format!("{} AS {}", value.sql(), quote_identifier(&column.physical)))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(format!(
            "(\n  SELECT {} FROM (\n{}\n  ) AS {}\n)",
            items.join(", "),
            indent(&indent(&side.sql)),
            quote_identifier(&alias)
        ))
    }

    /// `name AS (base UNION ALL step)` where the step reads `name`
    pub fn recursive_table(
        &self,
        name: &str,
        query: &Query,
        scope: &Scope,
    ) -> Result<Output, Error> {
        let span = self.span(query);
        let SetExpr::SetOperation {
            left,
            op: SetOperator::Union,
            set_quantifier: quantifier @ (SetQuantifier::All | SetQuantifier::Distinct),
            right,
        } = query.body.as_ref()
        else {
            return Err(self.unsupported("a recursive query that is not one UNION", span));
        };
        let plain = query.with.is_none()
            && query.order_by.is_none()
            && query.limit_clause.is_none()
            && query.pipe_operators.is_empty();
        if !plain || mentions(left, name) {
            return Err(self.unsupported("this form of recursive query", span));
        }
        let base = self.set_operation(left, scope)?;
        let mut level = Scope::inside(Some(scope));
        level.tables.push(CommonTable {
            name: name.to_owned(),
            columns: base.columns.clone(),
            value_table: base.value_table,
        });
        let step = self.set_operation(right, &level)?;
        let same_types = base.columns.len() == step.columns.len()
            && base.columns.iter().zip(&step.columns).all(|(base, step)| {
                step.null || base.ty == step.ty || widest(&base.ty, &step.ty).as_ref() == Some(&base.ty)
            });
        if !same_types {
            return Err(self.mismatch("the recursive part gives other types than the base", span));
        }
        self.combine(base, SetOperator::Union, *quantifier, step, &query.body)
    }
}

/// Whether a query or a part of one reads a table of this one-part name
pub fn mentions(part: &impl Visit, name: &str) -> bool {
    let mut found = false;
    let _ = visit_relations(part, |relation| {
        if let [one] = relation.0.as_slice()
            && one.as_ident().is_some_and(|ident| ident.value.eq_ignore_ascii_case(name))
        {
            found = true;
        }
        std::ops::ControlFlow::<()>::Continue(())
    });
    found
}
