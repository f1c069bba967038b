//! Text search, groups of regular expressions, and what an attempt does with a subquery

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::tree::{Literal, Typed};
use crate::value::pattern::{Subject, compile};
use crate::{Error, Field, Type, quote_identifier, quote_string};

impl Resolver<'_> {
    /// `CONTAINS_SUBSTR`, `SEARCH` and `TEXT_ANALYZE`
    pub fn search_call(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let mut arguments = self.all(call.arguments.iter().copied(), scope)?.into_iter();
        let Some(value) = arguments.next() else {
            return Err(self.wrong_count(call));
        };
        let query = match call.name.as_str() {
            "TEXT_ANALYZE" => None,
            _ => Some(arguments.next().ok_or_else(|| self.wrong_count(call))?),
        };
        let mut option = |name: &str| match (call.named(name), arguments.next()) {
            (Some(value), _) => Ok(Some(self.expression(value, scope)?)),
            (None, value) => Ok::<_, Error>(value),
        };
        let text = |value: Option<Typed>, default: &str| match value {
            Some(value) if !value.is_null_literal() => {
                Ok(self.coerce(value, &Type::String)?.into_exact())
            }
            _ => Ok::<_, Error>(self.string(default, span.clone())),
        };
        let Some(query) = query else {
            let value = self.coerce(value, &Type::String)?.into_exact();
            let analyzer = text(option("analyzer")?, "LOG_ANALYZER")?;
            let options = text(option("analyzer_options")?, "")?;
            let ty = Type::Array(Box::new(Type::String));
            let all = vec![value, analyzer, options];
            return Ok(Typed::apply(ty, "gs_text_analyze($0, $1, [$2])", all, span));
        };
        if query.is_null_literal() {
            return Err(self.invalid(
                format!("the text that {} looks for is NULL", call.name),
                span,
            ));
        }
        let query = self.coerce(query, &Type::String)?.into_exact();
        if call.name == "CONTAINS_SUBSTR" {
            let scope = text(option("json_scope")?, "JSON_VALUES")?;
            let leaves = self.leaves(value, &scope, true)?;
            let all = vec![leaves, query];
            return Ok(Typed::apply(
                Type::Bool,
                "gs_contains_substr($0, $1)",
                all,
                span,
            ));
        }
        let analyzer = text(option("analyzer")?, "LOG_ANALYZER")?;
        let options = text(option("analyzer_options")?, "")?;
        let json_scope = text(option("json_scope")?, "JSON_VALUES")?;
        let leaves = self.leaves(value.clone(), &json_scope, false)?;
        let template = "CASE WHEN $4 IS NULL THEN NULL ELSE gs_search($0, $1, $2, [$3]) END";
        let all = vec![leaves, query, analyzer, options, value];
        Ok(Typed::apply(Type::Bool, template, all, span))
    }

    /// The texts in a value, as an array: of all types (`any`), or of those that SEARCH reads
    fn leaves(&self, value: Typed, json_scope: &Typed, any: bool) -> Result<Typed, Error> {
        let span = value.span.clone();
        let ty = Type::Array(Box::new(Type::String));
        let value = value.into_exact();
        match value.ty.clone() {
            Type::Json => {
                let template = "CASE WHEN $0 IS NULL THEN CAST([NULL] AS VARCHAR[]) ELSE gs_json_leaves($0, upper($1)) END";
                Ok(Typed::apply(
                    ty,
                    template,
                    vec![value, json_scope.clone()],
                    span,
                ))
            }
            Type::Struct(fields) => {
                let mut template = "CAST([] AS VARCHAR[])".to_owned();
                let mut parts = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    if !any && !is_searched(&field.ty) {
                        continue;
                    }
                    let physical = crate::type_text::physical_field(&fields, at);
                    let part = self.struct_field(
                        value.clone(),
                        at,
                        field.ty.clone(),
                        &physical,
                        span.clone(),
                    );
                    template = format!("list_concat({template}, ${{{}}})", parts.len());
                    parts.push(self.leaves(part, json_scope, any)?);
                }
                Ok(Typed::apply(ty, template, parts, span))
            }
            Type::Array(element) => {
                let variable = self.fresh("e");
                let item = Typed::column(*element, "", &variable, span.clone());
                let item = self.leaves(item, json_scope, any)?.sql().replace('$', "$$");
                let template = format!(
                    "CASE WHEN $0 IS NULL THEN CAST([NULL] AS VARCHAR[]) ELSE CAST(flatten(list_transform($0, lambda {}: {item})) AS VARCHAR[]) END",
                    quote_identifier(&variable)
                );
                Ok(Typed::apply(ty, template, vec![value], span))
            }
            Type::Bytes | Type::Range(_) => {
                Err(self.mismatch(format!("text search has no form for {}", value.ty), span))
            }
            Type::String => Ok(Typed::apply(
                ty,
                "CAST([$0] AS VARCHAR[])",
                vec![value],
                span,
            )),
            other if any => {
                let text = self.cast(value, &Type::String, false)?;
                let _ = other;
                Ok(Typed::apply(
                    ty,
                    "CAST([$0] AS VARCHAR[])",
                    vec![text],
                    span,
                ))
            }
            other => Err(self.mismatch(format!("SEARCH has no form for {other}"), span)),
        }
    }

    /// `BAG_OF_WORDS(terms)`: each term with how often it stands there, by term
    pub fn bag_of_words(
        &self,
        mut arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let terms = Type::Array(Box::new(Type::String));
        let list = self.coerce(arguments.remove(0), &terms)?.into_exact();
        let field = |name: &str, ty: Type| Field {
            name: Some(name.to_owned()),
            ty,
        };
        let fields = vec![field("term", Type::String), field("count", Type::Int64)];
        let ty = Type::Array(Box::new(Type::Struct(fields)));
        let template = "list_transform(list_concat(CASE WHEN len($0) > list_count($0) THEN CAST([NULL] AS VARCHAR[]) ELSE CAST([] AS VARCHAR[]) END, list_sort(list_distinct($0))), lambda t: {'term': t, 'count': CAST(len(list_filter($0, lambda e: e IS NOT DISTINCT FROM t)) AS BIGINT)})";
        let template = format!("CASE WHEN $0 IS NULL THEN NULL ELSE {template} END");
        Ok(Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![list], span)
        })
    }

    /// `REGEXP_EXTRACT_GROUPS(value, pattern)`: a struct with a field for each group, named and typed
    /// as the group's name says (`(?<count__INT64>\d+)`)
    pub fn regexp_groups(
        &self,
        mut arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let subject = match arguments[0].ty {
            Type::Bytes => Subject::Bytes,
            _ => Subject::Text,
        };
        let text = match subject {
            Subject::Bytes => Type::Bytes,
            Subject::Text => Type::String,
        };
        let Literal::Text(pattern) = arguments[1].literal.clone() else {
            return Err(self.unsupported(
                "a pattern of REGEXP_EXTRACT_GROUPS that is no literal",
                span,
            ));
        };
        let regex = compile(pattern.as_bytes(), subject)
            .map_err(|message| self.invalid(message, span.clone()))?;
        let variable = self.fresh("g");
        let (mut fields, mut values) = (Vec::new(), Vec::new());
        for (at, group) in regex.capture_names().enumerate().skip(1) {
            let (name, ty) = match group.and_then(|group| group.rsplit_once("__")) {
                Some((name, ty)) => {
                    let ty = group_type(ty).ok_or_else(|| {
                        self.invalid(format!("a group cannot be of type {ty}"), span.clone())
                    })?;
                    (Some(name.to_owned()), ty)
                }
                None => (group.map(str::to_owned), text.clone()),
            };
            let caught = format!("{}[{at}]", quote_identifier(&variable));
            let caught = Typed::text(text.clone(), caught, span.clone());
            values.push(match ty == text {
                true => caught,
                false => self.cast(caught, &ty, false)?,
            });
            fields.push(Field { name, ty });
        }
        if fields.is_empty() {
            return Err(self.invalid("the pattern of REGEXP_EXTRACT_GROUPS has no group", span));
        }
        let parts: Vec<_> = values
            .iter()
            .enumerate()
            .map(|(at, value)| {
                let name = crate::type_text::physical_field(&fields, at);
                format!("{}: {}", quote_string(&name), value.sql()).replace('$', "$$")
            })
            .collect();
        let name = quote_identifier(&variable);
        let template = format!(
            "list_transform([gs_regexp_groups($0, $1)], lambda {name}: CASE WHEN {name} IS NULL THEN NULL ELSE {{{}}} END)[1]",
            parts.join(", ")
        );
        let pattern = self.coerce(arguments.remove(1), &text)?.into_exact();
        let value = self.coerce(arguments.remove(0), &text)?.into_exact();
        let ty = Type::Struct(fields);
        Ok(Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![value, pattern], span)
        })
    }

    /// The name of the user whose machine this is
    pub fn session_user(&self, span: Range<usize>) -> Typed {
        let user = ["USER", "USERNAME"]
            .iter()
            .find_map(|name| std::env::var(name).ok());
        Typed {
            literal: Literal::No,
            ..self.string(user.as_deref().unwrap_or("user"), span)
        }
    }

    /// An operand of `IFERROR` and its kin: that a subquery has several rows is an error of the
    /// operand, which the attempt catches
    pub fn attempted(&self, operand: &Expr, scope: &Scope) -> Result<Typed, Error> {
        let span = self.span(operand);
        let Expr::Subquery(query) = operand else {
            return self.expression(operand, scope);
        };
        let value = self.expression(operand, scope)?;
        if !value.sql().starts_with("(\n") || matches!(value.ty, Type::Array(_)) {
            return Ok(value);
        }
        let rows = self.array_subquery(query, scope, span.clone())?;
        let template = "CASE WHEN len($0) > 1 THEN error('a scalar subquery gives more than one row') ELSE $0[1] END";
        Ok(Typed::apply(value.ty, template, vec![rows], span))
    }
}

/// Whether SEARCH reads values of the type
fn is_searched(ty: &Type) -> bool {
    match ty {
        Type::String | Type::Json => true,
        Type::Array(element) => is_searched(element),
        Type::Struct(fields) => fields.iter().any(|field| is_searched(&field.ty)),
        _ => false,
    }
}

fn group_type(name: &str) -> Option<Type> {
    Some(match name.to_ascii_uppercase().as_str() {
        "STRING" => Type::String,
        "BYTES" => Type::Bytes,
        "INT64" => Type::Int64,
        "FLOAT64" | "DOUBLE" => Type::Float64,
        "NUMERIC" => Type::Numeric,
        "BIGNUMERIC" => Type::BigNumeric,
        "BOOL" => Type::Bool,
        "DATE" => Type::Date,
        "DATETIME" => Type::DateTime,
        "TIME" => Type::Time,
        "TIMESTAMP" => Type::Timestamp,
        _ => return None,
    })
}
