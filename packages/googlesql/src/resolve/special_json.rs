//! JSON texts built from values of any type

use std::ops::Range;

use super::Resolver;
use super::call::Call;
use crate::tree::{Node, Typed};
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    /// `JSON_REMOVE(json, path, …)`, `JSON_SET(json, path, value, …)`: one step after the other
    pub fn json_steps(
        &self,
        arguments: Vec<Typed>,
        set: bool,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let mut arguments = arguments.into_iter();
        let Some(json) = arguments.next() else {
            return Err(self.invalid("a JSON value is missing", span));
        };
        let mut json = self.coerce(json, &Type::Json)?;
        while let Some(path) = arguments.next() {
            let path = self.coerce(path, &Type::String)?.into_exact();
            json = match (set, arguments.next()) {
                (true, Some(value)) => {
                    let parts = vec![json, path, self.json_text(value, false)?];
                    let template = "CAST(gs_json_set($0, $1, $2) AS JSON)";
                    Typed::apply(Type::Json, template, parts, span.clone())
                }
                (_, next) => {
                    let template = "CAST(gs_json_remove($0, $1) AS JSON)";
                    let removed =
                        Typed::apply(Type::Json, template, vec![json, path], span.clone());
                    match next {
                        Some(path) => {
                            let path = self.coerce(path, &Type::String)?.into_exact();
                            Typed::apply(Type::Json, template, vec![removed, path], span.clone())
                        }
                        None => removed,
                    }
                }
            };
        }
        Ok(json)
    }

    /// An array of values, or an object of keys and values
    pub fn json_build(
        &self,
        arguments: Vec<Typed>,
        (open, close): (&str, &str),
        object: bool,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let mut template = format!("'{open}'");
        let mut texts = Vec::new();
        for (at, argument) in arguments.into_iter().enumerate() {
            let key = object && at % 2 == 0;
            if at > 0 {
                let between = if object && !key { ":" } else { "," };
                template.push_str(&format!(" || '{between}'"));
            }
            template.push_str(&format!(" || ${{{at}}}"));
            let place = argument.span.clone();
            texts.push(match key {
                true => {
                    let quoted =
                        "coalesce(gs_json_quote($0), error('a key of JSON_OBJECT is NULL'))";
                    Typed::apply(Type::String, quoted, vec![argument.into_exact()], place)
                }
                false => self.json_text(argument, false)?,
            });
        }
        let text = Typed::apply(
            Type::String,
            format!("{template} || '{close}'"),
            texts,
            span.clone(),
        );
        Ok(Typed::apply(
            Type::Json,
            "CAST(gs_json_parse($0) AS JSON)",
            vec![text],
            span,
        ))
    }

    pub fn to_json(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        if arguments.len() != 1 {
            return Err(self.unsupported(format!("the second argument of {}", call.name), span));
        }
        let value = arguments.remove(0);
        // JSON text keeps numbers that a double cannot hold as strings
        let text = self.json_text(value, call.name == "TO_JSON_STRING")?;
        Ok(match call.name.as_str() {
            "TO_JSON" => Typed::apply(Type::Json, "CAST($0 AS JSON)", vec![text], span),
            _ => text,
        })
    }

    /// The JSON text of a value, never NULL
    pub fn json_text(&self, value: Typed, wide: bool) -> Result<Typed, Error> {
        let span = value.span.clone();
        let value = value.into_exact();
        let text = match value.ty.clone() {
            Type::Int64 if wide => "coalesce(gs_json_of_int($0), 'null')".to_owned(),
            Type::Numeric if wide => "coalesce(gs_json_of_numeric($0), 'null')".to_owned(),
            Type::Bool | Type::Int64 => "coalesce(CAST($0 AS VARCHAR), 'null')".to_owned(),
            Type::Json => "coalesce(gs_json_normal($0), 'null')".to_owned(),
            Type::Float64 => "coalesce(gs_json_of_float($0), 'null')".to_owned(),
            Type::BigNumeric if wide => "coalesce(gs_json_of_bignumeric($0), 'null')".to_owned(),
            Type::BigNumeric => "coalesce(gs_text_of_bignumeric($0), 'null')".to_owned(),
            Type::Interval => "coalesce('\"' || gs_iso_of_interval($0) || '\"', 'null')".to_owned(),
            Type::Numeric => "coalesce(gs_text_of_numeric($0), 'null')".to_owned(),
            Type::String => "coalesce(gs_json_quote($0), 'null')".to_owned(),
            Type::Bytes => "coalesce('\"' || to_base64($0) || '\"', 'null')".to_owned(),
            Type::Date => "coalesce('\"' || gs_text_of_date($0) || '\"', 'null')".to_owned(),
            Type::Time => "coalesce('\"' || gs_text_of_time($0) || '\"', 'null')".to_owned(),
            Type::DateTime => {
                "coalesce('\"' || replace(gs_text_of_datetime($0), ' ', 'T') || '\"', 'null')"
                    .to_owned()
            }
            Type::Timestamp => {
                let utc = self.utc(value);
                let template =
                    "coalesce('\"' || replace(gs_text_of_datetime($0), ' ', 'T') || 'Z\"', 'null')";
                return Ok(Typed::apply(Type::String, template, vec![utc], span));
            }
            Type::Array(element) => {
                let variable = self.fresh("e");
                let item = Typed::column(*element, "", &variable, span.clone());
                let item = self.json_text(item, wide)?.sql().replace('$', "$$");
                let name = quote_identifier(&variable);
                format!(
                    "CASE WHEN $0 IS NULL THEN 'null' ELSE '[' || coalesce(array_to_string(list_transform($0, lambda {name}: {item}), ','), '') || ']' END"
                )
            }
            Type::Range(_) => {
                let mut ends = vec![value.clone()];
                for at in 0..2 {
                    ends.push(self.json_text(self.range_end(value.clone(), at), wide)?);
                }
                let template = "CASE WHEN $0 IS NULL THEN 'null' ELSE '{\"start\":' || $1 || ',\"end\":' || $2 || '}' END";
                return Ok(Typed::apply(Type::String, template, ends, span));
            }
            Type::Struct(fields) if fields.is_empty() => {
                "CASE WHEN $0 IS NULL THEN 'null' ELSE '{}' END".to_owned()
            }
            Type::Struct(fields) => {
                let mut parts = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let (ty, name) = (field.ty.clone(), crate::type_text::physical_field(&fields, at));
                    let part = match &value.node {
                        Node::Struct(values) => values[at].1.clone(),
                        _ => self.struct_field(value.clone(), at, ty, &name, span.clone()),
                    };
                    let key = crate::value::json::quote(field.name.as_deref().unwrap_or_default());
                    let text = self.json_text(part, wide)?.sql().replace('$', "$$");
                    let key = crate::quote_string(&format!("{key}:")).replace('$', "$$");
                    parts.push(format!("{key} || {text}"));
                }
                format!(
                    "CASE WHEN $0 IS NULL THEN 'null' ELSE '{{' || {} || '}}' END",
                    parts.join(" || ',' || ")
                )
            }
            other => return Err(self.unsupported(format!("JSON of {other}"), span)),
        };
        Ok(Typed::apply(Type::String, text, vec![value], span))
    }

    pub fn json_array(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let path = match arguments.len() {
            2 => self.coerce(arguments.remove(1), &Type::String)?,
            _ => self.string("$", span.clone()),
        };
        let value = arguments.remove(0);
        let (text, json) = match value.ty {
            Type::Json => ("", true),
            Type::String => ("text_", false),
            ref other => {
                return Err(self.mismatch(format!("{} has no form for {other}", call.name), span));
            }
        };
        let scalars = matches!(
            call.name.as_str(),
            "JSON_VALUE_ARRAY" | "JSON_EXTRACT_STRING_ARRAY"
        );
        let style = if call.name.starts_with("JSON_EXTRACT") {
            "extract_"
        } else {
            ""
        };
        let what = if scalars { "values" } else { "items" };
        let native = format!("gs_json_{text}{style}{what}($0, $1)");
        let both = vec![value, path];
        // The function gives a JSON array of texts
        let list = format!("CAST(from_json({native}, '[\"VARCHAR\"]') AS VARCHAR[])");
        let strings = Typed::apply(
            Type::Array(Box::new(Type::String)),
            list,
            both,
            span.clone(),
        );
        Ok(match json && !scalars {
            true => {
                let ty = Type::Array(Box::new(Type::Json));
                Typed::apply(ty, "CAST($0 AS JSON[])", vec![strings], span)
            }
            false => strings,
        })
    }
}
