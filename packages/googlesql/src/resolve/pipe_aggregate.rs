//! The pipe operator `AGGREGATE … GROUP [AND ORDER] BY …`

use sqlparser::ast::{Expr, ExprWithAliasAndOrderBy, OrderByOptions, Value};

use super::Resolver;
use super::literal::inferred_name;
use super::pipe::marked;
use super::piped::Piped;
use super::placement::{find, is_window};
use super::scope::Scope;
use super::select::Item;
use crate::Error;
use crate::parse::mark;
use crate::tree::{Node, Typed};

impl Resolver<'_> {
    pub fn pipe_aggregate(
        &self,
        aggregates: &[ExprWithAliasAndOrderBy],
        keys: &[ExprWithAliasAndOrderBy],
        scope: &Scope,
        from: &str,
    ) -> Result<Piped, Error> {
        let (aggregates, keys) = (with_nulls(aggregates), with_nulls(keys));
        let (ordered, keys) = match keys.split_first() {
            Some((first, rest)) if is_text(&first.expr.expr, mark::ORDERED) => (true, rest),
            _ => (false, keys.as_slice()),
        };
        let mut items: Vec<Item> = Vec::new();
        let mut group = Vec::new();
        // Sort keys with the item that each belongs to
        let mut order: Vec<(Typed, OrderByOptions)> = Vec::new();
        for key in keys {
            let before = items.len();
            let name = key.expr.alias.as_ref().map(|alias| alias.value.clone());
            group.push(self.group_element(&key.expr.expr, name, scope, &mut items)?);
            if ordered || is_ordered(&key.order_by) {
                for item in &items[before..] {
                    order.push((item.value.clone(), key.order_by.clone()));
                }
            }
        }
        let key_count = items.len();
        let mut first = Vec::new();
        for one in &aggregates {
            let expr = &one.expr.expr;
            let value = self.expression(expr, scope)?;
            let aggregate = |part: &Typed| match &part.node {
                Node::Aggregate(_) => true,
                Node::Apply { template, .. } => template.contains("GROUPING("),
                _ => false,
            };
            let unknown = |part: &Typed| !part.ty.is_known();
            let settled = find(&value, &unknown).is_none();
            if settled && find(&value, &aggregate).is_none() {
                let message = "pipe AGGREGATE takes aggregate functions";
                return Err(self.invalid(message, value.span));
            }
            if let Some(window) = find(&value, &is_window) {
                let message = "a window function is not allowed in pipe AGGREGATE";
                return Err(self.invalid(message, window.span.clone()));
            }
            if is_ordered(&one.order_by) {
                first.push((value.clone(), one.order_by.clone()));
            }
            let name = match &one.expr.alias {
                Some(alias) => Some(alias.value.clone()),
                None => inferred_name(expr),
            };
            items.push(Item { name, value });
        }
        if items.len() == key_count && group.is_empty() {
            let message = "pipe AGGREGATE needs aggregates or GROUP BY";
            return Err(self.invalid(message, self.whole.clone()));
        }
        let mut written = Vec::new();
        for (value, options) in first.into_iter().chain(order) {
            let text = value.sql();
            self.push_key(&mut written, &value, text, &options)?;
        }
        let group = group.join(", ");
        let having = super::grouping::rows_only(&group, String::new());
        let clauses = [
            ("GROUP BY", group),
            ("HAVING", having),
            ("ORDER BY", written.join(", ")),
        ];
        Ok(self.forget(items, from, &clauses))
    }

    /// An element of `GROUP BY` as written; the keys in it become items
    fn group_element(
        &self,
        expr: &Expr,
        name: Option<String>,
        scope: &Scope,
        items: &mut Vec<Item>,
    ) -> Result<String, Error> {
        let mut nested = |keyword: &str, exprs: Vec<&Expr>| {
            let parts = exprs
                .into_iter()
                .map(|one| self.group_element(one, None, scope, items))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(format!("{keyword}({})", parts.join(", ")))
        };
        match expr {
            Expr::Function(function) => {
                if let Some((mark, arguments)) = marked(function) {
                    return match mark {
                        mark::SETS => nested("GROUPING SETS ", arguments.exprs),
                        _ => Ok("()".to_owned()),
                    };
                }
                let keyword = function.name.to_string().to_ascii_uppercase();
                if matches!(keyword.as_str(), "ROLLUP" | "CUBE") {
                    let arguments = super::pipe::unnamed(function);
                    return nested(&format!("{keyword} "), arguments);
                }
            }
            Expr::Rollup(sets) => return nested("ROLLUP ", sets.iter().flatten().collect()),
            Expr::Cube(sets) => return nested("CUBE ", sets.iter().flatten().collect()),
            Expr::Tuple(exprs) => return nested("", exprs.iter().collect()),
            Expr::Nested(inner) => return self.group_element(inner, name, scope, items),
            _ => {}
        }
        let value = self.expression(expr, scope)?;
        let written = self.written_key(value.clone())?;
        if !items.iter().any(|item| item.value.node == value.node) {
            let name = name.or_else(|| inferred_name(expr));
            items.push(Item { name, value });
        }
        Ok(written)
    }
}

/// The items, each with the place of NULL that the mark behind it says
fn with_nulls(items: &[ExprWithAliasAndOrderBy]) -> Vec<ExprWithAliasAndOrderBy> {
    let mut merged: Vec<ExprWithAliasAndOrderBy> = Vec::with_capacity(items.len());
    for item in items {
        let first = is_text(&item.expr.expr, mark::NULLS_FIRST);
        let nulls = first || is_text(&item.expr.expr, mark::NULLS_LAST);
        match merged.last_mut() {
            Some(before) if nulls => before.order_by.nulls_first = Some(first),
            _ => merged.push(item.clone()),
        }
    }
    merged
}

fn is_ordered(options: &OrderByOptions) -> bool {
    options.sort.is_some() || options.nulls_first.is_some()
}

fn is_text(expr: &Expr, wanted: &str) -> bool {
    matches!(expr, Expr::Value(value) if matches!(&value.value, Value::SingleQuotedString(text) if text == wanted))
}
