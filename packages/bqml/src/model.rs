//! A trained model: everything that predictions and `ML.*` functions need, and how it came to be

use std::collections::BTreeMap;
use std::time::Instant;

use googlesql::{PhysicalName, Type};
use serde::{Deserialize, Serialize};

use crate::Fingerprint;
use crate::evaluation::Evaluation;
use crate::explanation::GlobalExplanation;
use crate::inference::Inference;
use crate::kmeans::Clusters;
use crate::onnx::Imported;
use crate::pca::Components;
use crate::preprocess::{Distribution, Feature, FeatureSummary};
use crate::trees::{Ensemble, Forest, Link};
use crate::tuning::Tuning;

/// The version of the model file's form; a file of another version is refused
pub const FORMAT: u32 = 2;

/// A trained model
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Version of this form, [`FORMAT`]
    pub format: u32,
    /// Where it lives
    pub name: ModelName,
    /// What was learned; its tag is the model's kind
    pub parameters: Parameters,
    /// The options as they were given, by lower-case name
    pub options: BTreeMap<String, serde_json::Value>,
    /// Options that were accepted but have no effect on this machine, one line each
    pub warnings: Vec<String>,
    /// The select list of `TRANSFORM` as written, in GoogleSQL
    pub transform: Option<String>,
    /// The same as it is applied to rows after training, see [`Model::applied_transform`]; `None` if
    /// it has no analytic functions
    #[serde(default)]
    pub fitted_transform: Option<String>,
    /// The training query, in GoogleSQL
    pub query: String,
    /// Columns of the training query, before the transform
    pub input_columns: Vec<ModelColumn>,
    /// Features in the order of the weights, after the transform
    pub features: Vec<Feature>,
    /// What `ML.FEATURE_INFO` reports, one row per feature column
    pub feature_summaries: Vec<FeatureSummary>,
    /// How the columns that a served model is given were distributed in the training rows, by name, before
    /// the transform
    #[serde(default)]
    pub input_distributions: BTreeMap<String, Distribution>,
    /// What is predicted; none where training needs no label
    pub label: Option<Label>,
    /// The column that split the data, which is no feature
    pub split_column: Option<String>,
    /// What `ML.TRAINING_INFO` reports
    pub training: Vec<Iteration>,
    /// Metrics on the evaluation split, or on the training rows without one
    pub evaluation: Evaluation,
    /// What `ML.GLOBAL_EXPLAIN` reports, with `ENABLE_GLOBAL_EXPLAIN`
    pub explanation: Option<GlobalExplanation>,
    /// Which rows it learned from
    pub data: Fingerprint,
    /// What was tried, with `NUM_TRIALS`; the best of it is in the fields above
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<Tuning>,
}

/// A model's name on DuckDB, as its file spells it
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelName {
    /// `dataset`, or `project.dataset`
    pub schema: String,
    /// The model's own name
    pub name: String,
}

impl From<&PhysicalName> for ModelName {
    fn from(name: &PhysicalName) -> Self {
        Self {
            schema: name.schema.clone(),
            name: name.name.clone(),
        }
    }
}

/// What a model learned, by kind
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
pub enum Parameters {
    /// `LOGISTIC_REG`
    #[serde(rename = "LOGISTIC_REG")]
    LogisticRegression {
        /// Constant terms on standardized features, one per row of `weights`; 0 without
        /// `FIT_INTERCEPT`
        intercepts: Vec<f64>,
        /// One weight per slot of each feature, in the features' order, on standardized features:
        /// of two classes one row, for the log-odds of the positive one; of more a row per class,
        /// in the label's order, whose margins become probabilities by softmax
        weights: Vec<Vec<f64>>,
        /// With `CALCULATE_P_VALUES`
        inference: Option<Inference>,
    },
    /// `KMEANS`
    #[serde(rename = "KMEANS")]
    KMeans(Clusters),
    /// `PCA`
    #[serde(rename = "PCA")]
    Pca(Components),
    /// `BOOSTED_TREE_*` and `RANDOM_FOREST_*`
    #[serde(rename = "TREES")]
    Trees {
        /// Which of them
        ensemble: Ensemble,
        /// Trees over the slots of the features
        forest: Forest,
    },
    /// `ONNX`
    #[serde(rename = "ONNX")]
    Onnx(Imported),
    /// `TRANSFORM_ONLY`: nothing but the statistics in [`Model::fitted_transform`]
    #[serde(rename = "TRANSFORM_ONLY")]
    TransformOnly,
    /// `LINEAR_REG`
    #[serde(rename = "LINEAR_REG")]
    LinearRegression {
        /// The constant term on standardized features; 0 without `FIT_INTERCEPT`
        intercept: f64,
        /// One weight per slot of each feature, in the features' order, on standardized features
        weights: Vec<f64>,
        /// With `CALCULATE_P_VALUES`
        inference: Option<Inference>,
    },
}

impl Parameters {
    /// The model type as `CREATE MODEL` names it
    pub fn kind(&self) -> &'static str {
        match self {
            Self::LogisticRegression { .. } => "LOGISTIC_REG",
            Self::LinearRegression { .. } => "LINEAR_REG",
            Self::KMeans(_) => "KMEANS",
            Self::Pca(_) => "PCA",
            Self::Onnx(_) => "ONNX",
            Self::TransformOnly => "TRANSFORM_ONLY",
            Self::Trees { ensemble, forest } => match (ensemble, forest.link) {
                (Ensemble::Boosted, Link::Identity) => "BOOSTED_TREE_REGRESSOR",
                (Ensemble::Boosted, _) => "BOOSTED_TREE_CLASSIFIER",
                (Ensemble::Random, Link::Identity) => "RANDOM_FOREST_REGRESSOR",
                (Ensemble::Random, _) => "RANDOM_FOREST_CLASSIFIER",
            },
        }
    }
}

/// A column of the training query
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelColumn {
    /// Its name as written
    pub name: String,
    /// Its type
    #[serde(rename = "type")]
    pub ty: Type,
}

/// What a model predicts
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The label's column
    pub column: String,
    /// The column's type
    #[serde(rename = "type")]
    pub ty: Type,
    /// Of a classifier: classes in ascending order, the last of two is the positive one; of a
    /// regressor none
    pub classes: Vec<Class>,
}

/// A value of the label
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Class {
    /// As text that casts back to the label's type
    pub value: String,
    /// How many training and evaluation rows have it
    pub rows: u64,
}

/// A step of the training
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Iteration {
    /// Always 0: there is one run
    pub training_run: i64,
    /// From 0
    pub iteration: i64,
    /// The model type's loss on the training rows after the step, without penalties: the mean
    /// (class-weighted) log loss of a classifier, the mean squared error of a regressor, the mean
    /// squared distance of clusters, the mean squared error of components
    pub loss: f64,
    /// The same on the evaluation rows, where there are any
    pub eval_loss: Option<f64>,
    /// The learning rate of the step, where the method has one
    pub learning_rate: Option<f64>,
    /// Wall time of the step in milliseconds
    pub duration_ms: i64,
    /// The clusters after the step, of a model that has them
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<ClusterInfo>,
}

/// A cluster of the training rows after a step
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterInfo {
    /// From 1
    pub centroid_id: i64,
    /// Root of the mean squared distance of its rows from the centroid
    pub cluster_radius: f64,
    /// Number of its rows
    pub cluster_size: i64,
}

impl Iteration {
    /// A step that has just ended, with nothing but its number and duration
    pub fn ended(iteration: i64, started: Instant) -> Self {
        Self {
            training_run: 0,
            iteration,
            loss: 0.0,
            eval_loss: None,
            learning_rate: None,
            duration_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
            clusters: Vec::new(),
        }
    }
}

impl Model {
    /// A model that was trained elsewhere, of which only the name and when it came are known
    pub fn without_training(name: &PhysicalName, parameters: Parameters) -> Self {
        Self {
            format: FORMAT,
            name: name.into(),
            parameters,
            options: BTreeMap::new(),
            warnings: Vec::new(),
            transform: None,
            fitted_transform: None,
            query: String::new(),
            input_columns: Vec::new(),
            features: Vec::new(),
            feature_summaries: Vec::new(),
            input_distributions: BTreeMap::new(),
            label: None,
            split_column: None,
            training: Vec::new(),
            evaluation: Evaluation::Imported,
            explanation: None,
            tuning: None,
            data: Fingerprint {
                rows: 0,
                hash: String::new(),
            },
        }
    }

    /// The select list that turns rows into features after training, in GoogleSQL
    ///
    /// It is [`Model::transform`] with each analytic function's call, such as
    /// `ML.STANDARD_SCALER(x) OVER()`, in its fitted form: a scalar function of the same arguments and
    /// of the training data's statistics as literals, `ML.FITTED_STANDARD_SCALER(x, mean, deviation)`.
    /// `googlesql::fitted` lists the forms and says what each computes.
    pub fn applied_transform(&self) -> Option<&str> {
        self.fitted_transform
            .as_deref()
            .or(self.transform.as_deref())
    }
}
