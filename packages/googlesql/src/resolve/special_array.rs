//! Arrays: concatenation, membership, lambdas

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::tree::Typed;
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn array_concat(&self, arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        let (arguments, ty) = self.unify(arguments, "arrays")?;
        if !matches!(ty, Type::Array(_)) {
            return Err(self.mismatch(format!("ARRAY_CONCAT takes arrays, found {ty}"), span));
        }
        let arguments: Vec<_> = arguments.into_iter().map(Typed::into_exact).collect();
        let mut tests = Vec::new();
        let mut nested = "$0".to_owned();
        for at in 0..arguments.len() {
            tests.push(format!("${{{at}}} IS NULL"));
            if at > 0 {
                nested = format!("list_concat({nested}, ${{{at}}})");
            }
        }
        let template = format!(
            "CASE WHEN {} THEN NULL ELSE {nested} END",
            tests.join(" OR ")
        );
        Ok(Typed::apply(ty, template, arguments, span))
    }

    pub fn array_call(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let Type::Array(element) = arguments[0].ty.clone() else {
            return Err(self.mismatch(format!("{} takes an array", call.name), span));
        };
        let simple = super::order::orderable(&element) && *element != Type::Float64;
        match call.name.as_str() {
            "ARRAY_MIN" if simple => Ok(Typed::apply(*element, "list_min($0)", arguments, span)),
            "ARRAY_INCLUDES" if simple => {
                let wanted = self.coerce(arguments.remove(1), &element)?;
                arguments.push(wanted);
                let template =
                    "CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE list_contains($0, $1) END";
                Ok(Typed::apply(Type::Bool, template, arguments, span))
            }
            "ARRAY_IS_DISTINCT" if simple => {
                let template = "CASE WHEN $0 IS NULL THEN NULL ELSE len(list_distinct($0)) + CASE WHEN len($0) > list_count($0) THEN 1 ELSE 0 END = len($0) END";
                Ok(Typed::apply(Type::Bool, template, arguments, span))
            }
            "ARRAY_SLICE" => {
                let end = self.coerce(arguments.remove(2), &Type::Int64)?.into_exact();
                let start = self.coerce(arguments.remove(1), &Type::Int64)?.into_exact();
                let ty = arguments[0].ty.clone();
                let template = "CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL ELSE list_slice($0, greatest(CASE WHEN $1 < 0 THEN len($0) + $1 ELSE $1 END, 0) + 1, CASE WHEN $2 < 0 THEN len($0) + $2 ELSE $2 END + 1) END";
                Ok(Typed::apply(
                    ty,
                    template,
                    vec![arguments.remove(0), start, end],
                    span,
                ))
            }
            name => Err(self.unsupported(format!("{name} of ARRAY<{element}>"), span)),
        }
    }

    /// `ARRAY_TRANSFORM(array, e -> …)`, `ARRAY_FILTER`, `ARRAY_INCLUDES`
    pub fn lambda_call(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let [array, Expr::Lambda(lambda)] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let array = self.expression(array, scope)?;
        let Type::Array(element) = array.ty.clone() else {
            return Err(self.mismatch(format!("{} takes an array", call.name), span));
        };
        let types = [element.as_ref().clone(), Type::Int64];
        let mut lambda = self.lambda(lambda, &types, Some(1), scope)?;
        let filter = call.name != "ARRAY_TRANSFORM";
        lambda.body = match filter {
            true => self.coerce(lambda.body, &Type::Bool)?,
            false => lambda.body.into_exact(),
        };
        let ty = match filter {
            true => array.ty.clone(),
            false if matches!(lambda.body.ty, Type::Array(_)) => {
                return Err(self.invalid("an array cannot hold arrays", span));
            }
            false => Type::Array(Box::new(lambda.body.ty.clone())),
        };
        let native = if filter {
            "list_filter"
        } else {
            "list_transform"
        };
        let template = format!("{native}($0, {})", lambda.in_template());
        let value = Typed::apply(ty, template, vec![array.into_exact()], span.clone());
        let value = Typed {
            exact: true,
            ..value
        };
        Ok(match call.name.as_str() {
            "ARRAY_INCLUDES" => Typed::apply(Type::Bool, "len($0) > 0", vec![value], span),
            _ => value,
        })
    }
}
