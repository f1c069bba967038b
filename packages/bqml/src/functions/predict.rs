//! `ML.PREDICT`: `predicted_<label>`, `predicted_<label>_probs` (the positive class first) and the
//! input's columns

use googlesql::{Catalog, Column, Error, Field, ModelFunction, Relation, Type};

use super::input::{Input, reference};
use super::score::{Score, probability};
use super::settings;
use crate::Model;
use crate::sql::{double, quote_identifier, typed};

/// The name of the probability inside the query
const PROBABILITY: &str = "\"__probability\"";

/// The relation of a call
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["threshold"])?;
    let threshold = settings::threshold(call)?;
    let Some(given) = settings::input(call)? else {
        return Err(settings::invalid(
            call,
            "`ML.PREDICT` needs a table or query".to_owned(),
        ));
    };
    let input = Input::new(model, call, given, catalog)?;
    let score = Score::new(model, &input);

    let label = &model.label;
    let label_type = label.ty.clone();
    let negative = typed(&label.classes[0].value, &label.ty);
    let positive = typed(&label.classes[1].value, &label.ty);
    let predicted = Column::new(format!("predicted_{}", label.column), label_type.clone());
    let probabilities = Column::new(
        format!("predicted_{}_probs", label.column),
        Type::Array(Box::new(Type::Struct(vec![
            field("label", label_type),
            field("prob", Type::Float64),
        ]))),
    );
    let clash = given.columns.iter().find(|column| {
        [&predicted, &probabilities]
            .iter()
            .any(|own| own.name.eq_ignore_ascii_case(&column.name))
    });
    if let Some(column) = clash {
        return Err(settings::invalid(
            call,
            format!(
                "the input of `ML.PREDICT` has a column `{}` already",
                column.name
            ),
        ));
    }

    let threshold = double(threshold);
    let mut inner = vec![format!("{} AS {PROBABILITY}", probability(&score.margin))];
    let mut outer = vec![
        format!(
            "CASE WHEN {PROBABILITY} > {threshold} THEN {positive} ELSE {negative} END AS {}",
            quote_identifier(&predicted.name)
        ),
        format!(
            "[{{'label': {positive}, 'prob': {PROBABILITY}}}, {{'label': {negative}, 'prob': 1e0 - {PROBABILITY}}}] AS {}",
            quote_identifier(&probabilities.name)
        ),
    ];
    let mut columns = vec![predicted, probabilities];
    for (column, inside) in input.given {
        let name = quote_identifier(&column.name);
        inner.push(format!("{} AS {name}", reference(&inside)));
        outer.push(name);
        columns.push(column);
    }
    Ok(Relation {
        sql: format!(
            "SELECT\n  {}\nFROM (\n  SELECT\n    {}\n  FROM ({}) AS \"input\"\n{}) AS \"scored\"",
            outer.join(",\n  "),
            inner.join(",\n    "),
            input.sql,
            lines(&score.joins)
        ),
        columns,
    })
}

/// Joins, each on its own line
pub fn lines(joins: &[String]) -> String {
    joins.iter().map(|join| format!("  {join}\n")).collect()
}

fn field(name: &str, ty: Type) -> Field {
    Field {
        name: Some(name.to_owned()),
        ty,
    }
}
