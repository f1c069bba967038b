//! JSON texts built from values of any type

use std::ops::Range;

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::tree::{Literal, Node, Typed};
use crate::value::json_path;
use crate::{Error, Type, quote_identifier};

/// How numbers stand in JSON
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonStyle {
    /// As `TO_JSON` has them
    Exact,
    /// As `TO_JSON` with `stringify_wide_numbers`: what a double cannot hold is a string
    Wide,
    /// As `TO_JSON_STRING` has them
    Text,
}

/// What is wrong with the first literal path that is none
fn wrong_path(name: &str, arguments: &[Typed]) -> Option<String> {
    let every = match name {
        "JSON_REMOVE" | "JSON_STRIP_NULLS" => 1,
        "JSON_SET" | "JSON_ARRAY_APPEND" | "JSON_ARRAY_INSERT" => 2,
        _ => return None,
    };
    let mut paths = arguments.iter().skip(1).step_by(every);
    paths.find_map(|path| match &path.literal {
        Literal::Text(text) => json_path::path_to_change(text).err(),
        _ => None,
    })
}

impl Resolver<'_> {
    /// JSON functions that take values of any type or arguments by name
    pub fn json_call(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        let count = arguments.len();
        let flag = |name: &str, default: bool| self.flag(call, name, default, scope);
        // A literal that is no path fails even where the JSON is NULL
        if let Some(message) = wrong_path(&call.name, &arguments) {
            let message = vec![self.string(&message, span.clone())];
            return Ok(Typed::apply(Type::Json, "error($0)", message, span).into_exact());
        }
        match (call.name.as_str(), count) {
            ("TO_JSON", 1) => self.to_json(call, arguments, scope),
            ("SAFE_TO_JSON", 1) => self.as_json(arguments, JsonStyle::Wide, span),
            ("TO_JSON_STRING", 1 | 2) => self.to_json_string(call, arguments),
            ("JSON_REMOVE", 2..) => {
                let mut arguments = arguments.into_iter();
                let json = self.json_first(arguments.next(), &span)?;
                let paths = arguments
                    .map(|path| Ok(self.coerce(path, &Type::String)?.into_exact()))
                    .collect::<Result<Vec<_>, Error>>()?;
                let ty = Type::Array(Box::new(Type::String));
                let paths = Typed::new(ty, Node::Array(paths), span.clone()).into_exact();
                let template = "CAST(gs_json_remove($0, $1::VARCHAR[]) AS JSON)";
                Ok(Typed::apply(Type::Json, template, vec![json, paths], span))
            }
            ("JSON_SET", 3..) if count % 2 == 1 => {
                let Some(create) = flag("create_if_missing", true)? else {
                    return self.json_first(arguments.into_iter().next(), &span);
                };
                self.json_steps(arguments, &span, false, |_| {
                    format!("CAST(gs_json_set($0, CAST([$1] AS VARCHAR[]), $2, {create}) AS JSON)")
                })
            }
            ("JSON_ARRAY_APPEND" | "JSON_ARRAY_INSERT", 3..) if count % 2 == 1 => {
                let (native, name) = match call.name.as_str() {
                    "JSON_ARRAY_APPEND" => ("append", "append_each_element"),
                    _ => ("insert", "insert_each_element"),
                };
                let Some(each) = flag(name, true)? else {
                    return self.json_first(arguments.into_iter().next(), &span);
                };
                self.json_steps(arguments, &span, each, |elements| {
                    let values = if elements { "$2" } else { "[$2]" };
                    // A NULL array has no elements to add
                    format!(
                        "CASE WHEN {values} IS NULL THEN $0 ELSE CAST(gs_json_{native}($0, CAST([$1] AS VARCHAR[]), {values}) AS JSON) END"
                    )
                })
            }
            ("JSON_STRIP_NULLS", 1 | 2) => {
                let flags = (flag("include_arrays", true)?, flag("remove_empty", false)?);
                let mut arguments = arguments.into_iter();
                let json = self.json_first(arguments.next(), &span)?;
                let (Some(arrays), Some(empty)) = flags else {
                    return Ok(json);
                };
                let path = match arguments.next() {
                    Some(path) => self.coerce(path, &Type::String)?.into_exact(),
                    None => self.string("$", span.clone()),
                };
                let template =
                    format!("CAST(gs_json_strip_nulls($0, $1, {arrays}, {empty}) AS JSON)");
                Ok(Typed::apply(Type::Json, template, vec![json, path], span))
            }
            ("JSON_KEYS", 1 | 2) => {
                let ty = Type::Array(Box::new(Type::String));
                let mut arguments = arguments.into_iter();
                let json = self.json_first(arguments.next(), &span)?;
                let depth = match arguments.next() {
                    Some(depth) => self.coerce(depth, &Type::Int64)?,
                    None => self.integer(i64::from(i32::MAX), span.clone()),
                };
                let mode = match call.named("mode") {
                    Some(mode) => self.coerce(self.expression(mode, scope)?, &Type::String)?,
                    None => self.string("strict", span.clone()),
                };
                if let Literal::Text(name) = &mode.literal {
                    json_path::Mode::of(name)
                        .map_err(|reason| self.invalid(reason, span.clone()))?;
                }
                let all = vec![json, depth.into_exact(), mode.into_exact()];
                let template = "CASE WHEN $1 <= 0 THEN error('the depth of JSON_KEYS is positive') ELSE gs_json_keys($0, coalesce($1, 2147483647), $2) END";
                Ok(Typed::apply(ty, template, all, span))
            }
            ("JSON_ARRAY", _) => {
                let texts = self.json_texts(arguments)?;
                let template = "CAST(gs_json_array(CAST([$*] AS VARCHAR[])) AS JSON)";
                Ok(Typed::apply(Type::Json, template, texts, span))
            }
            ("JSON_OBJECT", _) => self.json_object(call, arguments),
            _ => Err(self.wrong_count(call)),
        }
    }

    /// A named argument that is TRUE, FALSE or, as `None`, NULL: with that a value stays as it is
    fn flag(
        &self,
        call: &Call,
        name: &str,
        default: bool,
        scope: &Scope,
    ) -> Result<Option<bool>, Error> {
        let Some(value) = call.named(name) else {
            return Ok(Some(default));
        };
        let value = self.condition(value, scope, name)?;
        match value.sql().to_ascii_uppercase().as_str() {
            "TRUE" => Ok(Some(true)),
            "FALSE" => Ok(Some(false)),
            _ if value.is_null_literal() => Ok(None),
            _ => Err(self.unsupported(format!("{name} that is not TRUE or FALSE"), value.span)),
        }
    }

    fn json_first(&self, json: Option<Typed>, span: &Range<usize>) -> Result<Typed, Error> {
        match json {
            Some(json) => Ok(self.coerce(json, &Type::Json)?.into_exact()),
            None => Err(self.invalid("a JSON value is missing", span.clone())),
        }
    }

    fn json_texts(&self, values: Vec<Typed>) -> Result<Vec<Typed>, Error> {
        values
            .into_iter()
            .map(|value| self.json_text(value, JsonStyle::Exact))
            .collect()
    }

    /// `f(json, path, value, …)`: one step after the other, each a template over the JSON value, the
    /// path and the value's text; with `each`, over its elements' texts where it is an array
    fn json_steps(
        &self,
        arguments: Vec<Typed>,
        span: &Range<usize>,
        each: bool,
        template: impl Fn(bool) -> String,
    ) -> Result<Typed, Error> {
        let mut arguments = arguments.into_iter();
        let mut json = self.json_first(arguments.next(), span)?;
        while let (Some(path), Some(value)) = (arguments.next(), arguments.next()) {
            let path = self.coerce(path, &Type::String)?.into_exact();
            let elements = each && matches!(value.ty, Type::Array(_));
            let value = match elements {
                true => self.json_element_texts(value)?,
                false => self.json_text(value, JsonStyle::Exact)?,
            };
            let parts = vec![json, path, value];
            json = Typed::apply(Type::Json, template(elements), parts, span.clone());
        }
        Ok(json)
    }

    /// The JSON texts of an array's elements, as an array; NULL for a NULL array
    fn json_element_texts(&self, value: Typed) -> Result<Typed, Error> {
        let span = value.span.clone();
        let Type::Array(element) = value.ty.clone() else {
            return self.json_text(value, JsonStyle::Exact);
        };
        let variable = self.fresh("e");
        let item = Typed::column(*element, "", &variable, span.clone());
        let item = self
            .json_text(item, JsonStyle::Exact)?
            .sql()
            .replace('$', "$$");
        let name = quote_identifier(&variable);
        let template = format!("CAST(list_transform($0, lambda {name}: {item}) AS VARCHAR[])");
        let ty = Type::Array(Box::new(Type::String));
        Ok(Typed::apply(ty, template, vec![value.into_exact()], span))
    }

    /// `JSON_OBJECT(key, value, …)` and `JSON_OBJECT(keys, values)`
    fn json_object(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let native = "CAST(gs_json_object($0, $1) AS JSON)";
        if let [keys, values] = arguments.as_slice()
            && matches!(keys.ty, Type::Array(_))
            && matches!(values.ty, Type::Array(_))
        {
            let values = self.json_element_texts(arguments.remove(1))?;
            let ty = Type::Array(Box::new(Type::String));
            let keys = self.coerce(arguments.remove(0), &ty)?.into_exact();
            let template = format!(
                "CASE WHEN $0 IS NULL OR $1 IS NULL THEN error('keys and values of JSON_OBJECT are not NULL') ELSE {native} END"
            );
            return Ok(Typed::apply(Type::Json, template, vec![keys, values], span));
        }
        if arguments.len() % 2 == 1 {
            return Err(self.wrong_count(call));
        }
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (at, argument) in arguments.into_iter().enumerate() {
            match at % 2 {
                0 => keys.push(self.coerce(argument, &Type::String)?.into_exact()),
                _ => values.push(self.json_text(argument, JsonStyle::Exact)?),
            }
        }
        let list = |items: Vec<Typed>| {
            let ty = Type::Array(Box::new(Type::String));
            Typed::apply(ty, "CAST([$*] AS VARCHAR[])", items, span.clone())
        };
        let both = vec![list(keys), list(values)];
        Ok(Typed::apply(Type::Json, native, both, span))
    }

    /// `TO_JSON(value, stringify_wide_numbers)`
    fn to_json(&self, call: &Call, arguments: Vec<Typed>, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let Some(stringify) = call.named("stringify_wide_numbers") else {
            return self.as_json(arguments, JsonStyle::Exact, span);
        };
        let stringify = self.condition(stringify, scope, "stringify_wide_numbers")?;
        let style = match stringify.sql().to_ascii_uppercase().as_str() {
            "TRUE" => Some(JsonStyle::Wide),
            "FALSE" => Some(JsonStyle::Exact),
            _ => None,
        };
        if let Some(style) = style {
            return self.as_json(arguments, style, span);
        }
        let forms = vec![
            stringify.into_exact(),
            self.as_json(arguments.clone(), JsonStyle::Wide, span.clone())?,
            self.as_json(arguments, JsonStyle::Exact, span.clone())?,
        ];
        let template = "CASE WHEN $0 IS NULL THEN NULL WHEN $0 THEN $1 ELSE $2 END";
        Ok(Typed::apply(Type::Json, template, forms, span))
    }

    /// The only argument as JSON
    fn as_json(
        &self,
        arguments: Vec<Typed>,
        style: JsonStyle,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let texts = arguments
            .into_iter()
            .map(|value| self.json_text(value, style))
            .collect::<Result<_, _>>()?;
        let template = "CAST(gs_json_parse($0, 'round') AS JSON)";
        Ok(Typed::apply(Type::Json, template, texts, span))
    }

    /// `TO_JSON_STRING(value, pretty_print)`
    fn to_json_string(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let pretty = match arguments.len() {
            2 => arguments.pop(),
            _ => None,
        };
        let text = self.json_text(arguments.remove(0), JsonStyle::Text)?;
        let Some(pretty) = pretty else {
            return Ok(text);
        };
        let pretty = self.coerce(pretty, &Type::Bool)?.into_exact();
        let template = "CASE WHEN $1 IS NULL THEN NULL WHEN $1 THEN gs_json_pretty($0) ELSE $0 END";
        let span = call.span.clone();
        Ok(Typed::apply(
            Type::String,
            template,
            vec![text, pretty],
            span,
        ))
    }

    /// The JSON text of a value; a NULL is `null`
    pub fn json_text(&self, value: Typed, style: JsonStyle) -> Result<Typed, Error> {
        let span = value.span.clone();
        let value = value.into_exact();
        let text = style == JsonStyle::Text;
        let text = match value.ty.clone() {
            Type::Int64 if style != JsonStyle::Exact => {
                "coalesce(gs_json_of_int($0), 'null')".to_owned()
            }
            Type::Numeric if style != JsonStyle::Exact => {
                format!("coalesce(gs_json_of_numeric($0, {text}), 'null')")
            }
            Type::Bool | Type::Int64 => "coalesce(CAST($0 AS VARCHAR), 'null')".to_owned(),
            Type::Json => "coalesce(gs_json_normal($0), 'null')".to_owned(),
            Type::Float64 => format!("coalesce(gs_json_of_float($0, {text}), 'null')"),
            Type::BigNumeric if style != JsonStyle::Exact => {
                "coalesce(gs_json_of_bignumeric($0), 'null')".to_owned()
            }
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
                let item = self.json_text(item, style)?.sql().replace('$', "$$");
                let name = quote_identifier(&variable);
                format!(
                    "CASE WHEN $0 IS NULL THEN 'null' ELSE '[' || coalesce(array_to_string(list_transform($0, lambda {name}: {item}), ','), '') || ']' END"
                )
            }
            Type::Range(_) => {
                let mut ends = vec![value.clone()];
                for at in 0..2 {
                    ends.push(self.json_text(self.range_end(value.clone(), at), style)?);
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
                    let (ty, name) = (
                        field.ty.clone(),
                        crate::type_text::physical_field(&fields, at),
                    );
                    let part = match &value.node {
                        Node::Struct(values) => values[at].1.clone(),
                        _ => self.struct_field(value.clone(), at, ty, &name, span.clone()),
                    };
                    let key = crate::value::json::quote(field.name.as_deref().unwrap_or_default());
                    let text = self.json_text(part, style)?.sql().replace('$', "$$");
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
}
