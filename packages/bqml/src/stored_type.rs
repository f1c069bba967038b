//! GoogleSQL types as a model file spells them, so that the file's form does not change with the
//! front end

use googlesql::{Field, Type};
use serde::{Deserialize, Serialize};

/// A GoogleSQL type in a model file
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum StoredType {
    /// `INT64`
    Int64,
    /// `FLOAT64`
    Float64,
    /// `NUMERIC`
    Numeric,
    /// `BIGNUMERIC`
    BigNumeric,
    /// `BOOL`
    Bool,
    /// `STRING`
    String,
    /// `BYTES`
    Bytes,
    /// `DATE`
    Date,
    /// `DATETIME`
    DateTime,
    /// `TIME`
    Time,
    /// `TIMESTAMP`
    Timestamp,
    /// `INTERVAL`
    Interval,
    /// `JSON`
    Json,
    /// `ARRAY<…>`
    Array(Box<StoredType>),
    /// `STRUCT<…>`
    Struct(Vec<StoredField>),
}

/// A field of a struct in a model file
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredField {
    /// `None` for an anonymous field
    pub name: Option<String>,
    /// Its type
    #[serde(rename = "type")]
    pub ty: StoredType,
}

impl From<&Type> for StoredType {
    fn from(ty: &Type) -> Self {
        match ty {
            Type::Int64 => Self::Int64,
            Type::Float64 => Self::Float64,
            Type::Numeric => Self::Numeric,
            Type::BigNumeric => Self::BigNumeric,
            Type::Bool => Self::Bool,
            Type::String => Self::String,
            Type::Bytes => Self::Bytes,
            Type::Date => Self::Date,
            Type::DateTime => Self::DateTime,
            Type::Time => Self::Time,
            Type::Timestamp => Self::Timestamp,
            Type::Interval => Self::Interval,
            Type::Json => Self::Json,
            Type::Array(element) => Self::Array(Box::new(element.as_ref().into())),
            Type::Struct(fields) => Self::Struct(
                fields
                    .iter()
                    .map(|field| StoredField {
                        name: field.name.clone(),
                        ty: (&field.ty).into(),
                    })
                    .collect(),
            ),
        }
    }
}

impl From<&StoredType> for Type {
    fn from(ty: &StoredType) -> Self {
        match ty {
            StoredType::Int64 => Self::Int64,
            StoredType::Float64 => Self::Float64,
            StoredType::Numeric => Self::Numeric,
            StoredType::BigNumeric => Self::BigNumeric,
            StoredType::Bool => Self::Bool,
            StoredType::String => Self::String,
            StoredType::Bytes => Self::Bytes,
            StoredType::Date => Self::Date,
            StoredType::DateTime => Self::DateTime,
            StoredType::Time => Self::Time,
            StoredType::Timestamp => Self::Timestamp,
            StoredType::Interval => Self::Interval,
            StoredType::Json => Self::Json,
            StoredType::Array(element) => Self::Array(Box::new(element.as_ref().into())),
            StoredType::Struct(fields) => Self::Struct(
                fields
                    .iter()
                    .map(|field| Field {
                        name: field.name.clone(),
                        ty: (&field.ty).into(),
                    })
                    .collect(),
            ),
        }
    }
}

impl StoredType {
    /// INT64, FLOAT64, NUMERIC: types that a standardized feature may have, one for another
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Int64 | Self::Float64 | Self::Numeric)
    }
}

impl std::fmt::Display for StoredType {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self {
            Self::Int64 => "INT64",
            Self::Float64 => "FLOAT64",
            Self::Numeric => "NUMERIC",
            Self::BigNumeric => "BIGNUMERIC",
            Self::Bool => "BOOL",
            Self::String => "STRING",
            Self::Bytes => "BYTES",
            Self::Date => "DATE",
            Self::DateTime => "DATETIME",
            Self::Time => "TIME",
            Self::Timestamp => "TIMESTAMP",
            Self::Interval => "INTERVAL",
            Self::Json => "JSON",
            Self::Array(element) => return write!(formatter, "ARRAY<{element}>"),
            Self::Struct(fields) => {
                formatter.write_str("STRUCT<")?;
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        formatter.write_str(", ")?;
                    }
                    if let Some(name) = &field.name {
                        write!(formatter, "{name} ")?;
                    }
                    write!(formatter, "{}", field.ty)?;
                }
                return formatter.write_str(">");
            }
        };
        formatter.write_str(name)
    }
}
