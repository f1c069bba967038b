//! The statistics that analytic functions take, as DuckDB's aggregates

use std::ops::Range;

use super::Resolver;
use super::call::Call;
use crate::{Error, Type, Value, quote_string};

/// How often each value occurs, as two arguments
const HISTOGRAM: &str = "map_keys(histogram($0)), CAST(map_values(histogram($0)) AS BIGINT[])";

/// Each row's different terms, one row after the other
const TERMS: &str = "flatten(list(list_distinct($0)))";

/// BigQuery's default of `top_k`, and the first that it refuses
const TOP: i64 = 32_000;
const TOO_MANY: i64 = 1_000_000;

/// BigQuery's default of `frequency_threshold`
const THRESHOLD: i64 = 5;

/// The arguments after the value
pub struct Constants<'c> {
    pub call: &'c Call<'c>,
    pub given: &'c [(Value, Range<usize>)],
}

impl Constants<'_> {
    /// The aggregates, over the value as `$0`, of the types that the form names
    pub fn statistics(&self, resolver: &Resolver<'_>, result: &Type) -> Result<Vec<String>, Error> {
        let most = match self.call.name.as_str() {
            "ML.STANDARD_SCALER" | "ML.MIN_MAX_SCALER" | "ML.MAX_ABS_SCALER" => 0,
            "ML.IMPUTER" => 1,
            "ML.ROBUST_SCALER" | "ML.ONE_HOT_ENCODER" => 3,
            _ => 2,
        };
        if self.given.len() > most {
            return Err(resolver.wrong_count(self.call));
        }
        let owned = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
        Ok(match self.call.name.as_str() {
            "ML.STANDARD_SCALER" => owned(&["avg($0)", "stddev_samp($0)"]),
            "ML.MIN_MAX_SCALER" => owned(&["min($0)", "max($0)"]),
            "ML.MAX_ABS_SCALER" => owned(&["max(abs($0))"]),
            "ML.ROBUST_SCALER" => self.robust(resolver)?,
            "ML.QUANTILE_BUCKETIZE" => self.quantiles(resolver)?,
            "ML.IMPUTER" => vec![self.fill(resolver, result)?],
            "ML.LABEL_ENCODER" => vec![self.vocabulary(resolver, "gs_vocabulary", HISTOGRAM, 0)?],
            "ML.ONE_HOT_ENCODER" => {
                let drop = self.word(resolver, 0, &["none", "most_frequent"])?;
                vec![
                    self.vocabulary(resolver, "gs_vocabulary", HISTOGRAM, 1)?,
                    match drop {
                        Some("most_frequent") => format!("gs_most_frequent({HISTOGRAM})"),
                        _ => "max(CAST(NULL AS VARCHAR))".to_owned(),
                    },
                ]
            }
            "ML.TF_IDF" => {
                let terms = self.vocabulary(resolver, "gs_vocabulary_of", TERMS, 0)?;
                let weights = format!(
                    "coalesce(gs_inverse_frequencies({TERMS}, {terms}, count($0)), CAST([0] AS DOUBLE[]))"
                );
                vec![terms, weights]
            }
            _ => vec![self.vocabulary(resolver, "gs_vocabulary_of", TERMS, 0)?],
        })
    }

    /// Center and scale of `ML.ROBUST_SCALER(x, [range], [with_median], [with_quantile_range])`
    ///
    /// Quantiles are values of the rows: BigQuery's documented example shows that it does not interpolate.
    fn robust(&self, resolver: &Resolver<'_>) -> Result<Vec<String>, Error> {
        let (low, high) = match self.given.first() {
            None => (25, 75),
            Some((Value::Array(bounds), span)) => match bounds.as_slice() {
                [Value::Int64(low), Value::Int64(high)]
                    if 0 < *low && low < high && *high < 100 =>
                {
                    (*low, *high)
                }
                _ => return Err(self.refuse(
                    resolver,
                    "a quantile range is two whole numbers between 0 and 100, in ascending order",
                    span,
                )),
            },
            Some((_, span)) => {
                return Err(self.refuse(
                    resolver,
                    "a quantile range is an array of two numbers",
                    span,
                ));
            }
        };
        let quantile = |percent: i64| format!("quantile_disc($0, {})", percent as f64 / 100.0);
        Ok(vec![
            match self.flag(resolver, 1)? {
                true => quantile(50),
                false => "max(0e0)".to_owned(),
            },
            match self.flag(resolver, 2)? {
                true => format!("{} - {}", quantile(high), quantile(low)),
                false => "max(1e0)".to_owned(),
            },
        ])
    }

    /// Split points and format of `ML.QUANTILE_BUCKETIZE(x, num_buckets, [output_format])`
    fn quantiles(&self, resolver: &Resolver<'_>) -> Result<Vec<String>, Error> {
        const MOST: i64 = 10_000;
        let buckets = match self.given.first() {
            Some((Value::Int64(count), _)) if (1..=MOST).contains(count) => *count,
            Some((_, span)) => {
                let message = format!("the number of buckets is a whole number from 1 to {MOST}");
                return Err(self.refuse(resolver, &message, span));
            }
            None => return Err(resolver.wrong_count(self.call)),
        };
        let format = self.word(
            resolver,
            1,
            &["bucket_names", "bucket_ranges", "bucket_ranges_json"],
        )?;
        let fractions: Vec<String> = (1..buckets)
            .map(|at| (at as f64 / buckets as f64).to_string())
            .collect();
        let points = match fractions.is_empty() {
            true => "max(CAST([] AS DOUBLE[]))".to_owned(),
            false => format!(
                "coalesce(list_sort(list_distinct(quantile_disc($0, [{}]))), CAST([] AS DOUBLE[]))",
                fractions.join(", ")
            ),
        };
        let format = quote_string(format.unwrap_or("bucket_names"));
        Ok(vec![points, format!("max({format})")])
    }

    /// What stands for NULL in `ML.IMPUTER(x, strategy)`
    fn fill(&self, resolver: &Resolver<'_>, ty: &Type) -> Result<String, Error> {
        let known: &[&str] = match ty {
            Type::String => &["most_frequent"],
            _ => &["mean", "median", "most_frequent"],
        };
        Ok(match self.word(resolver, 0, known)? {
            Some("mean") => "avg($0)".to_owned(),
            Some("median") => "quantile_disc($0, 0.5)".to_owned(),
            Some(_) => format!("gs_most_frequent({HISTOGRAM})"),
            None => return Err(resolver.wrong_count(self.call)),
        })
    }

    /// The terms to keep, by `top_k` and `frequency_threshold` from this argument on
    fn vocabulary(
        &self,
        resolver: &Resolver<'_>,
        function: &str,
        counts: &str,
        at: usize,
    ) -> Result<String, Error> {
        let number = |at: usize, default: i64, least: i64| match self.given.get(at) {
            None => Ok(default),
            Some((Value::Int64(value), _)) if (least..TOO_MANY).contains(value) => Ok(*value),
            Some((_, span)) => {
                let message = format!("expected a whole number from {least} and below {TOO_MANY}");
                Err(self.refuse(resolver, &message, span))
            }
        };
        let (top, threshold) = (number(at, TOP, 1)?, number(at + 1, THRESHOLD, 0)?);
        Ok(format!(
            "coalesce({function}({counts}, {top}, {threshold}), CAST([] AS VARCHAR[]))"
        ))
    }

    /// One of some words, in lower case
    fn word<'w>(
        &self,
        resolver: &Resolver<'_>,
        at: usize,
        known: &[&'w str],
    ) -> Result<Option<&'w str>, Error> {
        let Some((value, span)) = self.given.get(at) else {
            return Ok(None);
        };
        let found = known.iter().find(|word| match value {
            Value::String(value) => value.eq_ignore_ascii_case(word),
            _ => false,
        });
        found.map(|word| Some(*word)).ok_or_else(|| {
            let names: Vec<String> = known.iter().map(|word| format!("'{word}'")).collect();
            let message = format!("expected {}", names.join(", "));
            self.refuse(resolver, &message, span)
        })
    }

    /// A flag that is TRUE where it is not given
    fn flag(&self, resolver: &Resolver<'_>, at: usize) -> Result<bool, Error> {
        match self.given.get(at) {
            None => Ok(true),
            Some((Value::Bool(value), _)) => Ok(*value),
            Some((_, span)) => Err(self.refuse(resolver, "expected TRUE or FALSE", span)),
        }
    }

    fn refuse(&self, resolver: &Resolver<'_>, message: &str, span: &Range<usize>) -> Error {
        resolver.invalid(format!("{}: {message}", self.call.name), span.clone())
    }
}
