//! Columns beside aggregates: each must be grouped or aggregated itself
//!
//! DuckDB says the same of a statement that runs; here it is said of one that is checked.

use sqlparser::ast::{Expr, GroupByExpr};

use super::Resolver;
use super::order::ordinal;
use super::scope::Scope;
use crate::tree::{Node, Typed};

impl Resolver<'_> {
    /// Notes the columns in select items and `HAVING` that are neither grouped nor aggregated, while a statement is checked
    pub fn check_grouped(
        &self,
        clause: &GroupByExpr,
        items: &[Typed],
        having: Option<&Typed>,
        scope: &Scope,
    ) {
        let GroupByExpr::Expressions(keys, modifiers) = clause else {
            return;
        };
        let sets = |key: &Expr| {
            matches!(
                key,
                Expr::Rollup(_) | Expr::Cube(_) | Expr::GroupingSets(_) | Expr::Tuple(_)
            )
        };
        if self.findings.is_none() || !modifiers.is_empty() || keys.iter().any(sets) {
            return;
        }
        if keys.is_empty() && !items.iter().chain(having).any(has_plain_aggregate) {
            return;
        }
        let written: Vec<String> = keys
            .iter()
            .filter_map(|key| match ordinal(key) {
                Some(at) => items.get(at.checked_sub(1)?).map(Typed::sql),
                None => {
                    let key = self.quietly(|| self.expression(key, scope));
                    key.ok().map(|key| key.sql())
                }
            })
            .collect();
        for value in items.iter().chain(having) {
            self.check_value(value, &written, scope);
        }
    }

    fn check_value(&self, value: &Typed, keys: &[String], scope: &Scope) {
        if keys.contains(&value.sql()) {
            return;
        }
        let parts: Vec<&Typed> = match &value.node {
            Node::Column { relation, name } => {
                let own = scope.relations.iter().any(|one| *one.alias == **relation);
                if own && !relation.is_empty() {
                    let message = format!("column `{name}` is neither grouped nor aggregated");
                    let error = self.invalid(message, value.span.clone());
                    self.tell(error.help("add it to GROUP BY, or aggregate it"));
                }
                return;
            }
            Node::Text(_) => return,
            Node::Apply { arguments, .. } => arguments.iter().collect(),
            Node::Aggregate(one) if one.over.is_none() => return,
            Node::Aggregate(one) => one.arguments.iter().collect(),
            Node::Array(elements) => elements.iter().collect(),
            Node::Struct(fields) => fields.iter().map(|(_, field)| field).collect(),
        };
        for part in parts {
            self.check_value(part, keys, scope);
        }
    }
}

fn has_plain_aggregate(value: &Typed) -> bool {
    let plain = |one: &Typed| matches!(&one.node, Node::Aggregate(one) if one.over.is_none());
    super::placement::find(value, &plain).is_some()
}
