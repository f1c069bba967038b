//! How far two distributions of one column are apart, between 0 and 1
//!
//! Categories: the greatest difference of a category's share (L-infinity). Numbers: the Jensen-Shannon divergence
//! of their shares of common bins, with logarithms to base 2. NULL is a category, and a bin, of its own. These are
//! the measures that Vertex AI's model monitoring names, as TensorFlow Data Validation defines them.

use bqml::Distribution;
use serde::{Deserialize, Serialize};

/// How a distance is measured
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Of categories
    LInfinity,
    /// Of numbers
    JensenShannonDivergence,
}

/// The distance; `None` where one of the two has no rows, or one is of numbers and the other is not, or their
/// bins differ
pub fn distance(left: &Distribution, right: &Distribution) -> Option<(Measure, f64)> {
    let (left_rows, right_rows) = (left.rows(), right.rows());
    if left_rows == 0 || right_rows == 0 {
        return None;
    }
    let pairs = pairs(left, right)?;
    let shares = pairs.into_iter().map(|(left, right)| {
        (
            left as f64 / left_rows as f64,
            right as f64 / right_rows as f64,
        )
    });
    Some(match left {
        Distribution::Categories { .. } => {
            let differences = shares.map(|(left, right)| (left - right).abs());
            (Measure::LInfinity, differences.fold(0.0, f64::max))
        }
        Distribution::Numbers { .. } => {
            let terms = shares.map(|(left, right)| {
                let middle = f64::midpoint(left, right);
                f64::midpoint(term(left, middle), term(right, middle))
            });
            let divergence: f64 = terms.sum();
            (Measure::JensenShannonDivergence, divergence.clamp(0.0, 1.0))
        }
    })
}

fn term(share: f64, middle: f64) -> f64 {
    match share {
        0.0 => 0.0,
        share => share * (share / middle).log2(),
    }
}

/// The rows of each category or bin, in both
fn pairs(left: &Distribution, right: &Distribution) -> Option<Vec<(u64, u64)>> {
    match (left, right) {
        (
            Distribution::Categories {
                counts: left,
                others: left_others,
                missing: left_missing,
            },
            Distribution::Categories {
                counts: right,
                others: right_others,
                missing: right_missing,
            },
        ) => {
            let mut pairs = vec![
                (*left_others, *right_others),
                (*left_missing, *right_missing),
            ];
            for (category, rows) in left {
                pairs.push((*rows, right.get(category).copied().unwrap_or(0)));
            }
            let only_right = right
                .iter()
                .filter(|(category, _)| !left.contains_key(*category));
            pairs.extend(only_right.map(|(_, rows)| (0, *rows)));
            Some(pairs)
        }
        (
            Distribution::Numbers {
                bounds,
                counts: left,
                missing: left_missing,
            },
            Distribution::Numbers {
                bounds: right_bounds,
                counts: right,
                missing: right_missing,
            },
        ) if bounds == right_bounds && left.len() == right.len() => {
            let mut pairs: Vec<(u64, u64)> =
                left.iter().copied().zip(right.iter().copied()).collect();
            pairs.push((*left_missing, *right_missing));
            Some(pairs)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(counts: &[(&str, u64)]) -> Distribution {
        let counts = counts
            .iter()
            .map(|(name, count)| ((*name).to_owned(), *count));
        Distribution::of_categories(counts, 0)
    }

    #[test]
    fn categories_are_apart_by_their_greatest_difference() {
        let left = categories(&[("a", 50), ("b", 50)]);
        let right = categories(&[("a", 20), ("b", 50), ("c", 30)]);
        assert_eq!(distance(&left, &right), Some((Measure::LInfinity, 0.3)));
        assert_eq!(distance(&left, &left), Some((Measure::LInfinity, 0.0)));
        assert_eq!(distance(&left, &categories(&[])), None);
    }

    #[test]
    fn numbers_are_apart_by_their_divergence() {
        let mut training: Vec<f64> = (0..1000).map(f64::from).collect();
        let training = Distribution::of_numbers(&mut training, 0);
        let near = |values: &mut dyn Iterator<Item = f64>| {
            let mut other = training.emptied();
            values.for_each(|value| other.count_number(value));
            distance(&training, &other).map(|(_, distance)| distance)
        };
        let same = near(&mut (0..1000).map(f64::from)).unwrap_or(1.0);
        let shifted = near(&mut (250..1250).map(f64::from)).unwrap_or(0.0);
        let elsewhere = near(&mut (5000..6000).map(f64::from)).unwrap_or(0.0);
        assert_eq!((same, elsewhere), (0.0, 1.0));
        // a quarter of the one is where nothing of the other is
        assert!((0.2..0.3).contains(&shifted), "{shifted}");
        assert_eq!(distance(&training, &categories(&[("a", 1)])), None);
    }
}
