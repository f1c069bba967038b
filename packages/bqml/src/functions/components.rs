//! `ML.PRINCIPAL_COMPONENTS`, a row per component and feature, and `ML.PRINCIPAL_COMPONENT_INFO`, how much
//! each component says

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::{kinds, settings, slots};
use crate::Model;
use crate::model::Parameters;
use crate::pca::Components;
use crate::sql::{bigint, double};

/// The relation of a call of `ML.PRINCIPAL_COMPONENTS`
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    let components = components(model, call)?;
    let mut rows = Vec::new();
    for (component, id) in components.components.iter().zip(0..) {
        let own = slots::rows(&model.features, &component.direction, false);
        rows.extend(own.iter().map(|row| format!("({}, {row})", bigint(id))));
    }
    let mut columns = vec![Column::new("principal_component_id", Type::Int64)];
    columns.extend(slots::columns());
    Ok(relation_of(&rows, columns))
}

/// The relation of a call of `ML.PRINCIPAL_COMPONENT_INFO`
pub fn info(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    let components = components(model, call)?;
    let mut cumulative = 0.0;
    let rows = components
        .components
        .iter()
        .zip(0..)
        .map(|(component, id)| {
            let explained = components.explained(component);
            cumulative += explained;
            format!(
                "({}, {}, {}, {})",
                bigint(id),
                double(component.eigenvalue),
                double(explained),
                double(cumulative)
            )
        });
    let rows: Vec<String> = rows.collect();
    let mut columns = vec![Column::new("principal_component_id", Type::Int64)];
    let numbers = [
        "eigenvalue",
        "explained_variance_ratio",
        "cumulative_explained_variance_ratio",
    ];
    columns.extend(numbers.iter().map(|name| Column::new(*name, Type::Float64)));
    Ok(relation_of(&rows, columns))
}

fn components<'a>(model: &'a Model, call: &ModelFunction) -> Result<&'a Components, Error> {
    settings::check(call, &[])?;
    settings::no_input(call)?;
    match &model.parameters {
        Parameters::Pca(components) => Ok(components),
        _ => Err(kinds::unfit(model, call, "PCA models")),
    }
}

fn relation_of(rows: &[String], columns: Vec<Column>) -> Relation {
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"components\"({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        columns,
    }
}
