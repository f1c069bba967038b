//! Which hyperparameters to try next: the same for the same space and results
//!
//! BigQuery leaves its default algorithm to Vertex AI Vizier, whose choices are not public. Here:
//! - `VIZIER_DEFAULT` tries the start point, then explores points of a Halton sequence, and in its
//!   second half goes halfway (and nearer with every step) from such points to the best one so far;
//! - `RANDOM_SEARCH` tries the start point, then pseudo-random points of a fixed seed;
//! - `GRID_SEARCH` goes through a grid, the last hyperparameter fastest: all values where they are
//!   few, else as many as give about `NUM_TRIALS` points.

use super::space::Dimension;

/// `HPARAM_TUNING_ALGORITHM`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// `VIZIER_DEFAULT`
    Default,
    /// `RANDOM_SEARCH`
    Random,
    /// `GRID_SEARCH`
    Grid,
}

/// A point: a place from 0 to 1 for each hyperparameter
pub type Point = Vec<f64>;

/// The point of a trial, counted from 0; `best` is the one with the best result so far. `None` when
/// the space is exhausted
pub fn point(
    algorithm: Algorithm,
    space: &[Dimension],
    trials: usize,
    trial: usize,
    best: Option<&Point>,
) -> Option<Point> {
    let start = || space.iter().map(|dimension| dimension.start).collect();
    match algorithm {
        Algorithm::Grid => grid(space, trials, trial),
        _ if trial == 0 => Some(start()),
        Algorithm::Random => {
            let mut state = (trial as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            Some(space.iter().map(|_| random(&mut state)).collect())
        }
        Algorithm::Default => {
            let explored = halton(space.len(), trial);
            let refined = trial.saturating_sub(trials / 2);
            match best {
                Some(best) if refined > 0 => {
                    let pull = 1.0 - 0.5_f64.powi(1 + refined as i32 / space.len().max(1) as i32);
                    let pairs = explored.iter().zip(best);
                    Some(pairs.map(|(own, best)| own + pull * (best - own)).collect())
                }
                _ => Some(explored),
            }
        }
    }
}

fn grid(space: &[Dimension], trials: usize, trial: usize) -> Option<Point> {
    let steps = (trials as f64)
        .powf(1.0 / space.len().max(1) as f64)
        .ceil()
        .max(2.0) as usize;
    let counts: Vec<(usize, bool)> = space
        .iter()
        .map(|dimension| match dimension.values.count() {
            Some(count) => (count.max(1), true),
            None => (steps, false),
        })
        .collect();
    let mut rest = trial;
    let mut point = vec![0.0; space.len()];
    for (place, (count, listed)) in point.iter_mut().zip(&counts).rev() {
        let at = rest % count;
        rest /= count;
        *place = match listed {
            true => (at as f64 + 0.5) / *count as f64,
            false => at as f64 / (*count - 1) as f64,
        };
    }
    (rest == 0).then_some(point)
}

/// Different for all of the first dimensions
const PRIMES: [u64; 16] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53];

/// The point of a Halton sequence at an index from 1
fn halton(dimensions: usize, index: usize) -> Point {
    let of = |base: u64| {
        let (mut rest, mut value, mut unit) = (index as u64, 0.0, 1.0);
        while rest > 0 {
            unit /= base as f64;
            value += unit * (rest % base) as f64;
            rest /= base;
        }
        value
    };
    let bases = PRIMES.iter().cycle().take(dimensions);
    bases.map(|base| of(*base)).collect()
}

/// The next of a SplitMix64 sequence, from 0 to below 1
fn random(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^= word >> 31;
    (word >> 11) as f64 / (1_u64 << 53) as f64
}
