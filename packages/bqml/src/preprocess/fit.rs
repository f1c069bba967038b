//! Fits encodings to the training rows: means and deviations of numbers, categories of the rest

use super::{CategoryEncoding, Encoding, Encodings, Feature, NumberEncoding, Plan};
use crate::data::FrameColumn;

/// Fits a feature to the training rows of its column
pub fn fit(plan: &Plan, column: &FrameColumn, rows: &[u32], encodings: Encodings) -> Feature {
    let dummy = encodings.categories == CategoryEncoding::Dummy;
    let encoding = match column {
        FrameColumn::Number(values) => match (standardize(values, rows), encodings.numbers) {
            (Encoding::Standardized { mean, .. }, NumberEncoding::AsIs) => {
                Encoding::Number { mean }
            }
            (encoding, _) => encoding,
        },
        FrameColumn::Category { codes, dictionary } => {
            let counts = count_rows(codes, rows, dictionary.len());
            let (categories, dropped) = categories(&counts, dictionary, dummy);
            match encodings.categories {
                CategoryEncoding::Label => Encoding::Label { categories },
                CategoryEncoding::OneHot | CategoryEncoding::Dummy => Encoding::OneHot {
                    categories,
                    dropped,
                },
            }
        }
        FrameColumn::Categories {
            offsets,
            codes,
            dictionary,
        } => {
            let elements = rows.iter().flat_map(|&row| {
                let row = row as usize;
                codes[offsets[row] as usize..offsets[row + 1] as usize]
                    .iter()
                    .copied()
            });
            let counts = count(elements, dictionary.len());
            let (categories, dropped) = categories(&counts, dictionary, dummy);
            Encoding::MultiHot {
                categories,
                dropped,
            }
        }
        FrameColumn::Vector {
            offsets, indexes, ..
        } => {
            let last = rows.iter().flat_map(|&row| {
                let row = row as usize;
                indexes[offsets[row] as usize..offsets[row + 1] as usize].iter()
            });
            Encoding::Vector {
                dimension: last.max().map_or(0, |last| *last as usize + 1),
            }
        }
    };
    Feature {
        name: plan.name.clone(),
        column: plan.column.clone(),
        path: plan.path.clone(),
        ty: plan.ty.clone(),
        part: plan.part,
        encoding,
    }
}

/// Mean without NULLs (NaN here), then the population deviation with NULLs in the mean's place
fn standardize(values: &[f64], rows: &[u32]) -> Encoding {
    let known = || {
        rows.iter()
            .map(|&row| values[row as usize])
            .filter(|value| !value.is_nan())
    };
    let count = known().count();
    let Some(any) = known().next() else {
        return Encoding::Standardized {
            mean: 0.0,
            deviation: 0.0,
        };
    };
    // exactly, where rounding would leave a deviation of almost 0
    if known().all(|value| value == any) {
        return Encoding::Standardized {
            mean: any,
            deviation: 0.0,
        };
    }
    let first = known().sum::<f64>() / count as f64;
    // a second pass takes out what rounding left in the first
    let mean = first + known().map(|value| value - first).sum::<f64>() / count as f64;
    let squares: f64 = known().map(|value| (value - mean).powi(2)).sum();
    Encoding::Standardized {
        mean,
        deviation: (squares / rows.len() as f64).sqrt(),
    }
}

/// How often each code occurs in some different rows; the last entry counts NULLs
pub fn count_rows(codes: &[u32], rows: &[u32], categories: usize) -> Vec<u64> {
    if rows.len() == codes.len() {
        // all of them: as they lie in memory
        return count(codes.iter().copied(), categories);
    }
    count(rows.iter().map(|&row| codes[row as usize]), categories)
}

/// How often each code occurs; the last entry counts NULLs
fn count(codes: impl Iterator<Item = u32>, categories: usize) -> Vec<u64> {
    let mut counts = vec![0; categories + 1];
    for code in codes {
        counts[(code as usize).min(categories)] += 1;
    }
    counts
}

/// The categories that occur, in the dictionary's (ascending) order, and the slot of the most
/// frequent one (the first among equals), NULL's slot being after the last
fn categories(counts: &[u64], dictionary: &[String], dummy: bool) -> (Vec<String>, Option<usize>) {
    let mut categories = Vec::new();
    let mut frequencies = Vec::new();
    for (category, &count) in dictionary.iter().zip(counts) {
        if count > 0 {
            categories.push(category.clone());
            frequencies.push(count);
        }
    }
    frequencies.push(counts[dictionary.len()]);
    let mut top = 0;
    for (slot, &frequency) in frequencies.iter().enumerate() {
        if frequency > frequencies[top] {
            top = slot;
        }
    }
    (categories, dummy.then_some(top))
}
