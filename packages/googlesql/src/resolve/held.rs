//! Columns with a length or precision: what is written to them is rounded, or an error where it is too
//! long
//!
//! The limits stand in the column's metadata, since DuckDB's types have none of them.

use std::ops::Range;

use super::Resolver;
use super::column::rounds;
use super::query::over;
use super::scope::same;
use crate::catalog::StoredTable;
use crate::metadata::{ColumnMetadata, StoredOption, TableMetadata};
use crate::parse::statement as parsed;
use crate::tree::Typed;
use crate::value::big_decimal::Rounding;
use crate::{Error, PhysicalName, Relation, Value, quote_identifier};

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

/// What it is, where no statement changes its rows
fn fixed_rows(stored: &StoredTable) -> Option<&'static str> {
    let kind = TableMetadata::read(stored.comment.as_deref()).kind;
    match kind.as_deref() {
        Some("MATERIALIZED VIEW") => Some("a materialized view"),
        Some("EXTERNAL") => Some("an external table"),
        Some("SNAPSHOT") => Some("a snapshot"),
        _ if stored.view => Some("a view"),
        _ => None,
    }
}

/// A column's option: how decimal digits beyond its scale are rounded
const ROUNDING: &str = "rounding_mode";
/// A table's option: what its columns have that say nothing
const DEFAULT_ROUNDING: &str = "default_rounding_mode";

/// A statement that makes a table, its default rounding mode said for each column that rounds
pub fn with_rounding(table: &parsed::CreateTable) -> parsed::CreateTable {
    let mut table = table.clone();
    let mut options = table.options.iter();
    let default = options.find(|option| same(&option.name.text, DEFAULT_ROUNDING));
    let Some(default) = default.cloned() else {
        return table;
    };
    for column in &mut table.columns {
        let own = column.options.iter();
        let own = own.clone().any(|option| same(&option.name.text, ROUNDING));
        if !own && rounds(&column.ty) {
            let mut option = default.clone();
            ROUNDING.clone_into(&mut option.name.text);
            column.options.push(option);
        }
    }
    table
}

/// The options of a column that is added to a table with these
pub fn rounded_column(table: &[StoredOption], column: &mut Vec<StoredOption>) {
    let default = table.iter().find(|option| option.name == DEFAULT_ROUNDING);
    if let Some(default) = default
        && !column.iter().any(|option| option.name == ROUNDING)
    {
        column.push(StoredOption {
            name: ROUNDING.to_owned(),
            ..default.clone()
        });
    }
}

impl Resolver<'_> {
    /// The table whose rows a statement changes, and its limits
    ///
    /// # Errors
    /// What the path names has rows that nothing changes: a view, a snapshot, a wildcard table
    pub fn changeable(&self, path: &parsed::Path) -> Result<(PhysicalName, Limits), Error> {
        let (span, mut limits) = (&path.span, Limits::default());
        let name = self.physical(path)?;
        let stored = self.catalog.stored(&name, span.clone())?;
        let kind = match &stored {
            _ if name.name.ends_with('*') => Some("a wildcard table"),
            Some(stored) => fixed_rows(stored),
            None => None,
        };
        if let Some(kind) = kind {
            let message = format!(
                "`{}` is {kind}: its rows cannot be changed",
                path.parts.join(".")
            );
            return Err(self.invalid(message, span.clone()));
        }
        let Some(stored) = stored else {
            return Ok((name, limits));
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
            let rounding = kept.options.iter().find(|option| option.name == ROUNDING);
            let rounding = rounding.and_then(|option| crate::literal_text(&option.value));
            let rounding = self.rounding(rounding.as_deref(), span)?;
            if let (_, Some(limit)) = self.rounded_type(&ty, rounding, span)? {
                limits.templates.push((column.column.name.clone(), limit));
            }
        }
        Ok((name, limits))
    }

    /// The limits of declared columns
    pub fn declared_limits(&self, specs: &[parsed::ColumnSpec]) -> Result<Limits, Error> {
        let mut limits = Limits::default();
        for spec in specs {
            let option = |option: &&parsed::OptionItem| same(&option.name.text, ROUNDING);
            let rounding = match spec.options.iter().find(option) {
                Some(option) => match self.constant(&option.value)? {
                    Value::String(mode) => self.rounding(Some(&mode), &option.span)?,
                    _ => self.rounding(None, &option.span)?,
                },
                None => Rounding::HalfAwayFromZero,
            };
            if let (_, Some(limit)) = self.rounded_type(&spec.ty, rounding, &spec.name.span)? {
                limits.templates.push((spec.name.text.clone(), limit));
            }
        }
        Ok(limits)
    }

    fn rounding(&self, mode: Option<&str>, span: &Range<usize>) -> Result<Rounding, Error> {
        match mode {
            Some("ROUND_HALF_EVEN") => Ok(Rounding::HalfEven),
            None | Some("ROUND_HALF_AWAY_FROM_ZERO" | "") => Ok(Rounding::HalfAwayFromZero),
            Some(other) => {
                let message = format!("`{other}` is no rounding mode");
                let help = "write 'ROUND_HALF_AWAY_FROM_ZERO' or 'ROUND_HALF_EVEN'";
                Err(self.invalid(message, span.clone()).help(help))
            }
        }
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
        let sql = over(&items, &relation.sql, &alias);
        Relation { sql, ..relation }
    }
}
