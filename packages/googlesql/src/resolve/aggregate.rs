//! Aggregate and window calls: DISTINCT, ORDER BY, LIMIT, HAVING, NULL treatment, OVER

use std::borrow::Cow;

use sqlparser::ast::{FunctionArgumentClause, HavingBoundKind, NullTreatment, OrderByExpr};

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
            None => None,
        };
        if let Some(window) = &over {
            self.check_window(call, window, &arguments)?;
        }
        if call.distinct && over.as_ref().is_some_and(|window| !window.order.is_empty()) {
            return Err(self.invalid("a window of DISTINCT values has no ORDER BY", span));
        }
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
        if call.distinct && arguments.len() > 1 {
            return Err(self.invalid(format!("DISTINCT is not allowed for {}", call.name), span));
        }
        let navigation = kind == Kind::Window;
        if (call.distinct && navigation) || clauses.limit.is_some() || !clauses.order.is_empty() {
            return Err(self.unsupported(format!("this clause of {}", call.name), span));
        }
        let arguments: Vec<_> = arguments.into_iter().map(Typed::into_exact).collect();
        let nulls = match (call.nulls(), call.name.as_str()) {
            (Some(NullTreatment::IgnoreNulls), "FIRST_VALUE" | "LAST_VALUE" | "NTH_VALUE") => {
                Some("IGNORE NULLS")
            }
            (None, _) => None,
            (Some(NullTreatment::RespectNulls), _) if navigation || call.name == "ANY_VALUE" => {
                None
            }
            (Some(NullTreatment::RespectNulls), name) => {
                return Err(self.invalid(format!("RESPECT NULLS is not for {name}"), span));
            }
            _ => return Err(self.unsupported(format!("IGNORE NULLS in {}", call.name), span)),
        };
        let held = match over {
            Some(_) => None,
            None => self.held_here(&arguments, scope)?,
        };
        let node = Node::Aggregate(Box::new(Aggregate {
            template,
            arguments,
            distinct: call.distinct,
            order: Vec::new(),
            filter: held.into_iter().collect(),
            nulls,
            over: over.map(|window| window.sql()),
        }));
        let value = Typed::new(ty, node, span);
        match clauses.having {
            Some((bound, key)) => self.with_extreme(call, value, &bound, key),
            None => Ok(value),
        }
    }

    fn clauses(&self, call: &Call, scope: &Scope) -> Result<Clauses, Error> {
        let mut clauses = Clauses::default();
        for clause in call.clauses {
            match clause {
                FunctionArgumentClause::OrderBy(keys) => {
                    if call.distinct {
                        self.sorts_by_arguments(call, keys, scope)?;
                    }
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

    /// Distinct values have no other column to be sorted by
    fn sorts_by_arguments(
        &self,
        call: &Call,
        keys: &[OrderByExpr],
        scope: &Scope,
    ) -> Result<(), Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        for key in keys {
            let key = self.expression(&key.expr, scope)?;
            if !arguments.iter().any(|one| one.node == key.node) {
                let message = "with DISTINCT, values are sorted by an argument of the call only";
                return Err(self.invalid(message, key.span));
            }
        }
        Ok(())
    }

    /// An aggregate with a lowering of its own; `None` for any other name
    pub fn special_aggregate(&self, call: &Call, scope: &Scope) -> Option<Result<Typed, Error>> {
        if let Err(error) = self.only_clauses(call) {
            return Some(Err(error));
        }
        let value = match call.name.as_str() {
            "COUNTIF" => self.count_if(call, scope),
            "ARRAY_AGG" | "STRING_AGG" | "ARRAY_CONCAT_AGG" => self.gather(call, scope),
            "APPROX_QUANTILES" => self.approx_quantiles(call, scope),
            "APPROX_COUNT_DISTINCT" => self.approx_count_distinct(call, scope),
            "APPROX_TOP_COUNT" | "APPROX_TOP_SUM" => self.approx_top(call, scope),
            "PERCENTILE_CONT" | "PERCENTILE_DISC" => self.percentile(call, scope),
            "MAX_BY" | "MIN_BY" => self.value_by(call, scope),
            name if crate::functions::preprocessing::is_analytic(name) => {
                return Some(self.analytic(call, scope));
            }
            _ => return None,
        };
        Some(
            value.and_then(|value| match self.clauses(call, scope)?.having {
                Some((bound, key)) => self.with_extreme(call, value, &bound, key),
                None => Ok(value),
            }),
        )
    }

    /// Which aggregates take `IGNORE NULLS`, and which an order and a limit
    fn only_clauses(&self, call: &Call) -> Result<(), Error> {
        let (nulls, order) = match call.name.as_str() {
            "ARRAY_AGG" => (true, true),
            "STRING_AGG" | "ARRAY_CONCAT_AGG" => (false, true),
            "COUNTIF"
            | "APPROX_COUNT_DISTINCT"
            | "APPROX_TOP_COUNT"
            | "APPROX_TOP_SUM"
            | "MAX_BY"
            | "MIN_BY" => (false, false),
            "APPROX_QUANTILES" => (true, false),
            _ => return Ok(()),
        };
        let ordered = call.clauses.iter().any(|clause| {
            matches!(
                clause,
                FunctionArgumentClause::OrderBy(_) | FunctionArgumentClause::Limit(_)
            )
        });
        let clause = match (call.nulls().is_some() && !nulls, ordered && !order) {
            (true, _) => "IGNORE NULLS and RESPECT NULLS are",
            (_, true) => "ORDER BY and LIMIT are",
            _ => return Ok(()),
        };
        let message = format!("{clause} not allowed in {}", call.name);
        Err(self.invalid(message, call.span.clone()))
    }

    /// Aggregates and window functions are about the rows of a FROM
    pub fn refuse_aggregates(&self, values: &[Typed]) -> Result<(), Error> {
        let test = |one: &Typed| matches!(one.node, Node::Aggregate(_));
        match values
            .iter()
            .find(|value| super::placement::find(value, &test).is_some())
        {
            Some(value) => {
                let message = "an aggregate or window function needs a query with FROM";
                Err(self.invalid(message, value.span.clone()))
            }
            None => Ok(()),
        }
    }

    /// `MAX_BY(value, key)`, which is `ANY_VALUE(value HAVING MAX key)`
    fn value_by(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        let Ok([value, key]) = <[Typed; 2]>::try_from(arguments) else {
            return Err(self.wrong_count(call));
        };
        self.not_nested(&key, false)?;
        let bound = match call.name.as_str() {
            "MAX_BY" => HavingBoundKind::Max,
            _ => HavingBoundKind::Min,
        };
        let ty = value.ty.clone();
        let value = self.collect(
            call,
            "%{any_value($0)}",
            vec![value.into_exact()],
            ty,
            scope,
        )?;
        self.with_extreme(call, value, &bound, key)
    }

    /// `COUNTIF(condition)`
    fn count_if(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let [condition] = call.arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        let condition = self.condition(condition, scope, "COUNTIF's argument")?;
        self.not_nested(&condition, call.function.over.is_some())?;
        let mut node = self.collect(call, "%{count(*)}", Vec::new(), Type::Int64, scope)?;
        if let Node::Aggregate(aggregate) = &mut node.node {
            if aggregate.over.is_none() {
                aggregate
                    .filter
                    .extend(self.held_here(std::slice::from_ref(&condition), scope)?);
            }
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
    fn gather(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        let Some(first) = arguments.first().cloned().map(Typed::into_exact) else {
            return Err(self.wrong_count(call));
        };
        let first = match call.name.as_str() {
            "STRING_AGG" if arguments[0].is_null_literal() => self
                .coerce(arguments[0].clone(), &Type::String)?
                .into_exact(),
            _ => first,
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
                    Some(separator)
                        if separator.is_null_literal()
                            || super::grouping::has_column(separator) =>
                    {
                        let message = "the separator of STRING_AGG is a constant that is not NULL";
                        return Err(self.invalid(message, separator.span.clone()));
                    }
                    Some(separator) => self.coerce(separator.clone(), &ty)?,
                    None if ty == Type::String => self.string(",", span.clone()),
                    None => Typed::text(Type::Bytes, "encode(',')", span.clone()),
                };
                let bytes = ty == Type::Bytes;
                let listed = bytes || clauses.limit.is_some() || clauses.having.is_some();
                let list = slice("%{list($0)}");
                let template = match listed {
                    true if bytes => format!("gs_bytes_join({list}, $1)"),
                    // A list without items has no text, rather than an empty one
                    true => format!("array_to_string(nullif({list}, []), $1)"),
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

    pub fn skip_nulls(&self, value: &mut Typed, skip: bool, argument: Typed) {
        if let (Node::Aggregate(aggregate), true) = (&mut value.node, skip) {
            let span = argument.span.clone();
            let present = Typed::apply(Type::Bool, "$0 IS NOT NULL", vec![argument], span);
            aggregate.filter.push(present);
        }
    }

    /// An aggregate that may be ordered inside
    pub fn collect(
        &self,
        call: &Call,
        template: impl Into<Cow<'static, str>>,
        arguments: Vec<Typed>,
        ty: Type,
        scope: &Scope,
    ) -> Result<Typed, Error> {
        let span = call.span.clone();
        let clauses = self.clauses(call, scope)?;
        let over = match &call.function.over {
            Some(_) if !clauses.order.is_empty() => {
                return Err(self.invalid("ORDER BY and OVER exclude each other", span));
            }
            Some(window) => {
                let window = self.over(window, scope)?;
                self.check_window(call, &window, &[])?;
                if call.distinct && !window.order.is_empty() {
                    return Err(self.invalid("a window of DISTINCT values has no ORDER BY", span));
                }
                Some(window.sql())
            }
            None => None,
        };
        for argument in &arguments {
            self.not_nested(argument, over.is_some())?;
        }
        let held = match over {
            Some(_) => None,
            None => self.held_here(&arguments, scope)?,
        };
        let node = Node::Aggregate(Box::new(Aggregate {
            template: template.into(),
            arguments,
            distinct: call.distinct,
            order: clauses.order,
            filter: held.into_iter().collect(),
            nulls: None,
            over,
        }));
        Ok(Typed::new(ty, node, span))
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
