//! Arrays as tables: `UNNEST(array)` and `t.array` in `FROM`

use std::ops::Range;

use super::Resolver;
use super::scope::{RangeValue, Scope, ScopeColumn, ScopeRelation};
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    /// Brings an array's elements into scope, one row each
    pub fn unnest(
        &self,
        array: Typed,
        name: Option<String>,
        offset: Option<String>,
        scope: &mut Scope,
        span: Range<usize>,
    ) -> Result<String, Error> {
        let element = match array.ty.clone() {
            Type::Array(element) => Some(element),
            Type::Unknown => Some(Box::new(Type::Unknown)),
            _ => None,
        };
        let Some(element) = element else {
            let message = format!("UNNEST takes an array, found {}", array.ty);
            return Err(self.mismatch(message, array.span));
        };
        let correlated = super::grouping::has_column(&array);
        let origins = array.origins.clone();
        let array = array.into_exact().sql();
        let alias = match &name {
            Some(name) => scope.free_alias(name),
            None => self.fresh("u"),
        };
        let physical = name.clone().unwrap_or_else(|| "value".to_owned());
        let value = Typed::column(*element, &alias, &physical, span.clone()).with_origins(origins);
        let (mut columns, value) = self.value_columns(value, name.as_deref());
        let quoted = quote_identifier(&alias);
        let text = match &offset {
            None if correlated => {
                format!(
                    "unnest({array}) AS {quoted}({})",
                    quote_identifier(&physical)
                )
            }
            None => format!(
                "(SELECT unnest({array}) AS {}) AS {quoted}",
                quote_identifier(&physical)
            ),
            Some(offset) => {
                // The offset's name on DuckDB must differ from the element's
                let ordinal = match super::scope::same(offset, &physical) {
                    true => format!("{offset}_1"),
                    false => offset.clone(),
                };
                columns.push(ScopeColumn {
                    name: offset.clone(),
                    expr: Typed::column(Type::Int64, &alias, &ordinal, span),
                });
                let lateral = if correlated { "LATERAL " } else { "" };
                format!(
                    "{lateral}(SELECT unnest({array}) AS {}, unnest(range(len({array}))) AS {}) AS {quoted}",
                    quote_identifier(&physical),
                    quote_identifier(&ordinal)
                )
            }
        };
        // The offset is no member of the element's range variable, but may be named alone
        let members = match offset {
            Some(_) => columns[..columns.len() - 1].to_vec(),
            None => columns.clone(),
        };
        let extra = columns[members.len()..].to_vec();
        scope.add(ScopeRelation {
            name,
            alias,
            columns: members,
            pseudo: Vec::new(),
            value,
        });
        for column in extra {
            let name = column.name.clone();
            scope.star.push(column.clone());
            scope.relations.push(ScopeRelation {
                name: Some(name),
                alias: String::new(),
                columns: Vec::new(),
                pseudo: Vec::new(),
                value: RangeValue::One(column.expr),
            });
        }
        Ok(text)
    }
}
