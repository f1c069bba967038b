//! `bench ml`: training, prediction and serving of models

mod load;
mod prediction;
mod serving;
mod training;

use std::path::Path;
use std::process::Command;

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
    /// `ML.PREDICT` of a logistic regression with 15 features
    Prediction(prediction::PredictionBench),
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
        Part::Prediction(bench) => prediction::prediction(bench),
        Part::Serving(bench) => serving::serving(bench),
    }
}

/// A statement on a warehouse, outside of any project
fn query(program: &Path, warehouse: &Path, statement: &str) -> Command {
    let mut command = Command::new(program);
    command
        .arg("--warehouse")
        .arg(warehouse)
        .args(["query", "--format", "jsonl", statement])
        .current_dir(warehouse.parent().unwrap_or(Path::new(".")));
    command
}
