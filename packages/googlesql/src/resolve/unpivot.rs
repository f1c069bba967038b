//! `UNPIVOT`: a row per column, or per set of columns
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#unpivot_operator>

use std::ops::Range;

use sqlparser::ast::{Expr, Ident, NullInclusion, TableFactor};

use super::Resolver;
use super::literal::inferred_name;
use super::query::indent;
use super::scope::{Scope, same};
use super::select::{Item, lay_out, write_list};
use crate::parse::mark;
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier, quote_string};

impl Resolver<'_> {
    pub fn unpivot(
        &self,
        factor: &TableFactor,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let TableFactor::Unpivot {
            table,
            value,
            name,
            columns,
            null_inclusion,
            alias,
        } = factor
        else {
            return Err(self.unsupported("this form of UNPIVOT", span));
        };
        let values = self.value_names(value)?;
        let mut level = self.beside(scope);
        let from = self.table_factor(table, &mut level)?;
        let mut rows: Vec<Vec<Typed>> = Vec::new();
        let mut labels: Vec<Label> = Vec::new();
        for column in columns {
            let parts = match &column.expr {
                Expr::Tuple(parts) => parts.iter().collect(),
                Expr::Nested(one) => vec![one.as_ref()],
                one => vec![one],
            };
            if parts.len() != values.len() {
                let message = format!(
                    "a set of UNPIVOT has {} columns for {} values",
                    parts.len(),
                    values.len()
                );
                return Err(self.invalid(message, self.span(&column.expr)));
            }
            let names: Vec<_> = parts
                .iter()
                .filter_map(|part| inferred_name(part))
                .collect();
            labels.push(match &column.alias {
                Some(alias) => label(alias),
                None => Label::Text(names.join("_")),
            });
            let mut row = Vec::new();
            for part in parts {
                let source = self.expression(part, &level)?;
                let known = level.star.iter().any(|one| one.expr.node == source.node);
                if !known && source.ty.is_known() {
                    let message = "UNPIVOT takes columns of its table";
                    return Err(self.invalid(message, source.span));
                }
                row.push(source);
            }
            rows.push(row);
        }
        let label_type = self.label_type(
            &labels,
            columns.iter().all(|one| one.alias.is_some()),
            &span,
        )?;
        let mut types: Vec<Type> = Vec::new();
        for at in 0..values.len() {
            let mut sources = rows.iter().map(|row| &row[at]);
            let Some(first) = sources.next() else {
                return Err(self.invalid("UNPIVOT takes columns", span));
            };
            if let Some(other) = sources.find(|source| source.ty != first.ty) {
                let message = format!(
                    "columns of UNPIVOT have types {} and {}",
                    first.ty, other.ty
                );
                return Err(self.mismatch(message, other.span.clone()));
            }
            types.push(first.ty.clone());
        }
        let named = values.iter().copied().chain(std::iter::once(name));
        let named: Vec<&str> = named.map(|one| one.value.as_str()).collect();
        for (at, one) in named.iter().enumerate() {
            if named[..at].iter().any(|other| same(other, one)) {
                return Err(self.invalid("values and name of UNPIVOT must differ", span));
            }
        }
        let used = |node: &crate::tree::Node| rows.iter().flatten().any(|one| one.node == *node);
        let mut items: Vec<Item> = level
            .star
            .iter()
            .filter(|column| !used(&column.expr.node))
            .map(|column| Item {
                name: Some(column.name.clone()),
                value: column.expr.clone(),
            })
            .collect();
        let unnested = |ty: &Type, items: Vec<String>| {
            let text = format!("unnest([{}])", items.join(", "));
            Typed::text(ty.clone(), text, span.clone())
        };
        for (at, (name, ty)) in values.iter().zip(&types).enumerate() {
            let cells = rows.iter().map(|row| row[at].clone().into_exact().sql());
            items.push(Item {
                name: Some(name.value.clone()),
                value: unnested(ty, cells.collect()),
            });
        }
        items.push(Item {
            name: Some(name.value.clone()),
            value: unnested(&label_type, labels.iter().map(Label::sql).collect()),
        });
        let (list, columns) = write_list(items);
        let mut sql = format!("SELECT{}\nFROM {from}", lay_out(&list));
        if !matches!(null_inclusion, Some(NullInclusion::IncludeNulls)) {
            let alias = self.fresh("u");
            let first = columns.len() - values.len() - 1;
            let present: Vec<_> = columns[first..columns.len() - 1]
                .iter()
                .zip(&types)
                .map(|(column, ty)| {
                    let value = Typed::column(ty.clone(), &alias, &column.physical, span.clone());
                    format!("{} IS NOT NULL", value.sql())
                })
                .collect();
            sql = format!(
                "SELECT *\nFROM (\n{}\n) AS {}\nWHERE {}",
                indent(&sql),
                quote_identifier(&alias),
                present.join(" OR ")
            );
        }
        self.add_wrapped(sql, columns, alias.as_ref(), scope, span)
    }

    fn value_names<'e>(&self, value: &'e Expr) -> Result<Vec<&'e Ident>, Error> {
        let parts = match value {
            Expr::Tuple(parts) => parts.iter().collect(),
            Expr::Nested(one) => vec![one.as_ref()],
            one => vec![one],
        };
        parts
            .into_iter()
            .map(|part| match part {
                Expr::Identifier(name) => Ok(name),
                other => Err(self.invalid("UNPIVOT takes a name for its values", self.span(other))),
            })
            .collect()
    }

    fn label_type(
        &self,
        labels: &[Label],
        all_written: bool,
        span: &Range<usize>,
    ) -> Result<Type, Error> {
        let numbers = labels
            .iter()
            .filter(|label| matches!(label, Label::Number(_)))
            .count();
        match numbers {
            0 => Ok(Type::String),
            _ if numbers == labels.len() && all_written => Ok(Type::Int64),
            _ => Err(self.invalid(
                "labels of UNPIVOT are all texts or all numbers",
                span.clone(),
            )),
        }
    }
}

/// What names a row
enum Label {
    Text(String),
    Number(String),
}

impl Label {
    fn sql(&self) -> String {
        match self {
            Self::Text(text) => quote_string(text),
            Self::Number(digits) => format!("{digits}::BIGINT"),
        }
    }
}

fn label(alias: &Ident) -> Label {
    match alias.value.strip_prefix(mark::LABEL) {
        Some(digits) => Label::Number(digits.to_owned()),
        None => Label::Text(alias.value.clone()),
    }
}
