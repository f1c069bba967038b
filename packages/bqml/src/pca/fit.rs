//! Components from the covariance of slots: its eigenvectors, all of them (`FULL`) or the first by
//! subspace iteration from a random start (`RANDOMIZED`, Halko, Martinsson and Tropp 2011)

use nalgebra::{DMatrix, SymmetricEigen};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Component, Components, Number, PcaOptions, Solver};
use crate::blocks;
use crate::preprocess::Design;
use crate::quantiles::Quantiles;

/// Rows per block; a constant, since it decides how sums round
const BLOCK: usize = 16_384;

/// Slots above which `AUTO` takes the randomized solver for a few components
const MANY: usize = 512;

/// Directions beside those asked for, which make the randomized solver exact sooner
const BESIDE: usize = 10;

/// The most steps of the randomized solver
const STEPS: usize = 300;

/// The most slots whose covariances are held in memory
pub const SLOTS: usize = 4096;

/// The components of a design's rows
///
/// # Errors
/// More components than there are slots or rows
pub fn fit(design: &Design, options: &PcaOptions) -> Result<Components, String> {
    let most = design.width().min(design.rows());
    if let Number::Components(number) = options.number
        && number > most
    {
        return Err(format!(
            "{number} principal components are more than the {most} that {} rows of {} processed values have",
            design.rows(),
            design.width()
        ));
    }
    let means = means(design);
    let covariance = covariance(design, &means);
    let total_variance = covariance.trace();
    let mut components = match (options.number, options.solver) {
        (Number::Components(number), Solver::Randomized) => randomized(&covariance, number),
        (Number::Components(number), Solver::Auto)
            if design.width() > MANY && number * 10 < design.width() =>
        {
            randomized(&covariance, number)
        }
        _ => full(covariance),
    };
    let kept = match options.number {
        Number::Components(number) => number,
        Number::Explained(ratio) => {
            let mut explained = 0.0;
            let enough = components.iter().position(|component| {
                explained += component.eigenvalue;
                // what rounding leaves of all variance is all
                explained >= ratio * total_variance * (1.0 - 1e-12)
            });
            enough.map_or(components.len(), |last| last + 1)
        }
    };
    components.truncate(kept);
    let mut fitted = Components {
        means,
        components,
        total_variance,
        errors: Quantiles::default(),
    };
    let width = fitted.components.len() + 1;
    let scores = fitted.score(design);
    let errors = scores.chunks_exact(width).map(|row| row[width - 1]);
    fitted.errors = Quantiles::new(errors.collect());
    Ok(fitted)
}

fn means(design: &Design) -> Vec<f64> {
    let width = design.width();
    let mut idle = vec![0.0; design.rows()];
    let parts = blocks::map(&mut idle, BLOCK, |range, _| {
        let mut sums = vec![0.0; width];
        design.visit(range, |_, slots| {
            for (sum, value) in sums.iter_mut().zip(slots) {
                *sum += value;
            }
        });
        sums
    });
    let mut means = vec![0.0; width];
    for part in parts {
        for (sum, part) in means.iter_mut().zip(part) {
            *sum += part;
        }
    }
    let rows = design.rows() as f64;
    means.into_iter().map(|sum| sum / rows).collect()
}

/// Divided by one less than the rows
fn covariance(design: &Design, means: &[f64]) -> DMatrix<f64> {
    let width = means.len();
    // a block's sums are as many as the covariances, so that wide designs get longer ones
    let block = BLOCK.max(design.rows().div_ceil(4));
    let mut idle = vec![0.0; design.rows()];
    let parts = blocks::map(&mut idle, block, |range, _| {
        let mut sums = vec![0.0; width * width];
        let mut centered = vec![0.0; width];
        design.visit(range, |_, slots| {
            for ((own, value), mean) in centered.iter_mut().zip(slots).zip(means) {
                *own = value - mean;
            }
            for (index, left) in centered.iter().enumerate() {
                if *left == 0.0 {
                    continue;
                }
                let row = &mut sums[index * width..(index + 1) * width];
                for (sum, right) in row.iter_mut().zip(&centered) {
                    *sum += left * right;
                }
            }
        });
        sums
    });
    let mut sums = vec![0.0; width * width];
    for part in parts {
        for (sum, part) in sums.iter_mut().zip(part) {
            *sum += part;
        }
    }
    let divisor = (design.rows().max(2) - 1) as f64;
    DMatrix::from_vec(width, width, sums) / divisor
}

fn full(covariance: DMatrix<f64>) -> Vec<Component> {
    let eigen = SymmetricEigen::new(covariance);
    let pairs = eigen
        .eigenvalues
        .iter()
        .zip(eigen.eigenvectors.column_iter());
    sorted(pairs.map(|(value, vector)| component(*value, vector.iter().copied().collect())))
}

fn randomized(covariance: &DMatrix<f64>, number: usize) -> Vec<Component> {
    let width = covariance.nrows();
    let columns = (number + BESIDE).min(width);
    let mut dice = ChaCha8Rng::seed_from_u64(0);
    let start = DMatrix::from_fn(width, columns, |_, _| dice.random::<f64>() - 0.5);
    let mut basis = (covariance * start).qr().q();
    let mut before: Option<Vec<f64>> = None;
    for _ in 0..STEPS {
        let image = covariance * &basis;
        let small = SymmetricEigen::new(basis.transpose() * &image);
        let mut values: Vec<f64> = small.eigenvalues.iter().copied().collect();
        values.sort_unstable_by(|left, right| right.total_cmp(left));
        let settled = before.as_ref().is_some_and(|before| {
            let pairs = before.iter().zip(&values).take(number);
            pairs
                .into_iter()
                .all(|(old, new)| (old - new).abs() <= 1e-14 * values[0].abs())
        });
        if settled {
            break;
        }
        before = Some(values);
        basis = image.qr().q();
    }
    let small = SymmetricEigen::new(basis.transpose() * covariance * &basis);
    let vectors = &basis * &small.eigenvectors;
    let pairs = small.eigenvalues.iter().zip(vectors.column_iter());
    sorted(pairs.map(|(value, vector)| component(*value, vector.iter().copied().collect())))
}

fn sorted(components: impl Iterator<Item = Component>) -> Vec<Component> {
    let mut components: Vec<Component> = components.collect();
    components.sort_by(|left, right| right.eigenvalue.total_cmp(&left.eigenvalue));
    components
}

fn component(eigenvalue: f64, mut direction: Vec<f64>) -> Component {
    let mut largest = 0.0_f64;
    for part in &direction {
        // the first of those that rounding makes different
        if part.abs() > largest.abs() * (1.0 + 1e-9) {
            largest = *part;
        }
    }
    if largest < 0.0 {
        for part in &mut direction {
            *part = -*part;
        }
    }
    Component {
        // a covariance has none below 0 but by rounding
        eigenvalue: eigenvalue.max(0.0),
        direction,
    }
}
