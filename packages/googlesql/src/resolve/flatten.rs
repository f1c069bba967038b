//! Paths through arrays of structs in `FROM`: `t.array.field` is one array of all the fields
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax#unnest_operator>

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::scope::Scope;
use crate::tree::Typed;
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    /// Resolves a path whose steps may lead through arrays
    pub fn flattening<T>(&self, resolve: impl FnOnce() -> T) -> T {
        let before = self.flattens.replace(true);
        let value = resolve();
        self.flattens.set(before);
        value
    }

    /// The argument of `UNNEST`, which may be such a path
    pub fn array_path(&self, expr: &Expr, scope: &Scope) -> Result<Typed, Error> {
        match expr {
            Expr::CompoundIdentifier(_) | Expr::CompoundFieldAccess { .. } => {
                self.flattening(|| self.expression(expr, scope))
            }
            _ => self.expression(expr, scope),
        }
    }

    /// The field of every element; fields that are arrays themselves are put together
    pub fn flattened_field(
        &self,
        array: Typed,
        element: Type,
        name: &str,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let variable = self.fresh("e");
        let stand_in = Typed::column(element, "", &variable, array.span.clone());
        let field = self.field(stand_in, name, span.clone())?;
        let written = field.sql().replace('$', "$$");
        let fields = format!(
            "list_transform($0, lambda {}: {written})",
            quote_identifier(&variable)
        );
        let (ty, template) = match field.ty {
            Type::Array(_) => (field.ty.clone(), format!("flatten({fields})")),
            ty => (Type::Array(Box::new(ty)), fields),
        };
        Ok(Typed::apply(ty, template, vec![array], span))
    }
}
