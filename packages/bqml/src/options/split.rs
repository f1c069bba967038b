//! `DATA_SPLIT_*`

use diagnostic::code;
use googlesql::Error;

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
            column,
        }),
    }
}
