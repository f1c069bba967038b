//! Functions whose lowering depends on more than their arguments' types

use diagnostic::code;

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
            "FLATTEN" => match call.arguments.as_slice() {
                [path] => self.array_path(path, scope),
                _ => Err(self.wrong_count(call)),
            },
            "LAST_DAY" => self.last_day(call, scope),
            "ARRAY_TRANSFORM" | "ARRAY_FILTER" => self.lambda_call(call, scope),
            "ARRAY_INCLUDES" | "ARRAY_FIND_ALL" | "ARRAY_OFFSETS" => self.array_search(call, scope),
            "ARRAY_ZIP" => self.array_zip(call, scope),
            "IFERROR" | "ISERROR" | "NULLIFERROR" => {
                let arguments = call
                    .arguments
                    .iter()
                    .map(|argument| self.attempted(argument, scope))
                    .collect::<Result<_, _>>()?;
                self.special_of(call, arguments)
            }
            "CONTAINS_SUBSTR" | "SEARCH" | "TEXT_ANALYZE" => self.search_call(call, scope),
            "NORMALIZE" | "NORMALIZE_AND_CASEFOLD" => self.normalize(call, scope),
            "TO_JSON" | "SAFE_TO_JSON" | "TO_JSON_STRING" | "JSON_SET" | "JSON_REMOVE"
            | "JSON_ARRAY_APPEND" | "JSON_ARRAY_INSERT" | "JSON_STRIP_NULLS" | "JSON_KEYS"
            | "JSON_ARRAY" | "JSON_OBJECT" => self.json_call(call, scope),
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
                    ..Typed::apply(
                        Type::Int64,
                        "error(coalesce($0, 'ERROR of NULL'))",
                        vec![message],
                        span,
                    )
                })
            }
            ("IFERROR", 2) if arguments[0].literal == Literal::Error => Ok(arguments.remove(1)),
            ("IFERROR", 2) => {
                let (arguments, ty) = self.unify(arguments, "arguments")?;
                let arguments = arguments.into_iter().map(Typed::into_exact).collect();
                // A list, so that NULL is no error
                let template = "COALESCE(TRY([$0]), [$1])[1]";
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
            ("ARRAY_SLICE", 3)
            | ("ARRAY_INCLUDES_ANY" | "ARRAY_INCLUDES_ALL", 2)
            | ("ARRAY_IS_DISTINCT" | "ARRAY_MIN" | "ARRAY_MAX" | "ARRAY_SUM" | "ARRAY_AVG", 1) => {
                self.array_call(call, arguments)
            }
            ("COSINE_DISTANCE" | "EUCLIDEAN_DISTANCE", 2) => {
                self.distance(call, &call.name.to_ascii_lowercase(), arguments)
            }
            (name, _) if name.starts_with("ML.") => self.preprocessing(call, arguments),
            ("REGEXP_EXTRACT_GROUPS", 2) => self.regexp_groups(arguments, span),
            ("BAG_OF_WORDS", 1) => self.bag_of_words(arguments, span),
            ("SESSION_USER" | "CURRENT_USER", 0) => Ok(self.session_user(span)),
            ("GENERATE_DATE_ARRAY" | "GENERATE_TIMESTAMP_ARRAY", 2 | 3) => {
                self.generate_dates(call, arguments)
            }
            ("FORMAT", 1..) => self.format(arguments, span),
            (name, _) => {
                let message = format!("{name} does not take {count} argument(s)");
                Err(self.error(code::INVALID_ARGUMENTS, message, span))
            }
        }
    }
}
