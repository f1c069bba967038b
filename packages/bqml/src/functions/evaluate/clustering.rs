//! Clusters: the Davies–Bouldin index and the mean squared distance

use googlesql::{Catalog, Error, ModelFunction, Relation};

use super::super::input::Input;
use super::super::{kinds, settings};
use super::{columns, stored};
use crate::Model;
use crate::evaluation::ClusteringEvaluation;
use crate::kmeans::Clusters;
use crate::model::Parameters;
use crate::scoring::{self, Function};
use crate::sql::double;

const COLUMNS: [&str; 2] = ["davies_bouldin_index", "mean_squared_distance"];

/// The relation of a call; without input the metrics at training
pub fn relation(
    model: &Model,
    evaluation: &ClusteringEvaluation,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    let Parameters::KMeans(clusters) = &model.parameters else {
        return Err(kinds::unfit(model, call, "KMEANS models"));
    };
    let sql = match settings::input(call)? {
        None => {
            let values = [
                evaluation.davies_bouldin_index,
                evaluation.mean_squared_distance,
            ];
            stored(&COLUMNS, &values)
        }
        Some(given) => {
            let input = Input::new(model, call, given, catalog)?;
            let distances = scoring::call(Function::Scores, model, &input);
            computed(clusters, &distances, &input.sql)
        }
    };
    Ok(Relation {
        sql,
        columns: columns(&COLUMNS),
    })
}

/// Clusters without rows do not count
fn computed(clusters: &Clusters, distances: &str, input: &str) -> String {
    let mut apart = Vec::new();
    for (left, cluster) in clusters.clusters.iter().enumerate() {
        for (right, other) in clusters.clusters.iter().enumerate() {
            if left != right {
                let distance = clusters
                    .distance
                    .between(&cluster.centroid, &other.centroid);
                apart.push(format!(
                    "({}, {}, {})",
                    left + 1,
                    right + 1,
                    double(distance)
                ));
            }
        }
    }
    format!(
        "WITH \"nearest\" AS (
  SELECT list_min(\"distances\") AS \"distance\", list_position(\"distances\", list_min(\"distances\")) AS \"cluster\"
  FROM (SELECT {distances} AS \"distances\" FROM ({input}) AS \"input\") AS \"scored\"
), \"spreads\" AS (
  SELECT \"cluster\", favg(\"distance\") AS \"spread\"
  FROM \"nearest\"
  GROUP BY \"cluster\"
), \"worst\" AS (
  SELECT max((\"one\".\"spread\" + \"other\".\"spread\") / \"apart\".\"distance\") AS \"ratio\"
  FROM (VALUES {apart}) AS \"apart\"(\"left\", \"right\", \"distance\")
  JOIN \"spreads\" AS \"one\" ON \"one\".\"cluster\" = \"apart\".\"left\"
  JOIN \"spreads\" AS \"other\" ON \"other\".\"cluster\" = \"apart\".\"right\"
  GROUP BY \"apart\".\"left\"
)
SELECT
  (SELECT coalesce(favg(\"ratio\"), CAST('NaN' AS DOUBLE)) FROM \"worst\") AS \"davies_bouldin_index\",
  (SELECT coalesce(favg(\"distance\" * \"distance\"), CAST('NaN' AS DOUBLE)) FROM \"nearest\") AS \"mean_squared_distance\"",
        apart = apart.join(", "),
    )
}
