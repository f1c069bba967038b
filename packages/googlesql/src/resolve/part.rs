//! Dates and times: parts, `INTERVAL`, `EXTRACT`, and the ADD, SUB, DIFF and TRUNC families
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions>

use std::ops::Range;

use sqlparser::ast::{DateTimeField, Expr};

use super::Resolver;
use super::call::Call;
use super::scope::Scope;
use crate::tree::{Literal, Typed};
use crate::value::picture::DAYS;
use crate::{Error, Type};

/// Upper-case name of a part; weeks from a day other than Sunday are `WEEK(DAY)`
fn part_of_field(field: &DateTimeField) -> String {
    match field {
        DateTimeField::Week(Some(day)) => format!("WEEK({})", day.value.to_ascii_uppercase()),
        DateTimeField::Custom(name) => name.value.to_ascii_uppercase(),
        other => other.to_string().to_ascii_uppercase(),
    }
}

/// How many days after Sunday the weeks of a part start
fn week_start(part: &str) -> Option<usize> {
    match part {
        "WEEK" => Some(0),
        "ISOWEEK" => Some(1),
        _ => {
            let day = part.strip_prefix("WEEK(")?.strip_suffix(')')?;
            DAYS.iter().position(|name| name.eq_ignore_ascii_case(day))
        }
    }
}

fn micros(part: &str) -> Option<i64> {
    Some(match part {
        "MICROSECOND" => 1,
        "MILLISECOND" => 1_000,
        "SECOND" => 1_000_000,
        "MINUTE" => 60_000_000,
        "HOUR" => 3_600_000_000,
        _ => return None,
    })
}

impl Resolver<'_> {
    fn interval_of(&self, count: Typed, part: &str, span: Range<usize>) -> Result<Typed, Error> {
        let narrow = !count.exact && matches!(count.literal, Literal::Int(_));
        let template = match (part, narrow) {
            ("YEAR", true) => "to_years($0)",
            ("YEAR", false) => "to_years(CAST($0 AS INTEGER))",
            ("QUARTER", true) => "to_months(3 * $0)",
            ("QUARTER", false) => "to_months(CAST(3 * $0 AS INTEGER))",
            ("MONTH", true) => "to_months($0)",
            ("MONTH", false) => "to_months(CAST($0 AS INTEGER))",
            ("WEEK", true) => "to_days(7 * $0)",
            ("WEEK", false) => "to_days(CAST(7 * $0 AS INTEGER))",
            ("DAY", true) => "to_days($0)",
            ("DAY", false) => "to_days(CAST($0 AS INTEGER))",
            ("HOUR", _) => "to_hours($0)",
            ("MINUTE", _) => "to_minutes($0)",
            ("SECOND", false) => "to_microseconds($0 * 1000000)",
            ("SECOND", true) => "to_seconds($0)",
            ("MILLISECOND", false) => "to_microseconds($0 * 1000)",
            ("MILLISECOND", true) => "to_milliseconds($0)",
            ("MICROSECOND", _) => "to_microseconds($0)",
            _ => return Err(self.invalid(format!("INTERVAL has no part {part}"), span)),
        };
        Ok(Typed {
            exact: true,
            ..Typed::apply(Type::Interval, template, vec![count], span)
        })
    }

    /// `value + interval`, `value - interval`
    pub fn shift_by_interval(
        &self,
        value: Typed,
        plus: bool,
        interval: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let template = if plus { "$0 + $1" } else { "$0 - $1" };
        match value.ty {
            Type::Date => {
                let start = self.cast(value, &Type::DateTime, false)?;
                let both = vec![start, interval];
                Ok(in_range(Typed::apply(Type::DateTime, template, both, span)))
            }
            Type::Interval => self.interval_sum(value, plus, interval, span),
            Type::DateTime => {
                let both = vec![value, interval];
                Ok(in_range(Typed::apply(Type::DateTime, template, both, span)))
            }
            Type::Timestamp => {
                let interval = self.fixed_length(interval);
                let both = vec![self.utc(value), interval];
                let moved = Typed::apply(Type::DateTime, template, both, span);
                Ok(self.instant(in_range(moved)))
            }
            other => Err(self.mismatch(format!("{other} takes no INTERVAL"), span)),
        }
    }

    /// `DATE_ADD(value, INTERVAL n PART)` and its kin
    pub fn add_interval(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let ([value, Expr::Interval(interval)], span) =
            (call.arguments.as_slice(), call.span.clone())
        else {
            return Err(self.wrong_count(call));
        };
        let plus = call.name.ends_with("_ADD");
        let value = self.temporal_argument(call, value, scope)?;
        let Some(field) = &interval.leading_field else {
            return Err(self.unsupported("this form of INTERVAL", span));
        };
        let part = part_of_field(field);
        let count = self.expression(&interval.value, scope)?;
        let count = match count.ty {
            Type::String => self.cast(count, &Type::Int64, false)?,
            _ => self.coerce(count, &Type::Int64)?,
        };
        let template = if plus { "$0 + $1" } else { "$0 - $1" };
        match value.ty {
            Type::Date => {
                let narrow = !count.exact;
                let template = match (part.as_str(), narrow) {
                    ("DAY", true) => template.to_owned(),
                    ("DAY", false) => template.replace("$1", "CAST($1 AS INTEGER)"),
                    ("WEEK", true) => template.replace("$1", "7 * $1"),
                    ("WEEK", false) => template.replace("$1", "CAST(7 * $1 AS INTEGER)"),
                    ("MONTH" | "QUARTER" | "YEAR", _) => {
                        let interval = self.interval_of(count, &part, span.clone())?;
                        let template = format!("CAST({template} AS DATE)");
                        let both = vec![value, interval];
                        return Ok(in_range(Typed::apply(Type::Date, template, both, span)));
                    }
                    _ => return Err(self.invalid(format!("DATE has no part {part}"), span)),
                };
                let both = vec![value, count];
                Ok(in_range(Typed::apply(Type::Date, template, both, span)))
            }
            Type::Timestamp => {
                if matches!(part.as_str(), "WEEK" | "MONTH" | "QUARTER" | "YEAR") {
                    return Err(
                        self.invalid(format!("TIMESTAMP takes no INTERVAL of {part}"), span)
                    );
                }
                let interval = self.interval_of(count, &part, span.clone())?;
                self.shift_by_interval(value, plus, interval, span)
            }
            Type::DateTime => {
                let interval = self.interval_of(count, &part, span.clone())?;
                self.shift_by_interval(value, plus, interval, span)
            }
            Type::Time if micros(&part).is_some() => {
                let interval = self.interval_of(count, &part, span.clone())?;
                // The engine would negate the interval, which the longest one is not made for
                let template = if plus {
                    "$0 + $1"
                } else {
                    "gs_time_subtract($0, $1)"
                };
                Ok(Typed::apply(
                    Type::Time,
                    template,
                    vec![value, interval],
                    span,
                ))
            }
            other => Err(self.invalid(format!("{other} has no part {part}"), span)),
        }
    }

    /// The first argument as the type that the function's name says
    fn temporal_argument(&self, call: &Call, expr: &Expr, scope: &Scope) -> Result<Typed, Error> {
        let value = self.expression(expr, scope)?;
        let family = match call.name.split('_').next() {
            Some("DATE") | Some("LAST") => Type::Date,
            Some("DATETIME") => Type::DateTime,
            Some("TIMESTAMP") => Type::Timestamp,
            _ => Type::Time,
        };
        match (&value.ty, &family) {
            // The DATE functions take the longer types too and keep them
            (Type::DateTime | Type::Timestamp, Type::Date) => Ok(value),
            (Type::Timestamp, Type::DateTime) | (Type::DateTime, Type::Timestamp) => Ok(value),
            (Type::Date, Type::Timestamp)
                if matches!(call.name.as_str(), "TIMESTAMP_TRUNC" | "TIMESTAMP_DIFF") =>
            {
                Ok(self.coerce(value, &Type::DateTime)?.into_exact())
            }
            _ => Ok(self.coerce(value, &family)?.into_exact()),
        }
    }

    /// The part that an argument names
    pub fn part_argument(&self, expr: &Expr) -> Result<String, Error> {
        match expr {
            Expr::Identifier(name) => Ok(name.value.to_ascii_uppercase()),
            Expr::Function(function) => {
                let name = function.name.to_string().to_ascii_uppercase();
                match super::access::single_argument(&function.args) {
                    Some(Expr::Identifier(day)) if name == "WEEK" => {
                        let day = day.value.to_ascii_uppercase();
                        match DAYS.iter().any(|name| name.eq_ignore_ascii_case(&day)) {
                            true if day == "SUNDAY" => Ok("WEEK".to_owned()),
                            true => Ok(format!("WEEK({day})")),
                            false => {
                                Err(self.invalid(format!("no weekday `{day}`"), self.span(expr)))
                            }
                        }
                    }
                    _ => Err(self.invalid("expected a date part", self.span(expr))),
                }
            }
            _ => Err(self.invalid("expected a date part", self.span(expr))),
        }
    }

    /// `DATE_DIFF(end, start, PART)` and its kin
    pub fn difference(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let ([end, start, part], span) = (call.arguments.as_slice(), call.span.clone()) else {
            return Err(self.wrong_count(call));
        };
        let part = self.part_argument(part)?;
        let mut end = self.temporal_argument(call, end, scope)?;
        let mut start = self.temporal_argument(call, start, scope)?;
        if end.ty != start.ty {
            let (both, _) = self.unify(vec![end, start], "arguments")?;
            let mut both = both.into_iter();
            (end, start) = match (both.next(), both.next()) {
                (Some(end), Some(start)) => (end, start),
                _ => return Err(self.wrong_count(call)),
            };
        }
        let ty = end.ty.clone();
        let both = vec![end, start];
        let bad = |ty: &Type| {
            Err(self.invalid(format!("{ty} has no difference in {part}"), span.clone()))
        };
        let template = match (&ty, part.as_str()) {
            (Type::Date, "DAY") => "CAST($0 - $1 AS BIGINT)".to_owned(),
            (Type::Timestamp, part) => {
                if micros(part).is_none() && part != "DAY" {
                    return bad(&ty);
                }
                let both = both.into_iter().map(|one| self.utc(one)).collect();
                let template = match part {
                    "MICROSECOND" => "epoch_us($0) - epoch_us($1)".to_owned(),
                    part => format!("date_sub('{}', $1, $0)", part.to_lowercase()),
                };
                return Ok(Typed {
                    exact: true,
                    ..Typed::apply(Type::Int64, template, both, span)
                });
            }
            (Type::Date | Type::DateTime, "MONTH" | "QUARTER" | "YEAR")
            | (Type::DateTime, "DAY") => {
                format!("date_diff('{}', $1, $0)", part.to_lowercase())
            }
            (Type::DateTime | Type::Time, part) if micros(part).is_some() => {
                format!("date_diff('{}', $1, $0)", part.to_lowercase())
            }
            (Type::Date | Type::DateTime, "ISOYEAR") => "isoyear($0) - isoyear($1)".to_owned(),
            (Type::Date | Type::DateTime, part) => match week_start(part) {
                Some(start) => {
                    format!("gs_weeks_between(CAST($0 AS DATE), CAST($1 AS DATE), {start})")
                }
                None => return bad(&ty),
            },
            _ => return bad(&ty),
        };
        Ok(Typed {
            exact: true,
            ..Typed::apply(Type::Int64, template, both, span)
        })
    }

    /// `DATE_TRUNC(value, PART)` and its kin
    pub fn truncation(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (value, part, zone) = match call.arguments.as_slice() {
            [value, part] => (value, part, None),
            [value, part, zone] => (value, part, Some(zone)),
            _ => return Err(self.wrong_count(call)),
        };
        let part = self.part_argument(part)?;
        let value = self.temporal_argument(call, value, scope)?;
        let zone = match zone {
            Some(zone) => Some(self.coerce(self.expression(zone, scope)?, &Type::String)?),
            None => None,
        };
        match value.ty {
            Type::Timestamp => {
                let utc = self.is_utc() && zone.is_none();
                if micros(&part).is_some() && (utc || !matches!(part.as_str(), "HOUR" | "MINUTE")) {
                    let utc = self.truncated(self.utc(value), &part, span)?;
                    return Ok(self.instant(utc));
                }
                let civil = self.any_civil(value, zone.clone());
                let civil = self.truncated(civil, &part, span)?;
                Ok(self.instant_in(civil, zone))
            }
            _ if zone.is_some() => Err(self.wrong_count(call)),
            _ => self.truncated(value, &part, span),
        }
    }

    fn truncated(&self, value: Typed, part: &str, span: Range<usize>) -> Result<Typed, Error> {
        let ty = value.ty.clone();
        let clock = micros(part).is_some();
        let template = match (&ty, part) {
            (Type::Time, _) if clock => format!("gs_time_trunc($0, '{part}')"),
            (Type::Date, _) if clock => {
                return Err(self.invalid(format!("DATE has no part {part}"), span));
            }
            (Type::Date, "DAY") => "$0".to_owned(),
            (Type::Date | Type::DateTime, "DAY" | "MONTH" | "QUARTER" | "YEAR" | "ISOYEAR") => {
                format!("date_trunc('{}', $0)", part.to_lowercase())
            }
            (Type::DateTime, "MICROSECOND") => "$0".to_owned(),
            (Type::DateTime, _) if clock => format!("date_trunc('{}', $0)", part.to_lowercase()),
            (Type::Date | Type::DateTime, _) => match week_start(part) {
                Some(1) => "date_trunc('week', $0)".to_owned(),
                Some(0) => "CAST($0 AS DATE) - CAST(dayofweek($0) AS INTEGER)".to_owned(),
                Some(start) => {
                    format!(
                        "CAST($0 AS DATE) - CAST((dayofweek($0) + {}) % 7 AS INTEGER)",
                        7 - start
                    )
                }
                None => return Err(self.invalid(format!("{ty} has no part {part}"), span)),
            },
            _ => return Err(self.invalid(format!("{ty} has no part {part}"), span)),
        };
        let template = match (&ty, template.as_str()) {
            (_, "$0") | (Type::Time, _) => template,
            _ => format!("CAST({template} AS {})", ty.duckdb()),
        };
        // the first week of the calendar begins before it
        let weeks = week_start(part).is_some();
        let truncated = Typed::apply(ty, template, vec![value], span);
        Ok(match weeks {
            true => in_range(truncated),
            false => truncated,
        })
    }

    pub fn last_day(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let span = call.span.clone();
        let (value, part) = match call.arguments.as_slice() {
            [value] => (value, "MONTH".to_owned()),
            [value, part] => (value, self.part_argument(part)?),
            _ => return Err(self.wrong_count(call)),
        };
        let value = self.temporal_argument(call, value, scope)?;
        let value = match value.ty {
            Type::DateTime => self.cast(value, &Type::Date, false)?,
            _ => self.coerce(value, &Type::Date)?,
        };
        let template = match part.as_str() {
            "MONTH" => "last_day($0)".to_owned(),
            "YEAR" => "make_date(year($0), 12, 31)".to_owned(),
            "QUARTER" => {
                "last_day(CAST(date_trunc('quarter', $0) AS DATE) + to_months(2))".to_owned()
            }
            "ISOYEAR" => "gs_last_day_of_isoyear($0)".to_owned(),
            part => match week_start(part) {
                Some(start) => {
                    format!(
                        "$0 + CAST(6 - (dayofweek($0) + {}) % 7 AS INTEGER)",
                        7 - start
                    )
                }
                None => return Err(self.invalid(format!("LAST_DAY has no part {part}"), span)),
            },
        };
        // the last week of the calendar ends after it
        let weeks = week_start(&part).is_some();
        let last = Typed::apply(Type::Date, template, vec![value], span);
        Ok(match weeks {
            true => in_range(last),
            false => last,
        })
    }

    /// `EXTRACT(PART FROM value [AT TIME ZONE zone])`
    pub fn extract(
        &self,
        field: &DateTimeField,
        operand: &Expr,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let part = part_of_field(field);
        let part = if part == "WEEK(SUNDAY)" {
            "WEEK".to_owned()
        } else {
            part
        };
        let (operand, zone) = match operand {
            Expr::AtTimeZone {
                timestamp,
                time_zone,
            } => (timestamp.as_ref(), Some(self.expression(time_zone, scope)?)),
            other => (other, None),
        };
        let value = self.expression(operand, scope)?;
        let instant = value.ty == Type::Timestamp;
        let value = match (value.ty.clone(), zone) {
            (Type::Timestamp, zone) if matches!(part.as_str(), "DATE" | "DATETIME") => {
                self.civil(value, zone)
            }
            (Type::Timestamp, zone) => self.any_civil(value, zone),
            (ty, Some(_)) => {
                return Err(
                    self.mismatch(format!("AT TIME ZONE takes a TIMESTAMP, found {ty}"), span)
                );
            }
            _ => value,
        };
        let (date, clock) = match value.ty {
            Type::Date => (true, false),
            Type::DateTime => (true, true),
            Type::Time => (false, true),
            Type::Interval => return self.extract_interval(&part, value, span),
            _ if value.is_null_literal() => {
                let ty = match part.as_str() {
                    "DATE" => Type::Date,
                    "TIME" => Type::Time,
                    "DATETIME" => Type::DateTime,
                    _ => Type::Int64,
                };
                return Ok(Typed::null(ty, span).into_exact());
            }
            ref other => {
                return Err(self.unsupported(format!("EXTRACT from {other}"), span));
            }
        };
        let (ty, template) = match part.as_str() {
            "YEAR" if date => (Type::Int64, "year($0)".to_owned()),
            "MONTH" if date => (Type::Int64, "month($0)".to_owned()),
            "DAY" if date => (Type::Int64, "day($0)".to_owned()),
            "QUARTER" if date => (Type::Int64, "quarter($0)".to_owned()),
            "DAYOFWEEK" if date => (Type::Int64, "dayofweek($0) + 1".to_owned()),
            "DAYOFYEAR" if date => (Type::Int64, "dayofyear($0)".to_owned()),
            "ISOWEEK" if date => (Type::Int64, "week($0)".to_owned()),
            "ISOYEAR" if date => (Type::Int64, "isoyear($0)".to_owned()),
            "HOUR" if clock => (Type::Int64, "hour($0)".to_owned()),
            "MINUTE" if clock => (Type::Int64, "minute($0)".to_owned()),
            "SECOND" if clock => (Type::Int64, "second($0)".to_owned()),
            "MILLISECOND" if clock => (Type::Int64, "millisecond($0) % 1000".to_owned()),
            "MICROSECOND" if clock => (Type::Int64, "microsecond($0) % 1000000".to_owned()),
            "DATE" if date && clock => (Type::Date, "CAST($0 AS DATE)".to_owned()),
            "TIME" if date && clock => (Type::Time, "CAST($0 AS TIME)".to_owned()),
            "DATETIME" if instant => return Ok(Typed { span, ..value }),
            part => match week_start(part) {
                // Days before the year's first such weekday are in week 0
                Some(start) if date => (
                    Type::Int64,
                    format!(
                        "(dayofyear($0) + 6 - (dayofweek($0) + {}) % 7) // 7",
                        7 - start
                    ),
                ),
                _ => {
                    let message = format!("{} has no part {part}", value.ty);
                    return Err(self.invalid(message, span));
                }
            },
        };
        Ok(Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![value], span)
        })
    }
}

/// A moved DATE or clock reading; beyond the years 1 to 9999 it is an error
pub fn in_range(value: Typed) -> Typed {
    let template = match value.ty {
        Type::Date => "gs_date_in_range($0)",
        _ => "gs_datetime_in_range($0)",
    };
    let (ty, span) = (value.ty.clone(), value.span.clone());
    let null = value.is_null_constant();
    Typed {
        exact: !null,
        ..Typed::apply(ty, template, vec![value], span)
    }
}
