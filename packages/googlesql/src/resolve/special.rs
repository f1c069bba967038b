//! Functions whose lowering depends on more than their arguments' types

use diagnostic::code;
use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use super::coerce::supertype;
use super::scope::Scope;
use crate::tree::{Literal, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    pub fn special(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        if let Some(value) = self.special_aggregate(call, scope) {
            return value;
        }
        self.only_scalar(call)?;
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
            "MAKE_INTERVAL" => self.make_interval(call, scope),
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

    pub fn special_of(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
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
                let equal = self.compare(
                    arguments[0].clone(),
                    "=",
                    arguments[1].clone(),
                    span.clone(),
                )?;
                let plain = arguments[0].ty == arguments[1].ty
                    && !matches!(result.ty, Type::Float64 | Type::Struct(_));
                if plain {
                    return Ok(Typed::apply(
                        result.ty.clone(),
                        "nullif($0, $1)",
                        arguments,
                        span,
                    ));
                }
                let ty = supertype(arguments.iter()).unwrap_or(result.ty.clone());
                let result = self.coerce(result, &ty)?;
                let template = "CASE WHEN $0 THEN NULL ELSE $1 END";
                Ok(Typed::apply(ty, template, vec![equal, result], span))
            }
            ("NULLIFZERO", 1) => self.number_call("nullif($0, 0)", arguments, span),
            ("ZEROIFNULL", 1) => self.number_call("coalesce($0, 0)", arguments, span),
            ("ISNULL", 1) => Ok(Typed::apply(Type::Bool, "$0 IS NULL", arguments, span)),
            ("TYPEOF", 1) => {
                // The engine's own name of the type
                let name = arguments[0].ty.to_string().replace("FLOAT64", "DOUBLE");
                Ok(Typed {
                    literal: Literal::No,
                    ..self.string(&name, span)
                })
            }
            ("ERROR", 1) => {
                let message = self.coerce(arguments.remove(0), &Type::String)?;
                Ok(Typed {
                    literal: Literal::Error,
                    exact: true,
                    ..Typed::apply(Type::Int64, "error($0)", vec![message], span)
                })
            }
            ("IFERROR", 2) => {
                let (arguments, ty) = self.unify(arguments, "arguments")?;
                let arguments = arguments.into_iter().map(Typed::into_exact).collect();
                // A list, so that NULL is no error
                let template = "CASE WHEN TRY([$0]) IS NULL THEN $1 ELSE TRY([$0])[1] END";
                Ok(self.deep_attempt(Typed::apply(ty, template, arguments, span)))
            }
            ("ISERROR", 1) => Ok(self.deep_attempt(Typed::apply(
                Type::Bool,
                "TRY([$0]) IS NULL",
                arguments,
                span,
            ))),
            ("NULLIFERROR", 1) => {
                let ty = arguments[0].ty.clone();
                let arguments = arguments.into_iter().map(Typed::into_exact).collect();
                Ok(self.deep_attempt(Typed::apply(ty, "TRY($0)", arguments, span)))
            }
            ("GREATEST" | "LEAST", 1..) => self.extreme(call, arguments),
            ("IEEE_DIVIDE", 2) => {
                let both = self.floats(arguments)?;
                Ok(Typed::apply(Type::Float64, "$0 / $1", both, span))
            }
            ("SAFE_DIVIDE", 2) => self.safe_divide(arguments, span),
            ("DIV" | "MOD", 2) => self.whole_division(call, arguments),
            ("CONCAT", 1..) => self.concat(arguments, span),
            ("CURRENT_DATE" | "CURRENT_DATETIME" | "CURRENT_TIME", 1) => {
                let zone = self.coerce(arguments.remove(0), &Type::String)?;
                self.clock_in(&call.name, Some(zone), span)
            }
            ("CURRENT_DATE" | "CURRENT_DATETIME" | "CURRENT_TIME" | "CURRENT_TIMESTAMP", 0) => {
                self.clock(&call.name, span)
            }
            ("DATE" | "DATETIME" | "TIME" | "TIMESTAMP" | "STRING", _) => {
                self.construct(call, arguments)
            }
            (name, _) if name.starts_with("RANGE") && name != "RANGE_BUCKET" => {
                self.range_call(call, arguments)
            }
            ("GENERATE_RANGE_ARRAY", _) => self.range_call(call, arguments),
            ("ARRAY_CONCAT", 1..) => self.array_concat(arguments, span),
            ("ARRAY_INCLUDES", 2)
            | ("ARRAY_SLICE", 3)
            | ("ARRAY_IS_DISTINCT", 1)
            | ("ARRAY_MIN", 1) => self.array_call(call, arguments),
            ("GENERATE_DATE_ARRAY" | "GENERATE_TIMESTAMP_ARRAY", 2 | 3) => {
                self.generate_dates(call, arguments)
            }
            ("JSON_REMOVE", 2..) => self.json_steps(arguments, false, span),
            ("JSON_SET", 3..) if count % 2 == 1 => self.json_steps(arguments, true, span),
            ("JSON_KEYS", 1 | 2) => {
                let ty = Type::Array(Box::new(Type::String));
                let json = self.coerce(arguments.remove(0), &Type::Json)?;
                let depth = match arguments.pop() {
                    Some(depth) => self.coerce(depth, &Type::Int64)?,
                    None => self.integer(i64::from(i32::MAX), span.clone()),
                };
                let template =
                    "CAST(from_json(gs_json_keys($0, $1), '[\"VARCHAR\"]') AS VARCHAR[])";
                Ok(Typed::apply(
                    ty,
                    template,
                    vec![json, depth.into_exact()],
                    span,
                ))
            }
            ("JSON_ARRAY", _) => self.json_build(arguments, ("[", "]"), false, span),
            ("JSON_OBJECT", _)
                if count.is_multiple_of(2)
                    && arguments
                        .iter()
                        .step_by(2)
                        .all(|key| key.ty == Type::String) =>
            {
                self.json_build(arguments, ("{", "}"), true, span)
            }
            ("TO_JSON_STRING" | "TO_JSON", 1 | 2) => self.to_json(call, arguments),
            (
                "JSON_VALUE_ARRAY"
                | "JSON_QUERY_ARRAY"
                | "JSON_EXTRACT_ARRAY"
                | "JSON_EXTRACT_STRING_ARRAY",
                1 | 2,
            ) => self.json_array(call, arguments),
            ("FORMAT", 1..) => self.format(arguments, span),
            (name, _) => {
                let message = format!("{name} does not take {count} argument(s)");
                Err(self.error(code::INVALID_ARGUMENTS, message, span))
            }
        }
    }
}
