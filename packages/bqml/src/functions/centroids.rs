//! `ML.CENTROIDS`: a row per centroid and feature; on the scale of the input by default, of
//! standardized features with `STRUCT(true AS standardize)`

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::{kinds, settings, slots};
use crate::Model;
use crate::model::Parameters;
use crate::sql::bigint;

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &["standardize"])?;
    settings::no_input(call)?;
    let standardized = settings::flag(call, "standardize")?;
    let Parameters::KMeans(clusters) = &model.parameters else {
        return Err(kinds::unfit(model, call, "KMEANS models"));
    };
    let mut rows = Vec::new();
    for (cluster, id) in clusters.clusters.iter().zip(1..) {
        let own = slots::rows(&model.features, &cluster.centroid, !standardized);
        rows.extend(own.iter().map(|row| format!("({}, {row})", bigint(id))));
    }
    let mut columns = vec![Column::new("centroid_id", Type::Int64)];
    columns.extend(slots::columns());
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"centroids\"(\"centroid_id\", \"feature\", \"numerical_value\", \"categorical_value\")",
            rows.join(",\n  ")
        ),
        columns,
    })
}
