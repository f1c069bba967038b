//! Text: concatenation, normal forms, `FORMAT`

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::tree::{Node, Typed};
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    pub fn concat(&self, arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        let ty = match arguments.iter().any(|one| one.ty == Type::Bytes) {
            true => Type::Bytes,
            false => Type::String,
        };
        // DuckDB gives a concatenation with a bare NULL no type
        let null = arguments.iter().any(Typed::is_null_literal);
        let arguments = arguments
            .into_iter()
            .map(|one| self.as_text(one, &ty, "CONCAT"))
            .collect::<Result<Vec<_>, _>>()?;
        if null {
            return Ok(Typed::null(ty, span));
        }
        arguments
            .into_iter()
            .reduce(|all, one| Typed::apply(ty.clone(), "$0 || $1", vec![all, one], span.clone()))
            .ok_or_else(|| self.invalid("CONCAT takes arguments", span))
    }

    /// An operand of a concatenation: what is no text yet is cast to one
    pub fn as_text(&self, one: Typed, ty: &Type, what: &str) -> Result<Typed, Error> {
        if super::coerce::cost(&one, ty).is_some() {
            return Ok(self.coerce(one, ty)?.into_exact());
        }
        match (&one.ty, ty) {
            (Type::Array(_) | Type::Struct(_) | Type::Json | Type::Interval | Type::Bytes, _)
            | (_, Type::Bytes) => {
                Err(self.mismatch(format!("{what} has no form for {}", one.ty), one.span))
            }
            _ => Ok(self.cast(one, &Type::String, false)?.into_exact()),
        }
    }

    /// `NORMALIZE` and `NORMALIZE_AND_CASEFOLD`, with a form as their second argument
    pub fn normalize(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let (value, form) = match call.arguments.as_slice() {
            [value] => (value, "NFC".to_owned()),
            [value, Expr::Identifier(form)] => (value, form.value.to_ascii_uppercase()),
            _ => return Err(self.wrong_count(call)),
        };
        if !matches!(form.as_str(), "NFC" | "NFKC" | "NFD" | "NFKD") {
            let message = format!("{} has no form `{form}`", call.name);
            return Err(self.invalid(message, call.span.clone()));
        }
        let value = self.coerce(self.expression(value, scope)?, &Type::String)?;
        let template = format!("gs_{}($0, '{form}')", call.name.to_ascii_lowercase());
        let value = value.into_exact();
        Ok(Typed::apply(
            Type::String,
            template,
            vec![value],
            call.span.clone(),
        ))
    }

    /// `FORMAT(text, …)`: arguments go to a Rust function as texts with their types' names
    pub fn format(&self, mut arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        let rest = arguments.split_off(1);
        let Some(format) = arguments.pop() else {
            return Err(self.invalid("FORMAT takes a text", span));
        };
        let format = self.coerce(format, &Type::String)?;
        let mut all = vec![format];
        let mut kinds = String::new();
        for argument in rest {
            let kind = match argument.ty {
                Type::Int64 => 'i',
                Type::Float64 => 'f',
                Type::String => 's',
                Type::Bool => 'b',
                Type::Date => 'd',
                Type::Bytes => 'y',
                Type::Timestamp => 't',
                Type::DateTime => 'c',
                Type::Time => 'm',
                Type::Numeric => 'n',
                Type::BigNumeric => 'g',
                Type::Interval => 'v',
                Type::Json => 'j',
                Type::Range(_) => 'r',
                Type::Array(_) | Type::Struct(_) => 'x',
                ref other => {
                    return Err(self.unsupported(format!("FORMAT of {other}"), argument.span));
                }
            };
            kinds.push(kind);
            let argument = argument.into_exact();
            all.push(match kind {
                's' => argument,
                'y' => {
                    let place = argument.span.clone();
                    Typed::apply(Type::String, "hex($0)", vec![argument], place)
                }
                'f' => {
                    let place = argument.span.clone();
                    Typed::apply(Type::String, "CAST($0 AS VARCHAR)", vec![argument], place)
                }
                'j' => {
                    let place = argument.span.clone();
                    Typed::apply(Type::String, "gs_json_normal($0)", vec![argument], place)
                }
                'x' => {
                    let plain = self.nested_text(argument.clone(), 't')?;
                    let literal = self.nested_text(argument, 'T')?;
                    let place = plain.span.clone();
                    let template = "strlen($0) || ':' || $0 || $1";
                    Typed::apply(Type::String, template, vec![plain, literal], place)
                }
                _ => self.cast(argument, &Type::String, false)?,
            });
        }
        let holes: Vec<_> = (1..all.len()).map(|at| format!("${{{at}}}")).collect();
        let values = holes.join(", ");
        let template = format!("gs_format($0, '{kinds}', CAST([{values}] AS VARCHAR[]))");
        Ok(Typed::apply(Type::String, template, all, span))
    }

    /// The text of an array or struct under `%t` or `%T`
    fn nested_text(&self, value: Typed, conversion: char) -> Result<Typed, Error> {
        let span = value.span.clone();
        let one = |part: Typed| {
            let format = self.string(&format!("%{conversion}"), span.clone());
            self.format(vec![format, part], span.clone())
        };
        match value.ty.clone() {
            Type::Array(element) => {
                let variable = self.fresh("e");
                let item = one(Typed::column(*element, "", &variable, span.clone()))?;
                let template = format!(
                    "'[' || coalesce(array_to_string(list_transform($0, lambda {}: $1), ', '), '') || ']'",
                    quote_identifier(&variable)
                );
                // A NULL array stays NULL, an empty one is `[]`
                let text = Typed::apply(
                    Type::String,
                    template,
                    vec![value.clone(), item],
                    span.clone(),
                );
                let template = "CASE WHEN $0 IS NOT NULL THEN $1 END";
                Ok(Typed::apply(
                    Type::String,
                    template,
                    vec![value, text],
                    span,
                ))
            }
            Type::Struct(fields) if fields.is_empty() => {
                let open = if conversion == 'T' { "STRUCT()" } else { "()" };
                let template = format!("CASE WHEN $0 IS NOT NULL THEN '{open}' END");
                Ok(Typed::apply(Type::String, template, vec![value], span))
            }
            Type::Struct(fields) => {
                let mut parts = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let name = crate::type_text::physical_field(&fields, at);
                    let part = match &value.node {
                        Node::Struct(values) => values[at].1.clone(),
                        _ => self.struct_field(
                            value.clone(),
                            at,
                            field.ty.clone(),
                            &name,
                            span.clone(),
                        ),
                    };
                    parts.push(one(part)?);
                }
                let holes: Vec<_> = (0..parts.len()).map(|at| format!("${{{at}}}")).collect();
                let open = if parts.len() == 1 && conversion == 'T' {
                    "STRUCT("
                } else {
                    "("
                };
                let template = format!("'{open}' || {} || ')'", holes.join(" || ', ' || "));
                let text = Typed::apply(Type::String, template, parts, span.clone());
                let template = "CASE WHEN $0 IS NOT NULL THEN $1 END";
                Ok(Typed::apply(
                    Type::String,
                    template,
                    vec![value, text],
                    span,
                ))
            }
            other => Err(self.unsupported(format!("FORMAT of {other}"), span)),
        }
    }
}
