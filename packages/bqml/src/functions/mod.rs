//! `ML.*` functions: each a DuckDB query with the columns and types that BigQuery documents

mod advanced_weights;
mod centroids;
mod classes;
mod components;
mod confusion_matrix;
mod detect_anomalies;
mod evaluate;
mod explain_predict;
mod feature_importance;
mod feature_info;
mod global_explain;
mod imported;
mod input;
mod kinds;
mod levels;
mod predict;
mod prediction;
mod roc_curve;
mod score;
mod settings;
mod slots;
mod training_info;
mod transform;
mod unsupervised;
mod weights;

pub use input::Input;

use diagnostic::code;
use googlesql::{Catalog, Error, ModelFunction, Relation};

use crate::Model;

pub(crate) use settings::check as check_settings;

/// What is answered here
const SUPPORTED: &[&str] = &[
    "ML.PREDICT",
    "ML.TRANSFORM",
    "ML.TRIAL_INFO",
    "ML.EXPLAIN_PREDICT",
    "ML.EVALUATE",
    "ML.ROC_CURVE",
    "ML.CONFUSION_MATRIX",
    "ML.WEIGHTS",
    "ML.ADVANCED_WEIGHTS",
    "ML.GLOBAL_EXPLAIN",
    "ML.TRAINING_INFO",
    "ML.FEATURE_INFO",
    "ML.FEATURE_IMPORTANCE",
    "ML.CENTROIDS",
    "ML.PRINCIPAL_COMPONENTS",
    "ML.PRINCIPAL_COMPONENT_INFO",
    "ML.DETECT_ANOMALIES",
];

/// What else BigQuery has that takes a model
const ELSEWHERE: &[&str] = &[
    "ML.ARIMA_COEFFICIENTS",
    "ML.ARIMA_EVALUATE",
    "ML.EXPLAIN_FORECAST",
    "ML.FORECAST",
    "ML.GENERATE_EMBEDDING",
    "ML.GENERATE_TEXT",
    "ML.HOLIDAY_INFO",
    "ML.RECOMMEND",
    "ML.RECONSTRUCTION_LOSS",
    "ML.TFDV_VALIDATE",
    "ML.UNDERSTAND_TEXT",
    "ML.VALIDATE_DATA_DRIFT",
    "ML.VALIDATE_DATA_SKEW",
];

impl Model {
    /// The query that a call of a model function stands for; `catalog` resolves what a `TRANSFORM`
    /// names when it is applied to the input
    ///
    /// # Errors
    /// `Q003` no such function, `M003` one that runs on BigQuery only, `Q008` arguments or a
    /// model that do not fit, `M006` input without a needed column or with one of another type; all at the call
    pub(crate) fn answer(
        &self,
        call: &ModelFunction,
        catalog: &dyn Catalog,
    ) -> Result<Relation, Error> {
        match call.function.to_ascii_uppercase().as_str() {
            "ML.PREDICT" => predict::relation(self, call, catalog),
            "ML.TRANSFORM" => transform::relation(self, call, catalog),
            "ML.EXPLAIN_PREDICT" => explain_predict::relation(self, call, catalog),
            "ML.EVALUATE" => evaluate::relation(self, call, catalog),
            "ML.ROC_CURVE" => roc_curve::relation(self, call, catalog),
            "ML.CONFUSION_MATRIX" => confusion_matrix::relation(self, call, catalog),
            "ML.WEIGHTS" => weights::relation(self, call),
            "ML.ADVANCED_WEIGHTS" => advanced_weights::relation(self, call),
            "ML.GLOBAL_EXPLAIN" => global_explain::relation(self, call),
            "ML.TRAINING_INFO" => training_info::relation(self, call),
            "ML.FEATURE_INFO" => feature_info::relation(self, call),
            "ML.FEATURE_IMPORTANCE" => feature_importance::relation(self, call),
            "ML.CENTROIDS" => centroids::relation(self, call),
            "ML.PRINCIPAL_COMPONENTS" => components::relation(self, call),
            "ML.PRINCIPAL_COMPONENT_INFO" => components::info(self, call),
            "ML.DETECT_ANOMALIES" => detect_anomalies::relation(self, call, catalog),
            function => Err(unknown(function, call)),
        }
    }
}

fn unknown(function: &str, call: &ModelFunction) -> Error {
    if ELSEWHERE.contains(&function) {
        return Error::new(
            code::MODEL_UNSUPPORTED,
            format!("`{function}` is not supported locally, it runs on BigQuery"),
            call.span.clone(),
        );
    }
    let mut error = Error::new(
        code::UNKNOWN_FUNCTION,
        format!("unknown model function `{function}`"),
        call.span.clone(),
    );
    let names = SUPPORTED.iter().chain(ELSEWHERE).copied();
    error.help = diagnostic::did_you_mean(function, names);
    error
}
