//! K-means: rows by the nearest of a few centroids

mod fit;
mod initial;
mod kind;

use serde::{Deserialize, Serialize};

use crate::options::Named;
use crate::preprocess::Design;
use crate::quantiles::Quantiles;

pub use kind::KIND;

/// Clusters of rows over the slots of the features
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clusters {
    /// How far a row is from a centroid
    pub distance: Distance,
    /// In the order of their ids, which count from 1
    pub clusters: Vec<Cluster>,
    /// Of the training rows, the smallest distance to a centroid divided by its cluster's radius
    pub normalized_distances: Quantiles,
}

/// A cluster
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    /// The mean of its rows, slot by slot; for cosine distances of the rows at length 1
    pub centroid: Vec<f64>,
    /// Root of the mean squared distance of its training rows from the centroid
    pub radius: f64,
    /// Number of training rows
    pub size: u64,
}

/// `DISTANCE_TYPE`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Distance {
    /// Root of the sum of squared differences
    Euclidean,
    /// 1 minus the cosine of the angle; 1 where a row or centroid has no direction
    Cosine,
}

/// How clusters are found
#[derive(Debug, Clone)]
pub struct KMeansOptions {
    /// `NUM_CLUSTERS`, by default the decimal logarithm of the number of rows
    pub clusters: Option<usize>,
    /// `KMEANS_INIT_METHOD`
    pub initial: Initial,
    /// `KMEANS_INIT_COL`
    pub marker: Option<Named>,
    /// `DISTANCE_TYPE`
    pub distance: Distance,
    /// `STANDARDIZE_FEATURES`
    pub standardize: bool,
    /// `MAX_ITERATIONS`
    pub max_iterations: i64,
    /// `EARLY_STOP`
    pub early_stop: bool,
    /// `MIN_REL_PROGRESS`
    pub min_rel_progress: f64,
}

/// `KMEANS_INIT_METHOD`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Initial {
    /// `RANDOM`: rows by chance
    Random,
    /// `KMEANS++`: rows by chance, likelier the farther they are from those chosen before
    PlusPlus,
    /// `CUSTOM`: the rows where `KMEANS_INIT_COL` is TRUE
    Custom,
}

impl Distance {
    /// Between a row and a centroid
    pub fn between(self, row: &[f64], centroid: &[f64]) -> f64 {
        match self {
            Self::Euclidean => row
                .iter()
                .zip(centroid)
                .map(|(left, right)| (left - right).powi(2))
                .sum::<f64>()
                .sqrt(),
            Self::Cosine => {
                let (mut product, mut left, mut right) = (0.0, 0.0, 0.0);
                for (a, b) in row.iter().zip(centroid) {
                    product += a * b;
                    left += a * a;
                    right += b * b;
                }
                if left == 0.0 || right == 0.0 {
                    return 1.0;
                }
                // rounding may take the cosine past 1
                (1.0 - product / (left * right).sqrt()).max(0.0)
            }
        }
    }
}

impl Clusters {
    /// A row's distance from each centroid
    pub fn distances(&self, slots: &[f64], distances: &mut [f64]) {
        for (distance, cluster) in distances.iter_mut().zip(&self.clusters) {
            *distance = self.distance.between(slots, &cluster.centroid);
        }
    }

    /// Distances of all rows, row after row
    pub fn score(&self, design: &Design) -> Vec<f64> {
        let width = self.clusters.len();
        let mut all = vec![0.0; design.rows() * width];
        design.visit(0..design.rows(), |row, slots| {
            self.distances(slots, &mut all[row * width..(row + 1) * width]);
        });
        all
    }

    /// The smallest of a row's distances, each divided by its cluster's radius; infinite where all
    /// clusters are points
    pub fn normalized(&self, distances: &[f64]) -> f64 {
        let normalized = distances
            .iter()
            .zip(&self.clusters)
            .map(|(distance, cluster)| match (*distance, cluster.radius) {
                (0.0, _) => 0.0,
                (distance, radius) => distance / radius,
            });
        normalized.fold(f64::INFINITY, f64::min)
    }

    /// The Davies–Bouldin index of clusters whose rows are `spreads` from their centroids on average;
    /// clusters without rows, `None`, do not count. NaN for fewer than two clusters
    pub fn davies_bouldin(&self, spreads: &[Option<f64>]) -> f64 {
        let filled: Vec<(&Cluster, f64)> = self
            .clusters
            .iter()
            .zip(spreads)
            .filter_map(|(cluster, spread)| spread.map(|spread| (cluster, spread)))
            .collect();
        if filled.len() < 2 {
            return f64::NAN;
        }
        let mut sum = 0.0;
        for (index, (cluster, spread)) in filled.iter().enumerate() {
            let others = filled
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != index);
            let worst = others.map(|(_, (other, wide))| {
                let apart = self.distance.between(&cluster.centroid, &other.centroid);
                (spread + wide) / apart
            });
            sum += worst.fold(0.0, f64::max);
        }
        sum / filled.len() as f64
    }
}

/// The index and distance of the nearest centroid, the first of equals
pub fn nearest(distances: &[f64]) -> (usize, f64) {
    let mut found = (0, f64::INFINITY);
    for (index, distance) in distances.iter().enumerate() {
        if *distance < found.1 {
            found = (index, *distance);
        }
    }
    found
}
