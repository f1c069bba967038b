//! The options that `CREATE MODEL` of a generalized linear model has on BigQuery, and what becomes
//! of each here

use googlesql::Value;

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

const OPTIONS: &[(&str, Support)] = &[
    ("model_type", Support::Used),
    ("input_label_cols", Support::Used),
    ("l1_reg", Support::Used),
    ("l2_reg", Support::Used),
    ("max_iterations", Support::Used),
    ("early_stop", Support::Used),
    ("min_rel_progress", Support::Used),
    ("learn_rate_strategy", Support::Used),
    ("learn_rate", Support::Used),
    ("ls_init_learn_rate", Support::Used),
    ("auto_class_weights", Support::Used),
    ("class_weights", Support::Used),
    ("data_split_method", Support::Used),
    ("data_split_eval_fraction", Support::Used),
    ("data_split_col", Support::Used),
    ("fit_intercept", Support::Used),
    ("category_encoding_method", Support::Used),
    (
        "optimize_strategy",
        Support::Invalid("it belongs to linear regression"),
    ),
    (
        "enable_global_explain",
        Support::Ignored("`ML.GLOBAL_EXPLAIN` runs on BigQuery only"),
    ),
    (
        "calculate_p_values",
        Support::Unless {
            off: Off::False,
            reason: "p-values are computed on BigQuery",
        },
    ),
    (
        "warm_start",
        Support::Unless {
            off: Off::False,
            reason: "training always starts anew",
        },
    ),
    (
        "num_trials",
        Support::Unless {
            off: Off::Nothing,
            reason: "hyperparameters are tuned on BigQuery",
        },
    ),
    (
        "max_parallel_trials",
        Support::Unless {
            off: Off::Nothing,
            reason: "hyperparameters are tuned on BigQuery",
        },
    ),
    (
        "hparam_tuning_algorithm",
        Support::Unless {
            off: Off::Nothing,
            reason: "hyperparameters are tuned on BigQuery",
        },
    ),
    (
        "hparam_tuning_objectives",
        Support::Unless {
            off: Off::Nothing,
            reason: "hyperparameters are tuned on BigQuery",
        },
    ),
    (
        "data_split_test_fraction",
        Support::Unless {
            off: Off::Nothing,
            reason: "it belongs to hyperparameter tuning, which runs on BigQuery",
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
    ("labels", Support::Used),
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

/// What becomes of an option, by its lower-case name
pub fn support(name: &str) -> Option<Support> {
    OPTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, support)| *support)
}

/// All names
pub fn names() -> impl Iterator<Item = &'static str> {
    OPTIONS.iter().map(|(name, _)| *name)
}

/// Whether a value turns an option off
pub fn is_off(value: &Value, off: Off) -> bool {
    match off {
        Off::False => *value == Value::Bool(false),
        Off::Nothing => *value == Value::Null,
    }
}
