//! The fitted form of a `TRANSFORM`: analytic functions as scalar ones of the training's statistics

use diagnostic::code;
use sqlparser::tokenizer::Token;

use crate::lex::{lex, range_of};
use crate::resolve::analytic::{AnalyticCall, FITTED, Statistics};
use crate::{Column, Error, Value};

/// The fitted forms, by name, with what each computes of the value `x`; statistics are constants, and
/// sorted where they are a vocabulary
///
/// The place of a category in a vocabulary is counted from 1; 0 is that of NULL and of all others.
pub const FITTED_FORMS: &[(&str, &str)] = &[
    (
        "ML.FITTED_STANDARD_SCALER(x, mean, deviation)",
        "(x - mean) / deviation; x - mean where the deviation is NULL or 0",
    ),
    (
        "ML.FITTED_MIN_MAX_SCALER(x, min, max)",
        "(x - min) / (max - min), at least 0 and at most 1; 0 where max is not above min",
    ),
    (
        "ML.FITTED_MAX_ABS_SCALER(x, largest)",
        "x / largest; x where the largest is NULL or 0",
    ),
    (
        "ML.FITTED_ROBUST_SCALER(x, median, range)",
        "(x - median) / range; x - median where the range is NULL or 0",
    ),
    (
        "ML.FITTED_QUANTILE_BUCKETIZE(x, points, format)",
        "ML.BUCKETIZE(x, points, FALSE, format)",
    ),
    ("ML.FITTED_IMPUTER(x, instead)", "COALESCE(x, instead)"),
    (
        "ML.FITTED_LABEL_ENCODER(x, vocabulary)",
        "the place of x in the vocabulary",
    ),
    (
        "ML.FITTED_ONE_HOT_ENCODER(x, vocabulary, dropped)",
        "[(the place of x, IF(x = dropped, 0, 1))]",
    ),
    (
        "ML.FITTED_MULTI_HOT_ENCODER(x, vocabulary)",
        "[(place, 1), …] for the different places of x's elements",
    ),
    (
        "ML.FITTED_BAG_OF_WORDS(x, vocabulary)",
        "[(place, how many elements of x have it), …] in ascending order",
    ),
    (
        "ML.FITTED_TF_IDF(x, vocabulary, weights)",
        "[(place, share of x's elements that have it * weights[OFFSET(place)]), …] in ascending order",
    ),
];

/// What the analytic functions of a `TRANSFORM` ask of all training rows
#[derive(Debug, Clone, PartialEq)]
pub struct TransformStatistics {
    /// A DuckDB query of one row
    pub sql: String,
    /// Its columns: FLOAT64, STRING, or an array of one of the two
    pub columns: Vec<Column>,
    calls: Vec<AnalyticCall>,
}

impl TransformStatistics {
    pub(crate) fn new(statistics: &Statistics, from: &str) -> Option<Self> {
        let columns: Vec<Column> = statistics.columns().cloned().collect();
        (!columns.is_empty()).then(|| Self {
            sql: statistics.sql(from, ""),
            columns,
            calls: statistics.calls().to_vec(),
        })
    }

    /// The select list with each analytic call in its fitted form, see [`FITTED_FORMS`]; `values` are
    /// those of the columns
    ///
    /// # Errors
    /// The list is not the one that the statistics are of
    pub fn fitted(&self, items: &str, values: &[Value]) -> Result<String, Error> {
        let tokens = lex(items)?;
        let mut calls: Vec<(&AnalyticCall, &[Value])> = Vec::new();
        let mut rest = values;
        for call in &self.calls {
            let (own, others) = rest.split_at_checked(call.statistics).ok_or_else(changed)?;
            calls.push((call, own));
            rest = others;
        }
        calls.sort_by_key(|(call, _)| call.start);
        let mut text = String::with_capacity(items.len());
        let mut copied = 0;
        for (call, own) in calls {
            let parts = parts(&tokens, call.start).ok_or_else(changed)?;
            let argument = items.get(parts.argument).ok_or_else(changed)?;
            let before = items.get(copied..call.start).ok_or_else(changed)?;
            let statistics: Vec<String> = own.iter().map(value_text).collect();
            text.push_str(before);
            text.push_str(&call.function.replacen("ML.", FITTED, 1));
            text.push_str(&format!("({argument}, {})", statistics.join(", ")));
            copied = parts.end;
        }
        text.push_str(items.get(copied..).ok_or_else(changed)?);
        Ok(text)
    }
}

fn changed() -> Error {
    Error::new(
        code::SQL_SYNTAX,
        "the transform is not the one that was trained",
        0..0,
    )
}

/// Where the parts of a call `f(argument, …) OVER ()` are
struct Parts {
    argument: std::ops::Range<usize>,
    end: usize,
}

fn parts(tokens: &[sqlparser::tokenizer::TokenWithSpan], start: usize) -> Option<Parts> {
    let mut found = tokens
        .iter()
        .map(|token| Some((&token.token, range_of(token.span)?)))
        .skip_while(|token| token.as_ref().is_none_or(|(_, range)| range.start < start));
    let open = found.find_map(|token| token.filter(|(token, _)| **token == Token::LParen))?;
    let mut depth = 1_usize;
    let mut argument = None;
    let mut closings = 0;
    loop {
        let (token, range) = found.next()??;
        match token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket => {
                depth -= 1;
                if depth == 0 {
                    argument = argument.or(Some(open.1.end..range.start));
                    closings += 1;
                    // the arguments', then that of OVER ()
                    if closings == 2 {
                        return Some(Parts {
                            argument: argument?,
                            end: range.end,
                        });
                    }
                }
            }
            Token::Comma if depth == 1 && closings == 0 => {
                argument = argument.or(Some(open.1.end..range.start));
            }
            _ => {}
        }
    }
}

/// A GoogleSQL expression with this value
pub fn value_text(value: &Value) -> String {
    let list = |values: &mut dyn Iterator<Item = String>| values.collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(true) => "TRUE".to_owned(),
        Value::Bool(false) => "FALSE".to_owned(),
        Value::Int64(value) => value.to_string(),
        Value::Float64(value) if value.is_finite() => format!("{value:e}"),
        Value::Float64(value) => format!("CAST('{value}' AS FLOAT64)"),
        Value::String(text) => quoted(text),
        Value::Array(values) => format!("[{}]", list(&mut values.iter().map(value_text))),
        Value::Search {
            function,
            arguments,
        } => format!(
            "{function}({})",
            list(&mut arguments.iter().map(value_text))
        ),
        Value::Struct(fields) => {
            let mut fields = fields.iter().map(|(name, value)| match name {
                Some(name) => format!("{} AS `{name}`", value_text(value)),
                None => value_text(value),
            });
            format!("STRUCT({})", list(&mut fields))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter if letter.is_control() => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => quoted.push(letter),
        }
    }
    quoted.push('\'');
    quoted
}
