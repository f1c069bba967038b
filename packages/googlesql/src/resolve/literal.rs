//! Literals: numbers, text, typed text, arrays, structs

use std::ops::Range;

use diagnostic::code;
use sqlparser::ast::{Array, DataType, Expr, StructField, TypedString, Value, ValueWithSpan};

use super::Resolver;
use super::scope::Scope;
use crate::lex::range_of;
use crate::quote::quote_bytes;
use crate::tree::{Literal, Node, Typed};
use crate::type_text::physical_field;
use crate::value::big_decimal::Decimal;
use crate::value::{decimal, temporal};
use crate::{Error, Field, Type, quote_string};

impl Resolver<'_> {
    pub fn literal(&self, value: &ValueWithSpan) -> Result<Typed, Error> {
        let span = range_of(value.span).unwrap_or_else(|| self.whole.clone());
        match &value.value {
            Value::Number(text, _) => self.number(text, span),
            Value::SingleQuotedString(text) => Ok(self.string(text, span)),
            Value::SingleQuotedByteStringLiteral(latin) => {
                let text = quote_bytes(&latin_bytes(latin));
                Ok(Typed::text(Type::Bytes, text, span))
            }
            Value::Boolean(value) => Ok(Typed::text(
                Type::Bool,
                if *value { "TRUE" } else { "FALSE" },
                span,
            )),
            Value::Null => Ok(Typed::null(Type::Int64, span)),
            Value::Placeholder(name) => self.placeholder(name, span),
            _ => Err(self.unsupported("this kind of literal", span)),
        }
    }

    pub fn string(&self, text: &str, span: Range<usize>) -> Typed {
        Typed {
            literal: Literal::Text(text.to_owned()),
            ..Typed::text(Type::String, quote_string(text), span)
        }
    }

    pub fn integer(&self, value: i64, span: Range<usize>) -> Typed {
        let small = i32::try_from(value).is_ok();
        let text = match value {
            i64::MIN => "(-9223372036854775807 - 1)".to_owned(),
            _ => value.to_string(),
        };
        Typed {
            literal: Literal::Int(value),
            exact: !small,
            ..Typed::text(Type::Int64, text, span)
        }
    }

    /// A number as written, perhaps with a sign
    pub fn number(&self, text: &str, span: Range<usize>) -> Result<Typed, Error> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let hex = digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"));
        let integer = match hex {
            Some(hex) => {
                let value = i128::from_str_radix(hex, 16).unwrap_or(i128::MAX);
                i64::try_from(if sign == "-" { -value } else { value }).ok()
            }
            None => text.parse::<i64>().ok(),
        };
        if let Some(value) = integer {
            return Ok(self.integer(value, span));
        }
        if hex.is_some() || digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.invalid(format!("`{text}` is out of range for INT64"), span));
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Typed {
                literal: Literal::Float(text.to_owned()),
                ..Typed::text(Type::Float64, float_text(value), span)
            }),
            _ => Err(self.invalid(format!("`{text}` is out of range for FLOAT64"), span)),
        }
    }

    pub fn typed_string(&self, typed: &TypedString) -> Result<Typed, Error> {
        let span = range_of(typed.value.span).unwrap_or_else(|| self.whole.clone());
        let Value::SingleQuotedString(text) = &typed.value.value else {
            return Err(self.unsupported("this kind of literal", span));
        };
        let ty = self.data_type(&typed.data_type, &span)?;
        match ty {
            Type::Date
            | Type::DateTime
            | Type::Time
            | Type::Timestamp
            | Type::Numeric
            | Type::BigNumeric
            | Type::Json => self.literal_of(&ty, text, span),
            _ => Err(self.invalid(format!("{ty} has no literal of this form"), span)),
        }
    }

    /// A literal of a type from its text
    pub fn literal_of(&self, ty: &Type, text: &str, span: Range<usize>) -> Result<Typed, Error> {
        let bad = || {
            self.error(
                code::TYPE_MISMATCH,
                format!("`{text}` is not a valid {ty}"),
                span.clone(),
            )
        };
        let written = match ty {
            Type::Date => {
                let days = temporal::parse_date(text).ok_or_else(bad)?;
                format!("DATE '{}'", temporal::format_date(days))
            }
            Type::Time => {
                let micros = temporal::parse_time(text).ok_or_else(bad)?;
                format!("TIME '{}'", temporal::format_time(micros))
            }
            Type::DateTime => {
                let micros = temporal::parse_datetime(text).ok_or_else(bad)?;
                format!("TIMESTAMP '{}'", temporal::format_datetime(micros))
            }
            Type::Timestamp => {
                let micros = temporal::parse_timestamp(text, &self.zone).ok_or_else(bad)?;
                format!("TIMESTAMPTZ '{}+00'", temporal::format_datetime(micros))
            }
            Type::Numeric => {
                let value = decimal::parse(text).ok_or_else(bad)?;
                format!(
                    "CAST({} AS DECIMAL(38, 9))",
                    quote_string(&decimal::format(value))
                )
            }
            Type::BigNumeric => {
                let value = Decimal::Big.parse(text).ok_or_else(bad)?;
                format!("CAST('{value}' AS BIGNUM)")
            }
            Type::Json => {
                let value = crate::value::json::parse(text).map_err(|message| {
                    self.error(
                        code::TYPE_MISMATCH,
                        format!("invalid JSON: {message}"),
                        span.clone(),
                    )
                })?;
                format!(
                    "CAST({} AS JSON)",
                    quote_string(&crate::value::json::write(&value))
                )
            }
            _ => return Err(bad()),
        };
        Ok(Typed::text(ty.clone(), written, span))
    }

    pub fn array(&self, array: &Array, scope: &Scope, span: Range<usize>) -> Result<Typed, Error> {
        self.array_of(&array.elem, None, scope, span)
    }

    pub fn array_of(
        &self,
        elements: &[Expr],
        element_type: Option<Type>,
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        let elements = elements
            .iter()
            .map(|one| self.expression(one, scope))
            .collect::<Result<Vec<_>, _>>()?;
        if elements.is_empty() {
            let untyped = element_type.is_none();
            let ty = Type::Array(Box::new(element_type.unwrap_or(Type::Int64)));
            return Ok(Typed {
                literal: match untyped {
                    true => Literal::EmptyArray,
                    false => Literal::No,
                },
                exact: false,
                ..Typed::text(ty, "[]", span)
            });
        }
        let typed = element_type.is_some();
        let (elements, ty) = match element_type {
            Some(ty) => {
                let elements = elements
                    .into_iter()
                    .map(|one| self.coerce(one, &ty))
                    .collect::<Result<Vec<_>, _>>()?;
                (elements, ty)
            }
            None => self.unify(elements, "array elements")?,
        };
        if matches!(ty, Type::Array(_)) {
            return Err(self.invalid("an array cannot hold arrays", span));
        }
        let exact = elements.iter().all(|one| one.exact);
        let array = Typed {
            exact,
            ..Typed::new(
                Type::Array(Box::new(ty)),
                Node::Array(elements),
                span.clone(),
            )
        };
        Ok(match typed {
            true => Typed::apply(array.ty.clone(), "$0", vec![array], span),
            false => array,
        })
    }

    /// `STRUCT(…)`, `STRUCT<…>(…)` and `(a, b)`
    pub fn struct_of(
        &self,
        values: &[Expr],
        fields: &[StructField],
        scope: &Scope,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        if !fields.is_empty() {
            let ty = self.data_type(
                &DataType::Struct(
                    fields.to_vec(),
                    sqlparser::ast::StructBracketKind::AngleBrackets,
                ),
                &span,
            )?;
            let Type::Struct(fields) = &ty else {
                return Err(self.invalid("not a struct type", span));
            };
            if fields.len() != values.len() {
                let message = format!("{ty} takes {} values, not {}", fields.len(), values.len());
                return Err(self.error(code::INVALID_ARGUMENTS, message, span));
            }
            let values = values
                .iter()
                .zip(fields)
                .enumerate()
                .map(|(at, (value, field))| {
                    let value = self.coerce(self.expression(value, scope)?, &field.ty)?;
                    Ok((physical_field(fields, at), value.into_exact()))
                })
                .collect::<Result<_, Error>>()?;
            let value = Typed::new(ty.clone(), Node::Struct(values), span.clone());
            return Ok(Typed::apply(ty, "$0", vec![value], span));
        }
        let mut types = Vec::new();
        let mut nodes = Vec::new();
        for value in values {
            let (name, value) = match value {
                Expr::Named { expr, name } => (Some(name.value.clone()), expr.as_ref()),
                other => (inferred_name(other), other),
            };
            let value = self.expression(value, scope)?;
            let field = Field {
                name,
                ty: value.ty.clone(),
            };
            types.push(field);
            nodes.push(value);
        }
        self.struct_value(types, nodes, span)
    }

    pub fn struct_value(
        &self,
        types: Vec<Field>,
        values: Vec<Typed>,
        span: Range<usize>,
    ) -> Result<Typed, Error> {
        Ok(struct_of(types, values, span))
    }
}

/// A struct of values, whose fields are these
pub fn struct_of(types: Vec<Field>, values: Vec<Typed>, span: Range<usize>) -> Typed {
    let exact = values.iter().all(|value| value.exact);
    let nodes = values
        .into_iter()
        .enumerate()
        .map(|(at, value)| (physical_field(&types, at), value))
        .collect();
    Typed {
        exact,
        ..Typed::new(Type::Struct(types), Node::Struct(nodes), span)
    }
}

/// The name that a select item or struct field takes from its expression
pub fn inferred_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(path) => path.last().map(|name| name.value.clone()),
        Expr::CompoundFieldAccess { access_chain, .. } => match access_chain.last() {
            Some(sqlparser::ast::AccessExpr::Dot(field)) => inferred_name(field),
            _ => None,
        },
        Expr::Nested(inner) => inferred_name(inner),
        _ => None,
    }
}

/// A DuckDB DOUBLE literal: the exponent keeps it from being a DECIMAL
pub fn float_text(value: f64) -> String {
    format!("{value:e}")
}

/// A bytes token holds each byte as the character of that number
fn latin_bytes(latin: &str) -> Vec<u8> {
    latin
        .chars()
        .map(|letter| u8::try_from(u32::from(letter)).unwrap_or_default())
        .collect()
}
