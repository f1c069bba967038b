//! Which rows the centroids begin at

use rand::seq::index;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Distance, Initial};
use crate::preprocess::Design;

/// The rows, as many as there are clusters; `marked` are those that `KMEANS_INIT_COL` names
pub fn rows(
    design: &Design,
    clusters: usize,
    initial: Initial,
    distance: Distance,
    marked: &[usize],
) -> Vec<Vec<f64>> {
    let mut dice = ChaCha8Rng::seed_from_u64(0);
    match initial {
        Initial::Custom => marked.iter().map(|row| design.dense_row(*row)).collect(),
        Initial::Random => {
            let mut chosen = index::sample(&mut dice, design.rows(), clusters).into_vec();
            chosen.sort_unstable();
            chosen
                .into_iter()
                .map(|row| design.dense_row(row))
                .collect()
        }
        Initial::PlusPlus => plus_plus(design, clusters, distance, &mut dice),
    }
}

/// Each next row with a probability that grows as the square of its distance to the nearest of those
/// before (Arthur and Vassilvitskii 2007)
fn plus_plus(
    design: &Design,
    clusters: usize,
    distance: Distance,
    dice: &mut ChaCha8Rng,
) -> Vec<Vec<f64>> {
    let rows = design.rows();
    let mut chosen = vec![design.dense_row(dice.random_range(0..rows))];
    let mut squares = vec![f64::INFINITY; rows];
    while chosen.len() < clusters {
        let last = &chosen[chosen.len() - 1];
        design.visit(0..rows, |row, slots| {
            squares[row] = squares[row].min(distance.between(slots, last).powi(2));
        });
        let sum: f64 = squares.iter().sum();
        let mut left = dice.random::<f64>() * sum;
        let mut next = rows - 1;
        for (row, square) in squares.iter().enumerate() {
            left -= square;
            if left < 0.0 {
                next = row;
                break;
            }
        }
        chosen.push(design.dense_row(next));
    }
    chosen
}
