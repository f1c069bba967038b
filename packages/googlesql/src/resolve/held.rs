//! Columns with a length or precision: what is written to them is rounded, or an error where it is too
//! long
//!
//! The limits stand in the column's metadata, since DuckDB's types have none of them.

use std::ops::Range;

use super::Resolver;
use super::scope::same;
use super::table_function::over;
use crate::metadata::ColumnMetadata;
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::{Error, PhysicalName, Relation, quote_identifier};

/// The templates that hold the values of a table's columns to their types
#[derive(Debug, Default)]
pub struct Limits {
    templates: Vec<(String, String)>,
}

impl Limits {
    /// The value as the column takes it
    pub fn held(&self, value: Typed, column: &str) -> Typed {
        let limit = self.templates.iter().find(|(name, _)| same(name, column));
        match limit {
            None => value,
            Some((_, template)) => {
                let (ty, span) = (value.ty.clone(), value.span.clone());
                Typed {
                    exact: true,
                    ..Typed::apply(ty, template.clone(), vec![value.into_exact()], span)
                }
            }
        }
    }
}

impl Resolver<'_> {
    /// The limits of a table that exists
    pub fn limits(&self, table: &PhysicalName, span: &Range<usize>) -> Result<Limits, Error> {
        let mut limits = Limits::default();
        let Some(stored) = self.catalog.stored(table, span.clone())? else {
            return Ok(limits);
        };
        for column in &stored.columns {
            let kept = ColumnMetadata::read(column.comment.as_deref());
            let Some(written) = kept.written_type else {
                continue;
            };
            let ty = crate::parse::parse_type(&written).map_err(|error| Error {
                span: span.clone(),
                ..error
            })?;
            if let (_, Some(limit)) = self.limited_type(&ty, span)? {
                limits.templates.push((column.column.name.clone(), limit));
            }
        }
        Ok(limits)
    }

    /// The limits of declared columns
    pub fn declared_limits(&self, specs: &[parsed::ColumnSpec]) -> Result<Limits, Error> {
        let mut limits = Limits::default();
        for spec in specs {
            if let (_, Some(limit)) = self.limited_type(&spec.ty, &spec.name.span)? {
                limits.templates.push((spec.name.text.clone(), limit));
            }
        }
        Ok(limits)
    }

    /// The rows as a table with these limits takes them
    pub fn held_rows(&self, relation: Relation, limits: &Limits) -> Relation {
        if limits.templates.is_empty() {
            return relation;
        }
        let alias = self.fresh("q");
        let items: Vec<_> = relation
            .columns
            .iter()
            .map(|column| {
                let name = quote_identifier(&column.name);
                let value =
                    Typed::column(column.ty.clone(), &alias, &column.name, self.whole.clone());
                format!("{} AS {name}", limits.held(value, &column.name).sql())
            })
            .collect();
        let sql = over(&items, &relation, &alias);
        Relation { sql, ..relation }
    }
}
