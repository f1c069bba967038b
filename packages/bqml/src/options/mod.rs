//! `OPTIONS` of `CREATE MODEL`: which there are, what they mean and what they may be

mod known;
mod logistic;
mod split;
mod value;

use std::collections::BTreeMap;
use std::ops::Range;

use diagnostic::code;
use googlesql::{CreateModel, Error, ModelOption};

pub use logistic::{ClassWeights, LearnRate, LogisticOptions};
pub use split::SplitOptions;

use known::Support;
use value::Reader;

/// The options of a model, checked
#[derive(Debug)]
pub struct Options {
    /// The one label column and where it was named
    pub label: Named,
    /// How rows are split
    pub split: SplitOptions,
    /// What the kind of model takes
    pub kind: KindOptions,
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

/// Options by kind of model
#[derive(Debug)]
pub enum KindOptions {
    /// `LOGISTIC_REG`
    Logistic(LogisticOptions),
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
    let mut reader = Reader::new(create)?;
    model_type(&mut reader, &create.span)?;
    let mut warnings = check_known(&create.options)?;
    let label = label(&mut reader, &create.span)?;
    let split = split::read(&mut reader, &mut warnings)?;
    let kind = KindOptions::Logistic(logistic::read(&mut reader)?);
    Ok(Options {
        label,
        split,
        kind,
        given: reader.given(),
        warnings,
    })
}

fn model_type(reader: &mut Reader<'_>, statement: &Range<usize>) -> Result<(), Error> {
    let Some((name, span)) = reader.text("model_type")? else {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "option `model_type` is missing",
            statement.clone(),
        )
        .help("add `MODEL_TYPE = 'LOGISTIC_REG'` to OPTIONS"));
    };
    let upper = name.to_uppercase();
    if upper == "LOGISTIC_REG" {
        return Ok(());
    }
    if MODEL_TYPES.contains(&upper.as_str()) {
        return Err(Error::new(
            code::MODEL_UNSUPPORTED,
            format!("models of type {upper} are not supported locally, they run on BigQuery"),
            span,
        )
        .help("the model type that is trained locally is LOGISTIC_REG"));
    }
    let mut error = Error::new(
        code::MODEL_OPTION_INVALID,
        format!("`{name}` is no model type"),
        span,
    );
    error.help = diagnostic::did_you_mean(&name, MODEL_TYPES.iter().copied());
    Err(error)
}

/// Refuses unknown and unsupported options, collects warnings about ineffective ones
fn check_known(options: &[ModelOption]) -> Result<Vec<String>, Error> {
    let mut warnings = Vec::new();
    for option in options {
        match known::support(&option.name) {
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
            None => {
                let mut error = Error::new(
                    code::MODEL_OPTION_INVALID,
                    format!("unknown model option `{}`", option.name),
                    option.span.clone(),
                );
                error.help = diagnostic::did_you_mean(&option.name, known::names());
                return Err(error);
            }
        }
    }
    Ok(warnings)
}

fn label(reader: &mut Reader<'_>, statement: &Range<usize>) -> Result<Named, Error> {
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
