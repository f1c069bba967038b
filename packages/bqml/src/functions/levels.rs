//! What all evaluation starts from: how many rows of each class got each margin
//!
//! `levels` has the columns `probability`, `positives` and `negatives`, in no order; those of an
//! input also `margin` and `loss` (the sum of the log losses of its rows). Rows whose label is NULL
//! do not count.

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::input::Input;
use super::kinds;
use super::predict::lines;
use super::score::{Score, probability};
use crate::Model;
use crate::evaluation::BinaryEvaluation;
use crate::sql::{double, typed};

/// A query with the levels of an input that has the label
///
/// # Errors
/// `M006` at the call for input without the label or a feature
pub fn of_input(
    model: &Model,
    call: &ModelFunction,
    given: &Relation,
    catalog: &dyn Catalog,
) -> Result<String, Error> {
    let label = kinds::binary(model, call)?;
    let input = Input::new(model, call, given, catalog)?;
    let value = input.label(model, label, call, given)?;
    let Some(score) = Score::of(model, &input) else {
        return Err(kinds::unfit(model, call, "classifiers of two classes"));
    };
    let negative = typed(&label.classes[0].value, &label.ty);
    let positive = typed(&label.classes[1].value, &label.ty);
    let unknown = format!(
        "error('the label has the value ' || CAST({value} AS VARCHAR) || ', which the model was not trained with')"
    );
    Ok(format!(
        "SELECT
    \"margin\",
    {probability} AS \"probability\",
    \"positives\",
    \"negatives\",
    (\"positives\" + \"negatives\") * ln(1e0 + exp(-abs(\"margin\")))
      + CASE WHEN \"margin\" > 0e0 THEN \"negatives\" * \"margin\" ELSE -\"positives\" * \"margin\" END AS \"loss\"
  FROM (
    SELECT
      \"margin\",
      count(*) FILTER (WHERE \"truth\") AS \"positives\",
      count(*) FILTER (WHERE NOT \"truth\") AS \"negatives\"
    FROM (
      SELECT
        CASE WHEN {value} = {positive} THEN true WHEN {value} = {negative} THEN false ELSE {unknown} END AS \"truth\",
        {margin} AS \"margin\"
      FROM ({input}) AS \"input\"
{joins}      WHERE {value} IS NOT NULL
    ) AS \"scored\"
    GROUP BY \"margin\"
  ) AS \"counted\"",
        probability = probability("\"margin\""),
        margin = score.margin(0),
        input = input.sql,
        joins = lines(&score.joins),
    ))
}

/// A query with the levels of the rows that the model was evaluated on at training
pub fn of_training(evaluation: &BinaryEvaluation) -> String {
    let rows: Vec<String> = evaluation
        .scores
        .iter()
        .map(|group| {
            format!(
                "({}, {}, {})",
                double(group.score),
                group.positives,
                group.negatives
            )
        })
        .collect();
    format!(
        "SELECT * FROM (VALUES {}) AS \"levels\"(\"probability\", \"positives\", \"negatives\")",
        rows.join(", ")
    )
}

/// A `SELECT` with one row: how many rows are true and false positives and negatives (`BIGINT`s)
/// when those above the threshold are predicted positive
pub fn confusion(threshold: f64) -> String {
    let threshold = double(threshold);
    let count = |class: &str, sign: &str| {
        format!(
            "CAST(coalesce(sum(\"{class}\") FILTER (WHERE \"probability\" {sign} {threshold}), 0) AS BIGINT)"
        )
    };
    format!(
        "SELECT
    {} AS \"true_positives\",
    {} AS \"false_positives\",
    {} AS \"true_negatives\",
    {} AS \"false_negatives\"
  FROM \"levels\"",
        count("positives", ">"),
        count("negatives", ">"),
        count("negatives", "<="),
        count("positives", "<="),
    )
}
