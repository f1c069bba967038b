//! The expression `WITH(a AS value, …, result)`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/operators#with_expression>

use std::ops::Range;

use sqlparser::ast::{Expr, Value};

use super::Resolver;
use super::attempt::is_volatile;
use super::placement::find;
use super::scope::{Scope, ScopeRelation};
use crate::tree::{Literal, Node, Typed};
use crate::{Error, quote_identifier};

impl Resolver<'_> {
    /// Names and values in turn, then the result: a value stands where its name is read, and one
    /// that differs from call to call is evaluated once
    pub fn let_expression(
        &self,
        parts: &[&Expr],
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let Some((result, parts)) = parts.split_last() else {
            return Err(self.invalid("WITH needs a result", span));
        };
        let mut level = Scope::inside(Some(scope));
        level.windows.clone_from(&scope.windows);
        let mut once: Vec<(String, Typed)> = Vec::new();
        for pair in parts.chunks(2) {
            let [Expr::Value(name), value] = pair else {
                return Err(self.invalid("WITH takes `name AS value` before its result", span));
            };
            let Value::SingleQuotedString(name) = &name.value else {
                return Err(self.invalid("WITH takes `name AS value` before its result", span));
            };
            let value = self.expression(value, &level)?;
            let value = match find(&value, &differs) {
                None => value,
                Some(_) => {
                    let variable = self.fresh("w");
                    let stand_in = Typed::column(value.ty.clone(), "", &variable, span.clone());
                    once.push((variable, value));
                    stand_in
                }
            };
            let (columns, value) = self.value_columns(value, Some(name));
            // A later name hides an earlier one
            let relation = ScopeRelation {
                name: Some(name.clone()),
                alias: String::new(),
                columns,
                pseudo: Vec::new(),
                value,
            };
            level.relations.insert(0, relation);
        }
        let mut result = self.expression(result, &level)?;
        for (variable, value) in once.into_iter().rev() {
            let (ty, exact) = (result.ty.clone(), result.exact);
            let template = format!(
                "list_transform([$0], lambda {}: $1)[1]",
                quote_identifier(&variable)
            );
            result = Typed {
                exact,
                literal: Literal::No,
                ..Typed::apply(ty, template, vec![value.into_exact(), result], span.clone())
            };
        }
        Ok(Typed { span, ..result })
    }
}

fn differs(value: &Typed) -> bool {
    matches!(&value.node, Node::Apply { template, .. } if is_volatile(template))
}
