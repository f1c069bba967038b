//! `SET column = value, column.field = value` of `UPDATE` and `MERGE`

use std::ops::Range;

use sqlparser::ast::{Expr, Ident};

use super::Resolver;
use super::held::Limits;
use super::scope::{Scope, same};
use super::statement::is_default;
use crate::parse::statement as parsed;
use crate::tree::{Node, Typed};
use crate::type_text::physical_field;
use crate::{Column, Error, Field, Type, quote_identifier};

/// A field's path below its column, and the value for it
struct Change<'e> {
    path: Vec<&'e Ident>,
    value: &'e Expr,
    span: Range<usize>,
}

impl Resolver<'_> {
    /// `column = value` pairs as written for DuckDB; changed fields of a column are one pair
    pub fn assignments(
        &self,
        pairs: &[(Expr, Expr)],
        columns: &[Column],
        limits: &Limits,
        table: &str,
        scope: &Scope,
    ) -> Result<Vec<String>, Error> {
        let mut changed: Vec<(Column, Vec<Change>)> = Vec::new();
        for (target, value) in pairs {
            let span = self.span(target);
            let path = self.target_path(target, columns, table)?;
            let Some((first, rest)) = path.split_first() else {
                return Err(self.invalid("expected a column", span));
            };
            let name = parsed::Name {
                text: first.value.clone(),
                span: self.ident_span(first),
            };
            let column = self.column_of(columns, &name)?;
            let change = Change {
                path: rest.to_vec(),
                value,
                span: span.clone(),
            };
            match changed.iter_mut().find(|(other, _)| other == column) {
                None => changed.push((column.clone(), vec![change])),
                Some((_, changes)) => {
                    if changes.iter().any(|other| overlaps(&other.path, rest)) {
                        let message = format!("column `{}` is set twice", column.name);
                        return Err(self.invalid(message, span));
                    }
                    changes.push(change);
                }
            }
        }
        changed
            .iter()
            .map(|(column, changes)| {
                let left = quote_identifier(&column.name);
                if let [change] = changes.as_slice()
                    && change.path.is_empty()
                    && is_default(change.value)
                {
                    return Ok(format!("{left} = DEFAULT"));
                }
                let value = self.changed_column(column, changes, table, scope)?;
                self.stores(column, &value.origins);
                let value = limits.held(self.stored(value), &column.name);
                Ok(format!("{left} = {}", value.sql()))
            })
            .collect()
    }

    /// The idents of `a`, `a.b`, `t.a` or `t.a.b` from the column on
    fn target_path<'e>(
        &self,
        target: &'e Expr,
        columns: &[Column],
        table: &str,
    ) -> Result<Vec<&'e Ident>, Error> {
        let path: Vec<&Ident> = match target {
            Expr::Identifier(one) => vec![one],
            Expr::CompoundIdentifier(path) => path.iter().collect(),
            _ => return Err(self.invalid("expected a column", self.span(target))),
        };
        let is_column = |name: &str| columns.iter().any(|column| same(&column.name, name));
        Ok(match path.as_slice() {
            [first, second, ..] if same(&first.value, table) && is_column(&second.value) => {
                path[1..].to_vec()
            }
            _ => path,
        })
    }

    fn changed_column(
        &self,
        column: &Column,
        changes: &[Change],
        table: &str,
        scope: &Scope,
    ) -> Result<Typed, Error> {
        if let [change] = changes
            && change.path.is_empty()
        {
            let value = self.expression(change.value, scope)?;
            return self.assign(value, &column.ty, &column.name);
        }
        let changes: Vec<_> = changes.iter().collect();
        let span = changes.first().map_or(0..0, |change| change.span.clone());
        let before = Typed::column(column.ty.clone(), table, &column.name, span);
        self.changed_fields(before, &changes, 0, scope)
    }

    /// A struct with some fields new; where it was NULL, the others are
    fn changed_fields(
        &self,
        before: Typed,
        changes: &[&Change],
        depth: usize,
        scope: &Scope,
    ) -> Result<Typed, Error> {
        let span = before.span.clone();
        let Type::Struct(fields) = before.ty.clone() else {
            let message = format!("{} has no fields to set", before.ty);
            return Err(self.mismatch(message, span));
        };
        for change in changes {
            let name = &change.path[depth];
            if !fields.iter().any(|field| named(field, &name.value)) {
                let message = format!("no field `{}` in {}", name.value, before.ty);
                let code = diagnostic::code::UNKNOWN_COLUMN;
                return Err(self.error(code, message, change.span.clone()));
            }
        }
        let mut parts = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let physical = physical_field(&fields, at);
            let of_field: Vec<&Change> = changes
                .iter()
                .copied()
                .filter(|change| named(field, &change.path[depth].value))
                .collect();
            let old = self.struct_field(
                before.clone(),
                at,
                field.ty.clone(),
                &physical,
                span.clone(),
            );
            let new = match of_field.as_slice() {
                [] => old,
                [change] if change.path.len() == depth + 1 => {
                    if is_default(change.value) {
                        let message = "DEFAULT is for columns, not for fields";
                        return Err(self.invalid(message, change.span.clone()));
                    }
                    let value = self.expression(change.value, scope)?;
                    self.assign(value, &field.ty, field.name.as_deref().unwrap_or_default())?
                }
                several => self.changed_fields(old, several, depth + 1, scope)?,
            };
            parts.push((physical, new.into_exact()));
        }
        Ok(Typed::new(before.ty, Node::Struct(parts), span))
    }
}

fn named(field: &Field, name: &str) -> bool {
    field.name.as_deref().is_some_and(|own| same(own, name))
}

/// Whether one path is the other's start
fn overlaps(left: &[&Ident], right: &[&Ident]) -> bool {
    left.iter()
        .zip(right)
        .all(|(left, right)| same(&left.value, &right.value))
}
