//! Two classes: precision, recall, accuracy, f1_score, log_loss, roc_auc at a threshold

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::super::{levels, settings};
use super::{CLASSIFIER, columns, stored};
use crate::Model;
use crate::evaluation::BinaryEvaluation;

/// The relation of a call; without input the metrics at training
pub fn relation(
    model: &Model,
    evaluation: &BinaryEvaluation,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["threshold"])?;
    let threshold = settings::threshold(call)?;
    let sql = match settings::input(call)? {
        Some(given) => computed(&levels::of_input(model, call, given, catalog)?, threshold),
        None => {
            let metrics = evaluation.metrics(threshold);
            let values = [
                metrics.precision,
                metrics.recall,
                metrics.accuracy,
                metrics.f1_score,
                metrics.log_loss,
                metrics.roc_auc,
            ];
            stored(&CLASSIFIER, &values)
        }
    };
    Ok(Relation {
        sql,
        columns: columns(&CLASSIFIER),
    })
}

/// The area counts, for each positive row, the negatives below it and half of those level with it
fn computed(levels: &str, threshold: f64) -> String {
    let ratio = |part: &str, whole: &str| {
        format!(
            "CASE WHEN {whole} = 0 THEN CAST('NaN' AS DOUBLE) ELSE CAST({part} AS DOUBLE) / CAST({whole} AS DOUBLE) END"
        )
    };
    let (tp, fp) = ("\"true_positives\"", "\"false_positives\"");
    let (tn, negatives) = ("\"true_negatives\"", "\"false_negatives\"");
    format!(
        "WITH \"levels\" AS (
  {levels}
), \"confusion\" AS (
  {confusion}
), \"ranked\" AS (
  SELECT \"positives\", \"negatives\", \"loss\",
    sum(\"negatives\") OVER (ORDER BY \"margin\" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - \"negatives\" AS \"below\"
  FROM \"levels\"
), \"curve\" AS (
  SELECT
    coalesce(sum(\"positives\" * (2 * \"below\" + \"negatives\")), 0) AS \"doubled_area\",
    coalesce(2 * sum(\"positives\") * sum(\"negatives\"), 0) AS \"doubled_pairs\",
    coalesce(fsum(\"loss\"), 0e0) AS \"loss\",
    coalesce(sum(\"positives\" + \"negatives\"), 0) AS \"rows\"
  FROM \"ranked\"
)
SELECT
  {precision} AS \"precision\",
  {recall} AS \"recall\",
  {accuracy} AS \"accuracy\",
  {f1_score} AS \"f1_score\",
  {log_loss} AS \"log_loss\",
  {roc_auc} AS \"roc_auc\"
FROM \"confusion\", \"curve\"",
        confusion = levels::confusion(threshold),
        precision = ratio(tp, &format!("({tp} + {fp})")),
        recall = ratio(tp, &format!("({tp} + {negatives})")),
        accuracy = ratio(&format!("({tp} + {tn})"), "\"rows\""),
        f1_score = ratio(
            &format!("(2 * {tp})"),
            &format!("(2 * {tp} + {fp} + {negatives})")
        ),
        log_loss = ratio("\"loss\"", "\"rows\""),
        roc_auc = ratio("\"doubled_area\"", "\"doubled_pairs\""),
    )
}
