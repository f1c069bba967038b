//! What BigQuery ML's preprocessing functions compute: buckets, vocabularies, n-grams, norms

use std::collections::HashMap;

use super::number::format_float;

/// How a bucket is written
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketFormat {
    /// `bin_1`
    Names,
    /// `[2, 4)`
    Ranges,
    /// `{"start": "2", "end": "4"}`
    RangesJson,
}

impl BucketFormat {
    /// By the name that `output_format` has
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "bucket_names" => Self::Names,
            "bucket_ranges" => Self::Ranges,
            "bucket_ranges_json" => Self::RangesJson,
            _ => return None,
        })
    }
}

/// The bucket of a value between ascending split points, of which the outermost two may not count
///
/// A bucket has its lower bound and not its upper; NaN is in the last one.
pub fn bucket(
    value: f64,
    points: &[f64],
    exclude_boundaries: bool,
    format: BucketFormat,
) -> Result<String, String> {
    if !points.iter().all(|point| point.is_finite()) {
        return Err("split points must be finite".to_owned());
    }
    if points.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err("split points must be in ascending order".to_owned());
    }
    let inner = match (exclude_boundaries, points.len()) {
        (false, _) => points,
        (true, 0..=2) => &[],
        (true, count) => &points[1..count - 1],
    };
    let at = inner.partition_point(|point| *point <= value || value.is_nan());
    let lower = at.checked_sub(1).map(|before| format_float(inner[before]));
    let upper = inner.get(at).map(|point| format_float(*point));
    Ok(match format {
        BucketFormat::Names => format!("bin_{}", at + 1),
        BucketFormat::Ranges => {
            let start = lower.map_or_else(|| "(-inf".to_owned(), |lower| format!("[{lower}"));
            let end = upper.unwrap_or_else(|| "+inf".to_owned());
            format!("{start}, {end})")
        }
        BucketFormat::RangesJson => format!(
            "{{\"start\": \"{}\", \"end\": \"{}\"}}",
            lower.as_deref().unwrap_or("-Infinity"),
            upper.as_deref().unwrap_or("Infinity")
        ),
    })
}

/// The n-grams of tokens, by where they begin and then by length
pub fn ngrams(
    tokens: &[&str],
    lengths: std::ops::RangeInclusive<usize>,
    separator: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    for start in 0..tokens.len() {
        for length in lengths.clone() {
            if let Some(part) = tokens.get(start..start + length) {
                found.push(part.join(separator));
            }
        }
    }
    found
}

/// Σ|x|^p^(1/p); how many are not 0 for `p` = 0, the largest |x| for infinity
pub fn norm(values: &[f64], degree: f64) -> Result<f64, String> {
    if degree.is_nan() || degree < 0.0 || (degree > 0.0 && degree < 1.0) {
        return Err("the degree of a norm is 0, a number from 1, or infinity".to_owned());
    }
    let sizes = values.iter().map(|value| value.abs());
    Ok(if degree == 0.0 {
        sizes.filter(|size| *size != 0.0).count() as f64
    } else if degree.is_infinite() {
        sizes.fold(0.0, f64::max)
    } else if degree == 1.0 {
        sizes.sum()
    } else if degree == 2.0 {
        sizes.map(|size| size * size).sum::<f64>().sqrt()
    } else {
        sizes
            .map(|size| size.powf(degree))
            .sum::<f64>()
            .powf(1.0 / degree)
    })
}

/// The `top` most frequent terms, the alphabetically first among equals, that occur at least
/// `threshold` times; in alphabetical order
pub fn vocabulary(counts: Vec<(String, i64)>, top: usize, threshold: i64) -> Vec<String> {
    let mut kept: Vec<_> = counts
        .into_iter()
        .filter(|(_, count)| *count >= threshold)
        .collect();
    kept.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    kept.truncate(top);
    let mut terms: Vec<String> = kept.into_iter().map(|(term, _)| term).collect();
    terms.sort_unstable();
    terms
}

/// How often each term occurs
pub fn counted<'t>(terms: impl Iterator<Item = &'t str>) -> HashMap<&'t str, i64> {
    let mut counts = HashMap::new();
    for term in terms {
        *counts.entry(term).or_insert(0) += 1;
    }
    counts
}

/// The weight of each term of a dictionary by the number of documents that have it,
/// ln(1 + documents / (1 + those)); before them the one of terms that are not in the dictionary,
/// which is the mean of the others, as BigQuery's documented example shows
pub fn inverse_frequencies(
    dictionary: &[&str],
    documents_with: &HashMap<&str, i64>,
    documents: i64,
) -> Vec<f64> {
    let weight = |term: &&str| {
        let with = documents_with.get(term).copied().unwrap_or(0);
        (1.0 + documents as f64 / (1.0 + with as f64)).ln()
    };
    let known: Vec<f64> = dictionary.iter().map(weight).collect();
    let mean = match known.len() {
        0 => 0.0,
        count => known.iter().sum::<f64>() / count as f64,
    };
    std::iter::once(mean).chain(known).collect()
}

/// How often each place of a dictionary (from 1; 0 for what is not in it) occurs, by place
pub fn places<'t>(
    terms: impl Iterator<Item = Option<&'t str>>,
    dictionary: &[&str],
) -> std::collections::BTreeMap<i64, i64> {
    let mut counts = std::collections::BTreeMap::new();
    for term in terms {
        *counts.entry(place(term, dictionary)).or_insert(0) += 1;
    }
    counts
}

/// The place of a term in a sorted dictionary, from 1; 0 for NULL and for what is not in it
pub fn place(term: Option<&str>, dictionary: &[&str]) -> i64 {
    term.and_then(|term| dictionary.binary_search(&term).ok())
        .map_or(0, |at| at as i64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weight_of_unknown_terms_is_that_of_the_documented_example() {
        let with = HashMap::from([("I", 2), ("like", 2), ("pie", 4), ("yum", 2), ("you", 1)]);
        let weights = inverse_frequencies(&["I", "like", "pie"], &with, 4);
        // the last digit is the mathematical library's
        assert!((weights[0] / 6.0 - 0.126_799_021_426_473_65).abs() < 1e-15);
        assert!((weights[1] / 6.0 - 0.141_216_310_064_533_9).abs() < 1e-15);
    }

    #[test]
    fn buckets_have_their_lower_bound() {
        let of = |value| bucket(value, &[1.0, 2.0, 3.0], false, BucketFormat::Names);
        assert_eq!(of(2.0).as_deref(), Ok("bin_3"));
        assert_eq!(of(0.5).as_deref(), Ok("bin_1"));
        assert_eq!(of(f64::NAN).as_deref(), Ok("bin_4"));
        assert!(bucket(1.0, &[2.0, 2.0], false, BucketFormat::Names).is_err());
    }
}
