//! `bench run --scheduler`: what the runner itself costs, on actions that do nothing

use std::io::{BufWriter, Write as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use diagnostic::Diagnostic;
use googlesql::{Column, PhysicalName};
use serde_json::{Value as Json, json};
use sqlx_compiler::{Compilation, Target};
use sqlx_runtime::warehouse::{
    Engine, Existing, Interrupt, Metadata, Outcome, Progress, Session, SessionContext, SqlError,
    TableKind, TableState, Warehouse,
};
use sqlx_runtime::{
    Documenter, Event, Observer, Plan, Recorder, RunOptions, RunStatus, Selection, run,
};

/// The time that the runner may take for each action
const LIMIT: Duration = Duration::from_micros(200);

/// Runs that many empty actions in graphs of several shapes, with all readers of events, and prints the
/// time for each action
///
/// # Errors
/// A run fails, or takes more than [`LIMIT`] for each action
pub fn scheduler(actions: usize) -> Result<()> {
    println!("{actions} empty actions       plan        run   for each action");
    let mut slow = Vec::new();
    for (name, shape) in [
        ("one chain", chains as fn(usize, usize) -> Option<usize>),
        ("100 chains", hundred_chains),
        ("one fan", fan),
        ("ten layers", layers),
    ] {
        let (planning, running) = measure(actions, shape)?;
        let each = (planning + running) / u32::try_from(actions.max(1))?;
        println!(
            "  {name:20}  {:>8.1} ms {:>8.1} ms {:>8.4} ms",
            planning.as_secs_f64() * 1e3,
            running.as_secs_f64() * 1e3,
            each.as_secs_f64() * 1e3
        );
        if each > LIMIT {
            slow.push(name);
        }
    }
    if !slow.is_empty() {
        bail!(
            "more than {} ms for each action: {}",
            LIMIT.as_secs_f64() * 1e3,
            slow.join(", ")
        );
    }
    Ok(())
}

/// What an action depends on, in a graph of that many
type Shape = fn(usize, usize) -> Option<usize>;

fn chains(index: usize, _: usize) -> Option<usize> {
    index.checked_sub(1)
}

fn hundred_chains(index: usize, _: usize) -> Option<usize> {
    index.checked_sub(100)
}

fn fan(index: usize, _: usize) -> Option<usize> {
    (index > 0).then_some(0)
}

fn layers(index: usize, actions: usize) -> Option<usize> {
    index.checked_sub((actions / 10).max(1))
}

fn measure(actions: usize, shape: Shape) -> Result<(Duration, Duration)> {
    let compilation = Arc::new(graph(actions, shape)?);
    let begun = Instant::now();
    let plan = Plan::new(compilation, Selection::default(), false)?;
    let planning = begun.elapsed();
    let scratch = tempfile::tempdir()?;
    let mut recorder = Recorder::create(scratch.path(), "run")?;
    let mut lines = Lines(BufWriter::new(tempfile::tempfile()?));
    let mut documenter = Documenter::default();
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let begun = Instant::now();
    let summary = threads.block_on(run(
        Arc::new(plan),
        Arc::new(Idle),
        RunOptions {
            run: "run".to_owned(),
            ..RunOptions::default()
        },
        &mut [&mut recorder, &mut lines, &mut documenter],
        std::future::pending(),
    ));
    let running = begun.elapsed();
    if summary.status != RunStatus::Succeeded || summary.results.len() != actions {
        bail!("the run did not succeed");
    }
    Ok((planning, running))
}

fn graph(actions: usize, shape: Shape) -> Result<Compilation> {
    let target = |index: usize| json!({"schema": "d", "name": format!("t{index}")});
    let table = |index: usize| {
        let needed: Vec<Json> = shape(index, actions).map(target).into_iter().collect();
        json!({
            "target": target(index), "query": "SELECT 1", "enumType": "TABLE",
            "fileName": format!("definitions/t{index}.sqlx"), "dependencyTargets": needed,
        })
    };
    let tables: Vec<Json> = (0..actions).map(table).collect();
    let mut compilation = Compilation::default();
    compilation.graph =
        serde_json::from_value(json!({"tables": tables, "graphErrors": {}, "jitData": {}}))?;
    Ok(compilation)
}

/// Events as lines of JSON, as `--output-format jsonl` writes them
struct Lines(BufWriter<std::fs::File>);

impl Observer for Lines {
    fn observe(&mut self, event: &Event) {
        // what cannot be written shows as a run without lines; only the time counts here
        let _ = serde_json::to_writer(&mut self.0, event);
        let _ = self.0.write_all(b"\n");
        let _ = self.0.flush();
    }
}

/// A warehouse that does nothing
struct Idle;

impl Warehouse for Idle {
    fn engine(&self) -> Engine {
        Engine::Embedded
    }

    fn create_datasets(&self, _: &[Target]) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn existing(&self, _: &Target) -> Result<Existing, Diagnostic> {
        Ok(Existing::None)
    }

    fn columns(&self, _: &PhysicalName) -> Option<Vec<Column>> {
        None
    }

    fn tables(&self) -> Result<Vec<PhysicalName>, Diagnostic> {
        Ok(Vec::new())
    }

    fn describe(&self, targets: &[Target]) -> Result<Vec<Option<TableState>>, Diagnostic> {
        Ok(vec![None; targets.len()])
    }

    fn set_metadata(&self, _: &Target, _: &Metadata) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn drop(&self, _: &Target, _: TableKind) -> Result<(), Diagnostic> {
        Ok(())
    }

    fn session(&self, _: &SessionContext) -> Result<Box<dyn Session>, Diagnostic> {
        Ok(Box::new(Self))
    }
}

impl Session for Idle {
    fn execute(&mut self, _: &str, _: &mut dyn FnMut(Progress)) -> Result<Vec<Outcome>, SqlError> {
        Ok(vec![Outcome::Changed(1)])
    }

    fn execute_together(
        &mut self,
        script: &str,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Outcome>, SqlError> {
        self.execute(script, progress)
    }

    fn interrupt_handle(&self) -> Arc<dyn Interrupt> {
        Arc::new(Self)
    }
}

impl Interrupt for Idle {
    fn interrupt(&self) {}
}
