//! `DATA_SPLIT_*`

use diagnostic::code;
use googlesql::{CreateModel, Error};

use super::Named;
use super::value::Reader;
use crate::data::SplitMethod;

/// How rows are split into training and evaluation
#[derive(Debug)]
pub struct SplitOptions {
    /// `DATA_SPLIT_METHOD`
    pub method: SplitMethod,
    /// `DATA_SPLIT_EVAL_FRACTION`
    pub fraction: f64,
    /// `DATA_SPLIT_TEST_FRACTION`, while hyperparameters are tuned
    pub test_fraction: Option<f64>,
    /// `DATA_SPLIT_COL`, there for CUSTOM and SEQ
    pub column: Option<Named>,
}

impl SplitOptions {
    /// For models that train on all rows
    pub fn none(marker: Option<Named>) -> Self {
        Self {
            method: match marker {
                Some(_) => SplitMethod::Marked,
                None => SplitMethod::None,
            },
            fraction: FRACTION,
            test_fraction: None,
            column: marker,
        }
    }
}

/// BigQuery's default of `DATA_SPLIT_EVAL_FRACTION`
const FRACTION: f64 = 0.2;

/// Reads the options of the split
pub fn read(reader: &Reader<'_>, warnings: &mut Vec<String>) -> Result<SplitOptions, Error> {
    let method = reader
        .word(
            "data_split_method",
            &[
                ("AUTO_SPLIT", SplitMethod::Auto),
                ("RANDOM", SplitMethod::Random),
                ("CUSTOM", SplitMethod::Custom),
                ("SEQ", SplitMethod::Sequential),
                ("NO_SPLIT", SplitMethod::None),
            ],
        )?
        .map_or(SplitMethod::Auto, |(method, _)| method);
    let fraction = reader.number(
        "data_split_eval_fraction",
        "a number from 0 to 1",
        |value| (0.0..=1.0).contains(&value),
    )?;
    let used = matches!(method, SplitMethod::Random | SplitMethod::Sequential);
    if fraction.is_some() && !used {
        warnings.push(
            "option `data_split_eval_fraction` has no effect: it needs `data_split_method` RANDOM or SEQ"
                .to_owned(),
        );
    }
    let column = reader
        .text("data_split_col")?
        .map(|(column, span)| Named { column, span });
    let ordered = matches!(method, SplitMethod::Custom | SplitMethod::Sequential);
    match (&column, ordered) {
        (None, true) => {
            let span = reader
                .find("data_split_method")
                .map_or(0..0, |option| option.span.clone());
            Err(Error::new(
                code::MODEL_OPTION_INVALID,
                "`data_split_method` CUSTOM and SEQ need `data_split_col`",
                span,
            ))
        }
        (Some(named), false) => Err(Error::new(
            code::MODEL_OPTION_INVALID,
            "`data_split_col` needs `data_split_method` CUSTOM or SEQ",
            named.span.clone(),
        )),
        _ => Ok(SplitOptions {
            method,
            fraction: fraction.map_or(FRACTION, |(fraction, _)| fraction),
            test_fraction: None,
            column,
        }),
    }
}

/// The parts of a split of which BigQuery tests and evaluates, where nothing is said
const TRIAL_FRACTION: f64 = 0.1;

impl SplitOptions {
    /// The same while hyperparameters are tuned: a third part tests
    ///
    /// # Errors
    /// `M002` at one of the two fractions without the other, or at two that leave nothing to train on
    pub fn with_test(mut self, create: &CreateModel) -> Result<Self, Error> {
        let reader = Reader::new(create)?;
        let fraction = |name| {
            reader.number(name, "a number from 0 to 1", |value| {
                (0.0..=1.0).contains(&value)
            })
        };
        let (evaluation, test) = (
            fraction("data_split_eval_fraction")?,
            fraction("data_split_test_fraction")?,
        );
        let refused = match (&evaluation, &test) {
            (Some((evaluation, _)), Some((test, span))) if evaluation + test >= 1.0 => {
                Some(("the two fractions leave no rows to train on", span))
            }
            (Some((_, span)), None) => Some((
                "`data_split_eval_fraction` needs `data_split_test_fraction` here",
                span,
            )),
            (None, Some((_, span))) => Some((
                "`data_split_test_fraction` needs `data_split_eval_fraction`",
                span,
            )),
            _ => None,
        };
        if let Some((message, span)) = refused {
            return Err(Error::new(
                code::MODEL_OPTION_INVALID,
                message,
                span.clone(),
            ));
        }
        if evaluation.is_none() && self.method == SplitMethod::Random {
            self.method = SplitMethod::Auto;
        }
        self.fraction = evaluation.map_or(TRIAL_FRACTION, |(fraction, _)| fraction);
        self.test_fraction = Some(test.map_or(TRIAL_FRACTION, |(fraction, _)| fraction));
        Ok(self)
    }
}
