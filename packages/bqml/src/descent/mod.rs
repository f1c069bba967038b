//! Full-batch gradient descent with BigQuery ML's learning rate strategies and early stopping
//!
//! `LINE_SEARCH` tries 2, 1, ½ and ¼ of the current rate from the best model and keeps the rate of
//! the smallest objective. `EARLY_STOP` ends after the first iteration whose objective improves on
//! the one before by less than `MIN_REL_PROGRESS` of it; that iteration still counts.

mod objective;
mod options;

use std::time::Instant;

use crate::model::Iteration;

pub use objective::{Loss, Objective, Point};
pub use options::{DescentOptions, LearnRate, OPTIONS, read as read_options};

/// Multiples of the current learning rate that an iteration tries; where nothing changes any more
/// and all are equal, the first leaves the rate as it is
const CANDIDATES: [f64; 4] = [1.0, 2.0, 0.5, 0.25];

/// The final model and what happened on the way
///
/// # Errors
/// The loss became infinite or undefined
pub fn descend<L: Loss>(
    training: &Objective<'_, L>,
    evaluation: Option<&Objective<'_, L>>,
    options: &DescentOptions,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<(Point, Vec<Iteration>), String> {
    let mut point = training.origin();
    let mut margins = training.margins(&point);
    let mut best = training.loss(&mut margins) + training.penalty(&point);
    let mut previous: Option<f64> = None;
    let (mut rate, searches) = match options.learn_rate {
        LearnRate::LineSearch { initial } => (initial, true),
        LearnRate::Constant { rate } => (rate, false),
    };
    let mut iterations = Vec::new();
    // what margins still have to be moved by, which waits for the next pass over them
    let mut direction = vec![0.0; margins.len()];
    let mut moved = 0.0;
    for iteration in 0..options.max_iterations {
        let started = Instant::now();
        let gradient = training.gradient(&point, &mut margins, &direction, moved);
        moved = 0.0;
        let rates: Vec<f64> = if searches {
            CANDIDATES.iter().map(|factor| factor * rate).collect()
        } else {
            vec![rate]
        };
        let (losses, mut bent) = if training.is_bent() {
            training.try_bent(&point, &gradient, &rates)
        } else {
            let losses = training.try_rates(&gradient, &margins, &rates, &mut direction);
            (losses, Vec::new())
        };
        let candidates = rates.iter().zip(losses).map(|(rate, loss)| {
            let point = training.step(&point, &gradient, *rate);
            Candidate {
                rate: *rate,
                loss,
                objective: loss + training.penalty(&point),
                point,
            }
        });
        // the first of equals; NaN comes last
        let smallest = candidates
            .enumerate()
            .min_by(|(_, left), (_, right)| left.objective.total_cmp(&right.objective));
        let Some((index, chosen)) = smallest else {
            break;
        };
        rate = chosen.rate;
        if !chosen.objective.is_finite() {
            return Err(format!(
                "training diverged: the loss is not a finite number after iteration {iteration} with learning rate {rate}"
            ));
        }
        let eval_loss = evaluation.map(|rows| rows.loss(&mut rows.margins(&chosen.point)));
        // a line search never leaves the best model for a worse one, a constant rate follows blindly
        let objective = chosen.objective;
        if !searches || objective < best {
            best = objective;
            point = chosen.point;
            if training.is_bent() {
                margins = bent.swap_remove(index);
            } else {
                moved = rate;
            }
        }
        let done = Iteration {
            loss: chosen.loss,
            eval_loss,
            learning_rate: Some(rate),
            ..Iteration::ended(iteration, started)
        };
        progress(&done);
        iterations.push(done);
        let stalled = previous
            .is_some_and(|previous| previous - objective < options.min_rel_progress * previous);
        if options.early_stop && stalled {
            break;
        }
        previous = Some(objective);
    }
    Ok((point, iterations))
}

/// A step that an iteration may take
struct Candidate {
    rate: f64,
    loss: f64,
    objective: f64,
    point: Point,
}
