//! What `CREATE MODEL` needs to know of a model type: its options, its label, how it trains

use std::fmt::Debug;
use std::ops::Range;

use googlesql::Error;

use crate::data::{Frame, FrameColumn, NULL, Split};
use crate::evaluation::Evaluation;
use crate::explanation::GlobalExplanation;
use crate::model::{Iteration, Label, Parameters};
use crate::options::{Named, Reader, Support};
use crate::preprocess::{Encodings, Feature};
use crate::{kmeans, linear, logistic, pca, trees};

/// A model type that is trained here
#[derive(Debug)]
pub struct Kind {
    /// As `MODEL_TYPE` names it
    pub model_type: &'static str,
    /// What it predicts
    pub target: Target,
    /// Whether rows are split into training and evaluation
    pub splits: bool,
    /// Its options besides those of all models, by lower-case name
    pub options: &'static [&'static [(&'static str, Support)]],
    /// Reads the options; those that have no effect add a warning
    pub read: ReadOptions,
}

/// From the options of a statement to what trains with them, and warnings
pub type ReadOptions = fn(&Reader<'_>, &mut Vec<String>) -> Result<Box<dyn Trainer>, Error>;

/// What a kind of model predicts
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One of two classes or more
    Classes,
    /// A number
    Number,
    /// Nothing: there is no label
    Nothing,
}

/// The kinds, in the order in which messages name them
pub const KINDS: &[&Kind] = &[
    &logistic::KIND,
    &linear::KIND,
    &kmeans::KIND,
    &pca::KIND,
    &trees::BOOSTED_CLASSIFIER,
    &trees::BOOSTED_REGRESSOR,
    &trees::FOREST_CLASSIFIER,
    &trees::FOREST_REGRESSOR,
];

/// A model type with its options, ready to train
pub trait Trainer: Debug {
    /// How features become numbers
    fn encodings(&self) -> Encodings;

    /// A BOOL column that marks rows for the training and is no feature
    fn marker(&self) -> Option<&Named> {
        None
    }

    /// Trains; `progress` hears of every iteration
    ///
    /// # Errors
    /// `M002` at an option that does not fit the data, `M005` at the statement where training
    /// fails on the data
    fn fit(
        &self,
        data: TrainingData<'_>,
        progress: &mut dyn FnMut(&Iteration),
    ) -> Result<Fitted, Error>;

    /// How well what was learned does on the evaluation rows, which it need not know; `None` of a
    /// model type that only training can evaluate
    fn evaluate(&self, parameters: &Parameters, data: TrainingData<'_>) -> Option<Evaluation> {
        let _ = (parameters, data);
        None
    }
}

/// What a trainer is given; at least one row trains
#[derive(Debug)]
pub struct TrainingData<'a> {
    /// All rows; dropped as soon as they are encoded
    pub frame: Frame,
    /// Which rows train and which evaluate
    pub split: &'a Split,
    /// The fitted features, one per column of the frame
    pub features: &'a [Feature],
    /// What is predicted, unless [`Target::Nothing`]
    pub label: Option<&'a Label>,
    /// The statement
    pub span: &'a Range<usize>,
}

/// What training gives
#[derive(Debug)]
pub struct Fitted {
    /// What was learned
    pub parameters: Parameters,
    /// One per step
    pub training: Vec<Iteration>,
    /// On the evaluation rows, or the training rows without any
    pub evaluation: Evaluation,
    /// On the same rows, where the options ask for it
    pub explanation: Option<GlobalExplanation>,
}

impl TrainingData<'_> {
    /// The class of each of some rows, as an index into the label's classes
    pub fn classes(&self, rows: &[u32]) -> Vec<u32> {
        let Some(FrameColumn::Category { codes, dictionary }) = &self.frame.labels else {
            return Vec::new();
        };
        let classes = self.label.map_or(&[][..], |label| label.classes.as_slice());
        let index_of = |value: &String| {
            let index = classes.iter().position(|class| class.value == *value);
            index.map_or(NULL, |index| index as u32)
        };
        let indices: Vec<u32> = dictionary.iter().map(index_of).collect();
        rows.iter()
            .map(|&row| indices[codes[row as usize] as usize])
            .collect()
    }

    /// The label of each of some rows, where it is a number
    pub fn numbers(&self, rows: &[u32]) -> Vec<f64> {
        let Some(FrameColumn::Number(values)) = &self.frame.labels else {
            return Vec::new();
        };
        rows.iter().map(|&row| values[row as usize]).collect()
    }
}
