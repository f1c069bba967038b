//! `ML.PREDICT` of imported models: a column for each output, and the input's columns

use diagnostic::code;
use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::input::{Input, lacks};
use super::predict::beside;
use super::settings;
use crate::Model;
use crate::onnx::{Element, Imported, Tensor};
use crate::scoring;
use crate::sql::is_number;

/// The relation of a call
pub fn relation(
    model: &Model,
    imported: &Imported,
    input: &Input,
    call: &ModelFunction,
) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    let mut values = Vec::new();
    let mut missing = Vec::new();
    for tensor in &imported.inputs {
        match input.column(&tensor.name) {
            Some((column, value)) => values.push(cast(tensor, column, &value, call)?),
            None => missing.push(tensor.name.as_str()),
        }
    }
    if !missing.is_empty() {
        return Err(lacks(call, &missing));
    }
    let mut outputs = Vec::new();
    let mut first = 1;
    for tensor in &imported.outputs {
        let last = first + tensor.width() - 1;
        let value = match tensor.is_scalar() {
            true => format!("\"__outputs\"[{first}]"),
            false => format!("\"__outputs\"[{first}:{last}]"),
        };
        let ty = tensor.ty();
        let value = match tensor.element {
            Element::Float => value,
            Element::Integer | Element::Bool => format!("CAST({value} AS {})", ty.duckdb()),
        };
        outputs.push((Column::new(&tensor.name, ty), value));
        first = last + 1;
    }
    let called = scoring::call_with(model, &values);
    beside(input, call, outputs, |given| {
        let mut items = vec![format!("{called} AS \"__outputs\"")];
        items.extend(given.iter().cloned());
        format!(
            "SELECT\n    {}\n  FROM ({}) AS \"input\"\n",
            items.join(",\n    "),
            input.sql
        )
    })
}

/// A column as the numbers that the model reads
fn cast(
    tensor: &Tensor,
    column: &Column,
    value: &str,
    call: &ModelFunction,
) -> Result<String, Error> {
    let fits = |ty: &Type| match tensor.element {
        Element::Float | Element::Integer => is_number(ty),
        Element::Bool => *ty == Type::Bool,
    };
    let ty = &column.ty;
    match (tensor.is_scalar(), ty) {
        (true, ty) if fits(ty) => Ok(format!("CAST({value} AS DOUBLE)")),
        (false, Type::Array(element)) if fits(element) => Ok(format!("CAST({value} AS DOUBLE[])")),
        _ => Err(Error::new(
            code::MODEL_INPUT_INVALID,
            format!(
                "column `{}` of the input of `{}` is {ty}, the model takes {}",
                column.name,
                call.function,
                tensor.ty()
            ),
            call.span.clone(),
        )),
    }
}
