//! Pipelines as KFP itself and the SDK of Vertex AI read them, both installed from PyPI

mod install;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::Deserialize;

use crate::folder::target_folder;
pub use install::install;

const CHECK: &str = include_str!("check.py");

/// What each component waits for in the pipeline that Google's tutorial builds in Python, by components
const TUTORIAL: [(&str, &[&str]); 7] = [
    ("bigquery-predict-model-job", &["bigquery-create-model-job"]),
    (
        "bigquery-evaluate-model-job",
        &["bigquery-create-model-job"],
    ),
    ("bigquery-export-model-job", &["bigquery-create-model-job"]),
    ("import", &["bigquery-export-model-job"]),
    ("model-upload", &["import"]),
    ("endpoint-create", &["model-upload"]),
    ("model-deploy", &["model-upload", "endpoint-create"]),
];

/// What is compared
#[derive(Debug, Args)]
pub struct Selection {
    /// A Python that has `kfp` and `google-cloud-aiplatform` [default: one of its own, from PyPI]
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
}

/// A task as the script tells it
#[derive(Debug, Deserialize)]
struct Task {
    component: String,
    after: Vec<String>,
}

/// Has the pipelines of some projects read by KFP and the SDK
///
/// # Errors
/// One is not taken, or the tutorial's has other tasks
pub fn compare(selection: &Selection, program: &Path) -> Result<()> {
    let python = match &selection.python {
        Some(python) => python.clone(),
        None => match install() {
            Ok(python) => python,
            Err(reason) => {
                println!("skipped: {reason:#}");
                return Ok(());
            }
        },
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tutorial = root.join("tests/projects/tutorial_pipeline");
    let tasks = check(&python, program, &tutorial, &[])?;
    is_tutorial(&tasks)?;
    println!("tutorial: {} tasks, as the tutorial's", tasks.len());
    let tasks = check(
        &python,
        program,
        &root,
        &["--vars", "export_uri=gs://churn-demo/models"],
    )?;
    println!("this repository: {} tasks", tasks.len());
    for format in ["airflow", "workflows"] {
        let vars = ["--vars", "export_uri=gs://churn-demo/models"];
        let path = compiled(program, &root, format, &vars)?;
        let (module, call) = match format {
            "airflow" => ("ast", "ast.parse"),
            _ => ("yaml", "yaml.safe_load"),
        };
        let script = format!("import {module}, sys; {call}(open(sys.argv[1]).read())");
        output(Command::new(&python).args(["-c", &script]).arg(&path))?;
        println!("this repository as {format}: read by Python's `{module}`");
    }
    Ok(())
}

fn check(
    python: &Path,
    program: &Path,
    project: &Path,
    flags: &[&str],
) -> Result<BTreeMap<String, Task>> {
    let path = compiled(program, project, "kfp", flags)?;
    let text = output(Command::new(python).args(["-c", CHECK]).arg(&path))?;
    let last = text.lines().last().unwrap_or_default();
    serde_json::from_str(last).with_context(|| format!("the script's answer is `{last}`"))
}

/// The file of a project's pipeline
fn compiled(program: &Path, project: &Path, format: &str, flags: &[&str]) -> Result<PathBuf> {
    let folder = target_folder()?.join("pipelines");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(format!(
        "pipeline.{}",
        if format == "kfp" { "json" } else { format }
    ));
    output(
        Command::new(program)
            .arg("-C")
            .arg(project)
            .args(["pipeline", "compile", "--format", format])
            .args(flags)
            .arg("--output")
            .arg(&path),
    )?;
    Ok(path)
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("a program cannot be started")?;
    if !output.status.success() {
        bail!(
            "{command:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Whether the tasks and what they wait for are those of the tutorial
fn is_tutorial(tasks: &BTreeMap<String, Task>) -> Result<()> {
    let kind = |task: &str| {
        let component = tasks.get(task).map_or(task, |task| &task.component);
        match component.ends_with("-import") {
            true => "import".to_owned(),
            false => component.to_owned(),
        }
    };
    for (component, expected) in TUTORIAL {
        let found = tasks.keys().find(|task| kind(task) == component);
        let task = found.with_context(|| format!("there is no task of `{component}`"))?;
        let after: BTreeSet<String> = tasks[task].after.iter().map(|task| kind(task)).collect();
        let after: BTreeSet<&str> = after.iter().map(String::as_str).collect();
        let wanted: BTreeSet<&str> = expected.iter().copied().collect();
        ensure!(
            wanted.is_subset(&after),
            "`{task}` waits for {after:?}, not for {wanted:?}"
        );
    }
    Ok(())
}
