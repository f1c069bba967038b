//! K-means: the nearest centroids of a row

use crate::kmeans::{Clusters, Distance};
use crate::program::{Binary, Builder, Comparison, List, NodeId, Unary};

/// How many of the nearest centroids `ML.PREDICT` gives
const NEAREST: usize = 5;

/// `CENTROID_ID`, and the ids and distances of the nearest centroids, nearest first
pub fn outputs(clusters: &Clusters, slots: NodeId, build: &mut Builder) -> Vec<(String, NodeId)> {
    let count = clusters.clusters.len();
    let distances: Vec<NodeId> = clusters
        .clusters
        .iter()
        .map(|cluster| distance(clusters.distance, &cluster.centroid, slots, build))
        .collect();
    let distances = build.stack(distances);
    let ids = List::Indices((1..=count as i64).collect());
    let order = build.order(distances);
    let ranked = build.pick_column(distances, order);
    let ranked_ids = build.pick(ids.clone(), order);
    let mut nearest = |matrix| {
        let columns = (0..NEAREST.min(count)).map(|at| build.column(matrix, at));
        let columns = columns.collect();
        build.stack(columns)
    };
    let (nearest_ids, nearest_distances) = (nearest(ranked_ids), nearest(ranked));
    let closeness = build.unary(Unary::Negate, distances);
    let first = build.arg_max(closeness);
    let id = build.pick(ids, first);
    vec![
        ("CENTROID_ID".to_owned(), build.stack(vec![id])),
        (
            "NEAREST_CENTROIDS_DISTANCE.CENTROID_ID".to_owned(),
            nearest_ids,
        ),
        (
            "NEAREST_CENTROIDS_DISTANCE.DISTANCE".to_owned(),
            nearest_distances,
        ),
    ]
}

fn distance(kind: Distance, centroid: &[f64], slots: NodeId, build: &mut Builder) -> NodeId {
    match kind {
        Distance::Euclidean => {
            let centroid = build.row(centroid.to_vec());
            let apart = build.subtract(slots, centroid);
            let squares = build.multiply(apart, apart);
            let sum = build.sum(squares);
            build.unary(Unary::SquareRoot, sum)
        }
        Distance::Cosine => cosine(centroid, slots, build),
    }
}

/// 1 minus the cosine; 1 where a row or the centroid has no direction
fn cosine(centroid: &[f64], slots: NodeId, build: &mut Builder) -> NodeId {
    let length: f64 = centroid.iter().map(|part| part * part).sum();
    let (zero, one) = (build.number(0.0), build.number(1.0));
    let table: Vec<Vec<f64>> = centroid.iter().map(|part| vec![*part]).collect();
    let product = build.matmul(slots, &table);
    let product = build.column(product, 0);
    let squares = build.multiply(slots, slots);
    let own = build.sum(squares);
    let length = build.number(length);
    let both = build.multiply(own, length);
    let root = build.unary(Unary::SquareRoot, both);
    let cosine = build.divide(product, root);
    let apart = build.subtract(one, cosine);
    // rounding may take the cosine past 1
    let apart = build.binary(Binary::Maximum, apart, zero);
    let nowhere = build.compare(Comparison::Equal, both, zero);
    build.select(nowhere, one, apart)
}
