//! Names, fields and elements: `a`, `t.a.b`, `s.f`, `a[OFFSET(0)]`

use std::ops::Range;

use diagnostic::{code, did_you_mean};
use sqlparser::ast::{
    AccessExpr, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, Subscript,
};

use super::Resolver;
use super::scope::{Scope, same};
use crate::lex::range_of;
use crate::tree::Typed;
use crate::types::REST;
use crate::{Error, Type, quote_string};

impl Resolver<'_> {
    pub fn ident_span(&self, name: &Ident) -> Range<usize> {
        range_of(name.span).unwrap_or_else(|| self.whole.clone())
    }

    /// A dotted name: a column, a range variable's column, a field of either
    pub fn name_path(&self, path: &[Ident], scope: &Scope) -> Result<Typed, Error> {
        let Some((first, rest)) = path.split_first() else {
            return Err(self.invalid("a name is empty", self.whole.clone()));
        };
        let span = self.ident_span(first);
        if let Some((second, fields)) = rest.split_first()
            && let Some(relation) = scope.find_relation(&first.value)
        {
            let whole = span.start..self.ident_span(second).end;
            if let Some(column) = relation.column(&second.value, &whole)? {
                return self.fields(column, fields);
            }
            if scope.find(&first.value, &span)?.is_none_or(|found| {
                relation
                    .value(&span)
                    .is_some_and(|value| value.node == found.node)
                    && found.ty != Type::Json
            }) {
                return Err(self.unknown_member(
                    &second.value,
                    relation,
                    &second_span(self, second),
                ));
            }
        }
        // a column hides a variable of a script
        let found = match scope.find(&first.value, &span)? {
            None => self.variable(&first.value, span.clone())?,
            found => found,
        };
        match found {
            Some(found) => self.fields(found, rest),
            None if !rest.is_empty() => Err(self.unknown_relation(&first.value, scope, span)),
            None if first.quote_style.is_none() && is_clock(&first.value) => {
                self.clock(&first.value.to_ascii_uppercase(), span)
            }
            None => Err(scope.unknown(&first.value, span)),
        }
    }

    fn unknown_member(
        &self,
        name: &str,
        relation: &super::scope::ScopeRelation,
        span: &Range<usize>,
    ) -> Error {
        let table = relation.name.as_deref().unwrap_or_default();
        let error = self.error(
            code::UNKNOWN_COLUMN,
            format!("no column `{name}` in `{table}`"),
            span.clone(),
        );
        let known = relation.columns.iter().map(|column| column.name.as_str());
        match did_you_mean(name, known) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn unknown_relation(&self, name: &str, scope: &Scope, span: Range<usize>) -> Error {
        let known: Vec<&str> = scope
            .levels()
            .flat_map(|level| {
                let relations = level.relations.iter().filter_map(|one| one.name.as_deref());
                relations.chain(level.star.iter().map(|column| column.name.as_str()))
            })
            .collect();
        let message = format!("no table or column `{name}` in scope");
        let error = self.error(code::UNKNOWN_COLUMN, message, span);
        match did_you_mean(name, known) {
            Some(help) => error.help(help),
            None => error,
        }
    }

    fn fields(&self, mut value: Typed, names: &[Ident]) -> Result<Typed, Error> {
        for name in names {
            let span = value.span.start..self.ident_span(name).end;
            value = self.field(value, &name.value, span)?;
        }
        Ok(value)
    }

    /// `value.name`
    pub fn field(&self, value: Typed, name: &str, span: Range<usize>) -> Result<Typed, Error> {
        match value.ty.clone() {
            Type::Struct(fields) => {
                let mut found = fields
                    .iter()
                    .enumerate()
                    .filter(|(_, field)| field.name.as_deref().is_some_and(|own| same(own, name)));
                let Some((at, field)) = found.next() else {
                    if fields
                        .iter()
                        .any(|field| field.name.as_deref() == Some(REST))
                    {
                        return Ok(Typed::unknown(span).with_origins(value.origins.renamed(name)));
                    }
                    let known = fields.iter().filter_map(|field| field.name.as_deref());
                    let message = format!("no field `{name}` in {}", value.ty);
                    let error = self.error(code::UNKNOWN_COLUMN, message, span);
                    return Err(match did_you_mean(name, known) {
                        Some(help) => error.help(help),
                        None => error,
                    });
                };
                if found.next().is_some() {
                    let message = format!("field `{name}` is ambiguous");
                    return Err(self.error(code::AMBIGUOUS_COLUMN, message, span));
                }
                Ok(self.struct_field(
                    value,
                    at,
                    field.ty.clone(),
                    &crate::type_text::physical_field(&fields, at),
                    span,
                ))
            }
            Type::Json => {
                let key = self.string(name, span.clone());
                Ok(Typed::apply(
                    Type::Json,
                    "CAST(gs_json_field($0, $1) AS JSON)",
                    vec![value, key],
                    span,
                ))
            }
            Type::Unknown => Ok(Typed::unknown(span).with_origins(value.origins)),
            Type::Array(element) if self.flattens.get() => {
                self.flattened_field(value, *element, name, span)
            }
            other => Err(self.mismatch(format!("{other} has no field `{name}`"), span)),
        }
    }

    pub fn struct_field(
        &self,
        value: Typed,
        _at: usize,
        ty: Type,
        physical: &str,
        span: Range<usize>,
    ) -> Typed {
        let template = format!(
            "struct_extract($0, {})",
            quote_string(physical).replace('$', "$$")
        );
        Typed::apply(ty, template, vec![value], span)
    }

    pub fn access(&self, root: &Expr, chain: &[AccessExpr], scope: &Scope) -> Result<Typed, Error> {
        let mut value = self.expression(root, scope)?;
        for step in chain {
            value = match step {
                AccessExpr::Dot(Expr::Identifier(name)) => {
                    let span = value.span.start..self.ident_span(name).end;
                    self.field(value, &name.value, span)?
                }
                AccessExpr::Subscript(Subscript::Index { index }) => {
                    self.element(value, index, scope)?
                }
                AccessExpr::Dot(other) => {
                    return Err(self.unsupported("this kind of access", self.span(other)));
                }
                AccessExpr::Subscript(Subscript::Slice { .. }) => {
                    return Err(self.unsupported("an array slice", value.span));
                }
            };
        }
        Ok(value)
    }

    /// `value[index]`
    fn element(&self, value: Typed, index: &Expr, scope: &Scope) -> Result<Typed, Error> {
        let span = value.span.start..self.span(index).end;
        let (kind, index) = match index {
            Expr::Function(function) => match (
                function.name.to_string().to_ascii_uppercase().as_str(),
                single_argument(&function.args),
            ) {
                (
                    kind @ ("OFFSET" | "ORDINAL" | "SAFE_OFFSET" | "SAFE_ORDINAL"),
                    Some(argument),
                ) => (kind.to_owned(), argument),
                _ => (String::new(), index),
            },
            other => (String::new(), other),
        };
        let index = self.expression(index, scope)?;
        match (value.ty.clone(), kind.as_str()) {
            (Type::Array(element), kind) => {
                let index = self.coerce(index, &Type::Int64)?;
                let base = if kind.ends_with("ORDINAL") { 1 } else { 0 };
                let template = match (kind.starts_with("SAFE_"), base) {
                    (true, 0) => "CASE WHEN $1 >= 0 THEN $0[$1 + 1] END",
                    (true, _) => "CASE WHEN $1 >= 1 THEN $0[$1] END",
                    (false, 0) => {
                        "CASE WHEN $1 >= 0 AND $1 < len($0) THEN $0[$1 + 1] WHEN $0 IS NOT NULL AND $1 IS NOT NULL THEN error('array index is out of bounds') END"
                    }
                    (false, _) => {
                        "CASE WHEN $1 >= 1 AND $1 <= len($0) THEN $0[$1] WHEN $0 IS NOT NULL AND $1 IS NOT NULL THEN error('array index is out of bounds') END"
                    }
                };
                Ok(Typed::apply(
                    *element,
                    template,
                    vec![value, index.into_exact()],
                    span,
                ))
            }
            (Type::Json, "") => {
                let template = match index.ty {
                    Type::String => "CAST(gs_json_field($0, $1) AS JSON)",
                    Type::Int64 => "CAST(gs_json_element($0, $1) AS JSON)",
                    other => {
                        return Err(
                            self.mismatch(format!("JSON has no element at a {other}"), span)
                        );
                    }
                };
                Ok(Typed::apply(
                    Type::Json,
                    template,
                    vec![value, index.into_exact()],
                    span,
                ))
            }
            (Type::Struct(fields), "" | "OFFSET" | "ORDINAL") => {
                let at = match (&index.literal, kind.as_str()) {
                    (crate::tree::Literal::Int(at), "ORDINAL") => *at - 1,
                    (crate::tree::Literal::Int(at), _) => *at,
                    _ => return Err(self.invalid("a struct is indexed by a constant", span)),
                };
                let field = usize::try_from(at).ok().and_then(|at| fields.get(at));
                match (usize::try_from(at), field) {
                    (Ok(at), Some(field)) => Ok(self.struct_field(
                        value,
                        at,
                        field.ty.clone(),
                        &crate::type_text::physical_field(&fields, at),
                        span,
                    )),
                    _ => Err(self.invalid("struct index is out of bounds", span)),
                }
            }
            (Type::Unknown, _) => Ok(Typed::unknown(span).with_origins(value.origins)),
            (other, _) => Err(self.mismatch(format!("{other} cannot be indexed"), span)),
        }
    }
}

/// Functions that may be called without parentheses
fn is_clock(name: &str) -> bool {
    [
        "CURRENT_DATE",
        "CURRENT_DATETIME",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
    ]
    .iter()
    .any(|clock| name.eq_ignore_ascii_case(clock))
}

fn second_span(resolver: &Resolver, name: &Ident) -> Range<usize> {
    resolver.ident_span(name)
}

/// The one unnamed argument of a call
pub fn single_argument(arguments: &FunctionArguments) -> Option<&Expr> {
    match arguments {
        FunctionArguments::List(list) => match list.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(expr))] => Some(expr),
            _ => None,
        },
        _ => None,
    }
}
