//! Boosted trees and random forests as kinds of models

use diagnostic::code;
use googlesql::Error;

use super::bins::Bins;
use super::boost::{Rows, boost};
use super::objective::Targets;
use super::options::{self, BOOSTED, CLASSIFIER, FOREST, TREES};
use super::shapley::{attributions, owners};
use super::{Ensemble, Forest, Link, TreeOptions};
use crate::evaluation::{Evaluation, RegressionEvaluation};
use crate::explanation::GlobalExplanation;
use crate::kind::{Fitted, Kind, Target, Trainer, TrainingData};
use crate::logistic::{ClassWeights, evaluate_binary, evaluate_softmax, weights_of_classes};
use crate::model::{Iteration, Parameters};
use crate::options::{LABELLED, SPLIT, TUNED};
use crate::preprocess::{Design, Encoding, Encodings, Feature, encode_each};

/// `BOOSTED_TREE_CLASSIFIER`
pub const BOOSTED_CLASSIFIER: Kind = Kind {
    model_type: "BOOSTED_TREE_CLASSIFIER",
    target: Target::Classes,
    splits: true,
    options: &[LABELLED, SPLIT, TUNED, TREES, BOOSTED, CLASSIFIER],
    read: |reader, _| Ok(Box::new(options::read(reader, Ensemble::Boosted, true)?)),
};

/// `BOOSTED_TREE_REGRESSOR`
pub const BOOSTED_REGRESSOR: Kind = Kind {
    model_type: "BOOSTED_TREE_REGRESSOR",
    target: Target::Number,
    splits: true,
    options: &[LABELLED, SPLIT, TUNED, TREES, BOOSTED],
    read: |reader, _| Ok(Box::new(options::read(reader, Ensemble::Boosted, false)?)),
};

/// `RANDOM_FOREST_CLASSIFIER`
pub const FOREST_CLASSIFIER: Kind = Kind {
    model_type: "RANDOM_FOREST_CLASSIFIER",
    target: Target::Classes,
    splits: true,
    options: &[LABELLED, SPLIT, TUNED, TREES, FOREST, CLASSIFIER],
    read: |reader, _| Ok(Box::new(options::read(reader, Ensemble::Random, true)?)),
};

/// `RANDOM_FOREST_REGRESSOR`
pub const FOREST_REGRESSOR: Kind = Kind {
    model_type: "RANDOM_FOREST_REGRESSOR",
    target: Target::Number,
    splits: true,
    options: &[LABELLED, SPLIT, TUNED, TREES, FOREST],
    read: |reader, _| Ok(Box::new(options::read(reader, Ensemble::Random, false)?)),
};

/// Trees with what they take
#[derive(Debug)]
pub struct TreeTrainer {
    /// Boosted trees, or a random forest
    pub ensemble: Ensemble,
    /// How the ensemble is trained
    pub options: TreeOptions,
    /// How features become numbers
    pub encodings: Encodings,
    /// `AUTO_CLASS_WEIGHTS` and `CLASS_WEIGHTS`
    pub class_weights: ClassWeights,
    /// `ENABLE_GLOBAL_EXPLAIN`
    pub explain: bool,
}

/// The most columns that the indexes of vectors may become
const VECTOR_SLOTS: usize = 10_000;

impl Trainer for TreeTrainer {
    fn encodings(&self) -> Encodings {
        self.encodings
    }

    fn fit(
        &self,
        data: TrainingData<'_>,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, Error> {
        let failed = |message| Error::new(code::TRAINING_DATA_INVALID, message, data.span.clone());
        let (split, features) = (data.split, data.features);
        let widths: Vec<usize> = features.iter().map(Feature::width).collect();
        if widths.iter().sum::<usize>() > VECTOR_SLOTS
            && features
                .iter()
                .any(|one| matches!(one.encoding, Encoding::Vector { .. }))
        {
            return Err(failed(format!(
                "trees take vectors of up to {VECTOR_SLOTS} indexes in all"
            )));
        }
        let classes = data.label.map_or(&[][..], |label| label.classes.as_slice());
        let (link, groups) = match classes.len() {
            0 => (Link::Identity, 1),
            2 => (Link::Logistic, 1),
            several => (Link::Softmax, several),
        };
        let training_classes = match link {
            Link::Identity => Vec::new(),
            _ => data.classes(&split.training),
        };
        let class_weights = weights_of_classes(&self.class_weights, classes, &training_classes)?;
        let targets = |rows: &[u32]| {
            let values = label_values(link, &data, rows);
            let weight = |value: &f64| class_weights.get(*value as usize).copied().unwrap_or(1.0);
            Targets {
                weights: match link {
                    Link::Identity => vec![1.0; values.len()],
                    _ => values.iter().map(weight).collect(),
                },
                values,
            }
        };
        let columns = &data.frame.columns;
        let each = encode_each(features, columns, &split.training);
        let bins = Bins::new(&each, split.training.len(), &widths, self.options.bins);
        drop(each);
        let held_out = !split.evaluation.is_empty();
        let held_out_rows = held_out.then(|| {
            let each = encode_each(features, columns, &split.evaluation);
            Rows {
                bins: bins.like(&each, split.evaluation.len(), &widths),
                targets: targets(&split.evaluation),
            }
        });
        let evaluated = if held_out {
            &split.evaluation
        } else {
            &split.training
        };
        let design = Design::new(features, columns, evaluated);
        let training = Rows {
            bins,
            targets: targets(&split.training),
        };
        // the encoded rows are all that training needs
        drop(data.frame);
        let rows = held_out_rows.as_ref();
        let (forest, iterations) =
            boost(&training, rows, link, groups, &self.options, progress).map_err(failed)?;
        let labels = &held_out_rows.as_ref().unwrap_or(&training).targets.values;
        Ok(Fitted {
            evaluation: evaluate(&forest, &design, labels, held_out),
            explanation: self.explain.then(|| explain(&forest, &design, features)),
            training: iterations,
            parameters: Parameters::Trees {
                ensemble: self.ensemble,
                forest,
            },
        })
    }

    fn evaluate(&self, parameters: &Parameters, data: TrainingData<'_>) -> Option<Evaluation> {
        let Parameters::Trees { forest, .. } = parameters else {
            return None;
        };
        let rows = &data.split.evaluation;
        let design = Design::new(data.features, &data.frame.columns, rows);
        let labels = label_values(forest.link, &data, rows);
        Some(evaluate(forest, &design, &labels, true))
    }
}

/// The labels of rows: numbers, or indexes of classes
fn label_values(link: Link, data: &TrainingData<'_>, rows: &[u32]) -> Vec<f64> {
    match link {
        Link::Identity => data.numbers(rows),
        Link::Logistic | Link::Softmax => {
            let classes = data.classes(rows);
            classes.into_iter().map(f64::from).collect()
        }
    }
}

fn evaluate(forest: &Forest, design: &Design, values: &[f64], held_out: bool) -> Evaluation {
    let (rows, groups) = (design.rows(), forest.groups());
    let mut margins = vec![0.0; rows * groups];
    for (row, own) in forest.score(design).chunks_exact(groups).enumerate() {
        for (group, margin) in own.iter().enumerate() {
            margins[group * rows + row] = *margin;
        }
    }
    let labels = || -> Vec<u32> { values.iter().map(|value| *value as u32).collect() };
    match forest.link {
        Link::Identity => {
            Evaluation::Regression(RegressionEvaluation::new(values, &margins, held_out))
        }
        Link::Logistic => evaluate_binary(&margins, &labels(), held_out),
        Link::Softmax => evaluate_softmax(&margins, &labels(), groups, held_out),
    }
}

/// Mean absolute attributions over rows
fn explain(forest: &Forest, design: &Design, features: &[Feature]) -> GlobalExplanation {
    let owners = owners(features);
    let mut sums = vec![vec![0.0; features.len()]; forest.groups()];
    design.visit(0..design.rows(), |_, slots| {
        let found = attributions(forest, slots, &owners, features.len());
        for (sums, own) in sums.iter_mut().zip(&found.features) {
            for (sum, attribution) in sums.iter_mut().zip(own) {
                *sum += attribution.abs();
            }
        }
    });
    let rows = design.rows() as f64;
    for sums in &mut sums {
        for sum in sums {
            *sum /= rows;
        }
    }
    match forest.link {
        Link::Identity => GlobalExplanation::of_means(features, sums.swap_remove(0)),
        Link::Logistic | Link::Softmax => GlobalExplanation::of_class_means(features, &sums),
    }
}
