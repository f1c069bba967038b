//! `CAST(value AS type FORMAT format [AT TIME ZONE zone])`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#formatting_syntax>

use std::ops::Range;

use sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments};

use super::Resolver;
use super::scope::Scope;
use crate::parse::mark::FORMAT;
use crate::tree::Typed;
use crate::{Error, Type};

/// The value, the format and perhaps the zone of a rewritten cast's operand
pub fn formatted(operand: &Expr) -> Option<Vec<&Expr>> {
    let Expr::Function(function) = operand else {
        return None;
    };
    let FunctionArguments::List(list) = &function.args else {
        return None;
    };
    let marked = function.name.0.len() == 1
        && function.name.0[0]
            .as_ident()
            .is_some_and(|name| name.value == FORMAT);
    marked.then(|| {
        list.args
            .iter()
            .filter_map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr),
                _ => None,
            })
            .collect()
    })
}

impl Resolver<'_> {
    /// A formatted cast of the operands that [`formatted`] finds
    pub fn cast_format(
        &self,
        operands: Vec<&Expr>,
        to: &Type,
        safe: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let mut operands = self.all(operands, scope)?.into_iter();
        let (Some(value), Some(format)) = (operands.next(), operands.next()) else {
            return Err(self.invalid("CAST takes a value and a format", span));
        };
        let zone = operands.next();
        if format.ty != Type::String && !format.is_null_literal() {
            let message = format!("FORMAT takes a STRING, found {}", format.ty);
            return Err(self.mismatch(message, format.span));
        }
        let format = self.coerce(format, &Type::String)?;
        if value.is_null_literal() && *to == Type::String {
            return Ok(Typed::null(Type::String, span).into_exact());
        }
        // An untyped NULL may be any text
        let value = match value.is_null_literal() {
            true => self.coerce(value, &Type::String)?,
            false => value,
        };
        let instants = matches!(
            (&value.ty, to),
            (Type::Timestamp, Type::String) | (Type::String, Type::Timestamp)
        );
        if let (Some(zone), false) = (&zone, instants) {
            let message = format!("AT TIME ZONE is not allowed for {} as {to}", value.ty);
            return Err(self.mismatch(message, zone.span.clone()));
        }
        let zone = match zone {
            Some(zone) => self.coerce(zone, &Type::String)?,
            None => self.string(&self.zone, span.clone()),
        };
        let today = || self.clock_in("CURRENT_DATE", Some(zone.clone()), span.clone());
        let (template, arguments) = match (&value.ty, to) {
            (Type::Bytes, Type::String) => ("gs_bytes_as_text($0, $1)", vec![value, format]),
            (Type::String, Type::Bytes) => ("gs_text_as_bytes($0, $1)", vec![value, format]),
            (Type::Int64, Type::String) => ("gs_int_as_text($0, $1)", vec![value, format]),
            (Type::Float64, Type::String) => ("gs_float_as_text($0, $1)", vec![value, format]),
            (Type::Numeric, Type::String) => ("gs_numeric_as_text($0, $1)", vec![value, format]),
            (Type::BigNumeric, Type::String) => {
                ("gs_bignumeric_as_text($0, $1)", vec![value, format])
            }
            (Type::Date, Type::String) => {
                let value = self.cast(value, &Type::DateTime, false)?;
                ("gs_date_as_text($0, $1)", vec![value, format])
            }
            (Type::Time, Type::String) => ("gs_time_as_text($0, $1)", vec![value, format]),
            (Type::DateTime, Type::String) => ("gs_datetime_as_text($0, $1)", vec![value, format]),
            (Type::Timestamp, Type::String) => {
                let arguments = vec![self.utc(value), format, zone];
                ("gs_timestamp_as_text($0, $1, $2)", arguments)
            }
            (Type::String, Type::Date) => {
                ("gs_text_as_date($0, $1, $2)", vec![value, format, today()?])
            }
            (Type::String, Type::Time) => ("gs_text_as_time($0, $1)", vec![value, format]),
            (Type::String, Type::DateTime) => (
                "gs_text_as_datetime($0, $1, $2)",
                vec![value, format, today()?],
            ),
            (Type::String, Type::Timestamp) => {
                let arguments = vec![value, format, today()?, zone.clone()];
                ("gs_text_as_timestamp($0, $1, $2, $3)", arguments)
            }
            (from, to) => {
                let message = format!("FORMAT is not allowed for a cast from {from} to {to}");
                return Err(self.mismatch(message, span));
            }
        };
        let arguments: Vec<_> = arguments.into_iter().map(Typed::into_exact).collect();
        let null = arguments.iter().any(Typed::is_null_constant);
        let physical = match to {
            Type::Timestamp => Type::DateTime,
            other => other.clone(),
        };
        let value = Typed {
            exact: !null,
            ..Typed::apply(physical, template, arguments, span)
        };
        let value = match *to {
            Type::Timestamp => self.instant(value),
            _ => value,
        };
        Ok(match safe {
            true => self.attempt(value),
            false => value,
        })
    }
}
