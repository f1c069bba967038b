//! Which kinds of models a function takes

use diagnostic::code;
use googlesql::{Error, ModelFunction};

use crate::Model;
use crate::evaluation::Evaluation;
use crate::model::Label;

/// The error for a kind of model that a function does not take; `fits` says which it does, such as
/// `LINEAR_REG models`
pub fn unfit(model: &Model, call: &ModelFunction, fits: &str) -> Error {
    Error::new(
        code::INVALID_ARGUMENTS,
        format!(
            "`{}` takes {fits}, `{}` is {}",
            call.function,
            call.model.join("."),
            described(model)
        ),
        call.span.clone(),
    )
}

/// The label of a classifier of two classes
///
/// # Errors
/// `Q008` for another model
pub fn binary<'a>(model: &'a Model, call: &ModelFunction) -> Result<&'a Label, Error> {
    match &model.label {
        Some(label) if label.classes.len() == 2 => Ok(label),
        _ => Err(unfit(model, call, "classifiers of two classes")),
    }
}

/// The label of a model that has one; `fits` as for [`unfit`]
///
/// # Errors
/// `Q008` for a model without
pub fn label<'a>(model: &'a Model, call: &ModelFunction, fits: &str) -> Result<&'a Label, Error> {
    model.label.as_ref().ok_or_else(|| unfit(model, call, fits))
}

fn described(model: &Model) -> String {
    let kind = model.parameters.kind();
    match (&model.evaluation, &model.label) {
        (Evaluation::Multiclass(_), Some(label)) => {
            format!("a {kind} model with {} classes", label.classes.len())
        }
        _ => format!("a {kind} model"),
    }
}
