//! `ML.ROC_CURVE`: the confusion at many thresholds, by default the different percentiles (0 to
//! 100) of the predicted probabilities

use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use super::{kinds, levels, settings};
use crate::Model;
use crate::evaluation::Evaluation;
use crate::sql::double;

/// The relation of a call; without input that of the rows evaluated at training
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["thresholds"])?;
    let Evaluation::Binary(evaluation) = &model.evaluation else {
        return Err(kinds::unfit(model, call, "classifiers of two classes"));
    };
    let levels = match settings::input(call)? {
        Some(given) => levels::of_input(model, call, given, catalog)?,
        None => levels::of_training(evaluation),
    };
    let thresholds = match settings::thresholds(call)? {
        Some(thresholds) => {
            let values: Vec<String> = thresholds.into_iter().map(double).collect();
            format!("SELECT unnest([{}]) AS \"threshold\"", values.join(", "))
        }
        None => PERCENTILES.to_owned(),
    };
    let counts = [
        "true_positives",
        "false_positives",
        "true_negatives",
        "false_negatives",
    ];
    let mut columns: Vec<Column> = ["threshold", "recall", "false_positive_rate"]
        .iter()
        .map(|name| Column::new(*name, Type::Float64))
        .collect();
    columns.extend(counts.iter().map(|name| Column::new(*name, Type::Int64)));
    Ok(Relation {
        sql: format!(
            "WITH \"levels\" AS (
  {levels}
), \"cumulative\" AS (
  SELECT \"probability\",
    sum(\"positives\") OVER \"upward\" AS \"positives\",
    sum(\"negatives\") OVER \"upward\" AS \"negatives\",
    sum(\"positives\") OVER () AS \"all_positives\",
    sum(\"negatives\") OVER () AS \"all_negatives\"
  FROM \"levels\"
  WINDOW \"upward\" AS (ORDER BY \"probability\")
), \"thresholds\" AS (
  {thresholds}
), \"totals\" AS (
  SELECT coalesce(sum(\"positives\"), 0) AS \"all_positives\", coalesce(sum(\"negatives\"), 0) AS \"all_negatives\"
  FROM \"levels\"
), \"cut\" AS (
  SELECT \"threshold\",
    coalesce(\"cumulative\".\"positives\", 0) AS \"false_negatives\",
    coalesce(\"cumulative\".\"negatives\", 0) AS \"true_negatives\",
    \"totals\".\"all_positives\",
    \"totals\".\"all_negatives\"
  FROM \"thresholds\"
  CROSS JOIN \"totals\"
  ASOF LEFT JOIN \"cumulative\" ON \"thresholds\".\"threshold\" >= \"cumulative\".\"probability\"
)
SELECT
  \"threshold\",
  {recall} AS \"recall\",
  {false_positive_rate} AS \"false_positive_rate\",
  CAST(\"all_positives\" - \"false_negatives\" AS BIGINT) AS \"true_positives\",
  CAST(\"all_negatives\" - \"true_negatives\" AS BIGINT) AS \"false_positives\",
  CAST(\"true_negatives\" AS BIGINT) AS \"true_negatives\",
  CAST(\"false_negatives\" AS BIGINT) AS \"false_negatives\"
FROM \"cut\"
ORDER BY \"threshold\" DESC",
            recall = rate("all_positives", "false_negatives"),
            false_positive_rate = rate("all_negatives", "true_negatives"),
        ),
        columns,
    })
}

/// The smallest probability that at least so many hundredths of the rows do not exceed
const PERCENTILES: &str = "SELECT DISTINCT \"cumulative\".\"probability\" AS \"threshold\"
  FROM (
    SELECT greatest(1, ceil((\"all_positives\" + \"all_negatives\") * \"percent\" / 100)) AS \"row\"
    FROM (SELECT any_value(\"all_positives\") AS \"all_positives\", any_value(\"all_negatives\") AS \"all_negatives\" FROM \"cumulative\") AS \"all\"
    CROSS JOIN range(101) AS \"percents\"(\"percent\")
  ) AS \"percentiles\"
  ASOF JOIN \"cumulative\" ON \"percentiles\".\"row\" <= \"cumulative\".\"positives\" + \"cumulative\".\"negatives\"";

fn rate(all: &str, below: &str) -> String {
    format!(
        "CASE WHEN \"{all}\" = 0 THEN CAST('NaN' AS DOUBLE) ELSE CAST(\"{all}\" - \"{below}\" AS DOUBLE) / CAST(\"{all}\" AS DOUBLE) END"
    )
}
