//! `ML.PREDICT`: `predicted_<label>`, for classifiers `predicted_<label>_probs` (classes in
//! descending order, so the positive of two first), and the input's columns

use googlesql::{Catalog, Column, Error, Field, ModelFunction, Relation, Type};

use super::input::{Input, reference};
use super::prediction::{Keep, Prediction};
use super::{imported, kinds, settings, unsupervised};
use crate::Model;
use crate::model::{Label, Parameters};
use crate::sql::quote_identifier;

const FITS: &str = "models with a label";

/// The relation of a call
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    let given = settings::needed_input(call)?;
    if model.parameters == Parameters::TransformOnly {
        return Err(kinds::unfit(model, call, "models that predict"));
    }
    let input = Input::new(model, call, given, catalog)?;
    match &model.parameters {
        Parameters::Onnx(imported) => return imported::relation(model, imported, &input, call),
        Parameters::KMeans(clusters) => {
            return unsupervised::clusters(model, clusters, &input, call);
        }
        Parameters::Pca(components) => {
            return unsupervised::components(model, components, input, call);
        }
        _ => settings::check(call, &["threshold"])?,
    }
    let label = kinds::label(model, call, FITS)?;
    let Some(prediction) = Prediction::new(model, label, &input, call, Keep::Label)? else {
        return Err(kinds::unfit(model, call, FITS));
    };
    let mut outputs = vec![(predicted(label), prediction.predicted.clone())];
    if !label.classes.is_empty() {
        outputs.push((probabilities(label), prediction.array()));
    }
    beside(&input, call, outputs, |first| prediction.query(first))
}

/// `predicted_<label>`
pub fn predicted(label: &Label) -> Column {
    let ty = if label.classes.is_empty() {
        Type::Float64
    } else {
        label.ty.clone()
    };
    Column::new(format!("predicted_{}", label.column), ty)
}

/// A query's own outputs, then the columns that the caller gave; `query` gives the rows that the
/// outputs' expressions are over, with further items over the alias `input`
///
/// # Errors
/// `Q008` where a given column has the name of an output
pub fn beside(
    input: &Input,
    call: &ModelFunction,
    outputs: Vec<(Column, String)>,
    query: impl FnOnce(&[String]) -> String,
) -> Result<Relation, Error> {
    let clash = input.given.iter().find(|(column, _)| {
        outputs
            .iter()
            .any(|(own, _)| own.name.eq_ignore_ascii_case(&column.name))
    });
    if let Some((column, _)) = clash {
        return Err(settings::invalid(
            call,
            format!(
                "the input of `{}` has a column `{}` already",
                call.function, column.name
            ),
        ));
    }
    let mut inner = Vec::new();
    let mut outer = Vec::new();
    let mut columns = Vec::new();
    for (column, sql) in outputs {
        outer.push(format!("{sql} AS {}", quote_identifier(&column.name)));
        columns.push(column);
    }
    for (column, inside) in &input.given {
        let name = quote_identifier(&column.name);
        inner.push(format!("{} AS {name}", reference(inside)));
        outer.push(name);
        columns.push(column.clone());
    }
    Ok(Relation {
        sql: format!(
            "SELECT\n  {}\nFROM (\n  {}) AS \"scored\"",
            outer.join(",\n  "),
            query(&inner)
        ),
        columns,
    })
}

fn probabilities(label: &Label) -> Column {
    Column::new(
        format!("predicted_{}_probs", label.column),
        Type::Array(Box::new(Type::Struct(vec![
            field("label", label.ty.clone()),
            field("prob", Type::Float64),
        ]))),
    )
}

/// Joins, each on its own line
pub fn lines(joins: &[String]) -> String {
    joins.iter().map(|join| format!("  {join}\n")).collect()
}

/// A field of a struct
pub fn field(name: &str, ty: Type) -> Field {
    Field {
        name: Some(name.to_owned()),
        ty,
    }
}
