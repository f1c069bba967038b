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
mod export;
mod functions;
mod inference;
mod kind;
mod kmeans;
mod linear;
mod logistic;
mod model;
mod onnx;
mod options;
mod pca;
mod preprocess;
pub mod program;
mod quantiles;
mod registry;
mod remote;
pub mod scorer;
mod scoring;
mod sql;
mod symmetric;
mod train;
mod transform;
mod trees;
mod tuning;
mod xgboost;

pub use data::Fingerprint;
pub use evaluation::{
    BinaryEvaluation, ClassMetrics, ClusteringEvaluation, Evaluation, Metrics,
    MulticlassEvaluation, PcaEvaluation, RegressionEvaluation, ScoreGroup,
};
pub use explanation::{Attribution, GlobalExplanation};
pub use export::{ExportFormat, export};
pub use inference::{Inference, Significance};
pub use kmeans::{Cluster, Clusters, Distance};
pub use model::{Class, ClusterInfo, Iteration, Label, Model, ModelColumn, ModelName, Parameters};
pub use onnx::{Element, Imported, Tensor, import};
pub use options::json as option_json;
pub use pca::{Component, Components};
pub use preprocess::{Distribution, Encoding, Feature, FeatureSummary, NumberSummary, Part};
pub use registry::{Registry, Version};
pub use remote::RemoteModel;
pub use scorer::Scorer;
pub use scoring::register;
pub use train::train;
pub use transform::fit_transform;
pub use trees::{Ensemble, Forest, Link, Tree};
pub use tuning::{Learned, Trial, TrialStatus, Tuning};
