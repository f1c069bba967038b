//! Parameterized types: `STRING(n)`, `BYTES(n)`, `NUMERIC(p, s)`, `BIGNUMERIC(p, s)`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types>

use std::ops::Range;

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, StructField};

use super::Resolver;
use crate::type_text::physical_field;
use crate::value::big_decimal::Rounding;
use crate::{Error, Field, Type, quote_identifier, quote_string};

impl Resolver<'_> {
    /// A type without its parameters, and the template that holds a value of it to them: decimal
    /// digits are rounded, a text that is too long or a number that is too large is an error
    pub fn limited(
        &self,
        ty: &DataType,
        rounding: Rounding,
        span: &Range<usize>,
    ) -> Result<(DataType, Option<String>), Error> {
        Ok(match ty {
            DataType::String(Some(length)) => {
                self.positive(*length, span)?;
                let limit = format!("gs_text_within($0, {length})");
                (DataType::String(None), Some(limit))
            }
            DataType::Bytes(Some(length)) => {
                self.positive(*length, span)?;
                let limit = format!("gs_bytes_within($0, {length})");
                (DataType::Bytes(None), Some(limit))
            }
            DataType::Numeric(info) | DataType::Decimal(info) => {
                let limit = self.digits("NUMERIC", info, (29, 9), rounding, span)?;
                (DataType::Numeric(ExactNumberInfo::None), limit)
            }
            DataType::BigNumeric(info) | DataType::BigDecimal(info) => {
                let limit = self.digits("BIGNUMERIC", info, (38, 38), rounding, span)?;
                (DataType::BigNumeric(ExactNumberInfo::None), limit)
            }
            DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
                let (element, limit) = self.limited(element, rounding, span)?;
                let ty = DataType::Array(ArrayElemTypeDef::AngleBracket(Box::new(element)));
                let limit = limit.map(|limit| {
                    let item = quote_identifier(&self.fresh("e"));
                    let held = limit.replace("$0", &item);
                    format!("list_transform($0, lambda {item}: {held})")
                });
                (ty, limit)
            }
            DataType::Struct(fields, brackets) => {
                let mut limits = Vec::new();
                let mut plain = Vec::new();
                for field in fields {
                    let (field_type, limit) = self.limited(&field.field_type, rounding, span)?;
                    limits.push(limit);
                    plain.push(StructField {
                        field_type,
                        ..field.clone()
                    });
                }
                let ty = DataType::Struct(plain, *brackets);
                let limit = match self.data_type(&ty, span)? {
                    Type::Struct(fields) if limits.iter().any(Option::is_some) => {
                        Some(limited_fields(&fields, &limits))
                    }
                    _ => None,
                };
                (ty, limit)
            }
            _ => (ty.clone(), None),
        })
    }

    /// A type as [`Type`], and the template of [`Resolver::limited`]
    pub fn limited_type(
        &self,
        ty: &DataType,
        span: &Range<usize>,
    ) -> Result<(Type, Option<String>), Error> {
        self.rounded_type(ty, Rounding::HalfAwayFromZero, span)
    }

    /// As [`Resolver::limited_type`], of a column with a rounding mode
    pub fn rounded_type(
        &self,
        ty: &DataType,
        rounding: Rounding,
        span: &Range<usize>,
    ) -> Result<(Type, Option<String>), Error> {
        let (plain, limit) = self.limited(ty, rounding, span)?;
        Ok((self.data_type(&plain, span)?, limit))
    }

    fn positive(&self, length: u64, span: &Range<usize>) -> Result<(), Error> {
        match length {
            0 => Err(self.invalid("a length must be above 0", span.clone())),
            _ => Ok(()),
        }
    }

    /// `most` digits before the point, and behind it
    fn digits(
        &self,
        name: &str,
        info: &ExactNumberInfo,
        most: (u64, u64),
        rounding: Rounding,
        span: &Range<usize>,
    ) -> Result<Option<String>, Error> {
        let (precision, scale) = match info {
            ExactNumberInfo::None => return Ok(None),
            ExactNumberInfo::Precision(precision) => (*precision, 0),
            ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
        };
        let scale = u64::try_from(scale).ok().filter(|scale| *scale <= most.1);
        match scale {
            Some(scale) if (scale.max(1)..=most.0 + scale).contains(&precision) => {
                let function = name.to_lowercase();
                let value = match rounding {
                    Rounding::HalfEven => {
                        format!("gs_{function}_round_as($0, {scale}, 'ROUND_HALF_EVEN')")
                    }
                    _ => "$0".to_owned(),
                };
                Ok(Some(format!(
                    "gs_{function}_within({value}, {precision}, {scale})"
                )))
            }
            _ => {
                let message = format!(
                    "{name} takes up to {} digits before the point and {} behind it",
                    most.0, most.1
                );
                Err(self.invalid(message, span.clone()))
            }
        }
    }
}

fn limited_fields(fields: &[Field], limits: &[Option<String>]) -> String {
    let written: Vec<_> = limits
        .iter()
        .enumerate()
        .map(|(at, limit)| {
            let name = quote_string(&physical_field(fields, at));
            let part = format!("struct_extract($0, {name})");
            let part = match limit {
                Some(limit) => limit.replace("$0", &part),
                None => part,
            };
            format!("{name}: {part}")
        })
        .collect();
    format!(
        "CASE WHEN $0 IS NOT NULL THEN {{{}}} END",
        written.join(", ")
    )
}
