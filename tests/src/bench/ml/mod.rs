//! `bench ml`: training, prediction and serving of models

mod load;
mod serving;
mod training;

use anyhow::Result;
use clap::{Args, Subcommand};

/// What is measured
#[derive(Debug, Args)]
pub struct MlBench {
    #[command(subcommand)]
    part: Part,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Logistic regression on one-hot features, beside scikit-learn's lbfgs to the same loss
    Training(training::TrainingBench),
    /// Predictions of a running server, by its processor time, and how long callers wait
    Serving(serving::ServingBench),
}

/// Measures the part and prints what it found.
///
/// # Errors
/// A process fails, or what is compared is not alike.
pub fn ml(bench: &MlBench) -> Result<()> {
    match &bench.part {
        Part::Training(bench) => training::training(bench),
        Part::Serving(bench) => serving::serving(bench),
    }
}
