//! Metrics of a model that predicts a number

use serde::{Deserialize, Serialize};

use super::nan_as_null;

/// How well a regressor does
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegressionEvaluation {
    /// Whether the rows were kept from training
    pub held_out: bool,
    /// Number of rows
    pub rows: u64,
    /// Mean of |label − prediction|
    pub mean_absolute_error: f64,
    /// Mean of (label − prediction)²
    pub mean_squared_error: f64,
    /// Mean of (ln(1 + label) − ln(1 + prediction))²; NaN where one is not above −1
    #[serde(with = "nan_as_null")]
    pub mean_squared_log_error: f64,
    /// Median of |label − prediction|; of an even number of rows the mean of the middle two
    pub median_absolute_error: f64,
    /// 1 − Σ (label − prediction)² / Σ (label − mean)²; NaN for labels that are all the same
    #[serde(with = "nan_as_null")]
    pub r2_score: f64,
    /// 1 − variance of (label − prediction) / variance of the label
    #[serde(with = "nan_as_null")]
    pub explained_variance: f64,
}

impl RegressionEvaluation {
    /// From labels and predictions of the same rows, of which there is at least one
    pub fn new(labels: &[f64], predictions: &[f64], held_out: bool) -> Self {
        let count = labels.len() as f64;
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count;
        let pairs = || labels.iter().copied().zip(predictions.iter().copied());
        let errors = || pairs().map(|(label, prediction)| label - prediction);
        let mean_label = mean(&mut labels.iter().copied());
        let mean_error = mean(&mut errors());
        let variance = mean(&mut labels.iter().map(|label| (label - mean_label).powi(2)));
        let error_variance = mean(&mut errors().map(|error| (error - mean_error).powi(2)));
        let squared = mean(&mut errors().map(|error| error * error));
        let logs = pairs().map(|(label, prediction)| {
            if label > -1.0 && prediction > -1.0 {
                (label.ln_1p() - prediction.ln_1p()).powi(2)
            } else {
                f64::NAN
            }
        });
        let share = |part: f64| {
            if variance == 0.0 {
                f64::NAN
            } else {
                1.0 - part / variance
            }
        };
        Self {
            held_out,
            rows: labels.len() as u64,
            mean_absolute_error: mean(&mut errors().map(f64::abs)),
            mean_squared_error: squared,
            mean_squared_log_error: mean(&mut { logs }),
            median_absolute_error: median(errors().map(f64::abs).collect()),
            r2_score: share(squared),
            explained_variance: share(error_variance),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if even {
        f64::midpoint(
            below.iter().copied().fold(f64::NEG_INFINITY, f64::max),
            upper,
        )
    } else {
        upper
    }
}
