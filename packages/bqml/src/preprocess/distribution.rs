//! How the values of a column are distributed, so that later ones can be compared with them

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Into how many parts of equal weight numbers are cut
const PARTS: usize = 20;

/// How many categories are told apart, the most frequent ones
const CATEGORIES: usize = 1_000;

/// How the values of a column are distributed
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Of categories
    Categories {
        /// How many rows have each, of the most frequent ones
        counts: BTreeMap<String, u64>,
        /// How many rows have another one
        others: u64,
        /// How many rows have NULL
        missing: u64,
    },
    /// Of numbers
    Numbers {
        /// Where the next bin begins, ascending: the first bin is below all of them, the last one holds what
        /// is greater than every number that the bounds were made of
        bounds: Vec<f64>,
        /// How many rows each bin has, one more than there are bounds
        counts: Vec<u64>,
        /// How many rows have NULL
        missing: u64,
    },
}

impl Distribution {
    /// Of counted categories
    pub fn of_categories(counts: impl IntoIterator<Item = (String, u64)>, missing: u64) -> Self {
        let mut all: Vec<(String, u64)> =
            counts.into_iter().filter(|(_, count)| *count > 0).collect();
        let mut others = 0;
        if all.len() > CATEGORIES {
            all.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
            others = all.drain(CATEGORIES..).map(|(_, count)| count).sum();
        }
        Self::Categories {
            counts: all.into_iter().collect(),
            others,
            missing,
        }
    }

    /// Of numbers, in bins of their own: between different twentieths of them; sorts the numbers
    pub fn of_numbers(numbers: &mut [f64], missing: u64) -> Self {
        numbers.sort_unstable_by(f64::total_cmp);
        let mut bounds = Vec::new();
        if let Some(last) = numbers.len().checked_sub(1) {
            bounds.extend((0..=PARTS).map(|part| numbers[last * part / PARTS]));
            bounds.push(numbers[last].next_up());
            bounds.dedup();
        }
        let mut distribution = Self::Numbers {
            counts: vec![0; bounds.len() + 1],
            bounds,
            missing,
        };
        for number in numbers {
            distribution.count_number(*number);
        }
        distribution
    }

    /// The same categories or bins with nothing in them
    pub fn emptied(&self) -> Self {
        match self {
            Self::Categories { .. } => Self::Categories {
                counts: BTreeMap::new(),
                others: 0,
                missing: 0,
            },
            Self::Numbers { bounds, counts, .. } => Self::Numbers {
                bounds: bounds.clone(),
                counts: vec![0; counts.len()],
                missing: 0,
            },
        }
    }

    /// Counts a category; of numbers nothing
    pub fn count_category(&mut self, category: &str) {
        if let Self::Categories { counts, others, .. } = self {
            if let Some(count) = counts.get_mut(category) {
                *count += 1;
            } else if counts.len() < CATEGORIES {
                counts.insert(category.to_owned(), 1);
            } else {
                *others += 1;
            }
        }
    }

    /// Counts a number; of categories nothing
    pub fn count_number(&mut self, number: f64) {
        if let Self::Numbers { bounds, counts, .. } = self {
            let bin = bounds.partition_point(|bound| *bound <= number);
            if let Some(count) = counts.get_mut(bin) {
                *count += 1;
            }
        }
    }

    /// Counts a NULL
    pub fn count_missing(&mut self) {
        match self {
            Self::Categories { missing, .. } | Self::Numbers { missing, .. } => *missing += 1,
        }
    }

    /// How many rows there are
    pub fn rows(&self) -> u64 {
        match self {
            Self::Categories {
                counts,
                others,
                missing,
            } => counts.values().sum::<u64>() + others + missing,
            Self::Numbers {
                counts, missing, ..
            } => counts.iter().sum::<u64>() + missing,
        }
    }
}
