//! What `LOGISTIC_REG` takes, with BigQuery ML's defaults

use std::ops::Range;

use diagnostic::code;
use googlesql::Error;

use crate::descent::{self, DescentOptions};
use crate::options::{Reader, Support};

/// Options by name that [`read`] reads beside those of all generalized linear models
pub const OPTIONS: &[(&str, Support)] = &[
    ("auto_class_weights", Support::Used),
    ("class_weights", Support::Used),
    (
        "optimize_strategy",
        Support::Invalid("it belongs to linear regression"),
    ),
];

/// The options of a logistic regression
#[derive(Debug, Clone)]
pub struct LogisticOptions {
    /// Those of all generalized linear models
    pub descent: DescentOptions,
    /// `AUTO_CLASS_WEIGHTS` and `CLASS_WEIGHTS`
    pub class_weights: ClassWeights,
}

/// How much a row of each class weighs
#[derive(Debug, Clone)]
pub enum ClassWeights {
    /// All rows the same
    Equal,
    /// rows / (classes × rows of the class)
    Balanced,
    /// `CLASS_WEIGHTS`, by the label as text
    Given {
        /// (label, weight)
        weights: Vec<(String, f64)>,
        /// Where they stand
        span: Range<usize>,
    },
}

/// Reads the options of a logistic regression
///
/// # Errors
/// `M002` at an option with an unusable value, or one that another excludes
pub fn read(reader: &Reader<'_>) -> Result<LogisticOptions, Error> {
    Ok(LogisticOptions {
        descent: descent::read_options(reader)?,
        class_weights: class_weights(reader)?,
    })
}

/// Reads `AUTO_CLASS_WEIGHTS` and `CLASS_WEIGHTS`
///
/// # Errors
/// `M002` at an option with an unusable value, or where one excludes the other
pub fn class_weights(reader: &Reader<'_>) -> Result<ClassWeights, Error> {
    let balanced = reader
        .boolean("auto_class_weights")?
        .is_some_and(|(balanced, _)| balanced);
    match reader.weights("class_weights")? {
        Some((_, span)) if balanced => Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "`class_weights` and `auto_class_weights` exclude each other",
            span,
        )),
        Some((weights, span)) => Ok(ClassWeights::Given { weights, span }),
        None if balanced => Ok(ClassWeights::Balanced),
        None => Ok(ClassWeights::Equal),
    }
}
