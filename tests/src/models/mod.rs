//! `cargo xtask conformance models`: every kind of model is trained, exported and loaded by the
//! runtimes that others serve it with, which must answer as `ML.PREDICT` does

mod cases;
mod install;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::googlesql::engine::Engine;
use cases::{CASES, Case, INPUTS, TABLES};
pub use install::{install, installed};

const DRIVER: &str = include_str!("driver.py");

/// What is compared
#[derive(Debug, Args)]
pub struct Selection {
    /// Only cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Keep the exported models in this folder
    #[arg(long, value_name = "FOLDER")]
    keep: Option<std::path::PathBuf>,
}

/// What the driver reads
#[derive(Debug, Serialize)]
struct Question {
    name: String,
    format: &'static str,
    folder: String,
    /// By name, one value per row; `null` is NULL
    inputs: BTreeMap<String, Vec<Json>>,
    /// By output, one list per row
    outputs: BTreeMap<String, Vec<Json>>,
}

/// What the driver answers
#[derive(Debug, Deserialize)]
struct Answer {
    name: String,
    format: String,
    /// The greatest difference of numbers, relative to numbers above 1
    difference: Option<f64>,
    /// How many texts or whole numbers differ
    unequal: Option<u64>,
    error: Option<String>,
}

/// Trains, exports, asks and prints a line per model and format
///
/// # Errors
/// A runtime does not load a model, or answers otherwise
pub fn compare(selection: &Selection) -> Result<()> {
    let python = install()?;
    let scratch = tempfile::tempdir()?;
    let folder = selection.keep.as_deref().unwrap_or(scratch.path());
    let only = selection.only.as_deref().unwrap_or_default();
    let questions = questions(folder, only)?;
    let answers = ask(&python, folder, &questions)?;
    let mut wrong = 0;
    for answer in &answers {
        let tolerance = match answer.format.as_str() {
            "ONNX" => 1e-6,
            // XGBoost compares in single precision
            "XGBOOST" => 1e-5,
            _ => 1e-12,
        };
        let verdict = match (&answer.error, answer.difference, answer.unequal) {
            (Some(error), ..) => format!("fails: {error}"),
            (None, Some(difference), Some(0)) if difference <= tolerance => {
                format!("agrees to {difference:.1e}")
            }
            (None, difference, unequal) => format!(
                "differs by {:.1e}, {} texts unequal",
                difference.unwrap_or(f64::NAN),
                unequal.unwrap_or(0)
            ),
        };
        wrong += usize::from(!verdict.starts_with("agrees"));
        println!("{:28} {:12} {verdict}", answer.name, answer.format);
    }
    if wrong > 0 {
        bail!(
            "{wrong} of {} models are not served as ML.PREDICT answers",
            answers.len()
        );
    }
    if answers.len() != questions.len() {
        bail!(
            "the runtimes ended after {} of {} models",
            answers.len(),
            questions.len()
        );
    }
    Ok(())
}

fn questions(folder: &Path, only: &str) -> Result<Vec<Question>> {
    let mut engine = Engine::open("UTC").map_err(|error| anyhow::anyhow!(error.message))?;
    run(&mut engine, TABLES)?;
    let mut questions = Vec::new();
    for case in CASES.iter().filter(|case| case.name.contains(only)) {
        run(&mut engine, case.create).with_context(|| case.name)?;
        let (inputs, outputs) = expected(&mut engine, case).with_context(|| case.name)?;
        for format in case.formats {
            let own = folder.join(format!("{}.{format}", case.name));
            let export = format!(
                "EXPORT MODEL t.m OPTIONS(uri = '{}', format = '{format}')",
                own.display()
            );
            run(&mut engine, &export).with_context(|| format!("{} as {format}", case.name))?;
            questions.push(Question {
                name: case.name.to_owned(),
                format,
                folder: own.display().to_string(),
                inputs: inputs.clone(),
                outputs: outputs.clone(),
            });
        }
    }
    Ok(questions)
}

type Columns = BTreeMap<String, Vec<Json>>;

/// The rows that are asked about, and what `ML.PREDICT` says to them
fn expected(engine: &mut Engine, case: &Case) -> Result<(Columns, Columns)> {
    let mut items: Vec<String> = INPUTS.iter().map(|(_, sql)| (*sql).to_owned()).collect();
    items.extend(case.outputs.iter().map(|(_, sql)| (*sql).to_owned()));
    let query = format!(
        "SELECT {} FROM ML.PREDICT(MODEL t.m, (SELECT * FROM t.asked){}) ORDER BY i",
        items.join(", "),
        case.settings
    );
    let rows = run(engine, &query)?.context("ML.PREDICT gives no rows")?;
    let names = INPUTS.iter().map(|(name, _)| *name);
    let names: Vec<&str> = names
        .chain(case.outputs.iter().map(|(name, _)| *name))
        .collect();
    let mut columns: Vec<(String, Vec<Json>)> = names
        .iter()
        .map(|name| ((*name).to_owned(), Vec::new()))
        .collect();
    for row in rows.rows {
        for (column, cell) in columns.iter_mut().zip(&row) {
            column.1.push(cell.to_json());
        }
    }
    let outputs = columns.split_off(INPUTS.len());
    Ok((columns.into_iter().collect(), outputs.into_iter().collect()))
}

fn run(engine: &mut Engine, sql: &str) -> Result<Option<sqlx_runtime::warehouse::Rows>> {
    engine
        .run(sql)
        .map_err(|error| anyhow::anyhow!("{} {}\n{sql}", error.code, error.message))
}

fn ask(python: &Path, folder: &Path, questions: &[Question]) -> Result<Vec<Answer>> {
    fs::create_dir_all(folder)?;
    let asked = folder.join("questions.json");
    fs::write(&asked, serde_json::to_vec(questions)?)?;
    let output = Command::new(python)
        .args(["-c", DRIVER])
        .arg(&asked)
        // its own messages on the CPU that it found
        .env("TF_CPP_MIN_LOG_LEVEL", "3")
        .env("CUDA_VISIBLE_DEVICES", "")
        .output()
        .context("Python cannot be started")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let answers: Result<Vec<Answer>, _> = text.lines().map(serde_json::from_str).collect();
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim_end());
    }
    answers.context("the runtimes' answers")
}
