//! Functions whose lowering depends on more than their arguments' types

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use super::coerce::supertype;
use super::scope::{Scope, ScopeColumn, ScopeRelation};
use crate::tree::{Literal, Node, Typed};
use crate::{Error, Type, quote_identifier};

impl Resolver<'_> {
    pub fn special(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        match call.name.as_str() {
            "COUNTIF" => return self.count_if(call, scope),
            "ARRAY_AGG" | "STRING_AGG" | "ARRAY_CONCAT_AGG" => return self.gather(call, scope),
            "APPROX_COUNT_DISTINCT" => return self.approx_count_distinct(call, scope),
            _ => self.only_scalar(call)?,
        }
        match call.name.as_str() {
            "GROUPING" => self.grouping_call(call, scope),
            "DATE_ADD" | "DATE_SUB" | "DATETIME_ADD" | "DATETIME_SUB" | "TIMESTAMP_ADD"
            | "TIMESTAMP_SUB" | "TIME_ADD" | "TIME_SUB" => self.add_interval(call, scope),
            "DATE_DIFF" | "DATETIME_DIFF" | "TIMESTAMP_DIFF" | "TIME_DIFF" => {
                self.difference(call, scope)
            }
            "DATE_TRUNC" | "DATETIME_TRUNC" | "TIMESTAMP_TRUNC" | "TIME_TRUNC" => {
                self.truncation(call, scope)
            }
            "LAST_DAY" => self.last_day(call, scope),
            "ARRAY_TRANSFORM" | "ARRAY_FILTER" => self.lambda_call(call, scope),
            "ARRAY_INCLUDES" if matches!(call.arguments.get(1), Some(Expr::Lambda(_))) => {
                self.lambda_call(call, scope)
            }
            "NORMALIZE" | "NORMALIZE_AND_CASEFOLD" => self.normalize(call, scope),
            _ => {
                let arguments = self.all(call.arguments.iter().copied(), scope)?;
                self.special_of(call, arguments)
            }
        }
    }

    fn special_of(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let count = arguments.len();
        match (call.name.as_str(), count) {
            ("IF", 3) => {
                let test = self.coerce(arguments.remove(0), &Type::Bool)?;
                self.choose(vec![test], arguments, "results of IF", span)
            }
            ("IFNULL", 2) | ("COALESCE", 1..) => {
                let (arguments, ty) = self.unify(arguments, "arguments")?;
                let exact = arguments.iter().any(|one| one.exact)
                    && !matches!(ty, Type::Array(_) | Type::Struct(_));
                let value = Typed::apply(ty, "coalesce($*)", arguments, span);
                Ok(Typed {
                    exact: exact || value.exact,
                    ..value
                })
            }
            ("NULLIF", 2) => {
                let result = arguments[0].clone();
                let equal = self.compare(arguments[0].clone(), "=", arguments[1].clone(), span.clone())?;
                let plain = arguments[0].ty == arguments[1].ty
                    && !matches!(result.ty, Type::Float64 | Type::Struct(_));
                if plain {
                    return Ok(Typed::apply(result.ty.clone(), "nullif($0, $1)", arguments, span));
                }
                let ty = supertype(arguments.iter()).unwrap_or(result.ty.clone());
                let result = self.coerce(result, &ty)?;
                let template = "CASE WHEN $0 THEN NULL ELSE $1 END";
                Ok(Typed::apply(ty, template, vec![equal, result], span))
            }
            ("NULLIFZERO", 1) => self.number_call("nullif($0, 0)", arguments, span),
            ("ZEROIFNULL", 1) => self.number_call("coalesce($0, 0)", arguments, span),
            ("ISNULL", 1) => Ok(Typed::apply(Type::Bool, "$0 IS NULL", arguments, span)),
            ("ERROR", 1) => {
                let message = self.coerce(arguments.remove(0), &Type::String)?;
                Ok(Typed {
                    literal: Literal::Null,
                    exact: false,
                    ..Typed::apply(Type::Int64, "error($0)", vec![message], span)
                })
            }
            ("IFERROR", 2) | ("ISERROR" | "NULLIFERROR", 1) => {
                Err(self.unsupported(&call.name, span))
            }
            ("GREATEST" | "LEAST", 1..) => self.extreme(call, arguments),
            ("IEEE_DIVIDE", 2) => {
                let both = self.floats(arguments)?;
                Ok(Typed::apply(Type::Float64, "$0 / $1", both, span))
            }
            ("SAFE_DIVIDE", 2) => self.safe_divide(arguments, span),
            ("DIV" | "MOD", 2) => self.whole_division(call, arguments),
            ("CONCAT", 1..) => self.concat(arguments, span),
            ("CURRENT_DATE" | "CURRENT_DATETIME" | "CURRENT_TIME", 0 | 1) => {
                let ty = match call.name.as_str() {
                    "CURRENT_DATE" => Type::Date,
                    "CURRENT_DATETIME" => Type::DateTime,
                    _ => Type::Time,
                };
                let now = Typed::text(Type::Timestamp, "now()", span);
                let zone = match arguments.pop() {
                    Some(zone) => Some(self.coerce(zone, &Type::String)?),
                    None => None,
                };
                let civil = self.civil(now, zone);
                self.cast(civil, &ty, false)
            }
            ("CURRENT_TIMESTAMP", 0) => Ok(Typed::text(Type::Timestamp, "now()", span)),
            ("DATE" | "DATETIME" | "TIME" | "TIMESTAMP" | "STRING", _) => {
                self.construct(call, arguments)
            }
            ("ARRAY_CONCAT", 1..) => self.array_concat(arguments, span),
            ("ARRAY_INCLUDES", 2) | ("ARRAY_SLICE", 3) | ("ARRAY_IS_DISTINCT", 1) | ("ARRAY_MIN", 1) => {
                self.array_call(call, arguments)
            }
            ("GENERATE_DATE_ARRAY" | "GENERATE_TIMESTAMP_ARRAY", 2 | 3) => {
                self.generate_dates(call, arguments)
            }
            ("TO_JSON_STRING" | "TO_JSON", 1 | 2) => self.to_json(call, arguments),
            (
                "JSON_VALUE_ARRAY" | "JSON_QUERY_ARRAY" | "JSON_EXTRACT_ARRAY"
                | "JSON_EXTRACT_STRING_ARRAY",
                1 | 2,
            ) => self.json_array(call, arguments),
            ("REGEXP_EXTRACT_ALL", 2) => {
                let arguments = self.strings(arguments)?;
                let ty = Type::Array(Box::new(Type::String));
                let template = "CAST(from_json(gs_regexp_extract_all($0, $1), '[\"VARCHAR\"]') AS VARCHAR[])";
                Ok(Typed::apply(ty, template, arguments, span))
            }
            ("FORMAT", 1..) => self.format(arguments, span),
            (name, _) => {
                let message = format!("{name} does not take {count} argument(s)");
                Err(self.error(code::INVALID_ARGUMENTS, message, span))
            }
        }
    }

    fn number_call(
        &self,
        template: &'static str,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        match arguments.first() {
            Some(one) if super::expression::is_number(&one.ty) => {
                Ok(Typed::apply(one.ty.clone(), template, arguments.clone(), span))
            }
            _ => Err(self.mismatch("expected a number", span)),
        }
    }

    pub fn floats(&self, arguments: Vec<Typed>) -> Result<Vec<Typed>, Error> {
        arguments.into_iter().map(|one| self.coerce(one, &Type::Float64)).collect()
    }

    fn strings(&self, arguments: Vec<Typed>) -> Result<Vec<Typed>, Error> {
        arguments.into_iter().map(|one| self.coerce(one, &Type::String)).collect()
    }

    /// NULL if any argument is; NaN if any is
    fn extreme(&self, call: &Call, arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (arguments, ty) = self.unify(arguments, "arguments")?;
        if !super::order::orderable(&ty) {
            return Err(self.mismatch(format!("{ty} has no order"), span));
        }
        let arguments: Vec<_> = arguments.into_iter().map(Typed::into_exact).collect();
        let test = |template: &str| {
            let tests: Vec<_> = (0..arguments.len())
                .map(|at| template.replace('#', &format!("${{{at}}}")))
                .collect();
            tests.join(" OR ")
        };
        let name = if call.name == "GREATEST" { "greatest" } else { "least" };
        let template = match ty {
            Type::Float64 => format!(
                "CASE WHEN {} THEN NULL WHEN {} THEN CAST('nan' AS DOUBLE) ELSE {name}($*) END",
                test("# IS NULL"),
                test("isnan(#)")
            ),
            _ => format!("CASE WHEN {} THEN NULL ELSE {name}($*) END", test("# IS NULL")),
        };
        Ok(Typed::apply(ty, template, arguments, span))
    }

    fn safe_divide(&self, mut arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        let (Some(right), Some(left)) = (arguments.pop(), arguments.pop()) else {
            return Err(self.invalid("SAFE_DIVIDE takes two arguments", span));
        };
        let (left, right, ty) = self.numbers("/", left, right, &span)?;
        if ty == Type::Numeric {
            let both = vec![left, right];
            return Ok(Typed::apply(ty, "TRY(gs_numeric_divide($0, $1))", both, span));
        }
        let both = self.floats(vec![left, right])?;
        let template = "CASE WHEN $1 <> 0 THEN $0 / $1 END";
        Ok(Typed::apply(Type::Float64, template, both, span))
    }

    fn whole_division(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (Some(right), Some(left)) = (arguments.pop(), arguments.pop()) else {
            return Err(self.wrong_count(call));
        };
        let (left, right, ty) = self.numbers(&call.name, left, right, &span)?;
        let never_zero = matches!(right.literal, Literal::Int(value) if value != 0);
        let template = match (&ty, call.name.as_str(), never_zero) {
            (Type::Int64, "DIV", true) => "$0 // $1".to_owned(),
            (Type::Int64, "DIV", false) => {
                "CASE WHEN $1 = 0 THEN error('division by zero') ELSE $0 // $1 END".to_owned()
            }
            (Type::Int64, _, true) => "$0 % $1".to_owned(),
            (Type::Int64, _, false) => {
                "CASE WHEN $1 = 0 THEN error('division by zero') ELSE $0 % $1 END".to_owned()
            }
            (Type::Numeric, "DIV", _) => "gs_numeric_div($0, $1)".to_owned(),
            (Type::Numeric, ..) => "gs_numeric_mod($0, $1)".to_owned(),
            (other, name, _) => {
                return Err(self.mismatch(format!("{name} has no form for {other}"), span));
            }
        };
        Ok(Typed::apply(ty, template, vec![left, right], span))
    }

    fn concat(&self, arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        let all_null = arguments.iter().all(Typed::is_null_literal);
        let ty = match supertype(arguments.iter()) {
            _ if all_null => Type::String,
            Some(ty @ (Type::String | Type::Bytes)) => ty,
            _ => {
                let types: Vec<_> = arguments.iter().map(|one| one.ty.to_string()).collect();
                let message = format!("CONCAT has no form for ({})", types.join(", "));
                return Err(self.mismatch(message, span));
            }
        };
        let arguments = arguments
            .into_iter()
            .map(|one| self.coerce(one, &ty).map(Typed::into_exact))
            .collect::<Result<Vec<_>, _>>()?;
        arguments
            .into_iter()
            .reduce(|all, one| Typed::apply(ty.clone(), "$0 || $1", vec![all, one], span.clone()))
            .ok_or_else(|| self.invalid("CONCAT takes arguments", span))
    }

    /// `DATE(…)`, `DATETIME(…)`, `TIME(…)`, `TIMESTAMP(…)`, `STRING(…)`
    fn construct(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let types: Vec<_> = arguments.iter().map(|one| one.ty.clone()).collect();
        let to = match call.name.as_str() {
            "DATE" => Type::Date,
            "DATETIME" => Type::DateTime,
            "TIME" => Type::Time,
            "TIMESTAMP" => Type::Timestamp,
            _ => Type::String,
        };
        let whole = arguments.iter().all(|one| one.ty == Type::Int64);
        let template = match (&to, arguments.len()) {
            (Type::Date, 3) if whole => Some("gs_date($0, $1, $2)"),
            (Type::DateTime, 6) if whole => Some("gs_datetime($0, $1, $2, $3, $4, $5)"),
            (Type::Time, 3) if whole => Some("gs_time($0, $1, $2)"),
            _ => None,
        };
        if let Some(template) = template {
            let arguments = arguments.into_iter().map(Typed::into_exact).collect();
            return Ok(Typed {
                exact: true,
                ..Typed::apply(to, template, arguments, span)
            });
        }
        if to == Type::DateTime && arguments.len() == 2 && types == [Type::Date, Type::Time] {
            return Ok(Typed::apply(to, "$0 + $1", arguments, span));
        }
        if to == Type::String && types == [Type::Json] {
            return Ok(Typed::apply(to, "gs_json_string($0)", arguments, span));
        }
        let zone = match arguments.len() {
            1 => None,
            2 if types[1] == Type::String => arguments.pop(),
            _ => return Err(self.wrong_count(call)),
        };
        let Some(value) = arguments.pop() else {
            return Err(self.wrong_count(call));
        };
        match (&value.ty, &to, zone) {
            (Type::Timestamp, Type::String, zone) => {
                let zone = zone.unwrap_or_else(|| self.string(&self.zone, span.clone()));
                let both = vec![self.utc(value), zone];
                Ok(Typed::apply(to, "gs_text_of_timestamp($0, $1)", both, span))
            }
            (Type::Timestamp, Type::Date | Type::DateTime | Type::Time, zone) => {
                let civil = self.civil(value, zone);
                self.cast(civil, &to, false)
            }
            (Type::String, Type::Timestamp, Some(zone)) => {
                let both = vec![value, zone];
                let utc = Typed::apply(Type::DateTime, "gs_timestamp_of_text($0, $1)", both, span);
                Ok(self.instant(utc))
            }
            (Type::Date | Type::DateTime, Type::Timestamp, zone) => {
                let civil = self.cast(value, &Type::DateTime, false)?;
                Ok(self.instant_in(civil, zone))
            }
            (
                Type::Date | Type::DateTime | Type::String | Type::Time | Type::Timestamp,
                _,
                None,
            ) => {
                if value.literal == Literal::No || value.is_null_literal() {
                    self.cast(value, &to, false)
                } else {
                    self.coerce(value, &to)
                }
            }
            (ty, ..) => {
                let message = format!("{} has no form for {ty}", call.name);
                Err(self.mismatch(message, span))
            }
        }
    }

    fn array_concat(&self, arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
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
        let template = format!("CASE WHEN {} THEN NULL ELSE {nested} END", tests.join(" OR "));
        Ok(Typed::apply(ty, template, arguments, span))
    }

    fn array_call(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
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
                let template = "CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE list_contains($0, $1) END";
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
                Ok(Typed::apply(ty, template, vec![arguments.remove(0), start, end], span))
            }
            name => Err(self.unsupported(format!("{name} of ARRAY<{element}>"), span)),
        }
    }

    /// `ARRAY_TRANSFORM(array, e -> …)`, `ARRAY_FILTER`, `ARRAY_INCLUDES`
    fn lambda_call(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let [array, Expr::Lambda(lambda)] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let array = self.expression(array, scope)?;
        let Type::Array(element) = array.ty.clone() else {
            return Err(self.mismatch(format!("{} takes an array", call.name), span));
        };
        let mut level = Scope::inside(Some(scope));
        let mut variables = Vec::new();
        for (at, parameter) in lambda.params.iter().enumerate() {
            let variable = self.fresh("e");
            let ty = if at == 0 { element.as_ref().clone() } else { Type::Int64 };
            let mut value = Typed::column(ty, "", &variable, self.ident_span(&parameter.name));
            if at > 0 {
                let place = value.span.clone();
                value = Typed::apply(Type::Int64, "$0 - 1", vec![value], place);
            }
            let name = parameter.name.value.clone();
            level.add(ScopeRelation {
                name: Some(name.clone()),
                alias: String::new(),
                columns: vec![ScopeColumn {
                    name,
                    expr: value.clone(),
                }],
                pseudo: Vec::new(),
                value: Some(value),
            });
            variables.push(quote_identifier(&variable));
        }
        let filter = call.name != "ARRAY_TRANSFORM";
        let body = match filter {
            true => self.condition(&lambda.body, &level, "lambda")?,
            false => self.expression(&lambda.body, &level)?.into_exact(),
        };
        let ty = match filter {
            true => array.ty.clone(),
            false if matches!(body.ty, Type::Array(_)) => {
                return Err(self.invalid("an array cannot hold arrays", span));
            }
            false => Type::Array(Box::new(body.ty.clone())),
        };
        let parameters = match variables.as_slice() {
            [one] => one.clone(),
            several => several.join(", "),
        };
        let body = body.sql().replace('$', "$$");
        let native = if filter { "list_filter" } else { "list_transform" };
        let template = format!("{native}($0, lambda {parameters}: {body})");
        let value = Typed::apply(ty, template, vec![array], span.clone());
        let value = Typed { exact: true, ..value };
        Ok(match call.name.as_str() {
            "ARRAY_INCLUDES" => Typed::apply(Type::Bool, "len($0) > 0", vec![value], span),
            _ => value,
        })
    }

    fn generate_dates(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let date = call.name == "GENERATE_DATE_ARRAY";
        let step = match arguments.len() {
            3 => arguments.pop(),
            _ if date => Some(Typed::text(Type::Interval, "to_days(1)", span.clone())),
            _ => None,
        };
        let Some(step) = step.filter(|step| step.ty == Type::Interval) else {
            return Err(self.wrong_count(call));
        };
        let (Some(end), Some(start)) = (arguments.pop(), arguments.pop()) else {
            return Err(self.wrong_count(call));
        };
        let ty = if date { Type::Date } else { Type::Timestamp };
        let start = self.coerce(start, &ty)?;
        let end = self.coerce(end, &ty)?;
        let (start, end) = match date {
            true => (
                self.cast(start, &Type::DateTime, false)?,
                self.cast(end, &Type::DateTime, false)?,
            ),
            false => (self.utc(start), self.utc(end)),
        };
        let series = Type::Array(Box::new(Type::DateTime));
        let list = Typed::apply(series, "generate_series($0, $1, $2)", vec![start, end, step], span.clone());
        let list_type = Type::Array(Box::new(ty));
        let template = if date { "CAST($0 AS DATE[])" } else { "CAST($0 AS TIMESTAMPTZ[])" };
        Ok(Typed::apply(list_type, template, vec![list], span))
    }

    fn to_json(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        if arguments.len() != 1 {
            return Err(self.unsupported(format!("the second argument of {}", call.name), span));
        }
        let value = arguments.remove(0);
        let text = self.json_text(value)?;
        Ok(match call.name.as_str() {
            "TO_JSON" => Typed::apply(Type::Json, "CAST($0 AS JSON)", vec![text], span),
            _ => text,
        })
    }

    /// The JSON text of a value, never NULL
    fn json_text(&self, value: Typed) -> Result<Typed, Error> {
        let span = value.span.clone();
        let value = value.into_exact();
        let text = match value.ty.clone() {
            Type::Bool | Type::Int64 => "coalesce(CAST($0 AS VARCHAR), 'null')".to_owned(),
            Type::Json => "coalesce(gs_json_normal($0), 'null')".to_owned(),
            Type::Float64 => "coalesce(gs_json_of_float($0), 'null')".to_owned(),
            Type::Numeric => "coalesce(gs_text_of_numeric($0), 'null')".to_owned(),
            Type::String => "coalesce(gs_json_quote($0), 'null')".to_owned(),
            Type::Bytes => "coalesce('\"' || to_base64($0) || '\"', 'null')".to_owned(),
            Type::Date => "coalesce('\"' || gs_text_of_date($0) || '\"', 'null')".to_owned(),
            Type::Time => "coalesce('\"' || gs_text_of_time($0) || '\"', 'null')".to_owned(),
            Type::DateTime => {
                "coalesce('\"' || replace(gs_text_of_datetime($0), ' ', 'T') || '\"', 'null')".to_owned()
            }
            Type::Timestamp => {
                let utc = self.utc(value);
                let template = "coalesce('\"' || replace(gs_text_of_datetime($0), ' ', 'T') || 'Z\"', 'null')";
                return Ok(Typed::apply(Type::String, template, vec![utc], span));
            }
            Type::Array(element) => {
                let variable = self.fresh("e");
                let item = Typed::column(*element, "", &variable, span.clone());
                let item = self.json_text(item)?.sql().replace('$', "$$");
                let name = quote_identifier(&variable);
                format!(
                    "CASE WHEN $0 IS NULL THEN 'null' ELSE '[' || coalesce(array_to_string(list_transform($0, lambda {name}: {item}), ','), '') || ']' END"
                )
            }
            Type::Struct(fields) => {
                let mut parts = Vec::new();
                for (at, field) in fields.iter().enumerate() {
                    let (ty, name) = (field.ty.clone(), field.physical(at));
                    let part = match &value.node {
                        Node::Struct(values) => values[at].1.clone(),
                        _ => self.struct_field(value.clone(), at, ty, &name, span.clone()),
                    };
                    let key = crate::value::json::quote(field.name.as_deref().unwrap_or_default());
                    let text = self.json_text(part)?.sql().replace('$', "$$");
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

    fn json_array(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
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
        let scalars = matches!(call.name.as_str(), "JSON_VALUE_ARRAY" | "JSON_EXTRACT_STRING_ARRAY");
        let style = if call.name.starts_with("JSON_EXTRACT") { "extract_" } else { "" };
        let what = if scalars { "values" } else { "items" };
        let native = format!("gs_json_{text}{style}{what}($0, $1)");
        let both = vec![value, path];
        // The function gives a JSON array of texts
        let list = format!("CAST(from_json({native}, '[\"VARCHAR\"]') AS VARCHAR[])");
        let strings = Typed::apply(Type::Array(Box::new(Type::String)), list, both, span.clone());
        Ok(match json && !scalars {
            true => {
                let ty = Type::Array(Box::new(Type::Json));
                Typed::apply(ty, "CAST($0 AS JSON[])", vec![strings], span)
            }
            false => strings,
        })
    }

    fn normalize(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let (value, mode) = match call.arguments.as_slice() {
            [value] => (value, "NFC".to_owned()),
            [value, Expr::Identifier(mode)] => (value, mode.value.to_ascii_uppercase()),
            _ => return Err(self.wrong_count(call)),
        };
        let value = self.coerce(self.expression(value, scope)?, &Type::String)?;
        match (call.name.as_str(), mode.as_str()) {
            ("NORMALIZE", "NFC") => {
                Ok(Typed::apply(Type::String, "nfc_normalize($0)", vec![value], call.span.clone()))
            }
            _ => Err(self.unsupported(format!("{} with {mode}", call.name), call.span.clone())),
        }
    }

    /// `FORMAT(text, …)`: arguments go to a Rust function as texts with their types' names
    fn format(&self, mut arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
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
                ref other => return Err(self.unsupported(format!("FORMAT of {other}"), argument.span)),
            };
            kinds.push(kind);
            let argument = argument.into_exact();
            all.push(match kind {
                's' => argument,
                'f' => {
                    let place = argument.span.clone();
                    Typed::apply(Type::String, "CAST($0 AS VARCHAR)", vec![argument], place)
                }
                _ => self.cast(argument, &Type::String, false)?,
            });
        }
        let pieces: Vec<_> = (1..all.len())
            .map(|at| format!("coalesce(strlen(${{{at}}}) || ':' || ${{{at}}}, '-')"))
            .collect();
        let values = if pieces.is_empty() { "''".to_owned() } else { pieces.join(" || ") };
        let template = format!("gs_format($0, '{kinds}', {values})");
        Ok(Typed::apply(Type::String, template, all, span))
    }
}
