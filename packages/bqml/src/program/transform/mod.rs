//! A `TRANSFORM` as nodes: its select list resolved by `googlesql`, each native function as what a
//! program has for it, or refused by name
//!
//! Whole numbers are doubles here, exact up to 2⁵³. What would fail a query gives NULL.

mod call;
mod date;
mod number;
mod preprocessing;
mod text;
mod value;

use std::ops::Range;

use diagnostic::code;
use googlesql::{
    Catalog, Column, Error, Expression, ModelFunction, PhysicalName, Relation, Table, Type,
};

use super::features::{Columns, Nullable, given};
use super::{Builder, Element, NodeId, Program, Unsupported};
use crate::model::Model;
use crate::preprocess::Feature;
use value::{Kind, Value};

/// The columns that a `TRANSFORM` gives
pub struct Transformed {
    items: String,
    inputs: Vec<Column>,
    outputs: Vec<(Column, Expression)>,
}

impl Transformed {
    /// Resolves a model's transform over the columns of its training query
    ///
    /// # Errors
    /// Names that only the training session knew, such as functions
    pub fn new(model: &Model, items: &str) -> Result<Self, Unsupported> {
        Self::over(items, model.given_columns())
    }

    fn over(items: &str, inputs: Vec<Column>) -> Result<Self, Unsupported> {
        let outputs =
            googlesql::expressions_over(items, &inputs, &Nowhere).map_err(|error| Unsupported {
                message: format!(
                    "the model's TRANSFORM does not stand for itself: {}",
                    error.message
                ),
                span: Some(error.span),
            })?;
        Ok(Self {
            items: items.to_owned(),
            inputs,
            outputs,
        })
    }

    fn lowering<'a>(&'a self, build: &'a mut Builder) -> Lowering<'a> {
        Lowering {
            items: &self.items,
            inputs: &self.inputs,
            build,
            place: 0..0,
        }
    }
}

/// What a select list over the caller's columns gives, as a program with the wanted columns: numbers (NaN for NULL), texts
/// (`''` for NULL); a truth is a text
///
/// # Errors
/// A function that no program has, with its place in `items`
pub fn select_list(
    items: &str,
    inputs: &[Column],
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Program, Unsupported> {
    let mut build = Builder::default();
    let transformed = Transformed::over(items, inputs.to_vec())?;
    let mut outputs = Vec::new();
    let outputs_wanted = transformed
        .outputs
        .iter()
        .filter(|(column, _)| wanted(&column.name));
    for (column, expression) in outputs_wanted {
        let mut lowering = transformed.lowering(&mut build);
        let value = lowering.lower(expression)?;
        let (at, nothing) = match crate::sql::is_number(&column.ty) {
            true => (lowering.number(&value)?, build.number(f64::NAN)),
            false => (lowering.category(&value)?, build.text("")),
        };
        let value = build.select(at.null, nothing, at.value);
        outputs.push((column.name.clone(), value));
    }
    Ok(build.finish(outputs))
}

impl Columns for Transformed {
    fn value(&mut self, feature: &Feature, build: &mut Builder) -> Result<Nullable, Unsupported> {
        let (mut lowering, value) = self.column(feature, build)?;
        match crate::sql::is_number(&feature.ty) {
            true => lowering.number(&value),
            false => lowering.category(&value),
        }
    }

    fn vector(
        &mut self,
        feature: &Feature,
        dimension: usize,
        build: &mut Builder,
    ) -> Result<NodeId, Unsupported> {
        let (mut lowering, value) = self.column(feature, build)?;
        lowering.vector(&value, dimension)
    }
}

impl Transformed {
    /// The column or field that a feature is made of
    fn column<'a>(
        &'a self,
        feature: &Feature,
        build: &'a mut Builder,
    ) -> Result<(Lowering<'a>, Value), Unsupported> {
        let found = self
            .outputs
            .iter()
            .find(|(column, _)| column.name.eq_ignore_ascii_case(&feature.column));
        let Some((_, expression)) = found else {
            return Err(Unsupported::new(format!(
                "the model's TRANSFORM gives no column `{}`",
                feature.column
            )));
        };
        let mut lowering = self.lowering(build);
        let mut value = lowering.lower(expression)?;
        for field in &feature.path {
            value = lowering.field(value, field)?;
        }
        Ok((lowering, value))
    }
}

/// An expression on its way to nodes
pub struct Lowering<'a> {
    items: &'a str,
    inputs: &'a [Column],
    build: &'a mut Builder,
    place: Range<usize>,
}

impl Lowering<'_> {
    fn lower(&mut self, expression: &Expression) -> Result<Value, Unsupported> {
        Ok(match expression {
            Expression::Typed(ty, span, inner) => {
                let outer = std::mem::replace(&mut self.place, span.clone());
                if matches!(ty, Type::Numeric | Type::BigNumeric) {
                    return Err(self.unsupported(&format!("arithmetic in {ty}")));
                }
                let value = self.lower(inner)?;
                self.place = outer;
                value
            }
            Expression::Column(name) => self.column(name)?,
            Expression::Null => self.null(),
            Expression::Bool(value) => {
                let value = self.build.bool(*value);
                self.known(Kind::Bool, value)
            }
            Expression::Integer(value) => {
                let value = self.build.number(*value as f64);
                self.known(Kind::Integer, value)
            }
            Expression::Float(value) => {
                let value = self.build.number(*value);
                self.known(Kind::Float, value)
            }
            Expression::Text(text) => {
                let value = self.build.text(text);
                self.known(Kind::Text, value)
            }
            Expression::Literal(ty, text) => self.temporal_literal(ty, text)?,
            Expression::Call(name, arguments) => self.call(name, arguments)?,
            Expression::Case(branches, otherwise) => self.case(branches, otherwise.as_deref())?,
            Expression::Cast(operand, ty) => {
                let operand = match (operand.as_ref(), ty.as_str()) {
                    (Expression::Text(text), "DOUBLE") => return self.special_number(text),
                    (other, _) => self.lower(other)?,
                };
                self.cast(operand, ty)?
            }
            Expression::List(elements) => Value::List(
                elements
                    .iter()
                    .map(|element| self.lower(element))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Struct(fields) => Value::Struct(
                fields
                    .iter()
                    .map(|(name, field)| Ok((name.clone(), self.lower(field)?)))
                    .collect::<Result<_, Unsupported>>()?,
            ),
            Expression::Other(_) => return Err(self.unsupported("this expression")),
        })
    }

    fn column(&mut self, name: &str) -> Result<Value, Unsupported> {
        let found = self
            .inputs
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name));
        let Some(column) = found.cloned() else {
            return Err(self.unsupported(&format!("the column `{name}`")));
        };
        self.input(&column.name, &column.ty)
    }

    /// A column of the caller, or a struct's field `column_field`
    fn input(&mut self, name: &str, ty: &Type) -> Result<Value, Unsupported> {
        let (kind, element) = match ty {
            Type::Int64 => (Kind::Integer, Element::Number),
            Type::Float64 => (Kind::Float, Element::Number),
            Type::Numeric => return Err(self.unsupported("a NUMERIC column in a TRANSFORM")),
            Type::Bool => (Kind::BoolText, Element::Text),
            Type::String | Type::Bytes | Type::DateTime | Type::Time => (Kind::Text, Element::Text),
            Type::Date => (Kind::DateText, Element::Text),
            Type::Struct(fields) => {
                return Ok(Value::Given(name.to_owned(), fields.clone()));
            }
            other => {
                return Err(self.unsupported(&format!("a column of type {other}")));
            }
        };
        let at = given(name, element, self.build);
        Ok(Value::Scalar { kind, at })
    }

    fn field(&mut self, value: Value, name: &str) -> Result<Value, Unsupported> {
        match value {
            Value::Struct(fields) => {
                let found = fields
                    .into_iter()
                    .find(|(own, _)| own.eq_ignore_ascii_case(name));
                found
                    .map(|(_, value)| value)
                    .ok_or_else(|| self.unsupported(&format!("the field `{name}`")))
            }
            Value::Given(column, fields) => {
                let found = fields.iter().find(|field| {
                    let own = field.name.as_deref();
                    own.is_some_and(|own| own.eq_ignore_ascii_case(name))
                });
                match found {
                    Some(field) => {
                        let own = field.name.as_deref().unwrap_or_default();
                        self.input(&format!("{column}_{own}"), &field.ty)
                    }
                    None => Err(self.unsupported(&format!("the field `{name}`"))),
                }
            }
            Value::Scalar { .. } | Value::List(_) => {
                Err(self.unsupported(&format!("the field `{name}`")))
            }
        }
    }

    fn case(
        &mut self,
        branches: &[(Expression, Expression)],
        otherwise: Option<&Expression>,
    ) -> Result<Value, Unsupported> {
        let mut result = match otherwise {
            Some(otherwise) => self.lower(otherwise)?,
            None => self.null(),
        };
        for (condition, value) in branches.iter().rev() {
            let condition = self.lower(condition)?;
            let test = self.test(&condition)?;
            let value = self.lower(value)?;
            result = self.choose(test, value, result)?;
        }
        Ok(result)
    }

    /// The error for what no program has, with the text that needs it
    fn unsupported(&self, what: &str) -> Unsupported {
        let text = self.items.get(self.place.clone()).unwrap_or_default();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = match text.is_empty() {
            true => format!("{what} in the model's TRANSFORM cannot be exported"),
            false => format!("{what} in the model's TRANSFORM cannot be exported: `{text}`"),
        };
        Unsupported {
            message,
            span: Some(self.place.clone()),
        }
    }
}

/// A model that is exported stands for itself: no tables, no functions
struct Nowhere;

impl Catalog for Nowhere {
    fn table(&self, path: &[String], span: Range<usize>) -> Result<Table, Error> {
        Err(unknown("table", path, span))
    }

    fn physical(&self, path: &[String], span: Range<usize>) -> Result<PhysicalName, Error> {
        Err(unknown("table", path, span))
    }

    fn schema(&self, path: &[String], span: Range<usize>) -> Result<String, Error> {
        Err(unknown("dataset", path, span))
    }

    fn model_function(&self, call: &ModelFunction) -> Result<Relation, Error> {
        Err(unknown(
            "model function",
            std::slice::from_ref(&call.function),
            call.span.clone(),
        ))
    }
}

fn unknown(what: &str, path: &[String], span: Range<usize>) -> Error {
    Error::new(
        code::SQL_UNSUPPORTED,
        format!("the {what} `{}` is not part of the model", path.join(".")),
        span,
    )
}
