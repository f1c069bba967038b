//! `ML.TRAINING_INFO`: a row per iteration

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::settings;
use crate::Model;
use crate::sql::{bigint, double, optional_double};

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    settings::no_input(call)?;
    let rows: Vec<String> = model
        .training
        .iter()
        .map(|iteration| {
            format!(
                "({}, {}, {}, {}, {}, {})",
                bigint(iteration.training_run),
                bigint(iteration.iteration),
                double(iteration.loss),
                optional_double(iteration.eval_loss),
                optional_double(iteration.learning_rate),
                bigint(iteration.duration_ms)
            )
        })
        .collect();
    let columns = vec![
        Column::new("training_run", Type::Int64),
        Column::new("iteration", Type::Int64),
        Column::new("loss", Type::Float64),
        Column::new("eval_loss", Type::Float64),
        Column::new("learning_rate", Type::Float64),
        Column::new("duration_ms", Type::Int64),
    ];
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"training\"({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        columns,
    })
}
