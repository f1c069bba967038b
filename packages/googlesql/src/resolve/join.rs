//! Joins with `ON` and `USING`

use sqlparser::ast::{Join, JoinConstraint, JoinOperator, ObjectName};

use super::Resolver;
use super::coerce::supertype;
use super::scope::{Scope, ScopeColumn, rest_of, same, unknown_column};
use crate::tree::Typed;
use crate::{Error, quote_identifier};

impl Resolver<'_> {
    /// One join; the left side's star columns start at `star_from`
    pub fn join(&self, join: &Join, scope: &mut Scope, star_from: usize) -> Result<String, Error> {
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
        let middle = scope.star.len();
        let relations = scope.relations.len();
        let right = self.table_factor(&join.relation, scope)?;
        let correlated = is_correlated(&right);
        if correlated && matches!(keyword, "RIGHT JOIN" | "FULL JOIN") {
            let what = format!("{keyword} with an array of another table");
            return Err(self.unsupported(what, span));
        }
        let alias = scope.relations.get(relations).map(|one| one.alias.clone());
        match constraint {
            JoinConstraint::None if keyword == "CROSS JOIN" => Ok(format!("CROSS JOIN {right}")),
            // An unnested array needs no condition
            JoinConstraint::None if keyword == "JOIN" && is_array(&right) => {
                Ok(format!("CROSS JOIN {right}"))
            }
            JoinConstraint::None if keyword == "LEFT JOIN" && is_array(&right) => {
                Ok(format!("{keyword} {right} ON TRUE"))
            }
            JoinConstraint::None => Err(self
                .invalid(format!("{keyword} needs a condition"), span)
                .help("write ON or USING after it, or CROSS JOIN")),
            JoinConstraint::On(condition) => {
                let condition = self.condition(condition, scope, "ON clause")?;
                self.before_grouping(&condition, "ON clause")?;
                self.condition_on(&condition.origins);
                Ok(joined(
                    keyword,
                    &right,
                    alias.filter(|_| correlated),
                    &condition,
                ))
            }
            JoinConstraint::Using(columns) => {
                let condition = self.using(columns, keyword, scope, star_from, middle)?;
                Ok(joined(
                    keyword,
                    &right,
                    alias.filter(|_| correlated),
                    &condition,
                ))
            }
            JoinConstraint::Natural => Err(self.invalid("NATURAL JOIN is not GoogleSQL", span)),
        }
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

/// A join with its condition; DuckDB takes few conditions of an outer join with an array of its left
/// side, so that there the condition goes into the right side
fn joined(keyword: &str, right: &str, correlated: Option<String>, condition: &Typed) -> String {
    match correlated {
        Some(alias) if keyword == "LEFT JOIN" => format!(
            "LEFT JOIN LATERAL (SELECT * FROM {} WHERE {}) AS {} ON TRUE",
            right.trim_start_matches("LATERAL "),
            condition.sql(),
            quote_identifier(&alias)
        ),
        _ => format!("{keyword} {right} ON {}", condition.sql()),
    }
}

/// Whether a lowered table is an array that reads the tables before it
fn is_correlated(table: &str) -> bool {
    table.starts_with("unnest(") || table.starts_with("LATERAL (SELECT ")
}

/// Whether a lowered table is an unnested array
fn is_array(table: &str) -> bool {
    is_correlated(table)
        || table.starts_with("(SELECT unnest(")
        || table.starts_with("(SELECT CAST((")
}
