//! Lloyd's iterations: rows go to the nearest centroid, centroids to the middle of their rows

use std::time::Instant;

use super::{Cluster, Clusters, Distance, KMeansOptions, initial, nearest};
use crate::blocks;
use crate::model::{ClusterInfo, Iteration};
use crate::preprocess::Design;
use crate::quantiles::Quantiles;

/// Rows per block; a constant, since it decides how sums round
const BLOCK: usize = 8192;

/// What training gives
pub struct Found {
    /// The clusters
    pub clusters: Clusters,
    /// Of the training rows
    pub davies_bouldin_index: f64,
    /// Of the training rows
    pub mean_squared_distance: f64,
}

/// Where each row belongs, and the sums that follow from it
struct Assignment {
    /// The cluster of each row
    clusters: Vec<u32>,
    /// The distance of each row from its centroid
    distances: Vec<f64>,
    /// Of each cluster: number of rows, sum of their slots, of their distances and of the squares
    sums: Vec<Sums>,
}

#[derive(Clone)]
struct Sums {
    rows: u64,
    slots: Vec<f64>,
    distance: f64,
    square: f64,
}

/// Finds `count` clusters of a design's rows; `marked` are the rows that a `CUSTOM` start begins at
pub fn fit(
    design: &Design,
    count: usize,
    options: &KMeansOptions,
    marked: &[usize],
    progress: &mut dyn FnMut(&Iteration),
) -> (Found, Vec<Iteration>) {
    let distance = options.distance;
    let mut centroids = initial::rows(design, count, options.initial, distance, marked);
    let mut assignment = Assignment::new(design, distance, &centroids);
    let mut training: Vec<Iteration> = Vec::new();
    let mut previous = assignment.loss();
    for iteration in 0..options.max_iterations {
        let started = Instant::now();
        assignment.fill_empty(design, distance);
        for (centroid, sums) in centroids.iter_mut().zip(&assignment.sums) {
            if sums.rows > 0 {
                *centroid = sums
                    .slots
                    .iter()
                    .map(|sum| sum / sums.rows as f64)
                    .collect();
            }
        }
        assignment = Assignment::new(design, distance, &centroids);
        let loss = assignment.loss();
        let done = Iteration {
            loss,
            clusters: assignment.infos(),
            ..Iteration::ended(iteration, started)
        };
        progress(&done);
        training.push(done);
        let stalled = previous - loss < options.min_rel_progress * previous || loss == 0.0;
        if options.early_stop && stalled {
            break;
        }
        previous = loss;
    }

    let mut clusters = Clusters {
        distance,
        clusters: centroids
            .into_iter()
            .zip(&assignment.sums)
            .map(|(centroid, sums)| Cluster {
                centroid,
                radius: sums.radius(),
                size: sums.rows,
            })
            .collect(),
        normalized_distances: Quantiles::default(),
    };
    let scores = clusters.score(design);
    let rows = scores.chunks_exact(count);
    clusters.normalized_distances =
        Quantiles::new(rows.map(|row| clusters.normalized(row)).collect());
    let spreads: Vec<Option<f64>> = assignment.sums.iter().map(Sums::spread).collect();
    let found = Found {
        davies_bouldin_index: clusters.davies_bouldin(&spreads),
        mean_squared_distance: assignment.loss(),
        clusters,
    };
    (found, training)
}

impl Assignment {
    fn new(design: &Design, distance: Distance, centroids: &[Vec<f64>]) -> Self {
        let width = design.width();
        let empty = Sums {
            rows: 0,
            slots: vec![0.0; width],
            distance: 0.0,
            square: 0.0,
        };
        let mut distances = vec![0.0; design.rows()];
        let parts = blocks::map(&mut distances, BLOCK, |range, own| {
            let mut clusters = Vec::with_capacity(range.len());
            let mut sums = vec![empty.clone(); centroids.len()];
            let mut all = vec![0.0; centroids.len()];
            design.visit(range.clone(), |row, slots| {
                for (found, centroid) in all.iter_mut().zip(centroids) {
                    *found = distance.between(slots, centroid);
                }
                let (cluster, found) = nearest(&all);
                clusters.push(cluster as u32);
                own[row - range.start] = found;
                sums[cluster].add(slots, found, distance);
            });
            (clusters, sums)
        });
        let mut clusters = Vec::with_capacity(design.rows());
        let mut sums = vec![empty; centroids.len()];
        for (own, part) in parts {
            clusters.extend(own);
            for (sum, part) in sums.iter_mut().zip(part) {
                sum.merge(&part);
            }
        }
        Self {
            clusters,
            distances,
            sums,
        }
    }

    /// Mean squared distance
    fn loss(&self) -> f64 {
        let sum: f64 = self.sums.iter().map(|sums| sums.square).sum();
        sum / self.distances.len() as f64
    }

    /// Gives clusters without rows the row that is farthest from its centroid, each another
    fn fill_empty(&mut self, design: &Design, distance: Distance) {
        for empty in 0..self.sums.len() {
            if self.sums[empty].rows > 0 {
                continue;
            }
            let farthest = (0..self.distances.len())
                .filter(|row| self.sums[self.clusters[*row] as usize].rows > 1)
                .max_by(|left, right| {
                    let by_distance = self.distances[*left].total_cmp(&self.distances[*right]);
                    // of equals the first
                    by_distance.then(right.cmp(left))
                });
            let Some(row) = farthest else {
                continue;
            };
            let slots = design.dense_row(row);
            self.sums[self.clusters[row] as usize].take(&slots, self.distances[row], distance);
            self.sums[empty].add(&slots, 0.0, distance);
            self.clusters[row] = empty as u32;
            self.distances[row] = 0.0;
        }
    }

    fn infos(&self) -> Vec<ClusterInfo> {
        let infos = self.sums.iter().zip(1..).map(|(sums, id)| ClusterInfo {
            centroid_id: id,
            cluster_radius: sums.radius(),
            cluster_size: sums.rows as i64,
        });
        infos.collect()
    }
}

impl Sums {
    fn add(&mut self, slots: &[f64], distance: f64, of: Distance) {
        self.rows += 1;
        self.distance += distance;
        self.square += distance * distance;
        self.shift(slots, unit(slots, of));
    }

    fn take(&mut self, slots: &[f64], distance: f64, of: Distance) {
        self.rows -= 1;
        self.distance -= distance;
        self.square -= distance * distance;
        self.shift(slots, -unit(slots, of));
    }

    fn shift(&mut self, slots: &[f64], by: f64) {
        for (sum, value) in self.slots.iter_mut().zip(slots) {
            *sum += by * value;
        }
    }

    fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.distance += other.distance;
        self.square += other.square;
        self.shift(&other.slots, 1.0);
    }

    fn radius(&self) -> f64 {
        match self.rows {
            0 => 0.0,
            rows => (self.square / rows as f64).sqrt(),
        }
    }

    fn spread(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.distance / self.rows as f64)
    }
}

/// What brings a row to the length at which it enters the mean
fn unit(slots: &[f64], distance: Distance) -> f64 {
    match distance {
        Distance::Euclidean => 1.0,
        Distance::Cosine => {
            let square: f64 = slots.iter().map(|value| value * value).sum();
            if square > 0.0 {
                1.0 / square.sqrt()
            } else {
                0.0
            }
        }
    }
}
