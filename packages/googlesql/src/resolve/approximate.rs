//! Approximate aggregates, which are exact here: `APPROX_COUNT_DISTINCT`, `APPROX_QUANTILES`,
//! `APPROX_TOP_COUNT`, `APPROX_TOP_SUM`

use sqlparser::ast::{Expr, NullTreatment, Query, SelectItem, SetExpr};

use super::Resolver;
use super::call::Call;
use super::compare::may_be_nan;
use super::scope::Scope;
use crate::tree::{Node, Typed};
use crate::{Error, Field, Type};

impl Resolver<'_> {
    /// `APPROX_COUNT_DISTINCT`: counted exactly
    pub fn approx_count_distinct(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        let [argument] = arguments.as_slice() else {
            return Err(self.wrong_count(call));
        };
        if call.distinct {
            return Err(self.no_distinct(call));
        }
        if !super::grouping::groupable(&argument.ty) {
            let message = format!("APPROX_COUNT_DISTINCT cannot compare {}", argument.ty);
            return Err(self.mismatch(message, call.span.clone()));
        }
        let arguments = vec![argument.clone().into_exact()];
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
        let span = call.span.clone();
        if !(1..=100_000).contains(&number) {
            return Err(self.invalid("APPROX_QUANTILES takes a number from 1 to 100000", span));
        }
        if !super::order::orderable(&value.ty) {
            return Err(self.mismatch(format!("{} has no order", value.ty), span));
        }
        let respect = call.nulls() == Some(NullTreatment::RespectNulls);
        let ty = Type::Array(Box::new(value.ty.clone()));
        // The value at i of n is the one below or at which i/n of all values are
        let listed = format!(
            "list_transform([list_sort(%{{list($0)}}, 'ASC', 'NULLS FIRST')], lambda \"_all\": CASE WHEN len(\"_all\") > 0 THEN list_transform(range(0, {number} + 1), lambda \"_at\": \"_all\"[greatest(1, (\"_at\" * len(\"_all\") + {number} - 1) // {number})]) END)[1]"
        );
        let template = match value.ty == Type::Float64 && may_be_nan(&value) {
            true => format!(
                "CASE WHEN %{{bool_or(isnan($0))}} THEN error('APPROX_QUANTILES of NaN is not supported') ELSE {listed} END"
            ),
            false => listed,
        };
        let mut result = self.collect(call, template, vec![value.clone()], ty, scope)?;
        self.skip_nulls(&mut result, !respect, value);
        Ok(result)
    }

    /// `APPROX_TOP_COUNT(value, number)` and `APPROX_TOP_SUM(value, weight, number)`
    pub fn approx_top(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        if call.distinct {
            return Err(self.no_distinct(call));
        }
        let span = call.span.clone();
        let sum = call.name == "APPROX_TOP_SUM";
        let (value, weight, number) = match call.arguments.as_slice() {
            [value, number] if !sum => (value, None, number),
            [value, weight, number] if sum => (value, Some(weight), number),
            _ => return Err(self.wrong_count(call)),
        };
        let number = self.count(number, scope)?;
        if number < 1 {
            return Err(self.invalid(format!("{} takes a positive number", call.name), span));
        }
        let value = self.expression(value, scope)?.into_exact();
        if !super::grouping::groupable(&value.ty) || matches!(value.ty, Type::Array(_)) {
            return Err(self.mismatch(format!("{} cannot compare {}", call.name, value.ty), span));
        }
        let weight = match weight {
            Some(weight) => self.expression(weight, scope)?,
            None => self.integer(1, span.clone()),
        };
        let total = weight.ty.clone();
        let weight = match total {
            Type::Int64 => self.cast(weight, &Type::Numeric, false)?,
            Type::Numeric | Type::Float64 => weight,
            ref other => {
                return Err(self.mismatch(format!("{} has no weight of {other}", call.name), span));
            }
        };
        let field = |name: &str, ty: &Type| Field {
            name: Some(name.to_owned()),
            ty: ty.clone(),
        };
        let name = if sum { "sum" } else { "count" };
        let row = Type::Struct(vec![field("value", &value.ty), field(name, &total)]);
        let ranked = format!("(%{{list(CAST($0 AS VARCHAR))}}, %{{list($1)}}, {number}::BIGINT)");
        let template = format!(
            "list_transform([struct_pack(v := %{{list($0)}}, p := gs_top_positions{ranked}, t := gs_top_totals{ranked})], lambda \"_group\": list_transform(struct_extract(\"_group\", 'p'), lambda \"_at\", \"_rank\": struct_pack(\"value\" := struct_extract(\"_group\", 'v')[\"_at\"], \"{name}\" := CAST(struct_extract(\"_group\", 't')[\"_rank\"] AS {}))))[1]",
            total.duckdb()
        );
        let arguments = vec![value, weight.into_exact()];
        self.collect(call, template, arguments, Type::Array(Box::new(row)), scope)
    }

    /// A query's result cannot be a sketch, whose bytes differ from BigQuery's; a table can hold it
    pub fn refuse_sketches(&self, query: &Query) -> Result<(), Error> {
        let SetExpr::Select(select) = query.body.as_ref() else {
            return Ok(());
        };
        for item in &select.projection {
            let (SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) = item
            else {
                continue;
            };
            if let Expr::Function(function) = expr
                && matches!(
                    function.name.to_string().to_ascii_uppercase().as_str(),
                    "HLL_COUNT.INIT" | "HLL_COUNT.MERGE_PARTIAL"
                )
            {
                let what = "a sketch, whose bytes are not BigQuery's, as a query's result";
                return Err(self.unsupported(what, self.span(expr)));
            }
        }
        Ok(())
    }

    fn no_distinct(&self, call: &Call) -> Error {
        let message = format!("DISTINCT is not allowed for {}", call.name);
        self.invalid(message, call.span.clone())
    }
}
