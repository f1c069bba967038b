//! `OPTIONS` of `CREATE MODEL`: which there are, what they mean and what they may be

mod known;
mod split;
mod value;

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostic::code;
use googlesql::{CreateModel, Error, ModelOption};

pub use known::{LABELLED, Off, SPLIT, Support, TUNED};
pub use split::SplitOptions;
pub use value::{Reader, given, json};

use crate::kind::{KINDS, Kind, Target, Trainer};

/// The options of a model, checked
#[derive(Debug)]
pub struct Options {
    /// The model type
    pub kind: &'static Kind,
    /// The one label column and where it was named, for a model that has one
    pub label: Option<Named>,
    /// How rows are split
    pub split: SplitOptions,
    /// The model type with what it takes
    pub trainer: Box<dyn Trainer>,
    /// As given, for the record
    pub given: BTreeMap<String, serde_json::Value>,
    /// Options without effect on this machine
    pub warnings: Vec<String>,
}

/// A column that an option names
#[derive(Debug, Clone)]
pub struct Named {
    /// The column
    pub column: String,
    /// Where it was named
    pub span: Range<usize>,
}

/// Model types of BigQuery ML, for messages
const MODEL_TYPES: &[&str] = &[
    "LOGISTIC_REG",
    "LINEAR_REG",
    "KMEANS",
    "MATRIX_FACTORIZATION",
    "PCA",
    "AUTOENCODER",
    "BOOSTED_TREE_CLASSIFIER",
    "BOOSTED_TREE_REGRESSOR",
    "RANDOM_FOREST_CLASSIFIER",
    "RANDOM_FOREST_REGRESSOR",
    "DNN_CLASSIFIER",
    "DNN_REGRESSOR",
    "DNN_LINEAR_COMBINED_CLASSIFIER",
    "DNN_LINEAR_COMBINED_REGRESSOR",
    "AUTOML_CLASSIFIER",
    "AUTOML_REGRESSOR",
    "ARIMA_PLUS",
    "ARIMA_PLUS_XREG",
    "TENSORFLOW",
    "TENSORFLOW_LITE",
    "ONNX",
    "XGBOOST",
    "TRANSFORM_ONLY",
    "CONTRIBUTION_ANALYSIS",
];

/// Reads and checks all options
///
/// # Errors
/// `M002` for an unknown, repeated or invalid option, `M003` for one or for a model type that runs
/// on BigQuery only; each at the option
pub fn read(create: &CreateModel) -> Result<Options, Error> {
    let reader = Reader::new(create)?;
    let kind = model_type(&reader, &create.span)?;
    let mut warnings = check_known(kind, &create.options)?;
    let label = match kind.target {
        Target::Classes | Target::Number => Some(label(&reader, &create.span)?),
        Target::Nothing => None,
    };
    let trainer = (kind.read)(&reader, &mut warnings)?;
    let split = if kind.splits {
        split::read(&reader, &mut warnings)?
    } else {
        SplitOptions::none(trainer.marker().cloned())
    };
    Ok(Options {
        kind,
        label,
        split,
        trainer,
        given: reader.given(),
        warnings,
    })
}

fn model_type(reader: &Reader<'_>, statement: &Range<usize>) -> Result<&'static Kind, Error> {
    let Some((name, span)) = reader.text("model_type")? else {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "option `model_type` is missing",
            statement.clone(),
        )
        .help("add `MODEL_TYPE = 'LOGISTIC_REG'` to OPTIONS"));
    };
    let upper = name.to_uppercase();
    if let Some(kind) = KINDS.iter().find(|kind| kind.model_type == upper) {
        return Ok(kind);
    }
    if MODEL_TYPES.contains(&upper.as_str()) {
        return Err(Error::new(
            code::MODEL_UNSUPPORTED,
            format!("models of type {upper} are not supported locally, they run on BigQuery"),
            span,
        )
        .help(format!(
            "the model types that are trained locally are {}",
            local_types().join(", ")
        )));
    }
    let mut error = Error::new(
        code::MODEL_OPTION_INVALID,
        format!("`{name}` is no model type"),
        span,
    );
    error.help = diagnostic::did_you_mean(&name, MODEL_TYPES.iter().copied());
    Err(error)
}

fn local_types() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.model_type).collect()
}

/// As [`read`] checks them, of a model that has only the options of all models
///
/// # Errors
/// `M002` at another option
pub fn check_common(options: &[ModelOption]) -> Result<Vec<String>, Error> {
    const TRANSFORM_ONLY: &Kind = &Kind {
        model_type: "TRANSFORM_ONLY",
        target: Target::Nothing,
        splits: false,
        options: &[],
        read: |_, _| {
            Err(Error::new(
                code::MODEL_UNSUPPORTED,
                "a model of type TRANSFORM_ONLY is not trained",
                0..0,
            ))
        },
    };
    check_known(TRANSFORM_ONLY, options)
}

/// Refuses unknown and unsupported options, collects warnings about ineffective ones
fn check_known(kind: &Kind, options: &[ModelOption]) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    for option in options {
        match known::support(kind, &option.name) {
            Some(Support::Used) => {}
            Some(Support::Ignored(reason)) => {
                warnings.push(format!("option `{}` has no effect: {reason}", option.name));
            }
            Some(Support::Unless { off, reason }) => {
                if !known::is_off(&option.value, off) {
                    return Err(Error::new(
                        code::MODEL_UNSUPPORTED,
                        format!(
                            "option `{}` is not supported locally: {reason}",
                            option.name
                        ),
                        option.span.clone(),
                    ));
                }
            }
            Some(Support::Invalid(reason)) => {
                return Err(Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!("option `{}` is not valid: {reason}", option.name),
                    option.span.clone(),
                ));
            }
            None if known::elsewhere(&option.name) => {
                return Err(Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!(
                        "option `{}` is not one of {} models",
                        option.name, kind.model_type
                    ),
                    option.span.clone(),
                ));
            }
            None => {
                let mut error = Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!("unknown model option `{}`", option.name),
                    option.span.clone(),
                );
                error.help = diagnostic::did_you_mean(&option.name, known::names(kind));
                return Err(error);
            }
        }
    }
    Ok(warnings)
}

fn label(reader: &Reader<'_>, statement: &Range<usize>) -> Result<Named, Error> {
    // an older name of the option, which later came to mean the labels of the model as a resource
    let older = || reader.texts("labels").ok().flatten();
    let Some((mut columns, span)) = reader.texts("input_label_cols")?.or_else(older) else {
        return Ok(Named {
            column: "label".to_owned(),
            span: statement.clone(),
        });
    };
    match (columns.pop(), columns.len()) {
        (Some(column), 0) => Ok(Named { column, span }),
        _ => Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "`input_label_cols` must name exactly one column",
            span,
        )),
    }
}
