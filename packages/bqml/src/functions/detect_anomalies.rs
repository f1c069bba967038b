//! `ML.DETECT_ANOMALIES`: rows that are farther from all clusters, or from what principal components say,
//! than all but a part (`contamination`) of the training rows

use googlesql::{Catalog, Column, Error, ModelFunction, Relation, Type};

use super::input::Input;
use super::predict::beside;
use super::{kinds, settings};
use crate::Model;
use crate::model::Parameters;
use crate::scoring::{self, Function};
use crate::sql::double;

/// The relation of a call
pub fn relation(
    model: &Model,
    call: &ModelFunction,
    catalog: &dyn Catalog,
) -> Result<Relation, Error> {
    settings::check(call, &["contamination"])?;
    let contamination = settings::contamination(call)?;
    let given = settings::needed_input(call)?;
    let input = Input::new(model, call, given, catalog)?;
    let scores = || scoring::call(Function::Scores, model, &input);
    let (stages, threshold, outputs) = match &model.parameters {
        Parameters::KMeans(clusters) => {
            let normalized: Vec<String> = clusters
                .clusters
                .iter()
                .zip(1..)
                .map(|(cluster, place)| {
                    let distance = format!("\"__scores\"[{place}]");
                    match cluster.radius > 0.0 {
                        true => format!("{distance} / {}", double(cluster.radius)),
                        false => format!(
                            "CASE WHEN {distance} = 0e0 THEN 0e0 ELSE CAST('Infinity' AS DOUBLE) END"
                        ),
                    }
                })
                .collect();
            let nearest = "CAST(list_position(\"__scores\", list_min(\"__scores\")) AS BIGINT)";
            let value = format!("list_min([{}])", normalized.join(", "));
            let outputs = vec![
                (
                    Column::new("normalized_distance", Type::Float64),
                    value.clone(),
                ),
                (Column::new("CENTROID_ID", Type::Int64), nearest.to_owned()),
            ];
            let threshold = clusters.normalized_distances.exceeded_by(contamination);
            (value, threshold, outputs)
        }
        Parameters::Pca(components) => {
            let value = format!("\"__scores\"[{}]", components.components.len() + 1);
            let outputs = vec![(
                Column::new("mean_squared_error", Type::Float64),
                value.clone(),
            )];
            (value, components.errors.exceeded_by(contamination), outputs)
        }
        _ => return Err(kinds::unfit(model, call, "KMEANS and PCA models")),
    };
    let verdict = format!("{stages} > {}", double(threshold));
    let mut all = vec![(Column::new("is_anomaly", Type::Bool), verdict)];
    all.extend(outputs);
    beside(&input, call, all, |given| {
        let mut items = vec![format!("{} AS \"__scores\"", scores())];
        items.extend(given.iter().cloned());
        format!(
            "SELECT\n    {}\n  FROM ({}) AS \"input\"\n",
            items.join(",\n    "),
            input.sql
        )
    })
}
