//! Dates and times: the clock, constructors, series

use std::ops::Range;

use sqlparser::ast::Expr;

use super::Resolver;
use super::call::Call;
use crate::tree::{Literal, Typed};
use crate::value::temporal;
use crate::{Error, Type};

impl Resolver<'_> {
    /// `CURRENT_DATE` and its kin in the default time zone
    pub fn clock(&self, name: &str, span: Range<usize>) -> Result<Typed, Error> {
        match name {
            "CURRENT_TIMESTAMP" => Ok(Typed::text(Type::Timestamp, "now()", span)),
            _ => self.clock_in(name, None, span),
        }
    }

    pub fn clock_in(
        &self,
        name: &str,
        zone: Option<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let ty = match name {
            "CURRENT_DATE" => Type::Date,
            "CURRENT_DATETIME" => Type::DateTime,
            _ => Type::Time,
        };
        let civil = self.civil(Typed::text(Type::Timestamp, "now()", span), zone);
        self.cast(civil, &ty, false)
    }

    /// `DATE(…)`, `DATETIME(…)`, `TIME(…)`, `TIMESTAMP(…)`, `STRING(…)`
    pub fn construct(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
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
        if to == Type::DateTime
            && let [date, time] = arguments.as_slice()
            && date.ty == Type::Date
            && time.is_null_literal()
        {
            return Ok(Typed::null(to, span).into_exact());
        }
        if to == Type::DateTime && arguments.len() == 2 && types == [Type::Date, Type::Time] {
            return Ok(Typed::apply(to, "$0 + $1", arguments, span));
        }
        // An untyped NULL is a value of any of the forms
        if let [value, zone @ ..] = arguments.as_slice()
            && value.is_null_literal()
            && zone.len() <= 1
            && zone
                .iter()
                .all(|zone| zone.ty == Type::String || zone.is_null_literal())
        {
            return Ok(Typed::null(to, span).into_exact());
        }
        if to == Type::String && types == [Type::Json] {
            return Ok(Typed::apply(to, "gs_json_string($0)", arguments, span));
        }
        let zone = match arguments.len() {
            1 => None,
            2 if arguments[1].is_null_literal() => {
                return Ok(Typed::null(to, span).into_exact());
            }
            2 if types[1] == Type::String => arguments.pop(),
            _ => return Err(self.wrong_count(call)),
        };
        let Some(value) = arguments.pop() else {
            return Err(self.wrong_count(call));
        };
        if value.is_null_literal() {
            return Ok(Typed::null(to, span).into_exact());
        }
        let literal = value.literal != Literal::No;
        let first = self.path_parts(&call.function.name)?;
        let safe = first
            .first()
            .is_some_and(|part| part.eq_ignore_ascii_case("SAFE"));
        match (&value.ty, &to, zone) {
            (Type::Timestamp, Type::String, zone) => {
                let zone = zone.unwrap_or_else(|| self.string(&self.zone, span.clone()));
                let both = vec![self.utc(value), zone];
                Ok(Typed::apply(to, "gs_text_of_timestamp($0, $1)", both, span))
            }
            (Type::Timestamp, Type::Time, zone) => {
                let civil = self.any_civil(value, zone);
                self.cast(civil, &to, false)
            }
            (Type::Timestamp, Type::Date | Type::DateTime, zone) => {
                let civil = self.civil(value, zone);
                self.cast(civil, &to, false)
            }
            (Type::String, Type::Time, zone) if literal => {
                let instant = self.coerce(value, &Type::Timestamp)?;
                let civil = self.civil(instant, zone);
                self.cast(civil, &to, false)
            }
            (Type::String, Type::String, None) if literal => {
                let date = self.coerce(value, &Type::Date)?;
                self.cast(date, &to, false)
            }
            // Only DATE, DATETIME and TIMESTAMP read texts
            (Type::String, Type::Time | Type::String, _) if !literal => {
                let message = format!("{} has no form for STRING", call.name);
                Err(self.mismatch(message, span))
            }
            (Type::Date, Type::Time, None) => {
                let midnight = self.cast(value, &Type::DateTime, false)?;
                self.cast(midnight, &to, false)
            }
            (Type::String, Type::Timestamp, Some(zone)) => {
                let both = vec![value, zone];
                let utc = Typed::apply(
                    Type::DateTime,
                    "gs_timestamp_of_text_in($0, $1)",
                    both,
                    span,
                );
                Ok(self.instant(utc))
            }
            // A text with a time of day, perhaps with a zone
            (Type::String, Type::Date, zone)
                if zone.is_some()
                    || !matches!(&value.literal, Literal::Text(text) if temporal::parse_date(text).is_some()) =>
            {
                let from = self.string(&self.zone, span.clone());
                let utc = Typed::apply(
                    Type::DateTime,
                    "gs_timestamp_of_text($0, $1)",
                    vec![
                        Typed {
                            literal: Literal::No,
                            ..value
                        }
                        .into_exact(),
                        from,
                    ],
                    span,
                );
                let civil = self.civil(self.instant(utc), zone);
                self.cast(civil, &to, false)
            }
            (Type::Date | Type::DateTime, Type::Timestamp, zone) => {
                let civil = self.cast(value, &Type::DateTime, false)?;
                Ok(self.instant_in(civil, zone))
            }
            (
                Type::Date | Type::DateTime | Type::String | Type::Time | Type::Timestamp,
                _,
                None,
            ) => match literal && !safe {
                true => self.coerce(value, &to),
                false => {
                    let literal = Literal::No;
                    self.cast(Typed { literal, ..value }.into_exact(), &to, false)
                }
            },
            (ty, ..) => {
                let message = format!("{} has no form for {ty}", call.name);
                Err(self.mismatch(message, span))
            }
        }
    }

    pub fn generate_dates(&self, call: &Call, mut arguments: Vec<Typed>) -> Result<Typed, Error> {
        let span = call.span.clone();
        let date = call.name == "GENERATE_DATE_ARRAY";
        if let Some(step) = call.arguments.get(2)
            && !is_interval(step)
        {
            let message = format!("the step of {} is written as INTERVAL n PART", call.name);
            return Err(self.invalid(message, self.span(*step)));
        }
        if let (false, Some(step)) = (date, call.arguments.get(2))
            && [" WEEK", " MONTH", " QUARTER", " YEAR"]
                .iter()
                .any(|part| step.to_string().to_ascii_uppercase().ends_with(part))
        {
            let message = "the step of GENERATE_TIMESTAMP_ARRAY is in days or smaller parts";
            return Err(self.invalid(message, self.span(*step)));
        }
        let step = match arguments.len() {
            3 => arguments.pop(),
            _ if date => Some(Typed::text(Type::Interval, "to_days(1)", span.clone())),
            _ => None,
        };
        let written = call.arguments.get(2).copied();
        if let Some(step) = written.filter(|step| !matches!(step, Expr::Interval(_))) {
            let message = format!("the step of {} is written as INTERVAL", call.name);
            return Err(self.invalid(message, self.span(step)));
        }
        let Some(step) = step else {
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
        let list = Typed::apply(
            series,
            match date {
                true => "generate_series($0, $1, gs_date_step($0, $1, $2))",
                false => "generate_series($0, $1, gs_timestamp_step($0, $1, $2))",
            },
            vec![start, end, step],
            span.clone(),
        );
        let list_type = Type::Array(Box::new(ty));
        let template = if date {
            "CAST($0 AS DATE[])"
        } else {
            "CAST($0 AS TIMESTAMPTZ[])"
        };
        Ok(Typed::apply(list_type, template, vec![list], span))
    }
}

/// Whether it is an `INTERVAL … PART`, in parentheses or not
fn is_interval(expression: &Expr) -> bool {
    match expression {
        Expr::Nested(inner) => is_interval(inner),
        Expr::Interval(interval) => interval.last_field.is_none(),
        _ => false,
    }
}
