//! `GROUP BY`: expressions, positions, aliases, ALL, ROLLUP, CUBE, GROUPING SETS

use sqlparser::ast::{Expr, Function, GroupByExpr};

use super::Resolver;
use super::order::ordinal;
use super::placement::find;
use super::scope::Scope;
use crate::Error;
use crate::tree::{Literal, Node, Typed};

impl Resolver<'_> {
    /// The written grouping, if there is one; a key that is a select item repeats its expression
    pub fn group_by(
        &self,
        clause: &GroupByExpr,
        items: &[Typed],
        scope: &Scope,
    ) -> Result<Option<String>, Error> {
        let keys = match clause {
            GroupByExpr::All(modifiers) if modifiers.is_empty() => {
                let keys: Vec<_> = items
                    .iter()
                    .filter(|item| {
                        !has_aggregate(item) && item.literal == Literal::No && has_column(item)
                    })
                    .map(|item| self.written_key(item.clone()))
                    .collect::<Result<_, _>>()?;
                let text = match keys.is_empty() {
                    true => "()".to_owned(),
                    false => keys.join(", "),
                };
                return Ok(Some(text));
            }
            GroupByExpr::Expressions(keys, modifiers) if modifiers.is_empty() => keys,
            _ => return Err(self.unsupported("this form of GROUP BY", self.whole.clone())),
        };
        if keys.is_empty() {
            return Ok(None);
        }
        let mut columns = Vec::new();
        for key in keys {
            self.column_keys(key, scope, &mut columns);
        }
        let keys = keys
            .iter()
            .map(|key| self.group_key(key, items, &columns, scope))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(keys.join(", ")))
    }

    /// The keys in grouping sets that are columns
    fn column_keys(&self, key: &Expr, scope: &Scope, found: &mut Vec<Node>) {
        match key {
            Expr::Rollup(sets) | Expr::Cube(sets) | Expr::GroupingSets(sets) => {
                for key in sets.iter().flatten() {
                    self.column_keys(key, scope, found);
                }
            }
            Expr::Tuple(keys) => {
                for key in keys {
                    self.column_keys(key, scope, found);
                }
            }
            Expr::Function(function) if sets_keyword(function).is_some() => {
                for key in super::pipe::unnamed(function) {
                    self.column_keys(key, scope, found);
                }
            }
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => {
                // an item's name is none of the scope
                if let Ok(value) = self.quietly(|| self.expression(key, scope)) {
                    found.push(value.node);
                }
            }
            _ => {}
        }
    }

    fn group_key(
        &self,
        key: &Expr,
        items: &[Typed],
        columns: &[Node],
        scope: &Scope,
    ) -> Result<String, Error> {
        let sets = |sets: &[Vec<Expr>]| -> Result<String, Error> {
            let sets = sets
                .iter()
                .map(|set| {
                    let keys = set
                        .iter()
                        .map(|key| {
                            let written = self.group_key(key, items, columns, scope)?;
                            let plain = match key {
                                Expr::Identifier(_) => true,
                                Expr::Function(function) => sets_keyword(function).is_some(),
                                _ => false,
                            };
                            let hidden = !plain && {
                                let value = self.expression(key, scope)?;
                                !columns.contains(&value.node)
                                    && has_column(&value)
                                    && is_made_of(&value, columns)
                            };
                            // An item with this expression is then made of the keys that it reads;
                            // DuckDB would take the expression for the key itself
                            Ok(match hidden {
                                true => format!("coalesce({written}, NULL)"),
                                false => written,
                            })
                        })
                        .collect::<Result<Vec<_>, Error>>()?;
                    Ok(match keys.as_slice() {
                        [one] => one.clone(),
                        several => format!("({})", several.join(", ")),
                    })
                })
                .collect::<Result<Vec<_>, Error>>()?;
            Ok(sets.join(", "))
        };
        match key {
            Expr::Rollup(keys) => return Ok(format!("ROLLUP ({})", sets(keys)?)),
            Expr::Cube(keys) => return Ok(format!("CUBE ({})", sets(keys)?)),
            Expr::GroupingSets(keys) => return Ok(format!("GROUPING SETS ({})", sets(keys)?)),
            Expr::Tuple(keys) if keys.is_empty() => return Ok("()".to_owned()),
            // Inside of GROUPING SETS they are read as calls
            Expr::Function(function) => {
                if let Some(keyword) = sets_keyword(function) {
                    let inner: Vec<Vec<Expr>> = super::pipe::unnamed(function)
                        .into_iter()
                        .map(|key| match key {
                            Expr::Tuple(keys) => keys.clone(),
                            other => vec![other.clone()],
                        })
                        .collect();
                    return Ok(format!("{keyword} ({})", sets(&inner)?));
                }
            }
            _ => {}
        }
        if let Some(ordinal) = ordinal(key) {
            return match ordinal.checked_sub(1).and_then(|at| items.get(at)) {
                Some(item) => self.written_key(item.clone()),
                None => Err(self.invalid(
                    format!("position {ordinal} is not in the select list"),
                    self.span(key),
                )),
            };
        }
        self.written_key(self.expression(key, scope)?)
    }

    pub fn written_key(&self, key: Typed) -> Result<String, Error> {
        if has_aggregate(&key) {
            return Err(self.invalid("a grouping key cannot hold an aggregate", key.span));
        }
        if !groupable(&key.ty) {
            let message = format!("cannot group by {}", key.ty);
            return Err(self.mismatch(message, key.span));
        }
        self.condition_on(&key.origins);
        // DuckDB reads a bare number as a position
        Ok(match key.literal {
            Literal::No => key.sql(),
            _ => format!("CAST({} AS {})", key.sql(), key.ty.duckdb()),
        })
    }
}

/// `ROLLUP` or `CUBE`, where it was read as a call
fn sets_keyword(function: &Function) -> Option<&'static str> {
    let name = function.name.to_string();
    ["ROLLUP", "CUBE"]
        .into_iter()
        .find(|keyword| name.eq_ignore_ascii_case(keyword))
}

/// Whether an expression reads nothing but these keys
fn is_made_of(value: &Typed, keys: &[Node]) -> bool {
    if keys.contains(&value.node) {
        return true;
    }
    match &value.node {
        Node::Column { .. } | Node::Aggregate(_) => false,
        Node::Text(text) => !text.contains('\n'),
        Node::Apply { arguments, .. } => arguments.iter().all(|one| is_made_of(one, keys)),
        Node::Array(elements) => elements.iter().all(|one| is_made_of(one, keys)),
        Node::Struct(fields) => fields.iter().all(|(_, one)| is_made_of(one, keys)),
    }
}

/// JSON cannot be grouped by; arrays and structs can
pub fn groupable(ty: &crate::Type) -> bool {
    match ty {
        crate::Type::Json => false,
        crate::Type::Array(element) => groupable(element),
        crate::Type::Struct(fields) => fields.iter().all(|field| groupable(&field.ty)),
        _ => true,
    }
}

pub fn has_aggregate(value: &Typed) -> bool {
    find(value, &|one| matches!(one.node, Node::Aggregate(_))).is_some()
}

/// Whether there is a subquery with a `FROM` in it
pub fn has_subquery(value: &Typed) -> bool {
    let is_query = |one: &Typed| matches!(&one.node, Node::Text(text) if text.contains('\n'));
    find(value, &is_query).is_some()
}

/// The `HAVING` of grouping sets beside the one that is written: without rows there are no groups, not even that of all
/// rows, as in Google's reference evaluator
pub fn rows_only(grouping: &str, having: String) -> String {
    let sets = ["ROLLUP (", "CUBE (", "GROUPING SETS ("];
    let keys = |text: &str| text.contains(['"', '\'']);
    if !sets.iter().any(|set| grouping.starts_with(set)) || !keys(grouping) {
        return having;
    }
    match having.is_empty() {
        true => "count(*) > 0".to_owned(),
        false => format!("({having}) AND count(*) > 0"),
    }
}

/// Whether an expression reads a column; a subquery may
pub fn has_column(value: &Typed) -> bool {
    let reads = |one: &Typed| match &one.node {
        Node::Column { .. } => true,
        Node::Text(text) => text.contains('\n'),
        _ => false,
    };
    find(value, &reads).is_some()
}
