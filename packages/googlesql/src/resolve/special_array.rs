//! Arrays: concatenation, membership, lambdas

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::tree::{Literal, Typed};
use crate::{Error, Field, Type, quote_identifier};

impl Resolver<'_> {
    pub fn array_concat(&self, arguments: Vec<Typed>, span: Range<usize>) -> Result<Typed, Error> {
        if let Some(null) = arguments.iter().find(|one| one.is_null_literal()) {
            let message = "ARRAY_CONCAT takes arrays, found NULL";
            return Err(self.mismatch(message, null.span.clone()));
        }
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
        let untyped = arguments[0].is_null_literal();
        if untyped {
            let ty = Type::Array(Box::new(Type::Int64));
            arguments[0] = Typed::null(ty, arguments[0].span.clone()).into_exact();
        }
        let Type::Array(element) = arguments[0].ty.clone() else {
            return Err(self.mismatch(format!("{} takes an array", call.name), span));
        };
        let orderable = super::order::orderable(&element);
        match (call.name.as_str(), element.as_ref()) {
            ("ARRAY_MIN" | "ARRAY_MAX", _) if orderable => {
                let native = if call.name == "ARRAY_MIN" {
                    "list_min($0)"
                } else {
                    "list_max($0)"
                };
                let template = match *element {
                    Type::Float64 => format!(
                        "CASE WHEN len(list_filter($0, lambda e: isnan(e))) > 0 THEN CAST('nan' AS DOUBLE) ELSE {native} END"
                    ),
                    _ => native.to_owned(),
                };
                Ok(Typed::apply(*element, template, arguments, span))
            }
            ("ARRAY_SUM", ty) => {
                let template = match ty {
                    Type::Int64 => "CAST(list_sum($0) AS BIGINT)",
                    Type::Float64 => {
                        "CASE WHEN isinf(list_sum($0)) AND len(list_filter($0, lambda e: isinf(e))) = 0 THEN error('ARRAY_SUM is out of range') ELSE list_sum($0) END"
                    }
                    Type::Numeric => "gs_numeric_in_range(CAST(list_sum($0) AS DECIMAL(38, 9)))",
                    Type::BigNumeric => "gs_bignumeric_checked(list_sum($0))",
                    Type::Interval => "gs_interval_sum($0)",
                    other => return Err(self.unsupported(format!("ARRAY_SUM of {other}"), span)),
                };
                Ok(Typed::apply(ty.clone(), template, arguments, span))
            }
            ("ARRAY_AVG", ty) => {
                let (ty, template) = match ty {
                    Type::Int64 => (Type::Float64, "list_avg($0)"),
                    Type::Float64 => (
                        Type::Float64,
                        "CASE WHEN isinf(list_avg($0)) AND len(list_filter($0, lambda e: isinf(e))) = 0 THEN list_avg(list_transform($0, lambda e: e * pow(2e0, -60))) * pow(2e0, 60) ELSE list_avg($0) END",
                    ),
                    Type::Numeric => (Type::Numeric, "gs_numeric_list_average($0)"),
                    Type::BigNumeric => (
                        Type::BigNumeric,
                        "gs_bignumeric_average(list_sum($0), list_count($0))",
                    ),
                    Type::Interval => (Type::Interval, "gs_interval_average($0)"),
                    other => return Err(self.unsupported(format!("ARRAY_AVG of {other}"), span)),
                };
                Ok(Typed::apply(ty, template, arguments, span))
            }
            ("ARRAY_INCLUDES_ANY" | "ARRAY_INCLUDES_ALL", _) => {
                // An array without a type of its own takes the other's
                if let (true, Type::Array(_)) = (untyped, &arguments[1].ty) {
                    let ty = arguments[1].ty.clone();
                    arguments[0] = Typed::null(ty, span.clone()).into_exact();
                }
                let (mut arguments, ty) = self.unify(arguments, "arrays")?;
                let Type::Array(element) = ty else {
                    return Err(self.mismatch(format!("{} takes arrays", call.name), span));
                };
                let (own, wanted) = (self.fresh("e"), self.fresh("e"));
                let item = |name: &str| Typed::column((*element).clone(), "", name, span.clone());
                let equal = self.compare(item(&own), "=", item(&wanted), span.clone())?;
                let equal = equal.sql().replace('$', "$$");
                let found = format!(
                    "len(list_filter($0, lambda {}: {equal})) > 0",
                    quote_identifier(&own)
                );
                let test = match call.name.as_str() {
                    "ARRAY_INCLUDES_ANY" => format!(
                        "len(list_filter($1, lambda {}: {found})) > 0",
                        quote_identifier(&wanted)
                    ),
                    _ => format!(
                        "len(list_filter($1, lambda {}: NOT ({found}))) = 0",
                        quote_identifier(&wanted)
                    ),
                };
                let template =
                    format!("CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE {test} END");
                arguments
                    .iter_mut()
                    .for_each(|one| *one = one.clone().into_exact());
                Ok(Typed::apply(Type::Bool, template, arguments, span))
            }
            ("ARRAY_IS_DISTINCT", Type::Float64) => {
                // NaN is one value here
                let template = "CASE WHEN $0 IS NULL THEN NULL ELSE len(list_distinct(list_transform($0, lambda e: CASE WHEN e IS NULL THEN 'null' ELSE CAST(e + 0e0 AS VARCHAR) END))) = len($0) END";
                Ok(Typed::apply(Type::Bool, template, arguments, span))
            }
            ("ARRAY_IS_DISTINCT", ty) if super::compare::comparable_type(ty, true) => {
                let template = "CASE WHEN $0 IS NULL THEN NULL ELSE len(list_distinct($0)) + CASE WHEN len($0) > list_count($0) THEN 1 ELSE 0 END = len($0) END";
                Ok(Typed::apply(Type::Bool, template, arguments, span))
            }
            ("ARRAY_SLICE", _) => {
                let end = self.coerce(arguments.remove(2), &Type::Int64)?.into_exact();
                let start = self.coerce(arguments.remove(1), &Type::Int64)?.into_exact();
                let ty = arguments[0].ty.clone();
                let template = "CASE WHEN $0 IS NULL OR $1 IS NULL OR $2 IS NULL THEN NULL WHEN $2 < -len($0) THEN $0[1:0] ELSE list_slice($0, greatest(CASE WHEN $1 < 0 THEN len($0) + $1 ELSE least($1, len($0)) END, 0) + 1, CASE WHEN $2 < 0 THEN len($0) + $2 ELSE least($2, len($0)) END + 1) END";
                Ok(Typed::apply(
                    ty,
                    template,
                    vec![arguments.remove(0), start, end],
                    span,
                ))
            }
            (name, _) => Err(self.unsupported(format!("{name} of ARRAY<{element}>"), span)),
        }
    }

    /// `ARRAY_INCLUDES`, `ARRAY_FIND_ALL` and `ARRAY_OFFSETS` of a value or of a lambda's condition
    pub fn array_search(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let [array, target] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let mut array = self.expression(array, scope)?;
        if array.is_null_literal() {
            let element = match target {
                Expr::Lambda(_) => Type::Int64,
                target => self.expression(target, scope)?.ty,
            };
            array = Typed::null(Type::Array(Box::new(element)), array.span).into_exact();
        }
        let Type::Array(element) = array.ty.clone() else {
            return Err(self.mismatch(format!("{} takes an array", call.name), span));
        };
        let (variable, condition, guard) = match target {
            Expr::Lambda(lambda) => {
                let lambda =
                    self.lambda(lambda, std::slice::from_ref(element.as_ref()), None, scope)?;
                let condition = self.coerce(lambda.body, &Type::Bool)?;
                (lambda.parameters, condition, None)
            }
            target => {
                let target = self.expression(target, scope)?;
                let ty = super::coerce::supertype(
                    [
                        &Typed::column((*element).clone(), "", "e", span.clone()),
                        &target,
                    ]
                    .into_iter(),
                );
                let Some(ty) = ty else {
                    let message = format!("{} of {element} and {}", call.name, target.ty);
                    return Err(self.mismatch(message, span));
                };
                array = self.coerce(array, &Type::Array(Box::new(ty.clone())))?;
                let target = self.coerce(target, &ty)?.into_exact();
                let variable = self.fresh("e");
                let item = Typed::column(ty, "", &variable, span.clone());
                let condition = self.compare(item, "=", target.clone(), span.clone())?;
                (quote_identifier(&variable), condition, Some(target))
            }
        };
        let list = array.ty.clone();
        let condition = condition.sql().replace('$', "$$");
        let filtered = format!("list_filter($0, lambda {variable}: {condition})");
        let (ty, found) = match call.name.as_str() {
            "ARRAY_INCLUDES" => (Type::Bool, format!("len({filtered}) > 0")),
            "ARRAY_FIND_ALL" => (list, filtered),
            _ => (
                Type::Array(Box::new(Type::Int64)),
                format!(
                    "CAST(list_filter(list_transform($0, lambda {variable}, _at: CASE WHEN {condition} THEN _at - 1 END), lambda _at: _at IS NOT NULL) AS BIGINT[])"
                ),
            ),
        };
        let (template, arguments) = match guard {
            Some(target) => (
                format!("CASE WHEN $0 IS NULL OR $1 IS NULL THEN NULL ELSE {found} END"),
                vec![array.into_exact(), target],
            ),
            None => (found, vec![array.into_exact()]),
        };
        Ok(Typed {
            exact: true,
            ..Typed::apply(ty, template, arguments, span)
        })
    }

    /// `ARRAY_ZIP(array, …, lambda, mode => …)`
    pub fn array_zip(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let mode = match call.named("mode") {
            None => "STRICT".to_owned(),
            Some(mode) => match self.expression(mode, scope)?.literal {
                Literal::Text(mode) => mode,
                _ => return Err(self.unsupported("a mode of ARRAY_ZIP that is no literal", span)),
            },
        };
        let mut lambda = call.named("transformation");
        let (mut arrays, mut fields) = (Vec::new(), Vec::new());
        for argument in &call.arguments {
            let (name, argument) = match argument {
                Expr::Lambda(_) => {
                    lambda = Some(argument);
                    continue;
                }
                Expr::Named { expr, name } => (Some(name.value.clone()), expr.as_ref()),
                argument => (None, *argument),
            };
            let array = self.expression(argument, scope)?;
            let ty = match &array.ty {
                Type::Array(element) => element.as_ref().clone(),
                _ if array.is_null_literal() => Type::Int64,
                _ => return Err(self.mismatch("ARRAY_ZIP takes arrays", span)),
            };
            arrays.push(
                self.coerce(array, &Type::Array(Box::new(ty.clone())))?
                    .into_exact(),
            );
            fields.push(Field { name, ty });
        }
        if arrays.len() < 2 {
            return Err(self.wrong_count(call));
        }
        let holes: Vec<_> = (0..arrays.len()).map(|at| format!("${{{at}}}")).collect();
        let lengths: Vec<_> = holes.iter().map(|hole| format!("len({hole})")).collect();
        let nulls: Vec<_> = holes.iter().map(|hole| format!("{hole} IS NULL")).collect();
        let (longest, shortest) = (
            format!("greatest({})", lengths.join(", ")),
            format!("least({})", lengths.join(", ")),
        );
        let count = match mode.as_str() {
            "TRUNCATE" => &shortest,
            "PAD" | "STRICT" => &longest,
            _ => return Err(self.invalid(format!("ARRAY_ZIP has no mode `{mode}`"), span)),
        };
        let (ty, item) = match lambda {
            Some(Expr::Lambda(lambda)) => {
                let types: Vec<_> = fields.into_iter().map(|field| field.ty).collect();
                let lambda = self.lambda(lambda, &types, None, scope)?;
                let body = lambda.body.into_exact();
                let item = lambda.parameters.split(", ").zip(&holes).fold(
                    body.sql().replace('$', "$$"),
                    |item, (parameter, hole)| {
                        format!("list_transform([{hole}[_at]], lambda {parameter}: {item})[1]")
                    },
                );
                (body.ty, item)
            }
            Some(_) => {
                return Err(self.invalid("the transformation of ARRAY_ZIP is a lambda", span));
            }
            None => {
                let values: Vec<_> = holes
                    .iter()
                    .enumerate()
                    .map(|(at, hole)| {
                        let name = crate::type_text::physical_field(&fields, at);
                        format!(
                            "{}: {hole}[_at]",
                            crate::quote_string(&name).replace('$', "$$")
                        )
                    })
                    .collect();
                (Type::Struct(fields), format!("{{{}}}", values.join(", ")))
            }
        };
        if matches!(ty, Type::Array(_)) {
            return Err(self.invalid("an array cannot hold arrays", span));
        }
        let strict = match mode.as_str() {
            "STRICT" => format!(
                " WHEN {longest} <> {shortest} THEN error('the arrays of ARRAY_ZIP have different lengths')"
            ),
            _ => String::new(),
        };
        let template = format!(
            "CASE WHEN {}  THEN NULL{strict} ELSE list_transform(generate_series(1, {count}), lambda _at: {item}) END",
            nulls.join(" OR ")
        )
        .replace("  THEN", " THEN");
        let ty = Type::Array(Box::new(ty));
        Ok(Typed {
            exact: true,
            ..Typed::apply(ty, template, arrays, span)
        })
    }

    /// `COSINE_DISTANCE` and `EUCLIDEAN_DISTANCE` of dense and of sparse vectors
    pub fn distance(&self, call: &Call, name: &str, arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let sparse = arguments.iter().all(
            |one| matches!(&one.ty, Type::Array(element) if matches!(element.as_ref(), Type::Struct(_))),
        );
        if !sparse {
            let ty = Type::Array(Box::new(Type::Float64));
            let both = arguments
                .into_iter()
                .map(|one| Ok(self.coerce(one, &ty)?.into_exact()))
                .collect::<Result<Vec<_>, Error>>()?;
            return Ok(Typed::apply(
                Type::Float64,
                format!("gs_{name}($0, $1)"),
                both,
                span,
            ));
        }
        let mut parts = Vec::new();
        let mut keys = Vec::new();
        for vector in arguments {
            let Type::Array(element) = vector.ty.clone() else {
                return Err(self.mismatch("expected an array", span));
            };
            let fields = match element.as_ref() {
                Type::Struct(fields) if fields.len() == 2 => fields.clone(),
                other => {
                    return Err(self.mismatch(format!("{other} is no component of a vector"), span));
                }
            };
            let vector = vector.into_exact();
            keys.push(fields[0].ty.clone());
            for (at, ty) in [(0, Type::String), (1, Type::Float64)] {
                let variable = self.fresh("e");
                let item = Typed::column((*element).clone(), "", &variable, span.clone());
                let physical = crate::type_text::physical_field(&fields, at);
                let part =
                    self.struct_field(item, at, fields[at].ty.clone(), &physical, span.clone());
                let part = self.cast(part, &ty, false)?.sql().replace('$', "$$");
                let template = format!(
                    "list_transform($0, lambda {}: {part})",
                    quote_identifier(&variable)
                );
                let list = Type::Array(Box::new(ty));
                parts.push(Typed::apply(
                    list,
                    template,
                    vec![vector.clone()],
                    span.clone(),
                ));
            }
        }
        if keys[0] != keys[1] || !matches!(keys[0], Type::Int64 | Type::String) {
            return Err(self.mismatch(format!("{} takes keys of INT64 or STRING", call.name), span));
        }
        let template = format!("gs_sparse_{name}($0, $1, $2, $3)");
        Ok(Typed::apply(Type::Float64, template, parts, span))
    }

    /// `ARRAY_TRANSFORM(array, e -> …)` and `ARRAY_FILTER`
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
        Ok(Typed {
            exact: true,
            ..value
        })
    }
}
