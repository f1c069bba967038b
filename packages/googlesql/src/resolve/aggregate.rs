//! Aggregate and window calls: DISTINCT, ORDER BY, LIMIT, HAVING, NULL treatment, OVER

use std::borrow::Cow;

use sqlparser::ast::{FunctionArgumentClause, HavingBoundKind, NullTreatment};

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::functions::Kind;
use crate::tree::{Aggregate, Literal, Node, Typed};
use crate::{Error, Type};

/// What an aggregate's clauses say, resolved
#[derive(Default)]
struct Clauses {
    order: Vec<String>,
    limit: Option<i64>,
    having: Option<(HavingBoundKind, Typed)>,
}

impl Resolver<'_> {
    pub fn count_rows(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        self.aggregate(
            call,
            Kind::Aggregate,
            "%{count(*)}".into(),
            Vec::new(),
            Type::Int64,
            scope,
        )
    }

    /// An aggregate or window call of the function table
    pub fn aggregate(
        &self,
        call: &Call,
        kind: Kind,
        template: Cow<'static, str>,
        arguments: Vec<Typed>,
        ty: Type,
        scope: &Scope,
    ) -> Result<Typed, Error> {
        let span = call.span.clone();
        let clauses = self.clauses(call, scope)?;
        let over = match &call.function.over {
            Some(window) => Some(self.over(window, scope)?),
            None if kind == Kind::Window => {
                return Err(self.invalid(format!("{} needs OVER", call.name), span));
            }
            None if call.name.starts_with("PERCENTILE_") => {
                return Err(self.unsupported(format!("{} without OVER", call.name), span));
            }
            None => None,
        };
        for argument in &arguments {
            self.not_nested(argument, over.is_some())?;
        }
        if matches!(call.name.as_str(), "MIN" | "MAX")
            && let Some(argument) = arguments.first()
            && !super::order::orderable(&argument.ty)
        {
            return Err(self.mismatch(format!("{} has no order", argument.ty), span));
        }
        if call.distinct
            && let Some(argument) = arguments
                .iter()
                .find(|one| !super::grouping::groupable(&one.ty))
        {
            return Err(self.mismatch(format!("DISTINCT cannot compare {}", argument.ty), span));
        }
        let navigation = kind == Kind::Window;
        if (call.distinct && navigation) || clauses.limit.is_some() || !clauses.order.is_empty() {
            return Err(self.unsupported(format!("this clause of {}", call.name), span));
        }
        let arguments: Vec<_> = arguments.into_iter().map(Typed::into_exact).collect();
        let mut template = template;
        let mut arguments = arguments;
        if let Some((bound, key)) = clauses.having {
            if call.name != "ANY_VALUE" {
                return Err(self.unsupported(format!("HAVING in {}", call.name), span));
            }
            arguments.push(key);
            template = match bound {
                HavingBoundKind::Max => "%{arg_max($0, $1)}".into(),
                HavingBoundKind::Min => "%{arg_min($0, $1)}".into(),
            };
        }
        let nulls = match (call.nulls(), call.name.as_str()) {
            (Some(NullTreatment::IgnoreNulls), "FIRST_VALUE" | "LAST_VALUE" | "NTH_VALUE") => {
                Some("IGNORE NULLS")
            }
            (None | Some(NullTreatment::RespectNulls), _) => {
                if call.nulls().is_some() && call.name.starts_with("PERCENTILE_") {
                    return Err(self.unsupported("RESPECT NULLS here", span));
                }
                None
            }
            (Some(NullTreatment::IgnoreNulls), name) if name.starts_with("PERCENTILE_") => None,
            _ => return Err(self.unsupported(format!("IGNORE NULLS in {}", call.name), span)),
        };
        let node = Node::Aggregate(Box::new(Aggregate {
            template,
            arguments,
            distinct: call.distinct,
            order: Vec::new(),
            filter: Vec::new(),
            nulls,
            over: over.map(|window| window.sql()),
        }));
        Ok(Typed::new(ty, node, span))
    }

    fn clauses(&self, call: &Call, scope: &Scope) -> Result<Clauses, Error> {
        let mut clauses = Clauses::default();
        for clause in call.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(keys) => {
                    clauses.order = self.inner_order(keys, scope)?;
                }
                FunctionArgumentClause::Limit(limit) => {
                    clauses.limit = Some(self.count(limit, scope)?);
                }
                FunctionArgumentClause::Having(having) => {
                    clauses.having = Some((having.0, self.expression(&having.1, scope)?));
                }
                FunctionArgumentClause::IgnoreOrRespectNulls(_) => {}
                _ => {
                    let message = format!("this clause of {}", call.name);
                    return Err(self.unsupported(message, call.span.clone()));
                }
            }
        }
        Ok(clauses)
    }

    /// `COUNTIF(condition)`
    pub fn count_if(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let [condition] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let condition = self.condition(condition, scope, "COUNTIF's argument")?;
        self.not_nested(&condition, call.function.over.is_some())?;
        let mut node = self.collect(call, "%{count(*)}", Vec::new(), Type::Int64, scope)?;
        if let Node::Aggregate(aggregate) = &mut node.node {
            if call.distinct {
                let span = call.span.clone();
                let only = Typed::apply(
                    Type::Bool,
                    "CASE WHEN $0 THEN TRUE END",
                    vec![condition],
                    span,
                );
                aggregate.template = "%{count($0)}".into();
                aggregate.arguments = vec![only];
            } else {
                aggregate.filter.push(condition);
            }
        }
        Ok(node)
    }

    /// `ARRAY_AGG`, `STRING_AGG`, `ARRAY_CONCAT_AGG`
    pub fn gather(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        let Some(first) = arguments.first().cloned().map(Typed::into_exact) else {
            return Err(self.wrong_count(call));
        };
        let span = call.span.clone();
        let clauses = self.clauses(call, scope)?;
        let slice = |list: &str| match clauses.limit {
            Some(limit) => format!("list_slice({list}, 1, {limit})"),
            None => list.to_owned(),
        };
        let ignore = call.nulls() == Some(NullTreatment::IgnoreNulls);
        match (call.name.as_str(), first.ty.clone(), arguments.len()) {
            ("ARRAY_AGG", Type::Array(_), 1) => {
                Err(self.invalid("an array cannot hold arrays", span))
            }
            ("ARRAY_AGG", element, 1) => {
                let template = slice("%{list($0)}");
                let ty = Type::Array(Box::new(element));
                let mut value = self.collect(call, template, vec![first.clone()], ty, scope)?;
                self.skip_nulls(&mut value, ignore, first);
                Ok(value)
            }
            ("ARRAY_CONCAT_AGG", ty @ Type::Array(_), 1) => {
                let template = format!("flatten({})", slice("%{list($0)}"));
                let mut value = self.collect(call, template, vec![first.clone()], ty, scope)?;
                self.skip_nulls(&mut value, true, first);
                Ok(value)
            }
            ("STRING_AGG", ty @ (Type::String | Type::Bytes), 1 | 2) => {
                let separator = match arguments.get(1) {
                    Some(separator) => self.coerce(separator.clone(), &ty)?,
                    None if ty == Type::String => self.string(",", span.clone()),
                    None => Typed::text(Type::Bytes, "encode(',')", span.clone()),
                };
                if ty == Type::Bytes {
                    return Err(self.unsupported("STRING_AGG of BYTES", span));
                }
                let listed = clauses.limit.is_some();
                let template = match listed {
                    true => format!("array_to_string({}, $1)", slice("%{list($0)}")),
                    false => "%{string_agg($0, $1)}".to_owned(),
                };
                let both = vec![first.clone(), separator];
                let mut value = self.collect(call, template, both, ty, scope)?;
                self.skip_nulls(&mut value, listed, first);
                Ok(value)
            }
            (name, ty, _) => Err(self.mismatch(format!("{name} has no form for {ty}"), span)),
        }
    }

    fn skip_nulls(&self, value: &mut Typed, skip: bool, argument: Typed) {
        if let (Node::Aggregate(aggregate), true) = (&mut value.node, skip) {
            let span = argument.span.clone();
            let present = Typed::apply(Type::Bool, "$0 IS NOT NULL", vec![argument], span);
            aggregate.filter.push(present);
        }
    }

    /// An aggregate that may be ordered inside
    fn collect(
        &self,
        call: &Call,
        template: impl Into<Cow<'static, str>>,
        arguments: Vec<Typed>,
        ty: Type,
        scope: &Scope,
    ) -> Result<Typed, Error> {
        let span = call.span.clone();
        let clauses = self.clauses(call, scope)?;
        if clauses.having.is_some() {
            return Err(self.unsupported(format!("HAVING in {}", call.name), span));
        }
        let over = match &call.function.over {
            Some(_) if !clauses.order.is_empty() => {
                return Err(self.invalid("ORDER BY and OVER exclude each other", span));
            }
            Some(window) => Some(self.over(window, scope)?.sql()),
            None => None,
        };
        for argument in &arguments {
            self.not_nested(argument, over.is_some())?;
        }
        let node = Node::Aggregate(Box::new(Aggregate {
            template: template.into(),
            arguments,
            distinct: call.distinct,
            order: clauses.order,
            filter: Vec::new(),
            nulls: None,
            over,
        }));
        Ok(Typed::new(ty, node, span))
    }

    /// `APPROX_COUNT_DISTINCT`: counted exactly
    pub fn approx_count_distinct(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        if arguments.len() != 1 {
            return Err(self.wrong_count(call));
        }
        let arguments = arguments.into_iter().map(Typed::into_exact).collect();
        let mut value = self.collect(call, "%{count($0)}", arguments, Type::Int64, scope)?;
        if let Node::Aggregate(aggregate) = &mut value.node {
            aggregate.distinct = true;
        }
        Ok(value)
    }

    /// `APPROX_QUANTILES(value, number)`: exact boundaries, smallest to largest
    pub fn approx_quantiles(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let [value, number] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let number = self.count(number, scope)?;
        let value = self.expression(value, scope)?.into_exact();
        if !(1..=100_000).contains(&number) || call.nulls() == Some(NullTreatment::RespectNulls) {
            return Err(self.unsupported("this form of APPROX_QUANTILES", call.span.clone()));
        }
        if !super::order::orderable(&value.ty) {
            return Err(self.mismatch(format!("{} has no order", value.ty), call.span.clone()));
        }
        let at: Vec<_> = (0..=number)
            .map(|at| super::literal::float_text(at as f64 / number as f64))
            .collect();
        let template = format!("%{{quantile_disc($0, [{}])}}", at.join(", "));
        let ty = Type::Array(Box::new(value.ty.clone()));
        self.collect(call, template, vec![value], ty, scope)
    }

    pub fn grouping_call(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        match arguments.as_slice() {
            [one] if one.literal == Literal::No => Ok(Typed::apply(
                Type::Int64,
                "CAST(GROUPING($0) AS BIGINT)",
                arguments,
                call.span.clone(),
            )),
            _ => Err(self.wrong_count(call)),
        }
    }

    pub fn wrong_count(&self, call: &Call) -> Error {
        let message = format!("{} does not take these arguments", call.name);
        self.error(
            diagnostic::code::INVALID_ARGUMENTS,
            message,
            call.span.clone(),
        )
    }
}
