//! Metrics of a binary classifier, from probabilities and labels

use serde::{Deserialize, Serialize};

use super::nan_as_null;

/// The most [`ScoreGroup`]s that are kept; above that neighbours are merged
const GROUPS: usize = 10_000;

/// The threshold that is kept exact when groups are merged
pub const DEFAULT_THRESHOLD: f64 = 0.5;

/// How well a classifier of two classes does
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BinaryEvaluation {
    /// Whether the rows were kept from training
    pub held_out: bool,
    /// Number of rows
    pub rows: u64,
    /// Mean log loss, each row weighing the same
    pub log_loss: f64,
    /// Area under the ROC curve; NaN where one class is missing is stored as `null`
    #[serde(with = "nan_as_null")]
    pub roc_auc: f64,
    /// The predicted probabilities of the positive class, ascending, with the labels they fell on;
    /// exact up to 10,000 different ones
    pub scores: Vec<ScoreGroup>,
}

impl BinaryEvaluation {
    /// From the log-odds of each row, whether it is positive, and its log loss
    pub fn new(
        scored: Vec<(f64, bool)>,
        log_loss: f64,
        probability: fn(f64) -> f64,
        held_out: bool,
    ) -> Self {
        let rows = scored.len() as u64;
        let groups = group(scored, probability);
        Self {
            held_out,
            rows,
            log_loss,
            roc_auc: roc_auc(&groups),
            scores: condense(groups),
        }
    }

    /// The metrics with the classes cut at `threshold`
    pub fn metrics(&self, threshold: f64) -> Metrics {
        Metrics::at(self, threshold)
    }
}

/// The rows that got one margin
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ScoreGroup {
    /// Probability of the positive class; of a merged group the largest
    pub score: f64,
    /// Rows of the positive class
    pub positives: u64,
    /// Rows of the negative class
    pub negatives: u64,
}

/// What `ML.EVALUATE` reports of a binary classifier
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Metrics {
    /// TP / (TP + FP), NaN where nothing was predicted positive
    pub precision: f64,
    /// TP / (TP + FN), NaN where nothing is positive
    pub recall: f64,
    /// (TP + TN) / all
    pub accuracy: f64,
    /// 2 TP / (2 TP + FP + FN)
    pub f1_score: f64,
    /// Mean of −ln of the probability given to the true class
    pub log_loss: f64,
    /// Area under the ROC curve, NaN where one class is missing
    pub roc_auc: f64,
}

/// Rows by true and predicted class
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Confusion {
    /// Positive, predicted positive
    pub true_positives: u64,
    /// Negative, predicted positive
    pub false_positives: u64,
    /// Negative, predicted negative
    pub true_negatives: u64,
    /// Positive, predicted negative
    pub false_negatives: u64,
}

impl Metrics {
    /// The metrics with the classes cut at `threshold`
    fn at(evaluation: &BinaryEvaluation, threshold: f64) -> Self {
        let confusion = Confusion::at(&evaluation.scores, threshold);
        let Confusion {
            true_positives: tp,
            false_positives: fp,
            true_negatives: tn,
            false_negatives: negatives,
        } = confusion;
        let ratio = |part: u64, whole: u64| part as f64 / whole as f64;
        Self {
            precision: ratio(tp, tp + fp),
            recall: ratio(tp, tp + negatives),
            accuracy: ratio(tp + tn, tp + tn + fp + negatives),
            f1_score: ratio(2 * tp, 2 * tp + fp + negatives),
            log_loss: evaluation.log_loss,
            roc_auc: evaluation.roc_auc,
        }
    }
}

impl Confusion {
    /// A row is predicted positive when its probability is above the threshold
    pub fn at(groups: &[ScoreGroup], threshold: f64) -> Self {
        let mut confusion = Self::default();
        for group in groups {
            if group.score > threshold {
                confusion.true_positives += group.positives;
                confusion.false_positives += group.negatives;
            } else {
                confusion.true_negatives += group.negatives;
                confusion.false_negatives += group.positives;
            }
        }
        confusion
    }
}

/// Rows grouped by equal margin (log-odds), ascending; `probability` turns margins into scores
///
/// Margins, since very different ones round to the same probability near 0 and 1.
pub fn group(mut scored: Vec<(f64, bool)>, probability: fn(f64) -> f64) -> Vec<ScoreGroup> {
    scored.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
    let mut groups: Vec<ScoreGroup> = Vec::new();
    let mut level = f64::NAN;
    for (margin, positive) in scored {
        if margin != level {
            level = margin;
            groups.push(ScoreGroup {
                score: probability(margin),
                positives: 0,
                negatives: 0,
            });
        }
        if let Some(last) = groups.last_mut() {
            last.positives += u64::from(positive);
            last.negatives += u64::from(!positive);
        }
    }
    groups
}

/// Area under the ROC curve through average ranks (Mann–Whitney): a positive row counts the
/// negatives below it, and half of those level with it
pub fn roc_auc(groups: &[ScoreGroup]) -> f64 {
    let mut below = 0.0;
    let mut won = 0.0;
    let mut positives = 0.0;
    for group in groups {
        won += group.positives as f64 * (below + group.negatives as f64 / 2.0);
        below += group.negatives as f64;
        positives += group.positives as f64;
    }
    won / (positives * below)
}

/// At most 10,000 groups, merged so that each has about as many rows; never across 0.5
pub fn condense(groups: Vec<ScoreGroup>) -> Vec<ScoreGroup> {
    if groups.len() <= GROUPS {
        return groups;
    }
    let rows: u64 = groups.iter().map(|g| g.positives + g.negatives).sum();
    let wanted = rows.div_ceil(GROUPS as u64 - 1);
    let mut condensed: Vec<ScoreGroup> = Vec::with_capacity(GROUPS);
    for group in groups {
        match condensed.last_mut() {
            Some(last)
                if last.positives + last.negatives < wanted
                    && (last.score > DEFAULT_THRESHOLD) == (group.score > DEFAULT_THRESHOLD) =>
            {
                last.score = group.score;
                last.positives += group.positives;
                last.negatives += group.negatives;
            }
            _ => condensed.push(group),
        }
    }
    condensed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn condensing_keeps_rows_order_and_the_default_threshold(
            scores in proptest::collection::vec((0.0..1.0, any::<bool>()), 10_000..30_000),
        ) {
            let groups = group(scores, |score| score);
            let condensed = condense(groups.clone());
            prop_assert!(condensed.len() <= GROUPS);
            prop_assert!(condensed.windows(2).all(|pair| pair[0].score < pair[1].score));
            prop_assert_eq!(
                Confusion::at(&condensed, DEFAULT_THRESHOLD),
                Confusion::at(&groups, DEFAULT_THRESHOLD)
            );
            prop_assert!((roc_auc(&condensed) - roc_auc(&groups)).abs() < 1e-3);
        }
    }

    #[test]
    fn areas_of_known_orders() {
        let area = |scores: &[(f64, bool)]| roc_auc(&group(scores.to_vec(), |score| score));
        assert_eq!(area(&[(0.1, false), (0.9, true)]), 1.0);
        assert_eq!(area(&[(0.1, true), (0.9, false)]), 0.0);
        assert_eq!(area(&[(0.5, true), (0.5, false)]), 0.5);
        assert_eq!(
            area(&[(0.3, true), (0.3, false), (0.6, true), (0.1, false)]),
            0.875
        );
        assert!(area(&[(0.3, true)]).is_nan());
    }
}
