//! More than two classes: macro-averages, see [`MulticlassEvaluation`]

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::super::{classes, settings};
use super::{CLASSIFIER, columns, stored};
use crate::Model;
use crate::evaluation::MulticlassEvaluation;

/// The relation of a call; without input the metrics at training
pub fn relation(
    model: &Model,
    evaluation: &MulticlassEvaluation,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["threshold"])?;
    settings::no_threshold(call, "classifiers of two classes")?;
    let sql = match settings::input(call)? {
        Some(given) => {
            let scored = classes::of_input(model, call, given, catalog)?;
            computed(&scored, evaluation.confusion.len())
        }
        None => {
            let metrics = evaluation.metrics();
            let values = [
                metrics.precision,
                metrics.recall,
                metrics.accuracy,
                metrics.f1_score,
                evaluation.log_loss,
                evaluation.roc_auc,
            ];
            stored(&CLASSIFIER, &values)
        }
    };
    Ok(Relation {
        sql,
        columns: columns(&CLASSIFIER),
    })
}

/// The area counts, for each row of a class, the rows of others below it and half of those level
/// with it
fn computed(scored: &str, count: usize) -> String {
    let mean = |part: &str, whole: &str| {
        format!(
            "coalesce(favg(CASE WHEN {whole} = 0 THEN 0e0 ELSE CAST({part} AS DOUBLE) / CAST({whole} AS DOUBLE) END) FILTER (WHERE \"labelled\" + \"predicted\" > 0), CAST('NaN' AS DOUBLE))"
        )
    };
    format!(
        "WITH \"scored\" AS (
  {scored}
), \"pairs\" AS (
  SELECT \"class\", \"truth\", \"predicted\", \"probabilities\"[\"class\" + 1] AS \"probability\"
  FROM \"scored\" CROSS JOIN range({count}) AS \"classes\"(\"class\")
), \"levels\" AS (
  SELECT \"class\", \"probability\",
    count(*) FILTER (WHERE \"truth\" = \"class\") AS \"positives\",
    count(*) FILTER (WHERE \"truth\" <> \"class\") AS \"negatives\"
  FROM \"pairs\"
  GROUP BY \"class\", \"probability\"
), \"ranked\" AS (
  SELECT \"class\", \"positives\", \"negatives\",
    sum(\"negatives\") OVER (PARTITION BY \"class\" ORDER BY \"probability\" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) - \"negatives\" AS \"below\"
  FROM \"levels\"
), \"areas\" AS (
  SELECT CAST(sum(\"positives\" * (2 * \"below\" + \"negatives\")) AS DOUBLE) / CAST(2 * sum(\"positives\") * sum(\"negatives\") AS DOUBLE) AS \"area\"
  FROM \"ranked\"
  GROUP BY \"class\"
  HAVING sum(\"positives\") > 0 AND sum(\"negatives\") > 0
), \"counts\" AS (
  SELECT \"class\",
    count(*) FILTER (WHERE \"truth\" = \"class\" AND \"predicted\" = \"class\") AS \"hits\",
    count(*) FILTER (WHERE \"truth\" = \"class\") AS \"labelled\",
    count(*) FILTER (WHERE \"predicted\" = \"class\") AS \"predicted\"
  FROM \"pairs\"
  GROUP BY \"class\"
)
SELECT
  {precision} AS \"precision\",
  {recall} AS \"recall\",
  coalesce(CAST(sum(\"hits\") AS DOUBLE) / CAST(sum(\"labelled\") AS DOUBLE), CAST('NaN' AS DOUBLE)) AS \"accuracy\",
  {f1_score} AS \"f1_score\",
  (SELECT coalesce(favg(\"loss\"), CAST('NaN' AS DOUBLE)) FROM \"scored\") AS \"log_loss\",
  (SELECT coalesce(favg(\"area\"), CAST('NaN' AS DOUBLE)) FROM \"areas\") AS \"roc_auc\"
FROM \"counts\"",
        precision = mean("\"hits\"", "\"predicted\""),
        recall = mean("\"hits\"", "\"labelled\""),
        f1_score = mean("(2 * \"hits\")", "(\"labelled\" + \"predicted\")"),
    )
}
