//! The main job from nothing to the end: build, simulate, run, and a screen that shows what came out

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value as Json;

use crate::cargo::{build_release, root, run};
use crate::library;
use crate::serving::{Served, skewed};

const STATE: &str = ".sqlx-run";

/// Builds, makes events, runs this repository's pipeline, and shows it
pub fn demo(users: u64, days: u32, bundled: bool) -> Result<()> {
    if !bundled {
        library::ensure()?;
    }
    let program = build_release(bundled)?;
    let root = root();
    let state = root.join(STATE);
    let events = state.join("events.parquet");
    let page = state.join("graph.html");

    heading("events of an invented game");
    run(Command::new(&program)
        .args(["simulate", "--seed", "1", "--users", &users.to_string()])
        .args(["--days", &days.to_string()])
        .arg(&events))?;

    heading("the pipeline, from raw events to a served model");
    run(in_project(&program, &root).arg("--full-refresh"))?;
    run(in_project(&program, &root)
        .args(["graph", "--format", "html", "--last-run", "--output"])
        .arg(&page)
        .stderr(Stdio::null()))?;

    heading("requests to the endpoint, half of them for the second model");
    let served = served(&program, &root)?;

    print!("{}{served}", screen(&program, &root)?);
    print!("{}", next(&program, &root));
    Ok(())
}

/// What the endpoint answers, and what its monitor says before and after other players come
fn served(program: &Path, root: &Path) -> Result<String> {
    let instances = query(
        program,
        root,
        "SELECT TO_JSON_STRING((SELECT AS STRUCT player.* EXCEPT (user_pseudo_id, churned))) AS instance \
         FROM ml_models.churn_eval AS player ORDER BY user_pseudo_id LIMIT 200",
    )?;
    let instances: Vec<Json> = instances
        .iter()
        .filter_map(|row| serde_json::from_str(row["instance"].as_str()?).ok())
        .collect();
    let server = Served::start(program, root)?;
    let mut text = String::from("\nthe endpoint, asked for players that no model has seen\n");
    text.push_str(&server.ask(&instances)?);
    look(program, root)?;
    text.push_str("\nthe same players from another country, who play more\n");
    text.push_str(&server.ask(&skewed(&instances))?);
    text.push_str("\nwhat the monitor says\n");
    for line in look(program, root)?.lines() {
        writeln!(text, "  {line}")?;
    }
    Ok(text)
}

/// Has the monitor look now
fn look(program: &Path, root: &Path) -> Result<String> {
    let output = in_project(program, root)
        .args(["monitor", "--now"])
        .output()
        .context("the program cannot be started")?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("the monitor ended with {}: {reason}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn in_project(program: &Path, root: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("-C").arg(root);
    command
}

fn heading(text: &str) {
    eprintln!(
        "\n── {text} {}",
        "─".repeat(76usize.saturating_sub(text.len()))
    );
}

fn screen(program: &Path, root: &Path) -> Result<String> {
    let metrics = query(
        program,
        root,
        "SELECT 'baseline' AS model, * FROM ml_models.churn_evaluation \
         UNION ALL SELECT 'with TRANSFORM', * FROM ml_models.churn_evaluation_calendar",
    )?;
    let riskiest = query(
        program,
        root,
        "SELECT user_pseudo_id, churn_probability, predicted_churned, churned \
         FROM outputs.churn_predictions ORDER BY churn_probability DESC, user_pseudo_id LIMIT 10",
    )?;
    let mut text = String::new();
    text.push_str("\nmodels on users they have not seen\n");
    text.push_str("  model            AUC    accuracy  precision  recall  log loss\n");
    for row in &metrics {
        writeln!(
            text,
            "  {:15}  {:.3}  {:>8.3}  {:>9.3}  {:>6.3}  {:>8.3}",
            row["model"].as_str().unwrap_or_default(),
            number(row, "roc_auc"),
            number(row, "accuracy"),
            number(row, "precision"),
            number(row, "recall"),
            number(row, "log_loss"),
        )?;
    }
    text.push_str("\nthe ten users most likely to churn\n");
    text.push_str("  user                              probability  in fact\n");
    for row in &riskiest {
        let in_fact = if row["churned"].as_str() == Some("1") {
            "churned"
        } else {
            "came back"
        };
        writeln!(
            text,
            "  {:32}  {:>11.4}  {in_fact}",
            row["user_pseudo_id"].as_str().unwrap_or_default(),
            number(row, "churn_probability"),
        )?;
    }
    Ok(text)
}

/// Where everything is, and what to try next
fn next(program: &Path, root: &Path) -> String {
    let shown = |path: &Path| path.display().to_string();
    format!(
        "\nwarehouse   {}\ngraph page  {}\n\nnext\n  \
         {program} --tags staging\n  \
         {program} query 'SELECT country, COUNT(*) AS users, AVG(churned) AS churned FROM outputs.churn_propensity GROUP BY country ORDER BY users DESC LIMIT 5'\n  \
         {program} serve\n  \
         {program} pipeline compile --vars export_uri=gs://BUCKET/models\n  \
         {program} init my-project\n",
        shown(&root.join(STATE).join("warehouse.duckdb")),
        shown(&root.join(STATE).join("graph.html")),
        program = program.strip_prefix(root).unwrap_or(program).display(),
    )
}

fn number(row: &Json, column: &str) -> f64 {
    row[column].as_f64().unwrap_or(f64::NAN)
}

fn query(program: &Path, root: &Path, sql: &str) -> Result<Vec<Json>> {
    let output = in_project(program, root)
        .args(["query", "--format", "json", sql])
        .stderr(Stdio::inherit())
        .output()
        .context("the program cannot be started")?;
    if !output.status.success() {
        bail!("the query ended with {}", output.status);
    }
    let mut document: Json =
        serde_json::from_slice(&output.stdout).context("the program's answer is not JSON")?;
    match document["rows"].take() {
        Json::Array(rows) => Ok(rows),
        _ => bail!("the program's answer has no rows"),
    }
}
