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
            | DataType::BigDecimal(ExactNumberInfo::None) => Type::BigNumeric,
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
                let name = name.to_string().replace(['`', '"'], "");
                match name.to_ascii_uppercase().as_str() {
                    "BYTEINT" | "BIGINT" | "INT" => Type::Int64,
                    "STRUCT<>" => Type::Struct(Vec::new()),
                    "RANGE<DATE>" => Type::Range(Box::new(Type::Date)),
                    "RANGE<DATETIME>" => Type::Range(Box::new(Type::DateTime)),
                    "RANGE<TIMESTAMP>" => Type::Range(Box::new(Type::Timestamp)),
                    other => return Err(self.unsupported(format!("type {other}"), span.clone())),
                }
            }
            other => return Err(self.unsupported(format!("type {other}"), span.clone())),
        })
    }
}
