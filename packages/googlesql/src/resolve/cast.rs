//! `CAST`, `SAFE_CAST` and implicit conversions of values
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions#cast>

use std::ops::Range;

use sqlparser::ast::{CastFormat, CastKind, DataType, Expr};

use super::Resolver;
use super::scope::Scope;
use crate::tree::{Literal, Node, Typed};
use crate::value::big_decimal::Rounding;
use crate::{Error, Type, quote_string};

impl Resolver<'_> {
    pub fn cast_expression(
        &self,
        kind: &CastKind,
        operand: &Expr,
        ty: &DataType,
        format: Option<&CastFormat>,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        // The parser's own FORMAT takes literals only; a rewritten cast has it in a call
        if format.is_some() {
            return Err(self.unsupported("this form of FORMAT", span));
        }
        let (ty, limit) = self.limited(ty, Rounding::HalfAwayFromZero, &span)?;
        let to = self.data_type(&ty, &span)?;
        if let Some(arguments) = super::cast_format::formatted(operand) {
            let safe = *kind == CastKind::SafeCast;
            let value = self.cast_format(arguments, &to, safe, scope, span.clone())?;
            return Ok(match limit {
                Some(limit) => Typed::apply(to, limit, vec![value.into_exact()], span),
                None => value,
            });
        }
        if *kind == CastKind::TryCast {
            return self.typed_literal(operand, to, limit.is_some(), scope, span);
        }
        let from = self.expression(operand, scope)?;
        let safe = *kind == CastKind::SafeCast;
        if *kind == CastKind::DoubleColon {
            return Err(self.invalid("`::` is not GoogleSQL", span));
        }
        let value = match (&from.literal, &to) {
            (Literal::Null | Literal::EmptyArray, _)
                if super::coerce::cost(&from, &to).is_some() =>
            {
                let value = self.coerce(from, &to)?;
                return Ok(Typed {
                    literal: Literal::No,
                    ..value.into_exact()
                });
            }
            _ => self.cast(from, &to, safe)?,
        };
        let value = match limit {
            // A value that the parameters exclude is an error of SAFE_CAST too
            Some(limit) => Typed::apply(to, limit, vec![value.into_exact()], span.clone()),
            None => value,
        };
        Ok(Typed {
            literal: Literal::No,
            span,
            ..value.into_exact()
        })
    }

    /// How the rewritten tokens of `ARRAY<T>[…]` and `STRUCT()` arrive: elements are coerced, not cast
    fn typed_literal(
        &self,
        operand: &Expr,
        to: Type,
        limited: bool,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        match (operand, to) {
            _ if limited => Err(self.invalid("a literal's type takes no parameters", span)),
            (_, Type::Struct(_)) => self.struct_value(Vec::new(), Vec::new(), span),
            (Expr::Array(array), Type::Array(element)) => {
                let value = self.array_of(&array.elem, Some(*element), scope, span.clone())?;
                Ok(Typed {
                    literal: Literal::No,
                    span,
                    ..value.into_exact()
                })
            }
            (_, to) => Err(self.invalid(format!("{to} has no literal of this form"), span)),
        }
    }

    /// The value converted explicitly; `safe` gives NULL where the conversion fails
    pub fn cast(&self, from: Typed, to: &Type, safe: bool) -> Result<Typed, Error> {
        if !from.ty.is_known() || !to.is_known() {
            return self.coerce(from, to);
        }
        if from.ty == *to {
            return Ok(from);
        }
        if let (Type::Array(_), Type::Array(element)) = (&from.ty, to) {
            return self.cast_array(from, element, safe);
        }
        if let (Type::Struct(_), Type::Struct(_)) = (&from.ty, to) {
            return self.cast_struct(from, to, safe);
        }
        if from.is_null_literal() {
            return Ok(Typed::null(to.clone(), from.span));
        }
        // As it is written, not as FLOAT64 has it
        if let (Literal::Float(text), Type::Numeric | Type::BigNumeric) = (&from.literal, to) {
            return match self.literal_of(to, text, from.span.clone()) {
                Err(_) if safe => Ok(Typed::null(to.clone(), from.span)),
                value => value,
            };
        }
        match (&from.ty, to) {
            (Type::Range(_), Type::String) => return self.text_of_range(from),
            (Type::String, Type::Range(of)) => {
                let range = self.range_of_text(from, of)?;
                return Ok(match safe {
                    true => self.attempt(range),
                    false => range,
                });
            }
            _ => {}
        }
        let span = from.span.clone();
        let Some(template) = self.cast_template(&from.ty, to) else {
            let message = format!("{} cannot be cast to {to}", from.ty);
            return Err(self.mismatch(message, span));
        };
        let can_fail = !matches!(
            (&from.ty, to),
            (
                Type::Int64 | Type::Numeric | Type::Bool,
                Type::Float64 | Type::String | Type::Bool
            ) | (Type::Date, Type::DateTime | Type::String)
                | (_, Type::String)
        ) || from.ty == Type::Bytes;
        let argument = from.into_exact_for_text(to);
        let template = match safe && can_fail {
            true => format!("TRY({template})"),
            false => template,
        };
        Ok(self.steady(Typed {
            exact: true,
            ..Typed::apply(to.clone(), template, vec![argument], span)
        }))
    }

    fn cast_template(&self, from: &Type, to: &Type) -> Option<String> {
        let zone = quote_string(&self.zone);
        let instant = |civil: &str| match self.is_utc() {
            true => format!("CAST({civil} AS TIMESTAMPTZ)"),
            false => format!("CAST(gs_instant_of_civil({civil}, {zone}) AS TIMESTAMPTZ)"),
        };
        let civil = match self.is_utc() {
            true => "CAST($0 AS TIMESTAMP)".to_owned(),
            false => format!("gs_civil_of_instant(CAST($0 AS TIMESTAMP), {zone})"),
        };
        let text = match (from, to) {
            (Type::Int64, Type::Float64) => "CAST($0 AS DOUBLE)",
            (Type::Int64, Type::Numeric) => "CAST($0 AS DECIMAL(38, 9))",
            (Type::Float64, Type::Numeric) => "gs_numeric_of_float($0)",
            (Type::Int64, Type::BigNumeric) => "gs_bignumeric_of_int($0)",
            (Type::Float64, Type::BigNumeric) => "gs_bignumeric_of_float($0)",
            (Type::Numeric, Type::BigNumeric) => "gs_bignumeric_of_numeric($0)",
            (Type::String, Type::BigNumeric) => "gs_bignumeric_of_text($0)",
            (Type::BigNumeric, Type::Int64) => "gs_int_of_bignumeric($0)",
            (Type::BigNumeric, Type::Numeric) => "gs_numeric_of_bignumeric($0)",
            (Type::BigNumeric, Type::Float64) => "gs_float_of_bignumeric($0)",
            (Type::BigNumeric, Type::String) => "gs_text_of_bignumeric($0)",
            (Type::Interval, Type::String) => "gs_text_of_interval($0)",
            (Type::String, Type::Interval) => "gs_interval_of_text($0)",
            (Type::Int64, Type::Bool) => "CAST($0 AS BOOLEAN)",
            (Type::Int64, Type::String) => "CAST($0 AS VARCHAR)",
            (Type::Float64, Type::Int64) => "CAST(round($0) AS BIGINT)",
            (Type::Float64, Type::String) => "gs_text_of_float($0)",
            (Type::Numeric, Type::Int64) => "CAST($0 AS BIGINT)",
            (Type::Numeric, Type::Float64) => "gs_float_of_numeric($0)",
            (Type::Numeric, Type::String) => "gs_text_of_numeric($0)",
            (Type::Bool, Type::Int64) => "CAST($0 AS BIGINT)",
            (Type::Bool, Type::String) => "CAST($0 AS VARCHAR)",
            (Type::String, Type::Int64) => "gs_int_of_text($0)",
            (Type::String, Type::Float64) => "gs_float_of_text($0)",
            (Type::String, Type::Numeric) => "gs_numeric_of_text($0)",
            (Type::String, Type::Bool) => "gs_bool_of_text($0)",
            (Type::String, Type::Bytes) => "encode($0)",
            (Type::String, Type::Date) => "gs_date_of_text($0)",
            (Type::String, Type::Time) => "gs_time_of_text($0)",
            (Type::String, Type::DateTime) => "gs_datetime_of_text($0)",
            (Type::String, Type::Timestamp) => {
                return Some(format!(
                    "CAST(gs_timestamp_of_text($0, {zone}) AS TIMESTAMPTZ)"
                ));
            }
            (Type::Bytes, Type::String) => "decode($0)",
            (Type::Date, Type::String) => "gs_text_of_date($0)",
            (Type::Date, Type::DateTime) => "CAST($0 AS TIMESTAMP)",
            (Type::Date, Type::Timestamp) => return Some(instant("CAST($0 AS TIMESTAMP)")),
            (Type::DateTime, Type::String) => "gs_text_of_datetime($0)",
            (Type::DateTime, Type::Date) => "CAST($0 AS DATE)",
            (Type::DateTime, Type::Time) => "CAST($0 AS TIME)",
            (Type::DateTime, Type::Timestamp) => return Some(instant("$0")),
            (Type::Time, Type::String) => "gs_text_of_time($0)",
            (Type::Timestamp, Type::String) => {
                return Some(format!(
                    "gs_text_of_timestamp(CAST($0 AS TIMESTAMP), {zone})"
                ));
            }
            (Type::Timestamp, Type::DateTime) => return Some(civil),
            (Type::Timestamp, Type::Date) => return Some(format!("CAST({civil} AS DATE)")),
            (Type::Timestamp, Type::Time) => return Some(format!("CAST({civil} AS TIME)")),
            _ => return None,
        };
        Some(text.to_owned())
    }

    pub fn is_utc(&self) -> bool {
        self.zone.eq_ignore_ascii_case("UTC")
    }

    /// The UTC clock reading of a TIMESTAMP, as a DuckDB TIMESTAMP
    pub fn utc(&self, instant: Typed) -> Typed {
        if let Node::Apply {
            template,
            arguments,
        } = &instant.node
            && template == "CAST($0 AS TIMESTAMPTZ)"
            && let [inner] = arguments.as_slice()
            && inner.ty == Type::DateTime
        {
            return inner.clone();
        }
        let span = instant.span.clone();
        Typed::apply(Type::DateTime, "CAST($0 AS TIMESTAMP)", vec![instant], span)
    }

    /// The TIMESTAMP of a UTC clock reading
    pub fn instant(&self, utc: Typed) -> Typed {
        let span = utc.span.clone();
        Typed::apply(Type::Timestamp, "CAST($0 AS TIMESTAMPTZ)", vec![utc], span)
    }

    /// The clock reading of a TIMESTAMP in a zone
    pub fn civil(&self, instant: Typed, zone: Option<Typed>) -> Typed {
        self.reading("gs_civil_of_instant($0, $1)", instant, zone)
    }

    /// As [`Self::civil`], with readings just before the year 1 and after 9999, for what is made of them
    pub fn any_civil(&self, instant: Typed, zone: Option<Typed>) -> Typed {
        self.reading("gs_any_civil_of_instant($0, $1)", instant, zone)
    }

    fn reading(&self, reading: &'static str, instant: Typed, zone: Option<Typed>) -> Typed {
        let span = instant.span.clone();
        let utc = self.utc(instant);
        let zone = match zone {
            Some(zone) => zone,
            None if self.is_utc() => return utc,
            None => self.string(&self.zone, span.clone()),
        };
        if matches!(&zone.literal, Literal::Text(name) if name == "UTC") {
            return utc;
        }
        Typed::apply(Type::DateTime, reading, vec![utc, zone], span)
    }

    /// The TIMESTAMP of a clock reading in a zone
    pub fn instant_in(&self, civil: Typed, zone: Option<Typed>) -> Typed {
        let span = civil.span.clone();
        let zone = match zone {
            Some(zone) => zone,
            None if self.is_utc() => return self.instant(civil),
            None => self.string(&self.zone, span.clone()),
        };
        if matches!(&zone.literal, Literal::Text(name) if name == "UTC") {
            return self.instant(civil);
        }
        let both = vec![civil, zone];
        self.instant(Typed::apply(
            Type::DateTime,
            "gs_instant_of_civil($0, $1)",
            both,
            span,
        ))
    }

    fn cast_array(&self, from: Typed, element: &Type, safe: bool) -> Result<Typed, Error> {
        let Type::Array(own) = from.ty.clone() else {
            return Ok(from);
        };
        let span = from.span.clone();
        let variable = self.fresh("e");
        let item = Typed::column(*own, "", &variable, span.clone());
        let item = self.cast(item, element, false)?.into_exact();
        let template = format!(
            "list_transform($0, lambda {}: {})",
            crate::quote_identifier(&variable),
            item.sql().replace('$', "$$")
        );
        let ty = Type::Array(Box::new(element.clone()));
        let value = Typed {
            exact: true,
            ..Typed::apply(ty, template, vec![from.into_exact()], span)
        };
        // One element that fails makes the whole array NULL
        Ok(match safe {
            true => self.attempt(value),
            false => value,
        })
    }

    fn cast_struct(&self, from: Typed, to: &Type, safe: bool) -> Result<Typed, Error> {
        let (Type::Struct(own), Type::Struct(fields)) = (from.ty.clone(), to) else {
            return Ok(from);
        };
        let span = from.span.clone();
        if own.len() != fields.len() {
            return Err(self.mismatch(format!("{} cannot be cast to {to}", from.ty), span));
        }
        let mut values = Vec::new();
        for (at, (old, new)) in own.iter().zip(fields).enumerate() {
            let part = match &from.node {
                Node::Struct(parts) => match parts.get(at) {
                    Some((_, value)) => value.clone(),
                    None => return Err(self.invalid("struct value is incomplete", span)),
                },
                _ => {
                    let name = crate::type_text::physical_field(&own, at);
                    self.struct_field(from.clone(), at, old.ty.clone(), &name, span.clone())
                }
            };
            // A struct's fields are values: a number is FLOAT64 before it is cast
            let part = match (&part.literal, &new.ty) {
                (Literal::Float(_), Type::Numeric | Type::BigNumeric) => Typed {
                    literal: Literal::No,
                    ..part
                },
                _ => part,
            };
            let value = match super::coerce::cost(&part, &new.ty) {
                Some(_) => self.coerce(part, &new.ty)?,
                None => self.cast(part, &new.ty, safe)?,
            };
            values.push((
                crate::type_text::physical_field(fields, at),
                value.into_exact(),
            ));
        }
        let packed = Typed::new(to.clone(), Node::Struct(values), span.clone());
        if matches!(from.node, Node::Struct(_)) {
            return Ok(packed);
        }
        let template = "CASE WHEN $0 IS NOT NULL THEN $1 END";
        Ok(Typed::apply(to.clone(), template, vec![from, packed], span))
    }
}

impl Typed {
    /// A whole-number literal prints the same whatever its width
    fn into_exact_for_text(self, to: &Type) -> Self {
        match to {
            Type::String | Type::Float64 | Type::Numeric | Type::Bool => self,
            _ => self.into_exact(),
        }
    }
}
