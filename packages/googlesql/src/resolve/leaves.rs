//! Values for readers outside: what arrays and structs hold, turned into texts part by part

use super::Resolver;
use crate::tree::{Node, Typed};
use crate::type_text::physical_field;
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    /// An array or struct, its elements or fields changed by `change`; the type is not kept, since only
    /// DuckDB's writers read the result
    pub fn part_by_part(
        &self,
        value: Typed,
        change: &mut dyn FnMut(Typed) -> Result<Typed, Error>,
    ) -> Result<Typed, Error> {
        let span = value.span.clone();
        match value.ty.clone() {
            Type::Array(element) => {
                let name = quote_identifier(&self.fresh("element"));
                let inner = change(Typed::text(*element, name.clone(), span.clone()))?;
                let template = format!("list_transform($0, lambda {name}: $1)");
                Ok(Typed::apply(
                    Type::String,
                    template,
                    vec![value, inner],
                    span,
                ))
            }
            Type::Struct(fields) => {
                let mut parts = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let name = physical_field(&fields, at);
                    let part =
                        self.struct_field(value.clone(), at, field.ty.clone(), &name, span.clone());
                    parts.push((name, change(part)?));
                }
                let parts = Typed::new(Type::Struct(Vec::new()), Node::Struct(parts), span.clone());
                Ok(Typed::apply(
                    Type::String,
                    "CASE WHEN $0 IS NULL THEN NULL ELSE $1 END",
                    vec![value, parts],
                    span,
                ))
            }
            _ => change(value),
        }
    }
}
