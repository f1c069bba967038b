//! INTERVAL: literals, arithmetic, `EXTRACT`, `MAKE_INTERVAL` and conversions
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/interval_functions>

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{DateTimeField, Interval};

use super::Resolver;
use super::call::Call;
use super::coerce::supertype;
use super::scope::Scope;
use crate::tree::{Literal, Node, Typed};
use crate::value::interval::{self, Part};
use crate::{Error, Type};

impl Resolver<'_> {
    /// `INTERVAL n PART` and `INTERVAL '…' PART [TO PART]`
    pub fn interval(
        &self,
        interval: &Interval,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let Some(first) = &interval.leading_field else {
            return Err(self.invalid("INTERVAL needs a part", span));
        };
        let first = self.interval_part(first, &span)?;
        let last = match &interval.last_field {
            Some(last) => Some(self.interval_part(last, &span)?),
            None => None,
        };
        let count = self.expression(&interval.value, scope)?;
        match (&count.literal, last) {
            (Literal::Text(text), last) => {
                let parts = interval::parse_parts(text, first, last.unwrap_or(first));
                let parts = parts.ok_or_else(|| {
                    self.error(
                        code::TYPE_MISMATCH,
                        format!("`{text}` is not a valid INTERVAL of these parts"),
                        count.span.clone(),
                    )
                })?;
                Ok(interval_literal(parts, span))
            }
            (Literal::Int(number), None) => match interval::Interval::of_part(*number, first) {
                Some(parts) => Ok(interval_literal(parts, span)),
                None => Err(self.mismatch(format!("INTERVAL {number} is out of range"), span)),
            },
            (_, None) => {
                if count.ty != Type::Int64 && cost_none(&count) {
                    let message = format!("INTERVAL takes an INT64 or a text, found {}", count.ty);
                    return Err(self.mismatch(message, count.span));
                }
                let count = self.coerce(count, &Type::Int64)?.into_exact();
                let part = self.string(&format!("{first:?}").to_uppercase(), span.clone());
                Ok(self.interval_call("gs_interval($0, $1)", vec![count, part], span))
            }
            (_, Some(_)) => Err(self.invalid("an INTERVAL of several parts is a literal", span)),
        }
    }

    fn interval_part(&self, field: &DateTimeField, span: &Range<usize>) -> Result<Part, Error> {
        let name = match field {
            DateTimeField::Custom(name) => name.value.to_ascii_uppercase(),
            other => other.to_string().to_ascii_uppercase(),
        };
        Part::of(&name)
            .ok_or_else(|| self.invalid(format!("INTERVAL has no part {name}"), span.clone()))
    }

    /// An INTERVAL for a TIMESTAMP: one of months is an error
    pub fn fixed_length(&self, interval: Typed) -> Typed {
        let fixed = matches!(&interval.node, Node::Text(text) if !text.contains("to_months"))
            || matches!(&interval.node, Node::Apply { template, .. } if template.starts_with("to_"));
        match fixed {
            true => interval,
            false => {
                let span = interval.span.clone();
                self.interval_call("gs_interval_of_instants($0)", vec![interval], span)
            }
        }
    }

    fn interval_call(
        &self,
        template: &'static str,
        arguments: Vec<Typed>,
        span: Range<usize>,
    ) -> Typed {
        let null = arguments.iter().any(Typed::is_null_constant);
        Typed {
            exact: !null,
            ..Typed::apply(Type::Interval, template, arguments, span)
        }
    }

    /// `MAKE_INTERVAL(year, month, day, hour, minute, second)`: in order or by name, 0 if left out
    pub fn make_interval(&self, call: &Call, scope: &Scope) -> Result<Typed, Error> {
        let names = ["year", "month", "day", "hour", "minute", "second"];
        if call.arguments.len() > names.len() {
            return Err(self.wrong_count(call));
        }
        let mut parts = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let part = match (call.arguments.get(at).copied(), call.named(name)) {
                (Some(_), Some(_)) => return Err(self.wrong_count(call)),
                (Some(part), None) | (None, Some(part)) => {
                    self.coerce(self.expression(part, scope)?, &Type::Int64)?
                }
                (None, None) => self.integer(0, call.span.clone()),
            };
            parts.push(part.into_exact());
        }
        let template = "gs_make_interval($0, $1, $2, $3, $4, $5)";
        Ok(self.interval_call(template, parts, call.span.clone()))
    }

    /// `interval + interval`, `interval - interval`
    pub fn interval_sum(
        &self,
        left: Typed,
        plus: bool,
        right: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let both = vec![
            self.coerce(left, &Type::Interval)?,
            self.coerce(right, &Type::Interval)?,
        ];
        let template = match plus {
            true => "gs_interval_add($0, $1)",
            false => "gs_interval_subtract($0, $1)",
        };
        Ok(self.interval_call(template, both, span))
    }

    /// `interval * count`, `interval / count`
    pub fn interval_scaled(
        &self,
        interval: Typed,
        times: bool,
        count: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let count = self.coerce(count, &Type::Int64)?.into_exact();
        let interval = self.coerce(interval, &Type::Interval)?.into_exact();
        let template = match times {
            true => "gs_interval_multiply($0, $1)",
            false => "gs_interval_divide($0, $1)",
        };
        Ok(self.interval_call(template, vec![interval, count], span))
    }

    /// `end - start` of two dates, clock readings, instants or times; `None` for other types
    pub fn interval_between(
        &self,
        end: &Typed,
        start: &Typed,
        span: &Range<usize>,
    ) -> Result<Option<Typed>, Error> {
        let both = [end, start];
        let Some(ty) = supertype(both.into_iter()) else {
            return Ok(None);
        };
        let template = match ty {
            Type::Date => "gs_interval_between_dates($0, $1)",
            Type::DateTime => "gs_interval_between_civils($0, $1)",
            Type::Timestamp if start.ty == end.ty => "gs_interval_between_instants($0, $1)",
            Type::Time => "gs_interval_between_times($0, $1)",
            _ => return Ok(None),
        };
        let both = both
            .into_iter()
            .map(|one| match ty {
                Type::Timestamp => Ok(self.utc(one.clone())),
                _ => self.coerce(one.clone(), &ty),
            })
            .collect::<Result<_, Error>>()?;
        Ok(Some(self.interval_call(template, both, span.clone())))
    }

    /// `EXTRACT(part FROM interval)`
    pub fn extract_interval(
        &self,
        part: &str,
        value: Typed,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        if interval::Interval::default().extract(part).is_none() {
            return Err(self.invalid(format!("INTERVAL has no part {part}"), span));
        }
        let both = vec![value.into_exact(), self.string(part, span.clone())];
        Ok(Typed {
            exact: true,
            ..Typed::apply(Type::Int64, "gs_interval_extract($0, $1)", both, span)
        })
    }
}

/// An INTERVAL constant
pub fn interval_literal(parts: interval::Interval, span: Range<usize>) -> Typed {
    let units = [
        (i64::from(parts.months), "to_months"),
        (i64::from(parts.days), "to_days"),
        (parts.micros, "to_microseconds"),
    ];
    let written: Vec<_> = units
        .iter()
        .filter(|(count, _)| *count != 0)
        .map(|(count, function)| format!("{function}({count})"))
        .collect();
    let text = match written.as_slice() {
        [] => "to_days(0)".to_owned(),
        [one] => one.clone(),
        several => format!("({})", several.join(" + ")),
    };
    Typed::text(Type::Interval, text, span)
}

fn cost_none(value: &Typed) -> bool {
    super::coerce::cost(value, &Type::Int64).is_none()
}
