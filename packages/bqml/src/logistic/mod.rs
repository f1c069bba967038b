//! Binary logistic regression: full-batch gradient descent as BigQuery ML documents it

mod blocks;
mod descent;
mod objective;

use std::ops::Range;

use diagnostic::code;
use googlesql::Error;

use crate::data::{Frame, FrameColumn, Split};
use crate::metrics;
use crate::model::{Class, Evaluation, Iteration, Parameters};
use crate::options::{ClassWeights, LogisticOptions};
use crate::preprocess::{Design, Feature};
use objective::{Objective, Point};

/// What training gives
pub struct Fitted {
    /// Intercept and weights
    pub parameters: Parameters,
    /// One per step
    pub training: Vec<Iteration>,
    /// On the evaluation rows, or the training rows without any
    pub evaluation: Evaluation,
}

/// Trains on the split's training rows; `classes` are the label's two, ascending, whose indices
/// are the label's dictionary codes after `positive`
///
/// # Errors
/// `M002` at the option for class weights that do not fit the classes, `M005` at `span` when the
/// loss does not stay finite
pub fn fit(
    frame: Frame,
    split: &Split,
    features: &[Feature],
    labels: &Labels<'_>,
    options: &LogisticOptions,
    span: &Range<usize>,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<Fitted, Error> {
    let training_targets = labels.targets(&frame.labels, &split.training);
    let evaluation_targets = labels.targets(&frame.labels, &split.evaluation);
    let weights = class_weights(&options.class_weights, labels.classes, &training_targets)?;
    let training_design = Design::new(features, &frame.columns, &split.training);
    let evaluation_design = Design::new(features, &frame.columns, &split.evaluation);
    // the encoded rows are all that training needs
    drop(frame);
    let training = Objective::new(&training_design, training_targets, weights, options);
    let held_out = !split.evaluation.is_empty();
    let evaluation =
        held_out.then(|| Objective::new(&evaluation_design, evaluation_targets, weights, options));

    let (point, iterations) =
        descent::descend(&training, evaluation.as_ref(), options, progress)
            .map_err(|message| Error::new(code::TRAINING_DATA_INVALID, message, span.clone()))?;
    Ok(Fitted {
        evaluation: evaluate(evaluation.as_ref().unwrap_or(&training), &point, held_out),
        parameters: Parameters::LogisticRegression {
            intercept: point.intercept,
            weights: point.weights,
        },
        training: iterations,
    })
}

/// The label's classes and which dictionary code is the positive one
pub struct Labels<'a> {
    /// Ascending by the label's type
    pub classes: &'a [Class],
    /// The positive class's code in the label's dictionary
    pub positive: u32,
}

impl Labels<'_> {
    /// 1 for the positive class, 0 for the other
    fn targets(&self, labels: &FrameColumn, rows: &[u32]) -> Vec<f64> {
        match labels {
            FrameColumn::Category { codes, .. } => rows
                .iter()
                .map(|&row| f64::from(u8::from(codes[row as usize] == self.positive)))
                .collect(),
            // labels are read as one text per row
            _ => vec![0.0; rows.len()],
        }
    }
}

/// The weights of a negative and of a positive row
fn class_weights(
    weights: &ClassWeights,
    classes: &[Class],
    targets: &[f64],
) -> Result<[f64; 2], Error> {
    match weights {
        ClassWeights::Equal => Ok([1.0, 1.0]),
        ClassWeights::Balanced => {
            let rows = targets.len() as f64;
            let positives: f64 = targets.iter().sum();
            let weight = |count: f64| {
                if count == 0.0 {
                    1.0
                } else {
                    rows / (2.0 * count)
                }
            };
            Ok([weight(rows - positives), weight(positives)])
        }
        ClassWeights::Given { weights, span } => {
            let invalid =
                |message: String| Error::new(code::MODEL_OPTION_INVALID, message, span.clone());
            let names: Vec<&str> = classes.iter().map(|class| class.value.as_str()).collect();
            if let Some((name, _)) = weights.iter().find(|(name, _)| !names.contains(&&**name)) {
                return Err(invalid(format!(
                    "`class_weights` names `{name}`, which is no value of the label"
                ))
                .help(format!("the label's values are {}", names.join(", "))));
            }
            let mut found = [0.0; 2];
            for (slot, class) in found.iter_mut().zip(names) {
                *slot = weights
                    .iter()
                    .find(|(name, _)| name == class)
                    .map(|(_, weight)| *weight)
                    .ok_or_else(|| {
                        invalid(format!("`class_weights` has no weight for label `{class}`"))
                    })?;
            }
            Ok(found)
        }
    }
}

/// Metrics of the final model, each row weighing the same
fn evaluate(objective: &Objective<'_>, point: &Point, held_out: bool) -> Evaluation {
    let margins = objective.margins(point);
    let targets = objective.targets();
    let losses = margins
        .iter()
        .zip(targets)
        .map(|(margin, target)| objective::log_loss(*margin, *target));
    let log_loss = losses.sum::<f64>() / targets.len() as f64;
    let scored = margins
        .iter()
        .zip(targets)
        .map(|(margin, target)| (*margin, *target == 1.0))
        .collect();
    let groups = metrics::group(scored, objective::probability);
    Evaluation {
        held_out,
        rows: targets.len() as u64,
        log_loss,
        roc_auc: metrics::roc_auc(&groups),
        scores: metrics::condense(groups),
    }
}
