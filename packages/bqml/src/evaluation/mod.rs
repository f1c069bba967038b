//! How well a model does on the rows kept for evaluation, or on the training rows without any

mod binary;
mod multiclass;
mod regression;
mod unsupervised;

use serde::{Deserialize, Serialize};

pub use binary::{BinaryEvaluation, DEFAULT_THRESHOLD, Metrics, ScoreGroup, group, roc_auc};
pub use multiclass::{ClassMetrics, MulticlassEvaluation};
pub use regression::RegressionEvaluation;
pub use unsupervised::{ClusteringEvaluation, PcaEvaluation};

/// Metrics by kind of model
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Evaluation {
    /// A classifier of two classes
    Binary(BinaryEvaluation),
    /// A classifier of more classes
    Multiclass(MulticlassEvaluation),
    /// A model that predicts a number
    Regression(RegressionEvaluation),
    /// A model of clusters
    Clustering(ClusteringEvaluation),
    /// A model of principal components
    Pca(PcaEvaluation),
    /// None: the model was trained elsewhere, or predicts nothing
    Imported,
}

impl Evaluation {
    /// The metrics by the names that `ML.EVALUATE` gives them, with two classes cut at 0.5
    pub fn named(&self) -> Vec<(&'static str, f64)> {
        match self {
            Self::Binary(own) => {
                let metrics = own.metrics(DEFAULT_THRESHOLD);
                vec![
                    ("precision", metrics.precision),
                    ("recall", metrics.recall),
                    ("accuracy", metrics.accuracy),
                    ("f1_score", metrics.f1_score),
                    ("log_loss", metrics.log_loss),
                    ("roc_auc", metrics.roc_auc),
                ]
            }
            Self::Multiclass(own) => {
                let metrics = own.metrics();
                vec![
                    ("precision", metrics.precision),
                    ("recall", metrics.recall),
                    ("accuracy", metrics.accuracy),
                    ("f1_score", metrics.f1_score),
                    ("log_loss", own.log_loss),
                    ("roc_auc", own.roc_auc),
                ]
            }
            Self::Regression(own) => vec![
                ("mean_absolute_error", own.mean_absolute_error),
                ("mean_squared_error", own.mean_squared_error),
                ("mean_squared_log_error", own.mean_squared_log_error),
                ("median_absolute_error", own.median_absolute_error),
                ("r2_score", own.r2_score),
                ("explained_variance", own.explained_variance),
            ],
            Self::Clustering(own) => vec![
                ("davies_bouldin_index", own.davies_bouldin_index),
                ("mean_squared_distance", own.mean_squared_distance),
            ],
            Self::Pca(own) => vec![(
                "total_explained_variance_ratio",
                own.total_explained_variance_ratio,
            )],
            Self::Imported => Vec::new(),
        }
    }
}

/// JSON has no NaN
pub mod nan_as_null {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// NaN as `null`
    pub fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        value.is_finite().then_some(*value).serialize(serializer)
    }

    /// `null` as NaN
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or(f64::NAN))
    }
}
