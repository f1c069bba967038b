//! Logistic regression: full-batch gradient descent as BigQuery ML documents it, on the log-odds
//! of two classes or by softmax over more

mod binary;
mod options;
mod softmax;
mod weights;

use diagnostic::code;
use googlesql::Error;

use crate::data::Split;
use crate::descent::{self, Loss, Objective, Point};
use crate::evaluation::Evaluation;
use crate::explanation::GlobalExplanation;
use crate::inference::{Estimates, Inference};
use crate::kind::{Fitted, Kind, Target, Trainer, TrainingData};
use crate::model::{Iteration, Parameters};
use crate::options::{LABELLED, SPLIT, TUNED};
use crate::preprocess::{Design, Encodings, Feature};

pub use binary::evaluate_margins as evaluate_binary;
pub use options::{ClassWeights, class_weights};
pub use softmax::evaluate_margins as evaluate_softmax;
pub use weights::of_classes as weights_of_classes;

use binary::BinaryLoss;
use options::LogisticOptions;
use softmax::SoftmaxLoss;

/// `LOGISTIC_REG`
pub const KIND: Kind = Kind {
    model_type: "LOGISTIC_REG",
    target: Target::Classes,
    splits: true,
    options: &[LABELLED, SPLIT, TUNED, descent::OPTIONS, options::OPTIONS],
    read: |reader, _| Ok(Box::new(options::read(reader)?)),
};

/// The most classes that BigQuery takes
const CLASSES: usize = 50;

impl Trainer for LogisticOptions {
    fn encodings(&self) -> Encodings {
        self.descent.encodings
    }

    fn fit(
        &self,
        data: TrainingData<'_>,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, Error> {
        let TrainingData {
            split,
            features,
            label,
            span,
            ..
        } = data;
        let classes = label.map_or(&[][..], |label| label.classes.as_slice());
        if classes.len() > CLASSES {
            return Err(Error::new(
                code::TRAINING_DATA_INVALID,
                format!(
                    "the label has {} values, a logistic regression takes {CLASSES}",
                    classes.len()
                ),
                span.clone(),
            ));
        }
        if classes.len() > 2 && self.descent.p_values {
            return Err(Error::new(
                code::TRAINING_DATA_INVALID,
                format!(
                    "the label has {} values, `calculate_p_values` needs one of two",
                    classes.len()
                ),
                span.clone(),
            ));
        }
        let labels = Parts {
            training: data.classes(&split.training),
            evaluation: data.classes(&split.evaluation),
        };
        let weights = weights::of_classes(&self.class_weights, classes, &labels.training)?;
        let designs = Parts {
            training: Design::new(features, &data.frame.columns, &split.training),
            evaluation: Design::new(features, &data.frame.columns, &split.evaluation),
        };
        // the encoded rows are all that training needs
        drop(data.frame);
        let work = Work {
            options: self,
            designs: &designs,
            labels: &labels,
            split,
            features,
        };
        let trained = if classes.len() == 2 {
            work.binary([weights[0], weights[1]], progress)
        } else {
            work.multiclass(&weights, progress)
        };
        trained.map_err(|message| Error::new(code::TRAINING_DATA_INVALID, message, span.clone()))
    }

    fn evaluate(&self, parameters: &Parameters, data: TrainingData<'_>) -> Option<Evaluation> {
        let Parameters::LogisticRegression {
            intercepts,
            weights,
            ..
        } = parameters
        else {
            return None;
        };
        let rows = &data.split.evaluation;
        let labels = data.classes(rows);
        let design = Design::new(data.features, &data.frame.columns, rows);
        let point = Point {
            intercepts: intercepts.clone(),
            weights: weights.clone(),
        };
        Some(match weights.len() {
            1 => binary::evaluate(&design, &labels, &point, true),
            _ => softmax::evaluate(&design, &labels, &point, true),
        })
    }
}

/// Something of the training rows and of the evaluation rows
struct Parts<T> {
    training: T,
    evaluation: T,
}

impl<T> Parts<T> {
    /// What is evaluated
    fn evaluated(&self, held_out: bool) -> &T {
        if held_out {
            &self.evaluation
        } else {
            &self.training
        }
    }
}

/// Encoded rows, ready to be learned from
struct Work<'a> {
    options: &'a LogisticOptions,
    designs: &'a Parts<Design>,
    labels: &'a Parts<Vec<u32>>,
    split: &'a Split,
    features: &'a [Feature],
}

impl Work<'_> {
    fn binary(
        &self,
        weights: [f64; 2],
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, String> {
        let held_out = !self.split.evaluation.is_empty();
        let loss = |labels: &[u32]| BinaryLoss::new(labels, weights);
        let (point, training) = self.descend(loss, progress)?;
        let design = self.designs.evaluated(held_out);
        let evaluation =
            binary::evaluate(design, self.labels.evaluated(held_out), &point, held_out);
        let explanation = self.explain(design, &point);
        let inference = if self.options.descent.p_values {
            Some(self.infer(weights, &point)?)
        } else {
            None
        };
        Ok(Fitted {
            parameters: Parameters::LogisticRegression {
                intercepts: point.intercepts,
                weights: point.weights,
                inference,
            },
            training,
            evaluation,
            explanation,
        })
    }

    fn multiclass(
        &self,
        weights: &[f64],
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, String> {
        let held_out = !self.split.evaluation.is_empty();
        let loss = |labels: &[u32]| SoftmaxLoss::new(labels, weights);
        let (point, training) = self.descend(loss, progress)?;
        let design = self.designs.evaluated(held_out);
        let labels = self.labels.evaluated(held_out);
        let evaluation = softmax::evaluate(design, labels, &point, held_out);
        let explanation = self.explain(design, &point);
        Ok(Fitted {
            parameters: Parameters::LogisticRegression {
                intercepts: point.intercepts,
                weights: point.weights,
                inference: None,
            },
            training,
            evaluation,
            explanation,
        })
    }

    fn descend<L: Loss>(
        &self,
        loss: impl Fn(&[u32]) -> L,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<(Point, Vec<Iteration>), String> {
        let options = &self.options.descent;
        let objective = |design, labels: &[u32]| Objective::new(design, loss(labels), options);
        let training = objective(&self.designs.training, &self.labels.training);
        let evaluation = (!self.split.evaluation.is_empty())
            .then(|| objective(&self.designs.evaluation, &self.labels.evaluation));
        descent::descend(&training, evaluation.as_ref(), options, progress)
    }

    fn infer(&self, weights: [f64; 2], point: &Point) -> Result<Inference, String> {
        let options = &self.options.descent;
        let design = &self.designs.training;
        let labels = &self.labels.training;
        let total: f64 = labels.iter().map(|&label| weights[label as usize]).sum();
        let estimates = Estimates {
            weights: &point.weights[0],
            intercept: options.fit_intercept.then_some(point.intercepts[0]),
            ridge: options.l2 * total,
        };
        let curvature = binary::curvature(design, labels, weights, point);
        Inference::wald(design, self.features, &estimates, curvature)
    }

    fn explain(&self, design: &Design, point: &Point) -> Option<GlobalExplanation> {
        self.options
            .descent
            .explain
            .then(|| GlobalExplanation::of_classes(design, self.features, &point.weights))
    }
}
