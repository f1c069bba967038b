//! Parameterized types: `STRING(n)`, `BYTES(n)`, `NUMERIC(p, s)`, `BIGNUMERIC(p, s)`
//!
//! <https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types>

use std::ops::Range;

use sqlparser::ast::{ArrayElemTypeDef, DataType, ExactNumberInfo, StructField};

use super::Resolver;
use crate::tree::{Node, Typed};
use crate::type_text::physical_field;
use crate::{Error, Field, Type, quote_identifier};

/// What a value must keep to beyond its type
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// Unicode characters or bytes
    Length(u64),
    /// Digits in all and behind the point
    Digits(u64, u64),
    /// Of each element
    Element(Box<Limit>),
    /// Of the fields
    Fields(Vec<Option<Limit>>),
}

impl Resolver<'_> {
    /// A type without its parameters, and the limit that they set
    pub fn limited(
        &self,
        ty: &DataType,
        span: &Range<usize>,
    ) -> Result<(DataType, Option<Limit>), Error> {
        Ok(match ty {
            DataType::String(Some(length)) => {
                let limit = self.length("STRING", *length, span)?;
                (DataType::String(None), Some(limit))
            }
            DataType::Bytes(Some(length)) => {
                let limit = self.length("BYTES", *length, span)?;
                (DataType::Bytes(None), Some(limit))
            }
            DataType::Numeric(info) | DataType::Decimal(info) => {
                let limit = self.digits("NUMERIC", info, (29, 9), span)?;
                (DataType::Numeric(ExactNumberInfo::None), limit)
            }
            DataType::BigNumeric(info) | DataType::BigDecimal(info) => {
                let limit = self.digits("BIGNUMERIC", info, (38, 38), span)?;
                (DataType::BigNumeric(ExactNumberInfo::None), limit)
            }
            DataType::Array(ArrayElemTypeDef::AngleBracket(element)) => {
                let (element, limit) = self.limited(element, span)?;
                let ty = DataType::Array(ArrayElemTypeDef::AngleBracket(Box::new(element)));
                (ty, limit.map(|limit| Limit::Element(Box::new(limit))))
            }
            DataType::Struct(fields, brackets) => {
                let mut limits = Vec::new();
                let mut plain = Vec::new();
                for field in fields {
                    let (field_type, limit) = self.limited(&field.field_type, span)?;
                    limits.push(limit);
                    plain.push(StructField {
                        field_type,
                        ..field.clone()
                    });
                }
                let some = limits.iter().any(Option::is_some);
                let ty = DataType::Struct(plain, brackets.clone());
                (ty, some.then_some(Limit::Fields(limits)))
            }
            _ => (ty.clone(), None),
        })
    }

    /// A table column's type and the limit of its values
    pub fn limited_type(
        &self,
        ty: &DataType,
        span: &Range<usize>,
    ) -> Result<(Type, Option<Limit>), Error> {
        let (ty, limit) = self.limited(ty, span)?;
        Ok((self.data_type(&ty, span)?, limit))
    }

    /// A table column's type, its parameters checked and dropped
    pub fn column_type(&self, ty: &DataType, span: &Range<usize>) -> Result<Type, Error> {
        Ok(self.limited_type(ty, span)?.0)
    }

    fn length(&self, name: &str, length: u64, span: &Range<usize>) -> Result<Limit, Error> {
        match length {
            0 => Err(self.invalid(format!("{name} takes a length above 0"), span.clone())),
            _ => Ok(Limit::Length(length)),
        }
    }

    /// `most` digits before the point, and behind it
    fn digits(
        &self,
        name: &str,
        info: &ExactNumberInfo,
        most: (u64, u64),
        span: &Range<usize>,
    ) -> Result<Option<Limit>, Error> {
        let (precision, scale) = match info {
            ExactNumberInfo::None => return Ok(None),
            ExactNumberInfo::Precision(precision) => (*precision, 0),
            ExactNumberInfo::PrecisionAndScale(precision, scale) => (*precision, *scale),
        };
        let scale = u64::try_from(scale).ok().filter(|scale| *scale <= most.1);
        match scale {
            Some(scale) if (scale.max(1)..=most.0 + scale).contains(&precision) => {
                Ok(Some(Limit::Digits(precision, scale)))
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

    /// The value, decimal digits rounded; a text that is too long or a number that is too large is
    /// an error
    pub fn hold(&self, value: Typed, limit: &Limit) -> Typed {
        let (ty, span) = (value.ty.clone(), value.span.clone());
        let apply = |template: String, value: Typed| Typed {
            exact: true,
            ..Typed::apply(ty.clone(), template, vec![value.into_exact()], span.clone())
        };
        match (limit, &ty) {
            (Limit::Length(length), Type::Bytes) => {
                apply(format!("gs_bytes_within($0, {length})"), value)
            }
            (Limit::Length(length), _) => apply(format!("gs_text_within($0, {length})"), value),
            (Limit::Digits(precision, scale), Type::BigNumeric) => {
                apply(format!("gs_bignumeric_within($0, {precision}, {scale})"), value)
            }
            (Limit::Digits(precision, scale), _) => {
                apply(format!("gs_numeric_within($0, {precision}, {scale})"), value)
            }
            (Limit::Element(limit), Type::Array(element)) => {
                let variable = self.fresh("e");
                let item = Typed::column(element.as_ref().clone(), "", &variable, span.clone());
                let template = format!(
                    "list_transform($0, lambda {}: {})",
                    quote_identifier(&variable),
                    self.hold(item, limit).sql().replace('$', "$$")
                );
                apply(template, value)
            }
            (Limit::Fields(limits), Type::Struct(fields)) => self.hold_fields(value, fields, limits),
            _ => value,
        }
    }

    fn hold_fields(&self, value: Typed, fields: &[Field], limits: &[Option<Limit>]) -> Typed {
        let (ty, span) = (value.ty.clone(), value.span.clone());
        let parts = fields
            .iter()
            .zip(limits)
            .enumerate()
            .map(|(at, (field, limit))| {
                let name = physical_field(fields, at);
                let part = self.struct_field(value.clone(), at, field.ty.clone(), &name, span.clone());
                let part = match limit {
                    Some(limit) => self.hold(part, limit),
                    None => part,
                };
                (name, part)
            })
            .collect();
        let packed = Typed::new(ty.clone(), Node::Struct(parts), span.clone());
        let template = "CASE WHEN $0 IS NOT NULL THEN $1 END";
        Typed::apply(ty, template, vec![value, packed], span)
    }
}
