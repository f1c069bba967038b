//! `PERCENTILE_CONT` and `PERCENTILE_DISC`
//!
//! DuckDB's own quantiles leave NULLs out and have NaN above all numbers, where GoogleSQL has it below:
//! such values go another way, or are an error.

use sqlparser::ast::NullTreatment;

use super::Resolver;
use super::call::Call;
use super::compare::may_be_nan;
use super::scope::Scope;
use crate::tree::{Literal, Typed};
use crate::{Error, Type};

impl Resolver<'_> {
    /// `PERCENTILE_CONT(value, fraction)` or `PERCENTILE_DISC(value, fraction)`
    pub fn percentile(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let arguments = self.all(call.arguments.iter().copied(), scope)?;
        let Ok([value, fraction]) = <[Typed; 2]>::try_from(arguments) else {
            return Err(self.wrong_count(call));
        };
        if call.distinct {
            return Err(self.invalid(format!("DISTINCT is not allowed for {}", call.name), span));
        }
        let fraction = self.fraction(call, fraction)?;
        let fraction = match (&fraction.ty, &value.ty) {
            (Type::BigNumeric, Type::Float64) => self.coerce(fraction, &Type::Float64)?,
            _ => fraction,
        };
        let respect = call.nulls() == Some(NullTreatment::RespectNulls);
        let (template, ty, value) = match call.name.as_str() {
            "PERCENTILE_CONT" => {
                let numeric =
                    fraction.ty == Type::Numeric && matches!(value.ty, Type::Int64 | Type::Numeric);
                let big = matches!(fraction.ty, Type::Numeric | Type::BigNumeric)
                    && matches!(value.ty, Type::Int64 | Type::Numeric | Type::BigNumeric)
                    && !numeric;
                if big {
                    let ty = Type::BigNumeric;
                    let value = self.coerce(value, &ty)?;
                    let both = vec![value.clone().into_exact(), self.coerce(fraction, &ty)?];
                    let template = "gs_bignumeric_percentile_cont(%{list($0)}, $1)";
                    let mut result = self.collect(call, template, both, ty, scope)?;
                    self.skip_nulls(&mut result, !respect, value);
                    return Ok(result);
                }
                let ty = if numeric {
                    Type::Numeric
                } else {
                    Type::Float64
                };
                let value = self.coerce(value, &ty)?;
                let template = match (numeric, respect) {
                    (false, false) if may_be_nan(&value) => {
                        "CASE WHEN %{bool_or(NOT isfinite($0))} THEN error('PERCENTILE_CONT of NaN or infinity is not supported') ELSE %{quantile_cont($0, $1)} END"
                    }
                    (false, false) => "%{quantile_cont($0, $1)}",
                    _ => "gs_percentile_cont(%{list($0)}, $1)",
                };
                (template, ty, value)
            }
            _ => {
                let ty = value.ty.clone();
                if !super::order::orderable(&ty) {
                    return Err(self.mismatch(format!("{ty} has no order"), span));
                }
                if fraction.ty == Type::BigNumeric && ty != Type::Float64 {
                    let both = vec![value.clone().into_exact(), fraction];
                    let template = "list_transform([list_sort(%{list($0)}, 'ASC', 'NULLS FIRST')], lambda \"_all\": \"_all\"[gs_percentile_position(len(\"_all\"), $1)])[1]";
                    let mut result = self.collect(call, template, both, ty, scope)?;
                    self.skip_nulls(&mut result, !respect, value);
                    return Ok(result);
                }
                let guarded = ty == Type::Float64 && may_be_nan(&value);
                let template = match (guarded, respect) {
                    (true, true) => {
                        "CASE WHEN %{bool_or(isnan($0))} THEN error('PERCENTILE_DISC of NaN is not supported') ELSE list_transform([list_sort(%{list($0)}, 'ASC', 'NULLS FIRST')], lambda \"_all\": \"_all\"[greatest(1, CAST(ceil(len(\"_all\") * $1) AS BIGINT))])[1] END"
                    }
                    (true, false) => {
                        "CASE WHEN %{bool_or(isnan($0))} THEN error('PERCENTILE_DISC of NaN is not supported') ELSE %{quantile_disc($0, $1)} END"
                    }
                    (false, true) => {
                        "list_transform([list_sort(%{list($0)}, 'ASC', 'NULLS FIRST')], lambda \"_all\": \"_all\"[greatest(1, CAST(ceil(len(\"_all\") * $1) AS BIGINT))])[1]"
                    }
                    (false, false) => "%{quantile_disc($0, $1)}",
                };
                (template, ty, value)
            }
        };
        let both = vec![value.clone().into_exact(), fraction];
        let mut result = self.collect(call, template, both, ty, scope)?;
        self.skip_nulls(&mut result, !respect && template.contains("%{list("), value);
        Ok(result)
    }

    /// A constant from 0 to 1
    fn fraction(&self, call: &Call, fraction: Typed) -> Result<Typed, Error> {
        let outside = |span| {
            let message = format!("{} takes a fraction from 0 to 1", call.name);
            Err(self.invalid(message, span))
        };
        let value = match &fraction.literal {
            Literal::Int(value) => Some(*value as f64),
            Literal::Float(text) => text.parse().ok(),
            Literal::No
                if matches!(
                    fraction.ty,
                    Type::Numeric | Type::BigNumeric | Type::Float64
                ) =>
            {
                None
            }
            _ => return outside(fraction.span),
        };
        if value.is_some_and(|value: f64| !(0.0..=1.0).contains(&value))
            || super::grouping::has_column(&fraction)
        {
            return outside(fraction.span);
        }
        match fraction.ty {
            Type::BigNumeric | Type::Numeric => Ok(fraction.into_exact()),
            _ => Ok(self.coerce(fraction, &Type::Float64)?.into_exact()),
        }
    }
}
