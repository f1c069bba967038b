//! BigQuery ML on one machine: models are trained from a query's rows, kept beside the warehouse,
//! and asked through SQL relations that stand wherever a table does
//!
//! [`train`] turns `CREATE MODEL` into a [`Model`]; [`Registry`] keeps models on disk;
//! [`Model::relation`] turns a call such as `ML.PREDICT` into a DuckDB query.
//!
//! Training and the functions follow BigQuery ML's reference. What that does not publish is chosen
//! here, each where it is done; `docs/bigquery-ml.md` lists the choices.

mod blocks;
mod data;
mod descent;
mod evaluation;
mod explanation;
mod functions;
mod inference;
mod kind;
mod linear;
mod logistic;
mod model;
mod options;
mod preprocess;
pub mod program;
mod registry;
pub mod scorer;
mod sql;
mod symmetric;
mod train;
mod transform;

pub use data::Fingerprint;
pub use evaluation::{
    BinaryEvaluation, ClassMetrics, Evaluation, Metrics, MulticlassEvaluation,
    RegressionEvaluation, ScoreGroup,
};
pub use explanation::{Attribution, GlobalExplanation};
pub use inference::{Inference, Significance};
pub use model::{Class, Iteration, Label, Model, ModelColumn, ModelName, Parameters};
pub use preprocess::{Distribution, Encoding, Feature, FeatureSummary, NumberSummary, Part};
pub use registry::{Registry, Version};
pub use scorer::Scorer;
pub use train::train;
pub use transform::fit_transform;
