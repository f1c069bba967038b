//! Linear regression: by gradient descent or the normal equations

mod normal;
mod options;
mod squared;

use std::time::Instant;

use diagnostic::code;
use googlesql::Error;

use crate::descent::{self, Objective, Point};
use crate::evaluation::{Evaluation, RegressionEvaluation};
use crate::explanation::GlobalExplanation;
use crate::inference::{Estimates, Inference};
use crate::kind::{Fitted, Kind, Target, Trainer, TrainingData};
use crate::model::{Iteration, Parameters};
use crate::options::{LABELLED, SPLIT, TUNED};
use crate::preprocess::{Design, Encodings};

use options::{LinearOptions, Strategy};
use squared::SquaredLoss;

/// `LINEAR_REG`
pub const KIND: Kind = Kind {
    model_type: "LINEAR_REG",
    target: Target::Number,
    splits: true,
    options: &[LABELLED, SPLIT, TUNED, descent::OPTIONS, options::OPTIONS],
    read: |reader, warnings| Ok(Box::new(options::read(reader, warnings)?)),
};

/// The most weights that BigQuery solves the normal equations for
const WEIGHTS: usize = 10_000;

/// `AUTO_STRATEGY` wants this many rows a weight for the normal equations
const ROWS_PER_WEIGHT: usize = 10;

impl Trainer for LinearOptions {
    fn encodings(&self) -> Encodings {
        self.descent.encodings
    }

    fn fit(
        &self,
        data: TrainingData<'_>,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, Error> {
        let split = data.split;
        let failed = |message| Error::new(code::TRAINING_DATA_INVALID, message, data.span.clone());
        let part = |rows: &[u32]| Part {
            design: Design::new(data.features, &data.frame.columns, rows),
            labels: data.numbers(rows),
        };
        let training_part = part(&split.training);
        let evaluation_part = (!split.evaluation.is_empty()).then(|| part(&split.evaluation));
        // the encoded rows are all that training needs
        drop(data.frame);

        let evaluated = evaluation_part.as_ref();
        let (point, training) = match self.strategy(&training_part.design) {
            Strategy::NormalEquation => {
                solve(&training_part, evaluated, self, progress).map_err(failed)?
            }
            Strategy::Auto | Strategy::Descent => {
                descend(&training_part, evaluated, self, progress).map_err(failed)?
            }
        };
        let inference = if self.descent.p_values {
            let design = &training_part.design;
            let estimates = Estimates {
                weights: &point.weights[0],
                intercept: self.descent.fit_intercept.then_some(point.intercepts[0]),
                ridge: self.descent.l2 / 2.0 * design.rows() as f64,
            };
            let squares = training_part.loss(&point) * design.rows() as f64;
            let inference = Inference::student(design, data.features, &estimates, squares);
            Some(inference.map_err(failed)?)
        } else {
            None
        };
        let part = evaluated.unwrap_or(&training_part);
        let predictions = part.predictions(&point);
        let explanation = self
            .descent
            .explain
            .then(|| GlobalExplanation::of_number(&part.design, data.features, &point.weights[0]));
        Ok(Fitted {
            evaluation: Evaluation::Regression(RegressionEvaluation::new(
                &part.labels,
                &predictions,
                evaluated.is_some(),
            )),
            explanation,
            training,
            parameters: Parameters::LinearRegression {
                intercept: point.intercepts[0],
                weights: point.weights.into_iter().next().unwrap_or_default(),
                inference,
            },
        })
    }

    fn evaluate(&self, parameters: &Parameters, data: TrainingData<'_>) -> Option<Evaluation> {
        let Parameters::LinearRegression {
            intercept, weights, ..
        } = parameters
        else {
            return None;
        };
        let rows = &data.split.evaluation;
        let part = Part {
            design: Design::new(data.features, &data.frame.columns, rows),
            labels: data.numbers(rows),
        };
        let point = Point {
            intercepts: vec![*intercept],
            weights: vec![weights.clone()],
        };
        let predictions = part.predictions(&point);
        let evaluation = RegressionEvaluation::new(&part.labels, &predictions, true);
        Some(Evaluation::Regression(evaluation))
    }
}

impl LinearOptions {
    /// What `AUTO_STRATEGY` means on these rows: as documented, and the normal equations where
    /// p-values are asked for, since only a minimum has them
    fn strategy(&self, design: &Design) -> Strategy {
        let (rows, weights) = (design.rows(), design.width());
        let enough = rows >= ROWS_PER_WEIGHT * weights || self.descent.p_values;
        match self.strategy {
            Strategy::Auto if self.descent.l1 == 0.0 && weights <= WEIGHTS && enough => {
                Strategy::NormalEquation
            }
            Strategy::Auto => Strategy::Descent,
            given => given,
        }
    }
}

/// Encoded rows and their labels
struct Part {
    design: Design,
    labels: Vec<f64>,
}

impl Part {
    fn predictions(&self, point: &Point) -> Vec<f64> {
        let mut predictions = vec![0.0; self.labels.len()];
        let rows = 0..self.labels.len();
        let constant = point.intercepts[0];
        self.design
            .multiply(&point.weights[0], constant, rows, &mut predictions);
        predictions
    }

    fn loss(&self, point: &Point) -> f64 {
        let predictions = self.predictions(point);
        let pairs = predictions.iter().zip(&self.labels);
        let squares = pairs.map(|(prediction, label)| (prediction - label).powi(2));
        squares.sum::<f64>() / self.labels.len() as f64
    }
}

fn solve(
    training: &Part,
    evaluation: Option<&Part>,
    options: &LinearOptions,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<(Point, Vec<Iteration>), String> {
    let weights = training.design.width();
    if weights > WEIGHTS {
        return Err(format!(
            "the features have {weights} weights, the normal equations are solved for up to {WEIGHTS}; use `OPTIMIZE_STRATEGY = 'BATCH_GRADIENT_DESCENT'`"
        ));
    }
    let started = Instant::now();
    let point = normal::solve(&training.design, &training.labels, &options.descent);
    let step = Iteration {
        loss: training.loss(&point),
        eval_loss: evaluation.map(|part| part.loss(&point)),
        ..Iteration::ended(0, started)
    };
    progress(&step);
    Ok((point, vec![step]))
}

fn descend(
    training: &Part,
    evaluation: Option<&Part>,
    options: &LinearOptions,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<(Point, Vec<Iteration>), String> {
    fn objective<'a>(part: &'a Part, options: &LinearOptions) -> Objective<'a, SquaredLoss> {
        Objective::new(
            &part.design,
            SquaredLoss::new(&part.labels),
            &options.descent,
        )
    }
    let training = objective(training, options);
    let evaluation = evaluation.map(|part| objective(part, options));
    descent::descend(&training, evaluation.as_ref(), &options.descent, progress)
}
