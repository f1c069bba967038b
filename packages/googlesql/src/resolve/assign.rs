//! Values and queries for the columns of a table

use std::ops::Range;

use super::Resolver;
use super::layout::{INGESTION_DATE, INGESTION_TIME};
use super::query::{Output, over};
use super::scope::{OutputColumn, Scope, same};
use super::statement::{qualified, relation_in_scope};
use super::table_function::relation_of;
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{Column, Error, Relation, Type, quote_identifier};

impl Resolver<'_> {
    /// A value table of structs as a table of their fields
    pub fn expand_value_table(&self, output: Output) -> Output {
        let fields = match (output.value_table, output.columns.as_slice()) {
            (true, [one]) => match &one.ty {
                Type::Struct(fields) => {
                    let origins = one.origins.clone();
                    Some((
                        one.physical.clone(),
                        one.ty.clone(),
                        fields.clone(),
                        origins,
                    ))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((physical, ty, fields, origins)) = fields else {
            return output;
        };
        let alias = self.fresh("q");
        let value = Typed::column(ty, &alias, &physical, self.whole.clone());
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for (at, field) in fields.iter().enumerate() {
            let name = crate::type_text::physical_field(&fields, at);
            let part = self.struct_field(
                value.clone(),
                at,
                field.ty.clone(),
                &name,
                self.whole.clone(),
            );
            items.push(format!("{} AS {}", part.sql(), quote_identifier(&name)));
            columns.push(OutputColumn {
                name: Some(name.clone()),
                physical: name,
                ty: field.ty.clone(),
                literal: None,
                origins: origins.clone(),
            });
        }
        Output {
            sql: over(&items, &output.sql, &alias),
            columns,
            value_table: false,
        }
    }

    /// A query whose columns are assigned, by position, to columns of these names and types
    pub fn fitted(
        &self,
        output: Output,
        columns: &[Column],
        what: &str,
        span: Range<usize>,
    ) -> Result<Relation, Error> {
        if output.columns.len() != columns.len() {
            let message = format!(
                "the query has {} columns, the {what} {}",
                output.columns.len(),
                columns.len()
            );
            return Err(self.invalid(message, span));
        }
        let fits = output
            .columns
            .iter()
            .zip(columns)
            .all(|(from, to)| from.ty == to.ty && from.physical == to.name);
        if fits {
            return Ok(relation_of(output));
        }
        let alias = self.fresh("q");
        let items = output
            .columns
            .iter()
            .zip(columns)
            .map(|(from, to)| {
                let value = Typed::column(from.ty.clone(), &alias, &from.physical, span.clone());
                let value = match &from.literal {
                    Some(literal) => self.assign(literal.clone(), &to.ty, &to.name)?,
                    None => self.assign(value, &to.ty, &to.name)?,
                };
                Ok(format!("{} AS {}", value.sql(), quote_identifier(&to.name)))
            })
            .collect::<Result<Vec<_>, Error>>()?;
        Ok(Relation {
            sql: over(&items, &output.sql, &alias),
            columns: columns.to_vec(),
        })
    }

    /// A value for a column: coercion, and the assignments that DML allows besides
    pub fn assign(&self, value: Typed, ty: &Type, column: &str) -> Result<Typed, Error> {
        let lossless = super::coerce::cost(&value, ty).is_some();
        let allowed = matches!(
            (&value.ty, ty),
            (Type::Float64, Type::Numeric)
                | (Type::Timestamp, Type::Date | Type::DateTime | Type::Time)
        );
        if lossless {
            return Ok(self.coerce(value, ty)?.into_exact());
        }
        if allowed {
            return Ok(self.cast(value, ty, false)?.into_exact());
        }
        let message = format!("column `{column}` is {ty}, the value is {}", value.ty);
        Err(self.mismatch(message, value.span))
    }

    pub fn column_of<'c>(
        &self,
        columns: &'c [Column],
        name: &parsed::Name,
    ) -> Result<&'c Column, Error> {
        columns
            .iter()
            .find(|column| same(&column.name, &name.text))
            .ok_or_else(|| {
                let error = self.error(
                    diagnostic::code::UNKNOWN_COLUMN,
                    format!("no column `{}` in the table", name.text),
                    name.span.clone(),
                );
                let known = columns.iter().map(|column| column.name.as_str());
                match diagnostic::did_you_mean(&name.text, known) {
                    Some(help) => error.help(help),
                    None => error,
                }
            })
    }

    /// The table that a DML statement changes, in scope under its name or alias
    pub fn target(
        &self,
        path: &parsed::Path,
        alias: Option<&parsed::Name>,
        scope: &mut Scope,
    ) -> Result<(Vec<Column>, String), Error> {
        let name = self.physical(path)?;
        let table = self.catalog.table(&path.parts, path.span.clone())?;
        let range = match alias {
            Some(alias) => alias.text.clone(),
            None => path.last().to_owned(),
        };
        let mut relation =
            relation_in_scope(Some(range.clone()), &range, &table.columns, &path.span);
        let filtered = self.needs_filter(&path.parts, &path.span)?;
        for column in &mut relation.columns {
            let origin = self.origin(filtered.as_ref(), &column.name);
            column.expr = column.expr.clone().with_origins(origin);
        }
        for column in &table.pseudo_columns {
            let expr = |name: &str, ty| Typed::column(ty, &range, name, path.span.clone());
            let expr = match column.name == INGESTION_DATE {
                false => expr(&column.name, column.ty.clone()),
                // not kept, but made of the time
                true => Typed::apply(
                    Type::Date,
                    "CAST(CAST($0 AS TIMESTAMP) AS DATE)",
                    vec![expr(INGESTION_TIME, Type::Timestamp)],
                    path.span.clone(),
                ),
            };
            let origin = self.origin(filtered.as_ref(), &column.name);
            relation.pseudo.push(super::scope::ScopeColumn {
                name: column.name.clone(),
                expr: expr.with_origins(origin),
            });
        }
        scope.add(relation);
        let text = format!("{} AS {}", qualified(&name), quote_identifier(&range));
        Ok((table.columns, text))
    }
}
