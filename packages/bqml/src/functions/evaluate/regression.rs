//! A number: errors and how much of the label's variance is explained

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::super::input::Input;
use super::super::prediction::{Keep, Prediction};
use super::super::{kinds, settings};
use super::{columns, stored};
use crate::Model;
use crate::evaluation::RegressionEvaluation;

const COLUMNS: [&str; 6] = [
    "mean_absolute_error",
    "mean_squared_error",
    "mean_squared_log_error",
    "median_absolute_error",
    "r2_score",
    "explained_variance",
];

const FITS: &str = "models with a label";

/// The relation of a call; without input the metrics at training
pub fn relation(
    model: &Model,
    evaluation: &RegressionEvaluation,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["threshold"])?;
    settings::no_threshold(call, "classifiers of two classes")?;
    let sql = match settings::input(call)? {
        None => {
            let values = [
                evaluation.mean_absolute_error,
                evaluation.mean_squared_error,
                evaluation.mean_squared_log_error,
                evaluation.median_absolute_error,
                evaluation.r2_score,
                evaluation.explained_variance,
            ];
            stored(&COLUMNS, &values)
        }
        Some(given) => {
            let label = kinds::label(model, call, FITS)?;
            let input = Input::new(model, call, given, catalog)?;
            let truth = input.label(model, label, call, given)?;
            let Some(prediction) = Prediction::new(model, label, &input, call, Keep::Label)? else {
                return Err(kinds::unfit(model, call, FITS));
            };
            let truth = format!("CAST({truth} AS DOUBLE) AS \"__truth\"");
            computed(&prediction.query(&[truth]), &prediction.predicted)
        }
    };
    Ok(Relation {
        sql,
        columns: columns(&COLUMNS),
    })
}

fn computed(rows: &str, predicted: &str) -> String {
    let undefined = "CAST('NaN' AS DOUBLE)";
    let known = |sql: &str| format!("coalesce({sql}, {undefined})");
    let share = |part: &str| {
        known(&format!(
            "CASE WHEN var_pop(\"truth\") = 0 THEN {undefined} ELSE 1e0 - {part} / var_pop(\"truth\") END"
        ))
    };
    format!(
        "SELECT
  {absolute} AS \"mean_absolute_error\",
  {squared} AS \"mean_squared_error\",
  {logs} AS \"mean_squared_log_error\",
  {median} AS \"median_absolute_error\",
  {r2} AS \"r2_score\",
  {explained} AS \"explained_variance\"
FROM (
  SELECT \"__truth\" AS \"truth\", {predicted} AS \"predicted\", \"__truth\" - {predicted} AS \"difference\"
  FROM (
  {rows}) AS \"scored\"
  WHERE \"__truth\" IS NOT NULL
) AS \"compared\"",
        absolute = known("favg(abs(\"difference\"))"),
        squared = known("favg(\"difference\" * \"difference\")"),
        logs = known(&format!(
            "favg(CASE WHEN \"truth\" > -1e0 AND \"predicted\" > -1e0 THEN pow(ln(1e0 + \"truth\") - ln(1e0 + \"predicted\"), 2) ELSE {undefined} END)"
        )),
        median = known("median(abs(\"difference\"))"),
        r2 = share("favg(\"difference\" * \"difference\")"),
        explained = share("var_pop(\"difference\")"),
    )
}
