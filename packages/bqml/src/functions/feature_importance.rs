//! `ML.FEATURE_IMPORTANCE` of trees: how often each feature splits, and what that gains and covers on
//! average

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::{kinds, settings};
use crate::Model;
use crate::model::Parameters;
use crate::sql::{bigint, double, quote_string};
use crate::trees;

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    settings::no_input(call)?;
    let Parameters::Trees { forest, .. } = &model.parameters else {
        return Err(kinds::unfit(model, call, "models of trees"));
    };
    let rows: Vec<String> = trees::importance(forest, &model.features)
        .iter()
        .map(|one| {
            format!(
                "({}, {}, {}, {})",
                quote_string(&one.feature),
                bigint(one.weight as i64),
                double(one.gain),
                double(one.cover)
            )
        })
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"importance\"(\"feature\", \"importance_weight\", \"importance_gain\", \"importance_cover\")",
            rows.join(",\n  ")
        ),
        columns: vec![
            Column::new("feature", Type::String),
            Column::new("importance_weight", Type::Int64),
            Column::new("importance_gain", Type::Float64),
            Column::new("importance_cover", Type::Float64),
        ],
    })
}
