//! Sort keys: NULLs first ascending, last descending; NaN before all numbers

use std::ops::Range;

use sqlparser::ast::{Expr, OrderByExpr, OrderByOptions, OrderBySort, Value};

use super::Resolver;
use super::scope::Scope;
use crate::tree::{Node, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    /// Written sort keys of a query whose select items are `items`
    ///
    /// With `columns_only`, items are columns of a subquery in scope and may be repeated as they are;
    /// otherwise a key that is an item is written as its position.
    pub fn order_by(
        &self,
        keys: &[OrderByExpr],
        items: &[Typed],
        columns_only: bool,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let mut written = Vec::new();
        for key in keys {
            let (value, position) = self.sort_key(&key.expr, items, scope)?;
            let text = match position {
                Some(position) if !columns_only && !may_need_nan(&value) => position.to_string(),
                _ => value.sql(),
            };
            if key.with_fill.is_some() {
                return Err(self.unsupported("WITH FILL", value.span));
            }
            self.push_key(&mut written, &value, text, &key.options)?;
        }
        Ok(written)
    }

    /// As [`Resolver::order_by`], for `SELECT DISTINCT`
    pub fn order_after_distinct(
        &self,
        keys: &[OrderByExpr],
        items: &[Typed],
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        for key in keys {
            let (value, _) = self.sort_key(&key.expr, items, scope)?;
            self.after_distinct(&value, items)?;
        }
        self.order_by(keys, items, false, scope)
    }

    /// Written sort keys inside a call or a window, where positions and aliases mean nothing
    pub fn inner_order(&self, keys: &[OrderByExpr], scope: &Scope) -> Result<Vec<String>, Error> {
        let mut written = Vec::new();
        for key in keys {
            let value = self.expression(&key.expr, scope)?;
            let text = value.clone().into_exact().sql();
            if key.with_fill.is_some() {
                return Err(self.unsupported("WITH FILL", value.span));
            }
            self.push_key(&mut written, &value, text, &key.options)?;
        }
        Ok(written)
    }

    /// Adds a sort key, in GoogleSQL's order of NULL and NaN
    pub fn push_key(
        &self,
        written: &mut Vec<String>,
        value: &Typed,
        text: String,
        options: &OrderByOptions,
    ) -> Result<(), Error> {
        if !orderable(&value.ty) {
            let message = format!("{} has no order", value.ty);
            return Err(self.mismatch(message, value.span.clone()));
        }
        self.key_of(&value.origins);
        let (descending, nulls_first) = self.direction(options, &value.span)?;
        let nulls = if nulls_first {
            "NULLS FIRST"
        } else {
            "NULLS LAST"
        };
        let way = if descending { " DESC" } else { "" };
        if may_need_nan(value) {
            let nan = if descending { "" } else { " DESC" };
            written.push(format!("isnan({text}){nan} {nulls}"));
        }
        written.push(format!("{text}{way} {nulls}"));
        Ok(())
    }

    fn direction(
        &self,
        options: &OrderByOptions,
        span: &Range<usize>,
    ) -> Result<(bool, bool), Error> {
        let descending = match &options.sort {
            None | Some(OrderBySort::Asc) => false,
            Some(OrderBySort::Desc) => true,
            Some(OrderBySort::Using(_)) => {
                return Err(self.unsupported("ORDER BY USING", span.clone()));
            }
        };
        Ok((descending, options.nulls_first.unwrap_or(!descending)))
    }

    /// A key's value and, if it is a select item, its position from 1
    fn sort_key(
        &self,
        key: &Expr,
        items: &[Typed],
        scope: &Scope,
    ) -> Result<(Typed, Option<usize>), Error> {
        if let Some(ordinal) = ordinal(key) {
            return match ordinal.checked_sub(1).and_then(|at| items.get(at)) {
                Some(item) => Ok((item.clone(), Some(ordinal))),
                None => Err(self.invalid(
                    format!("position {ordinal} is not in the select list"),
                    self.span(key),
                )),
            };
        }
        let value = self.expression(key, scope)?;
        let bare = matches!(key, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
        let position = items
            .iter()
            .position(|item| bare && item.node == value.node)
            .map(|at| at + 1);
        Ok((value, position))
    }
}

/// The position that a whole-number literal stands for in GROUP BY and ORDER BY
pub fn ordinal(key: &Expr) -> Option<usize> {
    match key {
        Expr::Value(value) => match &value.value {
            Value::Number(text, _) => text.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

pub fn orderable(ty: &Type) -> bool {
    !ty.is_known() || !matches!(ty, Type::Array(_) | Type::Struct(_) | Type::Json)
}

fn may_need_nan(value: &Typed) -> bool {
    value.ty == Type::Float64
        && super::compare::may_be_nan(value)
        && !matches!(&value.node, Node::Aggregate(one) if never_nan(&one.template))
}

fn never_nan(template: &str) -> bool {
    template.contains("count(") || template.contains("rank(") || template.contains("cume_dist")
}
