//! Arrays in tables: no NULL array and no NULL element is stored, also inside of structs
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls>

use super::Resolver;
use super::query::over;
use crate::tree::{Literal, Node, Typed};
use crate::type_text::physical_field;
use crate::{Relation, Type, quote_identifier};

impl Resolver<'_> {
    /// The value as a table's column keeps it
    pub fn stored(&self, value: Typed) -> Typed {
        match &value.ty {
            Type::Array(_) => self.stored_array(value),
            ty if has_array(ty) => self.stored_struct(value),
            _ => value,
        }
    }

    fn stored_array(&self, value: Typed) -> Typed {
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
        let mut value = value.into_exact();
        if let Type::Array(element) = &ty
            && has_array(element)
        {
            let name = self.fresh("element");
            let quoted = quote_identifier(&name);
            let inner = Typed::text((**element).clone(), quoted.clone(), span.clone());
            let inner = self.stored(inner);
            let template = format!("list_transform($0, lambda {quoted}: $1)");
            value = Typed {
                exact: true,
                ..Typed::apply(ty.clone(), template, vec![value, inner], span.clone())
            };
        }
        let template = "CASE WHEN len($0) > list_count($0) THEN error('an array cannot have a null element in a table') ELSE coalesce($0, []) END";
        Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![value], span)
        }
    }

    /// A struct somewhere inside of which there are arrays
    fn stored_struct(&self, value: Typed) -> Typed {
        let (ty, span) = (value.ty.clone(), value.span.clone());
        let Type::Struct(fields) = &ty else {
            return value;
        };
        let value = value.into_exact();
        let parts = fields.iter().enumerate().map(|(at, field)| {
            let name = physical_field(fields, at);
            let part = self.struct_field(value.clone(), at, field.ty.clone(), &name, span.clone());
            (name, self.stored(part))
        });
        let parts = Typed::new(ty.clone(), Node::Struct(parts.collect()), span.clone());
        let template = "CASE WHEN $0 IS NULL THEN NULL ELSE $1 END";
        Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![value, parts], span)
        }
    }

    /// The rows as a table keeps them
    pub fn stored_rows(&self, relation: Relation) -> Relation {
        let columns = &relation.columns;
        if !columns.iter().any(|one| has_array(&one.ty)) {
            return relation;
        }
        let alias = self.fresh("q");
        let items: Vec<_> = columns
            .iter()
            .map(|column| {
                let (ty, name) = (column.ty.clone(), quote_identifier(&column.name));
                let value = Typed::column(ty, &alias, &column.name, self.whole.clone());
                match has_array(&column.ty) {
                    true => format!("{} AS {name}", self.stored(value).sql()),
                    false => value.sql(),
                }
            })
            .collect();
        let sql = over(&items, &relation.sql, &alias);
        Relation { sql, ..relation }
    }
}

/// Whether values of the type are or hold arrays
fn has_array(ty: &Type) -> bool {
    match ty {
        Type::Array(_) => true,
        Type::Struct(fields) => fields.iter().any(|field| has_array(&field.ty)),
        _ => false,
    }
}
