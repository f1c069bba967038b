//! What `ML.FEATURE_INFO` reports about the training rows' columns

use serde::{Deserialize, Serialize};

use super::fit::count_rows;
use super::{Part, Plan};
use crate::data::{FrameColumn, NULL};

/// A row of `ML.FEATURE_INFO`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureSummary {
    /// The feature column
    pub input: String,
    /// Of numbers and timestamps (seconds)
    pub numbers: Option<NumberSummary>,
    /// How many different categories, NULL not counted, of all but numbers
    pub category_count: Option<u64>,
    /// How many NULLs
    pub null_count: u64,
    /// The length of vectors of (index, value)
    #[serde(default)]
    pub dimension: Option<u64>,
}

/// Statistics of the values that are not NULL
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct NumberSummary {
    /// Smallest
    pub min: f64,
    /// Largest
    pub max: f64,
    /// Mean
    pub mean: f64,
    /// Median; of an even number of values the mean of the middle two
    pub median: f64,
    /// Population standard deviation
    pub deviation: f64,
}

/// Summarizes a feature on the training rows; parts of a timestamp after its seconds have none
pub fn summarize(plan: &Plan, column: &FrameColumn, rows: &[u32]) -> Option<FeatureSummary> {
    if !matches!(plan.part, Part::Whole | Part::UnixSeconds) {
        return None;
    }
    let mut summary = FeatureSummary {
        input: plan.name.clone(),
        numbers: None,
        category_count: None,
        null_count: 0,
        dimension: None,
    };
    match column {
        FrameColumn::Number(values) => {
            let mut known: Vec<f64> = rows
                .iter()
                .map(|&row| values[row as usize])
                .filter(|value| !value.is_nan())
                .collect();
            summary.null_count = (rows.len() - known.len()) as u64;
            summary.numbers = summarize_numbers(&mut known);
        }
        FrameColumn::Category { codes, dictionary } => {
            let counts = count_rows(codes, rows, dictionary.len());
            let (nulls, categories) = counts.split_last().unwrap_or((&0, &[]));
            summary.null_count = *nulls;
            let seen = categories.iter().filter(|count| **count > 0);
            summary.category_count = Some(seen.count() as u64);
        }
        FrameColumn::Categories {
            offsets,
            codes,
            dictionary,
        } => {
            let mut seen = vec![false; dictionary.len()];
            for &row in rows {
                let row = row as usize;
                for &code in &codes[offsets[row] as usize..offsets[row + 1] as usize] {
                    match code {
                        NULL => summary.null_count += 1,
                        code => seen[code as usize] = true,
                    }
                }
            }
            summary.category_count = Some(seen.iter().filter(|seen| **seen).count() as u64);
        }
        FrameColumn::Vector {
            offsets,
            indexes,
            values,
        } => {
            let mut dimension = 0;
            for &row in rows {
                let row = row as usize;
                let range = offsets[row] as usize..offsets[row + 1] as usize;
                let last = indexes[range.clone()].iter().max();
                dimension = dimension.max(last.map_or(0, |last| u64::from(*last) + 1));
                let nulls = values[range].iter().filter(|value| value.is_nan());
                summary.null_count += nulls.count() as u64;
            }
            summary.dimension = Some(dimension);
        }
    }
    Some(summary)
}

fn summarize_numbers(values: &mut [f64]) -> Option<NumberSummary> {
    if values.is_empty() {
        return None;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let largest_below = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let median = if even {
        f64::midpoint(largest_below, upper)
    } else {
        upper
    };
    Some(NumberSummary {
        min: values.iter().copied().fold(f64::INFINITY, f64::min),
        max: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        mean,
        median,
        deviation: (squares / count).sqrt(),
    })
}
