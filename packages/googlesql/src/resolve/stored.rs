//! Arrays in tables: no NULL array and no NULL element is stored
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls>

use super::Resolver;
use super::query::indent;
use crate::tree::{Literal, Node, Typed};
use crate::{Relation, Type, quote_identifier};

impl Resolver<'_> {
    /// The value as a table's column keeps it
    pub fn stored(&self, value: Typed) -> Typed {
        let Type::Array(_) = &value.ty else {
            return value;
        };
        let plain = |one: &Typed| one.literal != Literal::No && !one.is_null_literal();
        match &value.node {
            Node::Array(elements) if elements.iter().all(plain) => return value,
            _ => {}
        }
        let (ty, span) = (value.ty.clone(), value.span.clone());
        if value.is_null_literal() {
            let template = format!("CAST([] AS {})", ty.duckdb());
            return Typed::apply(ty, template, Vec::new(), span);
        }
        let template = "CASE WHEN len($0) > list_count($0) THEN error('an array cannot have a null element in a table') ELSE coalesce($0, []) END";
        Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![value.into_exact()], span)
        }
    }

    /// The rows as a table keeps them
    pub fn stored_rows(&self, relation: Relation) -> Relation {
        let columns = &relation.columns;
        if !columns.iter().any(|one| matches!(one.ty, Type::Array(_))) {
            return relation;
        }
        let alias = self.fresh("q");
        let items: Vec<_> = columns
            .iter()
            .map(|column| {
                let (ty, name) = (column.ty.clone(), quote_identifier(&column.name));
                let value = Typed::column(ty, &alias, &column.name, self.whole.clone());
                match column.ty {
                    Type::Array(_) => format!("{} AS {name}", self.stored(value).sql()),
                    _ => value.sql(),
                }
            })
            .collect();
        let sql = format!(
            "SELECT {}\nFROM (\n{}\n) AS {}",
            items.join(", "),
            indent(&relation.sql),
            quote_identifier(&alias)
        );
        Relation { sql, ..relation }
    }
}
