//! Joins with `ON` and `USING`

use sqlparser::ast::{Join, JoinConstraint, JoinOperator, ObjectName};

use super::Resolver;
use super::coerce::supertype;
use super::scope::{Scope, ScopeColumn, rest_of, same, unknown_column};
use crate::Error;
use crate::tree::Typed;

/// Where the names of a join's side start in a scope
#[derive(Debug, Clone, Copy, Default)]
pub struct Start {
    pub star: usize,
    pub relations: usize,
}

impl Start {
    /// Behind all names that are there
    pub fn here(scope: &Scope) -> Self {
        Self {
            star: scope.star.len(),
            relations: scope.relations.len(),
        }
    }
}

impl Resolver<'_> {
    /// A join behind its left side, whose names start at `start`
    pub fn join(
        &self,
        join: &Join,
        left: String,
        scope: &mut Scope,
        start: Start,
    ) -> Result<String, Error> {
        let span = self.span(&join.relation);
        if join.global {
            return Err(self.invalid("GLOBAL is not GoogleSQL", span));
        }
        let (keyword, constraint) = match &join.join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => {
                ("JOIN", constraint)
            }
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                ("LEFT JOIN", constraint)
            }
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                ("RIGHT JOIN", constraint)
            }
            JoinOperator::FullOuter(constraint) => ("FULL JOIN", constraint),
            JoinOperator::CrossJoin(constraint) => ("CROSS JOIN", constraint),
            _ => return Err(self.unsupported("this kind of join", span)),
        };
        let middle = Start::here(scope);
        let right = self.table_factor(&join.relation, scope)?;
        let condition = match constraint {
            JoinConstraint::None if keyword == "CROSS JOIN" => None,
            // An unnested array needs no condition
            JoinConstraint::None if keyword == "JOIN" && is_array(&right) => None,
            JoinConstraint::None if keyword == "LEFT JOIN" && is_array(&right) => {
                return Ok(format!("{left}\n  {keyword} {right} ON TRUE"));
            }
            JoinConstraint::None => {
                let error = self.invalid(format!("{keyword} needs a condition"), span);
                return Err(error.help("write ON or USING after it, or CROSS JOIN"));
            }
            JoinConstraint::On(condition) => {
                let condition = self.condition(condition, scope, "ON clause")?;
                self.before_grouping(&condition, "ON clause")?;
                self.condition_on(&condition.origins);
                Some(condition)
            }
            JoinConstraint::Using(columns) => {
                Some(self.using(columns, keyword, scope, start.star, middle.star)?)
            }
            JoinConstraint::Natural => {
                return Err(self.invalid("NATURAL JOIN is not GoogleSQL", span));
            }
        };
        let text = match condition {
            None => format!("{left}\n  CROSS JOIN {right}"),
            Some(condition) if keyword == "JOIN" => {
                format!("{left}\n  JOIN {right} ON {}", condition.sql())
            }
            Some(condition) => {
                let names = (start, middle);
                self.outer_join(keyword, (left, right), &condition, names, scope, span)?
            }
        };
        if let JoinConstraint::Using(columns) = constraint {
            // The column of both sides, not the offset of one
            let is_key = |name: &str| {
                let mut parts = columns.iter().filter_map(|column| column.0.first());
                parts.any(|part| part.as_ident().is_some_and(|key| same(&key.value, name)))
            };
            let mut at = 0;
            scope.relations.retain(|relation| {
                at += 1;
                let offset = relation.alias.is_empty() && relation.columns.is_empty();
                at <= start.relations || !offset || !relation.name.as_deref().is_some_and(is_key)
            });
        }
        Ok(text)
    }

    /// The condition of `USING`; the columns of both sides become one
    fn using(
        &self,
        columns: &[ObjectName],
        keyword: &str,
        scope: &mut Scope,
        star_from: usize,
        middle: usize,
    ) -> Result<Typed, Error> {
        let mut condition: Option<Typed> = None;
        let mut merged: Vec<ScopeColumn> = Vec::new();
        let mut left = scope.star[star_from..middle].to_vec();
        let mut right = scope.star[middle..].to_vec();
        for column in columns {
            let span = self.span(column);
            let name = match column.0.as_slice() {
                [part] => part.as_ident().map(|ident| ident.value.clone()),
                _ => None,
            };
            let Some(name) = name else {
                return Err(self.invalid("USING takes column names", span));
            };
            let pick = |side: &mut Vec<ScopeColumn>| {
                let count = side.iter().filter(|one| same(&one.name, &name)).count();
                match count {
                    0 if let Some(rest) = rest_of(side) => Ok(unknown_column(rest, &name, &span)),
                    0 => Err(scope.unknown(&name, span.clone())),
                    1 => {
                        let at = side
                            .iter()
                            .position(|one| same(&one.name, &name))
                            .unwrap_or(0);
                        Ok(side.remove(at).expr)
                    }
                    _ => Err(self.error(
                        diagnostic::code::AMBIGUOUS_COLUMN,
                        format!("column `{name}` is ambiguous"),
                        span.clone(),
                    )),
                }
            };
            let (first, second) = (pick(&mut left)?, pick(&mut right)?);
            let equal = self.compare(first.clone(), "=", second.clone(), span.clone())?;
            self.condition_on(&equal.origins);
            condition = Some(match condition {
                None => equal,
                Some(all) => Typed::apply(
                    crate::Type::Bool,
                    "$0 AND $1",
                    vec![all, equal],
                    span.clone(),
                ),
            });
            let value = match keyword {
                "RIGHT JOIN" => second,
                "FULL JOIN" => {
                    let ty = supertype([&first, &second].into_iter()).unwrap_or(first.ty.clone());
                    let both = vec![self.coerce(first, &ty)?, self.coerce(second, &ty)?];
                    Typed::apply(ty, "coalesce($0, $1)", both, span.clone())
                }
                _ => first,
            };
            merged.push(ScopeColumn { name, expr: value });
        }
        scope.star.truncate(star_from);
        scope.star.extend(merged);
        scope.star.extend(left);
        scope.star.extend(right);
        condition.ok_or_else(|| self.invalid("USING takes column names", self.whole.clone()))
    }
}

/// Whether a lowered table is an array that reads columns of other tables
pub fn is_correlated(table: &str) -> bool {
    table.starts_with("unnest(") || table.starts_with("LATERAL (SELECT ")
}

/// Whether a lowered table is an unnested array
fn is_array(table: &str) -> bool {
    is_correlated(table)
        || table.starts_with("(SELECT unnest(")
        || table.starts_with("(SELECT CAST((")
}
