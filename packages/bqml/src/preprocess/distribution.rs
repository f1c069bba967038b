//! How the training rows' values are distributed, for comparing with what is predicted on later

use serde::{Deserialize, Serialize};

/// Buckets of a number's distribution
const BUCKETS: usize = 20;

/// Categories that a distribution names
const NAMED: usize = 1_000;

/// How the values that are not NULL are distributed
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Distribution {
    /// Numbers, by buckets of equal width
    Numbers {
        /// Where buckets begin, and where the last one ends, which it includes
        edges: Vec<f64>,
        /// How many values each bucket has
        counts: Vec<u64>,
    },
    /// Categories
    Categories {
        /// The most frequent ones, with how often they occur; by frequency, then by name
        counts: Vec<(String, u64)>,
        /// How often all others occur
        others: u64,
    },
}

impl Distribution {
    /// Of finite numbers from `min` to `max`; one bucket where these are the same
    pub fn of_numbers(values: &[f64], min: f64, max: f64) -> Self {
        let width = (max - min) / BUCKETS as f64;
        if width.is_nan() || width <= 0.0 || width.is_infinite() {
            return Self::Numbers {
                edges: vec![min, max],
                counts: vec![values.len() as u64],
            };
        }
        let mut counts = vec![0; BUCKETS];
        for value in values {
            let bucket = ((value - min) / width) as usize;
            counts[bucket.min(BUCKETS - 1)] += 1;
        }
        let mut edges: Vec<f64> = (0..BUCKETS).map(|at| min + width * at as f64).collect();
        edges.push(max);
        Self::Numbers { edges, counts }
    }

    /// Of the entries of a dictionary, by how often each occurs
    pub fn of_categories(dictionary: &[String], seen: &[u64]) -> Self {
        let mut counts: Vec<(String, u64)> = dictionary
            .iter()
            .zip(seen)
            .filter(|(_, count)| **count > 0)
            .map(|(category, count)| (category.clone(), *count))
            .collect();
        counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
        let named = counts.len().min(NAMED);
        let others = counts.drain(named..).map(|(_, count)| count).sum();
        Self::Categories { counts, others }
    }
}
