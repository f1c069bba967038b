//! BigQuery ML on one machine: models are trained from a query's rows, kept beside the warehouse,
//! and asked through SQL relations that stand wherever a table does
//!
//! [`train`] turns `CREATE MODEL` into a [`Model`]; [`Registry`] keeps models on disk;
//! [`Model::relation`] turns a call such as `ML.PREDICT` into a DuckDB query.

mod data;
mod functions;
mod logistic;
mod metrics;
mod model;
mod options;
mod preprocess;
mod registry;
mod sql;
mod stored_type;
mod train;

pub use data::Fingerprint;
pub use metrics::{Metrics, ScoreGroup};
pub use model::{Class, Evaluation, Iteration, Label, Model, ModelColumn, ModelName, Parameters};
pub use preprocess::{Encoding, Feature, FeatureSummary, Part};
pub use registry::Registry;
pub use stored_type::{StoredField, StoredType};
pub use train::train;
