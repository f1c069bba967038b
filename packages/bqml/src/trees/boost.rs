//! Rounds of trees, each grown on what those before it left: gradient boosting, DART (Rashmi and
//! Gilad-Bachrach 2015), and random forests, which are one round of many trees on samples

use std::time::Instant;

use super::bins::Bins;
use super::grow::{Grown, grow};
use super::objective::Targets;
use super::sample::{Columns, Dice};
use super::{Booster, Forest, Link, Normalize, TreeOptions};
use crate::model::Iteration;

/// Rows as trees see them, and their labels
pub struct Rows {
    /// In bins
    pub bins: Bins,
    /// Labels and weights
    pub targets: Targets,
}

/// A tree of the ensemble while it is being trained
struct Member {
    grown: Grown,
    group: usize,
    /// What its leaves count; not 1 only in DART
    weight: f64,
}

/// Margins of training and evaluation rows, group after group
struct Margins<'a> {
    rows: &'a Rows,
    values: Vec<f64>,
}

/// Trains an ensemble with `groups` margins per row; early stopping watches the evaluation rows
/// where there are any, since they are kept to stop before trees fit the training rows alone
///
/// # Errors
/// The loss became infinite or undefined
pub fn boost(
    training: &Rows,
    evaluation: Option<&Rows>,
    link: Link,
    groups: usize,
    options: &TreeOptions,
    progress: &mut dyn FnMut(&Iteration),
) -> Result<(Forest, Vec<Iteration>), String> {
    // XGBoost's `base_score` of 0.5 is a margin of 0 for a probability
    let base = match link {
        Link::Logistic => 0.0,
        Link::Identity | Link::Softmax => 0.5,
    };
    let mut dice = Dice::new();
    let mut members: Vec<Member> = Vec::new();
    let mut fitted = Margins::new(training, base, groups);
    let mut held_out = evaluation.map(|rows| Margins::new(rows, base, groups));
    let mut iterations: Vec<Iteration> = Vec::new();
    let mut previous: Option<f64> = None;
    for iteration in 0..options.max_iterations {
        let started = Instant::now();
        let dropped = match options.booster {
            Booster::Trees => Vec::new(),
            Booster::Dart { dropout, .. } => dice.some(members.len(), dropout),
        };
        for &index in &dropped {
            fitted.add(&members[index], -members[index].weight);
        }
        let rate = options.learn_rate / options.parallel_trees as f64;
        let mut round = Vec::new();
        for group in 0..groups {
            let derivatives = training.targets.derivatives(link, &fitted.values, group);
            for _ in 0..options.parallel_trees {
                let rows = dice.rows(training.bins.rows, options.subsample);
                let mut columns = Columns::of_tree(&mut dice, training.bins.slots, &options.growth);
                let growth = &options.growth;
                let grown = grow(
                    &training.bins,
                    &derivatives,
                    rows,
                    growth,
                    rate,
                    &mut columns,
                );
                round.push(Member {
                    grown,
                    group,
                    weight: 1.0,
                });
            }
        }
        let (kept, fresh) = normalized(options, dropped.len(), round.len());
        for &index in &dropped {
            let weight = members[index].weight * kept;
            if let Some(held_out) = &mut held_out {
                held_out.add(&members[index], weight - members[index].weight);
            }
            members[index].weight = weight;
            fitted.add(&members[index], weight);
        }
        for mut member in round {
            member.weight = fresh;
            fitted.add(&member, fresh);
            if let Some(held_out) = &mut held_out {
                held_out.add(&member, fresh);
            }
            members.push(member);
        }
        let loss = training.targets.loss(link, &fitted.values);
        if !loss.is_finite() {
            return Err(format!(
                "training diverged: the loss is not a finite number after iteration {iteration}"
            ));
        }
        let eval_loss = held_out
            .as_ref()
            .map(|margins| margins.rows.targets.loss(link, &margins.values));
        let done = Iteration {
            loss,
            eval_loss,
            learning_rate: Some(options.learn_rate),
            ..Iteration::ended(iteration, started)
        };
        progress(&done);
        iterations.push(done);
        let watched = eval_loss.unwrap_or(loss);
        let stalled = previous
            .is_some_and(|previous| previous - watched < options.min_rel_progress * previous);
        if options.early_stop && stalled {
            break;
        }
        previous = Some(watched);
    }
    let trees = members.iter().map(|member| {
        member
            .grown
            .tree(&training.bins, member.group, member.weight)
    });
    let forest = Forest {
        link,
        base: vec![base; groups],
        trees: trees.collect(),
    };
    Ok((forest, iterations))
}

impl<'a> Margins<'a> {
    fn new(rows: &'a Rows, base: f64, groups: usize) -> Self {
        Self {
            rows,
            values: vec![base; rows.bins.rows * groups],
        }
    }

    /// Adds a tree's values times `weight`
    fn add(&mut self, member: &Member, weight: f64) {
        let rows = self.rows.bins.rows;
        let own = &mut self.values[member.group * rows..(member.group + 1) * rows];
        for (row, margin) in own.iter_mut().enumerate() {
            *margin += weight * member.grown.value(&self.rows.bins, row);
        }
    }
}

/// What DART makes of the weights of dropped trees, and of those grown in their absence
fn normalized(options: &TreeOptions, dropped: usize, grown: usize) -> (f64, f64) {
    let Booster::Dart { normalize, .. } = options.booster else {
        return (1.0, 1.0);
    };
    if dropped == 0 {
        return (1.0, 1.0);
    }
    let rate = options.learn_rate / grown as f64;
    let dropped = dropped as f64;
    match normalize {
        Normalize::Tree => (dropped / (dropped + rate), 1.0 / (dropped + rate)),
        Normalize::Forest => (1.0 / (1.0 + rate), 1.0 / (1.0 + rate)),
    }
}
