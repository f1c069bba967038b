//! `ML.TRAINING_INFO`: a row per iteration, of clusters with `cluster_info`

use googlesql::{Column, Error, ModelFunction, Relation, Type};

use super::predict::field;
use super::settings;
use crate::Model;
use crate::model::{ClusterInfo, Parameters};
use crate::sql::{bigint, double, optional_double};

/// The relation of a call
pub fn relation(model: &Model, call: &ModelFunction) -> Result<Relation, Error> {
    settings::check(call, &[])?;
    settings::no_input(call)?;
    let clusters = matches!(model.parameters, Parameters::KMeans(_));
    let rows: Vec<String> = model
        .training
        .iter()
        .map(|iteration| {
            let mut cells = vec![
                bigint(iteration.training_run),
                bigint(iteration.iteration),
                double(iteration.loss),
            ];
            if !clusters {
                cells.push(optional_double(iteration.eval_loss));
                cells.push(optional_double(iteration.learning_rate));
            }
            cells.push(bigint(iteration.duration_ms));
            if clusters {
                cells.push(cluster_info(&iteration.clusters));
            }
            format!("({})", cells.join(", "))
        })
        .collect();
    let mut columns = vec![
        Column::new("training_run", Type::Int64),
        Column::new("iteration", Type::Int64),
        Column::new("loss", Type::Float64),
    ];
    if !clusters {
        columns.push(Column::new("eval_loss", Type::Float64));
        columns.push(Column::new("learning_rate", Type::Float64));
    }
    columns.push(Column::new("duration_ms", Type::Int64));
    if clusters {
        let info = Type::Struct(vec![
            field("centroid_id", Type::Int64),
            field("cluster_radius", Type::Float64),
            field("cluster_size", Type::Int64),
        ]);
        columns.push(Column::new("cluster_info", Type::Array(Box::new(info))));
    }
    let names: Vec<String> = columns
        .iter()
        .map(|column| format!("\"{}\"", column.name))
        .collect();
    Ok(Relation {
        sql: format!(
            "SELECT * FROM (VALUES\n  {}\n) AS \"training\"({})",
            rows.join(",\n  "),
            names.join(", ")
        ),
        columns,
    })
}

fn cluster_info(clusters: &[ClusterInfo]) -> String {
    let all: Vec<String> = clusters
        .iter()
        .map(|cluster| {
            format!(
                "{{'centroid_id': {}, 'cluster_radius': {}, 'cluster_size': {}}}",
                bigint(cluster.centroid_id),
                double(cluster.cluster_radius),
                bigint(cluster.cluster_size)
            )
        })
        .collect();
    format!("[{}]", all.join(", "))
}
