//! What `LOGISTIC_REG` takes, with BigQuery ML's defaults

use std::ops::Range;

use diagnostic::code;
use googlesql::Error;

use super::value::Reader;

/// The options of a logistic regression
#[derive(Debug, Clone)]
pub struct LogisticOptions {
    /// `L1_REG`, 0
    pub l1: f64,
    /// `L2_REG`, 0
    pub l2: f64,
    /// `MAX_ITERATIONS`, 20
    pub max_iterations: i64,
    /// `EARLY_STOP`, TRUE
    pub early_stop: bool,
    /// `MIN_REL_PROGRESS`, 0.01
    pub min_rel_progress: f64,
    /// `LEARN_RATE_STRATEGY` and its rate
    pub learn_rate: LearnRate,
    /// `AUTO_CLASS_WEIGHTS` and `CLASS_WEIGHTS`
    pub class_weights: ClassWeights,
    /// `FIT_INTERCEPT`, TRUE
    pub fit_intercept: bool,
    /// `CATEGORY_ENCODING_METHOD` is DUMMY_ENCODING
    pub dummy: bool,
}

/// `LEARN_RATE_STRATEGY`
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LearnRate {
    /// `LINE_SEARCH`
    LineSearch {
        /// `LS_INIT_LEARN_RATE`, 0.1
        initial: f64,
    },
    /// `CONSTANT`
    Constant {
        /// `LEARN_RATE`, 0.1
        rate: f64,
    },
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

impl Default for LogisticOptions {
    fn default() -> Self {
        Self {
            l1: 0.0,
            l2: 0.0,
            max_iterations: 20,
            early_stop: true,
            min_rel_progress: 0.01,
            learn_rate: LearnRate::LineSearch { initial: 0.1 },
            class_weights: ClassWeights::Equal,
            fit_intercept: true,
            dummy: false,
        }
    }
}

/// Reads the options of a logistic regression
pub fn read(reader: &mut Reader<'_>) -> Result<LogisticOptions, Error> {
    let default = LogisticOptions::default();
    let number = |name: &str, or: f64| -> Result<f64, Error> {
        let found = reader.number(name, "a number from 0", |v| v.is_finite() && v >= 0.0)?;
        Ok(found.map_or(or, |(value, _)| value))
    };
    let flag = |name: &str, or: bool| -> Result<bool, Error> {
        Ok(reader.boolean(name)?.map_or(or, |(value, _)| value))
    };
    Ok(LogisticOptions {
        l1: number("l1_reg", default.l1)?,
        l2: number("l2_reg", default.l2)?,
        max_iterations: reader
            .count("max_iterations")?
            .map_or(default.max_iterations, |(value, _)| value),
        early_stop: flag("early_stop", default.early_stop)?,
        min_rel_progress: number("min_rel_progress", default.min_rel_progress)?,
        learn_rate: learn_rate(reader)?,
        class_weights: class_weights(reader)?,
        fit_intercept: flag("fit_intercept", default.fit_intercept)?,
        dummy: reader
            .word(
                "category_encoding_method",
                &[("ONE_HOT_ENCODING", false), ("DUMMY_ENCODING", true)],
            )?
            .is_some_and(|(dummy, _)| dummy),
    })
}

fn learn_rate(reader: &Reader<'_>) -> Result<LearnRate, Error> {
    let constant = reader
        .word(
            "learn_rate_strategy",
            &[("LINE_SEARCH", false), ("CONSTANT", true)],
        )?
        .is_some_and(|(constant, _)| constant);
    let rate = |name: &str| {
        reader.number(name, "a number above 0", |value| {
            value.is_finite() && value > 0.0
        })
    };
    let (own, other, strategy) = if constant {
        ("learn_rate", "ls_init_learn_rate", "LINE_SEARCH")
    } else {
        ("ls_init_learn_rate", "learn_rate", "CONSTANT")
    };
    if let Some((_, span)) = rate(other)? {
        return Err(Error::new(
            code::MODEL_OPTION_INVALID,
            format!("option `{other}` needs `learn_rate_strategy` {strategy}"),
            span,
        ));
    }
    let rate = rate(own)?.map_or(0.1, |(rate, _)| rate);
    Ok(if constant {
        LearnRate::Constant { rate }
    } else {
        LearnRate::LineSearch { initial: rate }
    })
}

fn class_weights(reader: &Reader<'_>) -> Result<ClassWeights, Error> {
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
