//! Which features a column gives: structs become their fields, timestamps their parts

use std::ops::Range;

use diagnostic::code;
use googlesql::{Column, Error, Type};

use super::Part;
use crate::sql::{quote_identifier, quote_string};

/// A feature before its encoding is fitted
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// See [`super::Feature::name`]
    pub name: String,
    /// See [`super::Feature::column`]
    pub column: String,
    /// See [`super::Feature::path`]
    pub path: Vec<String>,
    /// See [`super::Feature::ty`]
    pub ty: Type,
    /// See [`super::Feature::part`]
    pub part: Part,
}

/// The parts of a timestamp after its seconds, with the prefixes of their `processed_input` names
const TIMESTAMP_PARTS: [(&str, Part); 7] = [
    ("_TS_DOM_", Part::DayOfMonth),
    ("_TS_DOW_", Part::DayOfWeek),
    ("_TS_MOY_", Part::MonthOfYear),
    ("_TS_HOD_", Part::HourOfDay),
    ("_TS_MOH_", Part::MinuteOfHour),
    ("_TS_WOY_", Part::WeekOfYear),
    ("_TS_YEAR_", Part::Year),
];

/// The features of a column, in order
///
/// # Errors
/// `M005` for a type that cannot be a feature on this machine, positioned at `span`
pub fn expand(column: &Column, span: &Range<usize>) -> Result<Vec<Plan>, Error> {
    let mut plans = Vec::new();
    let whole = Plan {
        name: column.name.clone(),
        column: column.name.clone(),
        path: Vec::new(),
        ty: column.ty.clone(),
        part: Part::Whole,
    };
    expand_value(whole, &mut plans)
        .map_err(|message| Error::new(code::TRAINING_DATA_INVALID, message, span.clone()))?;
    Ok(plans)
}

fn expand_value(whole: Plan, plans: &mut Vec<Plan>) -> Result<(), String> {
    let refused = |reason: &str| {
        Err(format!(
            "column `{}` of type {} cannot be a feature: {reason}",
            whole.name, whole.ty
        ))
    };
    match &whole.ty {
        Type::Int64
        | Type::Float64
        | Type::Numeric
        | Type::Bool
        | Type::String
        | Type::Bytes
        | Type::Date
        | Type::DateTime
        | Type::Time => plans.push(whole),
        Type::Timestamp => {
            let name = whole.name.clone();
            plans.push(Plan {
                part: Part::UnixSeconds,
                ..whole.clone()
            });
            plans.extend(TIMESTAMP_PARTS.iter().map(|(prefix, part)| Plan {
                name: format!("{prefix}{name}"),
                part: *part,
                ..whole.clone()
            }));
        }
        Type::Struct(fields) => {
            for field in fields {
                let Some(name) = &field.name else {
                    return refused("it has a field without a name");
                };
                let mut path = whole.path.clone();
                path.push(name.clone());
                let inner = Plan {
                    name: format!("{}_{name}", whole.name),
                    path,
                    ty: field.ty.clone(),
                    ..whole.clone()
                };
                expand_value(inner, plans)?;
            }
        }
        Type::Array(element) => match element.as_ref() {
            Type::Bool | Type::String | Type::Bytes | Type::Date | Type::DateTime | Type::Time => {
                plans.push(whole)
            }
            Type::Int64 | Type::Float64 | Type::Numeric => plans.push(whole),
            Type::Struct(fields) => match fields.as_slice() {
                [index, value] if index.ty == Type::Int64 && crate::sql::is_number(&value.ty) => {
                    plans.push(whole);
                }
                _ => {
                    return refused(
                        "an array of structs must be of the form ARRAY<STRUCT<INT64, FLOAT64>>",
                    );
                }
            },
            _ => return refused("only arrays of scalars, or of (index, value), can be features"),
        },
        Type::BigNumeric | Type::Interval | Type::Json | Type::Range(_) | Type::Unknown => {
            return refused("cast it to a type that can, or leave it out of the query");
        }
    }
    Ok(())
}

impl Plan {
    /// Whether the feature is a number that gets standardized
    pub fn is_number(&self) -> bool {
        match self.part {
            Part::Whole => crate::sql::is_number(&self.ty),
            Part::UnixSeconds => true,
            _ => false,
        }
    }

    /// The DuckDB expression of this feature's raw value over its column (already quoted): a
    /// `DOUBLE` for a standardized feature, `VARCHAR` for a one-hot, `VARCHAR[]` for a multi-hot, and
    /// for a vector `DOUBLE[]` or, where its elements tell their index,
    /// `STRUCT("index" BIGINT, "value" DOUBLE)[]`
    pub fn sql(&self, column: &str) -> String {
        let mut value = column.to_owned();
        for field in &self.path {
            value = format!("struct_extract({value}, {})", quote_string(field));
        }
        // by the microsecond count, so that no session time zone has a say
        let civil = || format!("make_timestamp(epoch_us({value}))");
        let part = |expression: String| format!("CAST({expression} AS VARCHAR)");
        match self.part {
            Part::Whole => match &self.ty {
                Type::Float64 | Type::String => value,
                Type::Int64 | Type::Numeric => format!("CAST({value} AS DOUBLE)"),
                Type::Bytes => format!("to_base64({value})"),
                Type::Array(element) if **element == Type::Bytes => {
                    format!("list_transform({value}, lambda element: to_base64(element))")
                }
                Type::Array(element) if **element == Type::String => value,
                Type::Array(element) if is_element(element) => pairs(&value, element),
                Type::Array(element) if crate::sql::is_number(element) => {
                    format!("CAST({value} AS DOUBLE[])")
                }
                Type::Array(_) => format!("CAST({value} AS VARCHAR[])"),
                _ => format!("CAST({value} AS VARCHAR)"),
            },
            Part::UnixSeconds => format!("floor(epoch_us({value}) / 1e6)"),
            Part::DayOfMonth => part(format!("day({})", civil())),
            Part::DayOfWeek => part(format!("dayofweek({}) + 1", civil())),
            Part::MonthOfYear => part(format!("month({})", civil())),
            Part::HourOfDay => part(format!("hour({})", civil())),
            Part::MinuteOfHour => part(format!("minute({})", civil())),
            Part::WeekOfYear => part(format!("CAST(strftime({}, '%U') AS INTEGER)", civil())),
            Part::Year => part(format!("year({})", civil())),
        }
    }

    /// Whether the feature is a set of categories
    pub fn is_array(&self) -> bool {
        matches!(self.ty, Type::Array(_)) && !self.is_vector()
    }

    /// Whether the feature is a vector of numbers
    pub fn is_vector(&self) -> bool {
        matches!(&self.ty, Type::Array(element)
            if is_element(element) || crate::sql::is_number(element))
    }

    /// The same without what was learned, for its SQL
    pub fn of(feature: &super::Feature) -> Self {
        Self {
            name: feature.name.clone(),
            column: feature.column.clone(),
            path: feature.path.clone(),
            ty: feature.ty.clone(),
            part: feature.part,
        }
    }
}

/// A vector's elements as (index, value), whatever their fields are called
fn pairs(vector: &str, element: &Type) -> String {
    let Type::Struct(fields) = element else {
        return vector.to_owned();
    };
    let field = |at: usize| quote_identifier(&googlesql::physical_field(fields, at));
    format!(
        "list_transform({vector}, lambda \"pair\": {{'index': CAST(\"pair\".{} AS BIGINT), 'value': CAST(\"pair\".{} AS DOUBLE)}})",
        field(0),
        field(1)
    )
}

/// Whether a vector's element tells its index
fn is_element(element: &Type) -> bool {
    matches!(element, Type::Struct(_))
}
