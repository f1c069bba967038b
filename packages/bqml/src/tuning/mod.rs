//! Hyperparameter tuning: several models out of the same rows, of which the best one answers

mod options;
mod relation;
mod search;
mod space;

use std::collections::BTreeMap;

use diagnostic::code;
use googlesql::{CreateModel, Error};
use serde::{Deserialize, Serialize};

use crate::Model;
use crate::data::Split;
use crate::evaluation::{self, Evaluation};
use crate::explanation::GlobalExplanation;
use crate::kind::{Fitted, TrainingData};
use crate::model::{Iteration, Parameters};

pub use options::{TuningOptions, read};

/// What a tuning tried
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuning {
    /// What was to be best, in lower case, such as `roc_auc`
    pub objective: String,
    /// In the order in which they ran
    pub trials: Vec<Trial>,
}

/// A model that was tried
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// From 1
    pub id: i64,
    /// By option, in lower case
    pub hyperparameters: BTreeMap<String, serde_json::Value>,
    /// The objective on the evaluation rows; NaN is stored as `null`
    #[serde(with = "evaluation::nan_as_null")]
    pub metric: f64,
    /// How it ended
    pub status: TrialStatus,
    /// Why it did not succeed
    pub error: Option<String>,
    /// Whether no other one is better
    pub optimal: bool,
    /// What it learned
    pub learned: Option<Learned>,
}

/// How a trial ended
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TrialStatus {
    /// It gave a model
    Succeeded,
    /// Training failed
    Failed,
    /// The hyperparameters do not go together
    Infeasible,
}

/// What a trial gave
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// What was learned
    pub parameters: Parameters,
    /// One per step
    pub training: Vec<Iteration>,
    /// On the test rows, or on the evaluation rows without any
    pub evaluation: Evaluation,
    /// What `ML.GLOBAL_EXPLAIN` reports
    pub explanation: Option<GlobalExplanation>,
}

impl Tuning {
    /// The trial that answers where none is named: the first of the best
    pub fn best(&self) -> Option<&Trial> {
        self.trials.iter().find(|trial| trial.optimal)
    }
}

impl Model {
    /// The model as a trial left it; `None` for a trial that there is not, or that did not succeed
    pub fn trial(&self, id: i64) -> Option<Self> {
        let tuning = self.tuning.as_ref()?;
        let trial = tuning.trials.iter().find(|trial| trial.id == id)?;
        let learned = trial.learned.clone()?;
        Some(Self {
            parameters: learned.parameters,
            training: learned.training,
            evaluation: learned.evaluation,
            explanation: learned.explanation,
            tuning: None,
            ..self.clone()
        })
    }
}

/// Trains the trials; `data` has the rows of all of them, and its split those that test
///
/// # Errors
/// More than half of the trials fail, with the reason of the first
pub fn run(
    options: &TuningOptions,
    create: &CreateModel,
    data: &TrainingData<'_>,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<(Fitted, Tuning), Error> {
    let mut trials: Vec<Trial> = Vec::new();
    let mut failures = Vec::new();
    let mut best: Option<(search::Point, usize)> = None;
    for number in 0..options.trials {
        let reference = best.as_ref().map(|(point, _)| point);
        let (algorithm, space) = (options.algorithm, &options.space);
        let Some(point) = search::point(algorithm, space, options.trials, number, reference) else {
            break;
        };
        let values = options.values(&point);
        let mut trial = Trial {
            id: number as i64 + 1,
            hyperparameters: values
                .iter()
                .map(|(name, value)| ((*name).to_owned(), crate::options::json(value)))
                .collect(),
            metric: f64::NAN,
            status: TrialStatus::Succeeded,
            error: None,
            optimal: false,
            learned: None,
        };
        let statement = options.statement(create, &values);
        match train(&statement, data, trial.id, progress) {
            Ok((learned, evaluated)) => {
                let metrics = evaluated.named();
                let found = metrics.iter().find(|(name, _)| *name == options.objective);
                trial.metric = found.map_or(f64::NAN, |(_, value)| *value);
                trial.learned = Some(learned);
                let better = match &best {
                    Some((_, at)) => {
                        is_better(trial.metric, trials[*at].metric, options.minimizes())
                    }
                    None => true,
                };
                if better {
                    best = Some((point, number));
                }
            }
            Err((status, error)) => {
                trial.status = status;
                trial.error = Some(error.message.clone());
                failures.push(error);
            }
        }
        trials.push(trial);
    }
    let failed = failures.len();
    let best = best.filter(|_| failed * 2 <= trials.len());
    let Some((_, best)) = best else {
        let mut error = failures.into_iter().next().unwrap_or_else(|| {
            Error::new(
                code::TRAINING_DATA_INVALID,
                "no trial was run",
                create.span.clone(),
            )
        });
        error.message = format!(
            "{failed} of {} trials failed: {}",
            trials.len(),
            error.message
        );
        return Err(error);
    };
    let metric = trials[best].metric;
    for (at, trial) in trials.iter_mut().enumerate() {
        trial.optimal = trial.learned.is_some() && (at == best || trial.metric == metric);
    }
    let Some(learned) = trials[best].learned.clone() else {
        return Err(Error::new(
            code::TRAINING_DATA_INVALID,
            "no trial succeeded",
            create.span.clone(),
        ));
    };
    let fitted = Fitted {
        parameters: learned.parameters,
        training: learned.training,
        evaluation: learned.evaluation,
        explanation: learned.explanation,
    };
    let tuning = Tuning {
        objective: options.objective.to_owned(),
        trials,
    };
    Ok((fitted, tuning))
}

/// What one trial learned, with the evaluation that counts for its objective
fn train(
    statement: &CreateModel,
    data: &TrainingData<'_>,
    id: i64,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<(Learned, Evaluation), (TrialStatus, Error)> {
    let options =
        crate::options::read(statement).map_err(|error| (TrialStatus::Infeasible, error))?;
    let part = |split| TrainingData {
        frame: data.frame.clone(),
        split,
        features: data.features,
        label: data.label,
        span: data.span,
    };
    let fitted = options
        .trainer
        .fit(part(data.split), &mut |step| {
            progress(&Iteration {
                training_run: id,
                ..step.clone()
            });
        })
        .map_err(|error| (TrialStatus::Failed, error))?;
    let tested = match data.split.test.is_empty() {
        true => None,
        false => {
            let split = Split {
                training: Vec::new(),
                evaluation: data.split.test.clone(),
                test: Vec::new(),
            };
            options.trainer.evaluate(&fitted.parameters, part(&split))
        }
    };
    let learned = Learned {
        parameters: fitted.parameters,
        training: fitted.training,
        evaluation: tested.unwrap_or_else(|| fitted.evaluation.clone()),
        explanation: fitted.explanation,
    };
    Ok((learned, fitted.evaluation))
}

/// NaN is worse than any number
fn is_better(own: f64, other: f64, minimizes: bool) -> bool {
    match minimizes {
        _ if own.is_nan() => false,
        _ if other.is_nan() => true,
        true => own < other,
        false => own > other,
    }
}
