//! What models that gradient descent trains take, with BigQuery ML's defaults

use diagnostic::code;
use googlesql::Error;

use crate::options::{Reader, Support};
use crate::preprocess::{CategoryEncoding, Encodings};

/// Options by name that [`read`] reads
pub const OPTIONS: &[(&str, Support)] = &[
    ("l1_reg", Support::Used),
    ("l2_reg", Support::Used),
    ("max_iterations", Support::Used),
    ("early_stop", Support::Used),
    ("min_rel_progress", Support::Used),
    ("learn_rate_strategy", Support::Used),
    ("learn_rate", Support::Used),
    ("ls_init_learn_rate", Support::Used),
    ("fit_intercept", Support::Used),
    ("category_encoding_method", Support::Used),
    ("enable_global_explain", Support::Used),
    ("calculate_p_values", Support::Used),
];

/// The options of a generalized linear model
#[derive(Debug, Clone)]
pub struct DescentOptions {
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
    /// `FIT_INTERCEPT`, TRUE
    pub fit_intercept: bool,
    /// `CATEGORY_ENCODING_METHOD`
    pub encodings: Encodings,
    /// `ENABLE_GLOBAL_EXPLAIN`, FALSE
    pub explain: bool,
    /// `CALCULATE_P_VALUES`, FALSE
    pub p_values: bool,
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

/// Reads the options that all generalized linear models have
///
/// # Errors
/// `M002` at an option with an unusable value, or one that another excludes
pub fn read(reader: &Reader<'_>) -> Result<DescentOptions, Error> {
    let number = |name: &str, or: f64| -> Result<f64, Error> {
        let found = reader.number(name, "a number from 0", |v| v.is_finite() && v >= 0.0)?;
        Ok(found.map_or(or, |(value, _)| value))
    };
    let flag = |name: &str, or: bool| -> Result<bool, Error> {
        Ok(reader.boolean(name)?.map_or(or, |(value, _)| value))
    };
    let options = DescentOptions {
        l1: number("l1_reg", 0.0)?,
        l2: number("l2_reg", 0.0)?,
        max_iterations: reader
            .count("max_iterations")?
            .map_or(20, |(value, _)| value),
        early_stop: flag("early_stop", true)?,
        min_rel_progress: number("min_rel_progress", 0.01)?,
        learn_rate: learn_rate(reader)?,
        fit_intercept: flag("fit_intercept", true)?,
        encodings: Encodings {
            categories: reader
                .word(
                    "category_encoding_method",
                    &[
                        ("ONE_HOT_ENCODING", CategoryEncoding::OneHot),
                        ("DUMMY_ENCODING", CategoryEncoding::Dummy),
                    ],
                )?
                .map_or(CategoryEncoding::OneHot, |(encoding, _)| encoding),
            ..Encodings::default()
        },
        explain: flag("enable_global_explain", false)?,
        p_values: flag("calculate_p_values", false)?,
    };
    check_p_values(reader, &options)?;
    Ok(options)
}

/// What p-values need besides a matrix that can be inverted
fn check_p_values(reader: &Reader<'_>, options: &DescentOptions) -> Result<(), Error> {
    let Some(option) = reader
        .find("calculate_p_values")
        .filter(|_| options.p_values)
    else {
        return Ok(());
    };
    let lacking = if options.encodings.categories != CategoryEncoding::Dummy {
        "`category_encoding_method` DUMMY_ENCODING"
    } else if options.l1 != 0.0 {
        "`l1_reg` 0"
    } else {
        return Ok(());
    };
    Err(Error::new(
        code::MODEL_OPTION_INVALID,
        format!("`calculate_p_values` needs {lacking}"),
        option.span.clone(),
    ))
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
