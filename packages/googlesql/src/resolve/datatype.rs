//! Types as written in casts, columns and literals

use std::ops::Range;

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, TimezoneInfo};

use super::Resolver;
use crate::{Error, Field, Type};

impl Resolver<'_> {
    pub fn data_type(&self, ty: &DataType, span: &Range<usize>) -> Result<Type, Error> {
        Ok(match ty {
            DataType::Int64
            | DataType::Int(None)
            | DataType::Integer(None)
            | DataType::BigInt(None)
            | DataType::SmallInt(None)
            | DataType::TinyInt(None) => Type::Int64,
            DataType::Float64 => Type::Float64,
            DataType::Numeric(ExactNumberInfo::None) | DataType::Decimal(ExactNumberInfo::None) => {
                Type::Numeric
            }
            DataType::BigNumeric(ExactNumberInfo::None)
            | DataType::BigDecimal(ExactNumberInfo::None) => {
                return Err(self.unsupported("type BIGNUMERIC", span.clone()));
            }
            DataType::Bool | DataType::Boolean => Type::Bool,
            DataType::String(None) => Type::String,
            DataType::Bytes(None) => Type::Bytes,
            DataType::Date => Type::Date,
            DataType::Datetime(None) => Type::DateTime,
            DataType::Time(None, TimezoneInfo::None) => Type::Time,
            DataType::Timestamp(None, TimezoneInfo::None) => Type::Timestamp,
            DataType::Interval {
                fields: None,
                precision: None,
            } => Type::Interval,
            DataType::JSON => Type::Json,
            DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
                let element = self.data_type(element, span)?;
                if matches!(element, Type::Array(_)) {
                    return Err(self.invalid("an array cannot hold arrays", span.clone()));
                }
                Type::Array(Box::new(element))
            }
            DataType::Struct(fields, _) => Type::Struct(
                fields
                    .iter()
                    .map(|field| {
                        Ok(Field {
                            name: field.field_name.as_ref().map(|name| name.value.clone()),
                            ty: self.data_type(&field.field_type, span)?,
                        })
                    })
                    .collect::<Result<_, Error>>()?,
            ),
            DataType::Custom(name, arguments) if arguments.is_empty() => {
                match name.to_string().to_ascii_uppercase().as_str() {
                    "BYTEINT" | "BIGINT" | "INT" => Type::Int64,
                    other => return Err(self.unsupported(format!("type {other}"), span.clone())),
                }
            }
            other => return Err(self.unsupported(format!("type {other}"), span.clone())),
        })
    }

    /// A type without its parameters, and the template that holds a value of it to them
    ///
    /// <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types>
    pub fn limited(
        &self,
        ty: &DataType,
        span: &Range<usize>,
    ) -> Result<(DataType, Option<String>), Error> {
        let (precision, scale) = match ty {
            DataType::String(Some(length)) => {
                if *length == 0 {
                    return Err(self.invalid("STRING takes a length above 0", span.clone()));
                }
                let limit = format!("gs_text_within($0, {length})");
                return Ok((DataType::String(None), Some(limit)));
            }
            DataType::Numeric(info) | DataType::Decimal(info) => match info {
                ExactNumberInfo::None => return Ok((ty.clone(), None)),
                ExactNumberInfo::Precision(precision) => (*precision, 0),
                ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
            },
            _ => return Ok((ty.clone(), None)),
        };
        let least = u64::try_from(scale).unwrap_or(0).max(1);
        if !(0..=9).contains(&scale) || !(least..=29 + scale.unsigned_abs()).contains(&precision) {
            let message = format!("NUMERIC({precision}, {scale}) is not a type");
            return Err(self.invalid(message, span.clone()));
        }
        let limit = format!("gs_numeric_within($0, {precision}, {scale})");
        Ok((DataType::Numeric(ExactNumberInfo::None), Some(limit)))
    }

    /// The type of a table's column; a length or precision limit is dropped where `parameters`
    /// allows it
    pub fn column_type(&self, ty: &DataType, span: &Range<usize>) -> Result<Type, Error> {
        self.data_type(ty, span)
    }
}
