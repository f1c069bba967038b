//! How much features matter to a model as a whole

use serde::{Deserialize, Serialize};

use crate::preprocess::{Design, Feature};

/// What `ENABLE_GLOBAL_EXPLAIN` computes: mean absolute attributions over the evaluated rows
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GlobalExplanation {
    /// Of the model as a whole, largest first
    pub features: Vec<Attribution>,
    /// Of each class, in the label's order; empty for regressors
    pub classes: Vec<Vec<Attribution>>,
}

/// A feature and what it adds to a prediction
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The feature's name
    pub feature: String,
    /// On the scale of what the model predicts; log-odds for a classifier
    pub attribution: f64,
}

impl GlobalExplanation {
    /// Of a regressor with one weight per slot of the design
    pub fn of_number(design: &Design, features: &[Feature], weights: &[f64]) -> Self {
        Self::of_means(features, design.mean_contributions(weights))
    }

    /// Of a classifier, with the weights of the one margin of two classes, or of each class
    pub fn of_classes(design: &Design, features: &[Feature], weights: &[Vec<f64>]) -> Self {
        let each = weights.iter();
        let each: Vec<Vec<f64>> = each
            .map(|weights| design.mean_contributions(weights))
            .collect();
        Self::of_class_means(features, &each)
    }

    /// Of a regressor, from the mean of what each feature adds without sign
    pub fn of_means(features: &[Feature], means: Vec<f64>) -> Self {
        Self {
            features: rank(features, means),
            classes: Vec::new(),
        }
    }

    /// Of a classifier, from such means of the one margin of two classes, or of each class
    pub fn of_class_means(features: &[Feature], each: &[Vec<f64>]) -> Self {
        let means = (0..features.len()).map(|feature| {
            let sum: f64 = each.iter().map(|means| means[feature]).sum();
            sum / each.len() as f64
        });
        let of_class = |means: &Vec<f64>| rank(features, means.clone());
        let classes = match each {
            // what speaks for one speaks against the other
            [margin] => vec![of_class(margin), of_class(margin)],
            each => each.iter().map(of_class).collect(),
        };
        Self {
            features: rank(features, means.collect()),
            classes,
        }
    }
}

/// The largest first; of equal ones in the order of the features
pub fn rank(features: &[Feature], attributions: Vec<f64>) -> Vec<Attribution> {
    let mut ranked: Vec<Attribution> = features
        .iter()
        .zip(attributions)
        .map(|(feature, attribution)| Attribution {
            feature: feature.name.clone(),
            attribution,
        })
        .collect();
    ranked.sort_by(|left, right| right.attribution.total_cmp(&left.attribution));
    ranked
}
