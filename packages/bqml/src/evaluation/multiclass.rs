//! Metrics of a classifier of more than two classes: macro-averages over classes
//!
//! As scikit-learn averages: over the classes that occur as a label or as a prediction, where a
//! precision or recall without rows counts as 0. The area under the ROC curve is the mean over
//! classes of each against the rest, of those that have both.

use serde::{Deserialize, Serialize};

use super::nan_as_null;

/// How well a classifier of more than two classes does
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MulticlassEvaluation {
    /// Whether the rows were kept from training
    pub held_out: bool,
    /// Number of rows
    pub rows: u64,
    /// Mean of −ln of the probability given to the true class
    pub log_loss: f64,
    /// Mean area under the ROC curves of each class against the rest
    #[serde(with = "nan_as_null")]
    pub roc_auc: f64,
    /// How many rows of each class (outer) were predicted as each class (inner)
    pub confusion: Vec<Vec<u64>>,
}

/// Averages over classes
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClassMetrics {
    /// Mean share of a class's predictions that are right
    pub precision: f64,
    /// Mean share of a class's rows that are found
    pub recall: f64,
    /// Share of rows predicted right
    pub accuracy: f64,
    /// Mean of the classes' harmonic means of precision and recall
    pub f1_score: f64,
}

impl MulticlassEvaluation {
    /// Metrics that follow from the confusion; NaN without rows
    pub fn metrics(&self) -> ClassMetrics {
        let mut sums = [0.0; 3];
        let mut present = 0.0;
        let mut right = 0;
        for (class, row) in self.confusion.iter().enumerate() {
            let hits = row[class];
            let labelled: u64 = row.iter().sum();
            let predicted: u64 = self.confusion.iter().map(|row| row[class]).sum();
            right += hits;
            if labelled + predicted == 0 {
                continue;
            }
            present += 1.0;
            sums[0] += share(hits, predicted);
            sums[1] += share(hits, labelled);
            sums[2] += share(2 * hits, labelled + predicted);
        }
        ClassMetrics {
            precision: sums[0] / present,
            recall: sums[1] / present,
            accuracy: right as f64 / self.rows as f64,
            f1_score: sums[2] / present,
        }
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
