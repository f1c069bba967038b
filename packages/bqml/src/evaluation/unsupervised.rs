//! Metrics of models without a label, on the training rows

use serde::{Deserialize, Serialize};

use super::nan_as_null;

/// How well clusters fit
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusteringEvaluation {
    /// Number of rows
    pub rows: u64,
    /// Mean over clusters of the worst ratio of two clusters' spread to their distance; lower is better
    #[serde(with = "nan_as_null")]
    pub davies_bouldin_index: f64,
    /// Mean squared distance of rows from the nearest centroid
    pub mean_squared_distance: f64,
}

/// How much principal components say
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PcaEvaluation {
    /// Number of rows
    pub rows: u64,
    /// The part of the variance that the components explain
    pub total_explained_variance_ratio: f64,
}
