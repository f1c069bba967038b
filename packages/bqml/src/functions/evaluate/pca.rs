//! Principal components: how much of the training rows' variance they explain

use googlesql::{Error, ModelFunction, Relation};

use super::super::settings;
use super::{columns, stored};
use crate::evaluation::PcaEvaluation;

const COLUMNS: [&str; 1] = ["total_explained_variance_ratio"];

/// The relation of a call, which takes no rows
pub fn relation(evaluation: &PcaEvaluation, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    settings::no_input(call)?;
    Ok(Relation {
        sql: stored(&COLUMNS, &[evaluation.total_explained_variance_ratio]),
        columns: columns(&COLUMNS),
    })
}
