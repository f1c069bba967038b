//! The options that `CREATE MODEL` has on BigQuery, in the groups that kinds of models share, and
//! what becomes of each here

use googlesql::Value;

use crate::kind::{KINDS, Kind};

/// What an option does on this machine
#[derive(Debug, Clone, Copy)]
pub enum Support {
    /// As on BigQuery
    Used,
    /// Accepted, without effect
    Ignored(&'static str),
    /// Refused unless it has this value, which is BigQuery's default
    Unless {
        /// The value that is accepted
        off: Off,
        /// Why others are not
        reason: &'static str,
    },
    /// Refused, as BigQuery does for this model type
    Invalid(&'static str),
}

/// A value that turns an option off
#[derive(Debug, Clone, Copy)]
pub enum Off {
    /// `FALSE`
    False,
    /// No value
    Nothing,
}

/// Options by lower-case name
pub type Group = [(&'static str, Support)];

/// Of all models
const COMMON: &Group = &[
    ("model_type", Support::Used),
    ("labels", Support::Used),
    (
        "warm_start",
        Support::Unless {
            off: Off::False,
            reason: "training always starts anew",
        },
    ),
    (
        "model_registry",
        Support::Ignored("a model that is trained locally is not registered with Vertex AI"),
    ),
    (
        "vertex_ai_model_id",
        Support::Ignored("a model that is trained locally is not registered with Vertex AI"),
    ),
    (
        "vertex_ai_model_version_aliases",
        Support::Ignored("a model that is trained locally is not registered with Vertex AI"),
    ),
    (
        "kms_key_name",
        Support::Ignored("a local model file is not encrypted"),
    ),
    (
        "description",
        Support::Ignored("it is only kept with the model"),
    ),
    (
        "friendly_name",
        Support::Ignored("it is only kept with the model"),
    ),
    (
        "expiration_timestamp",
        Support::Ignored("local models do not expire"),
    ),
];

/// Of models with a label
pub const LABELLED: &Group = &[("input_label_cols", Support::Used)];

/// Of models whose rows are split
pub const SPLIT: &Group = &[
    ("data_split_method", Support::Used),
    ("data_split_eval_fraction", Support::Used),
    ("data_split_col", Support::Used),
];

/// Of models whose hyperparameters can be tuned
pub const TUNED: &Group = &[
    ("num_trials", Support::Used),
    ("max_parallel_trials", Support::Used),
    ("hparam_tuning_algorithm", Support::Used),
    ("hparam_tuning_objectives", Support::Used),
    ("data_split_test_fraction", Support::Used),
];

/// What becomes of an option of a model type, by its lower-case name
pub fn support(kind: &Kind, name: &str) -> Option<Support> {
    options(kind)
        .find(|(known, _)| *known == name)
        .map(|(_, support)| support)
}

/// Whether another model type has an option
pub fn elsewhere(name: &str) -> bool {
    KINDS.iter().any(|kind| support(kind, name).is_some())
}

/// All names of a model type's options
pub fn names(kind: &Kind) -> impl Iterator<Item = &'static str> {
    options(kind).map(|(name, _)| name)
}

/// Whether a value turns an option off
pub fn is_off(value: &Value, off: Off) -> bool {
    match off {
        Off::False => *value == Value::Bool(false),
        Off::Nothing => *value == Value::Null,
    }
}

fn options(kind: &Kind) -> impl Iterator<Item = (&'static str, Support)> {
    let own = kind.options.iter().flat_map(|group| group.iter());
    COMMON.iter().chain(own).copied()
}
