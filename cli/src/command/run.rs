//! `run`: the selected actions on the warehouse

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use diagnostic::{Diagnostic, Finding, code};
use sqlx_compiler::{ActionKind, ActionRef, Target};
use sqlx_runtime::warehouse::{Engine, Warehouse};
use sqlx_runtime::{
    AssertionPolicy, Base, Documenter, Holder, LineageEngine, Observer, OpenLineage, Plan,
    RecordFile, Recorder, Reuse, RunOptions, RunSettings, RunStatus, RunSummary, new_run, preview,
};

use super::plan::within_budget;
use super::resume::resumed;
use super::test::test_actions;
use crate::arguments::{
    AssertionArguments, ControlArguments, GlobalArguments, RunArguments, words_of_run,
};
use crate::base::{base, remembered};
use crate::execution::{self, RunConfig, execution_graph};
use crate::exit;
use crate::interrupt::interrupted;
use crate::lock::lock;
use crate::printer::Printer;
use crate::project::{Missing, Project, records_folder, root};
use crate::protection::{confirm, writes};
use crate::report::{Ended, Report};
use crate::selection::selection;

/// Runs, or shows what a run would send
pub fn run(global: &GlobalArguments, arguments: &RunArguments, printer: &Printer) -> u8 {
    let Some(word) = &arguments.reuse.resume else {
        let words = words_of_run(&command_line(), arguments);
        return run_as(global, arguments, (words, None), printer);
    };
    match resumed(global, arguments, word) {
        Ok(resumed) => {
            let origin = (resumed.words, Some(resumed.file));
            run_as(&resumed.global, &resumed.arguments, origin, printer)
        }
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// The words that ask for a run, and the record of the run that it resumes
type Origin = (Vec<String>, Option<RecordFile>);

fn run_as(
    global: &GlobalArguments,
    arguments: &RunArguments,
    origin: Origin,
    printer: &Printer,
) -> u8 {
    let project = match Project::compile_clean(global, root(global), printer) {
        Ok(project) => project,
        Err(code) => return code,
    };
    let outcome = plan(global, &project, arguments).and_then(|plan| {
        if arguments.dry_run {
            dry_run(
                &project,
                global,
                &plan,
                arguments.json || printer.is_json(),
                printer,
            )
        } else {
            execute(&project, global, plan, arguments, origin, printer)
        }
    });
    match outcome {
        Ok(code) => code,
        Err(diagnostic) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

fn plan(
    global: &GlobalArguments,
    project: &Project,
    arguments: &RunArguments,
) -> Result<Plan, Diagnostic> {
    let selection = selection(global, &arguments.selection, project)?;
    Plan::new(
        Arc::clone(&project.compilation),
        selection,
        arguments.full_refresh,
    )
}

fn dry_run(
    project: &Project,
    global: &GlobalArguments,
    plan: &Plan,
    json: bool,
    printer: &Printer,
) -> Result<u8, Diagnostic> {
    // a dry run leaves no file behind
    let warehouse = project.open_warehouse(global, Missing::LeaveOut)?;
    if json {
        return print_execution_graph(project, warehouse, plan, printer);
    }
    let (run, _) = new_run();
    let previews = preview(plan, warehouse.as_ref(), &run)?;
    for preview in previews {
        let disabled = if preview.disabled { ", disabled" } else { "" };
        printer.data(&format!(
            "-- {} ({}{disabled}), {}\n",
            preview.action, preview.kind, preview.file
        ));
        for statement in preview.statements {
            printer.data(&format!("{};\n", statement.trim().trim_end_matches(';')));
        }
        printer.data("\n");
    }
    Ok(exit::OK)
}

/// What the run would send, in the shape of Dataform's execution graph
fn print_execution_graph(
    project: &Project,
    warehouse: Arc<dyn Warehouse>,
    plan: &Plan,
    printer: &Printer,
) -> Result<u8, Diagnostic> {
    let chosen: HashSet<&Target> = (0..plan.actions.len())
        .filter_map(|index| plan.action(index))
        .map(|action| action.target())
        .collect();
    let selection = &plan.selection;
    let config = RunConfig {
        actions: selection.actions.clone(),
        full_refresh: plan.full_refresh,
        include_dependencies: Some(true).filter(|_| selection.include_dependencies),
        tags: selection.tags.clone(),
        include_dependents: Some(true).filter(|_| selection.include_dependents),
        ..RunConfig::default()
    };
    let warehouse = execution::Warehouse::of(warehouse);
    let is_chosen = |target: &Target| chosen.contains(target);
    let graph = &project.compilation.graph;
    let execution = execution_graph(graph, &is_chosen, config, &warehouse)?;
    printer.data(&execution.to_json());
    Ok(exit::OK)
}

fn execute(
    project: &Project,
    global: &GlobalArguments,
    plan: Plan,
    arguments: &RunArguments,
    (words, resumed): Origin,
    printer: &Printer,
) -> Result<u8, Diagnostic> {
    let (run, started) = new_run();
    let holder = Holder::this_process(&run);
    let _lock = lock(project, global, &holder, arguments.reuse.wait, printer)?;
    let base = base(project, &plan, arguments, resumed.as_ref(), printer)?;
    if let Base::Resume(recorded) = &base
        && Reuse::outstanding(&plan, recorded) == 0
    {
        printer.note(&format!("nothing is outstanding of run {}", recorded.run));
        forget(
            &*project.open_warehouse(global, Missing::LeaveOut)?,
            &remembered(&base, &run),
            printer,
        );
        return Ok(exit::OK);
    }
    if arguments.run_tests && !tests_pass(project, &plan, printer)? {
        return Ok(exit::FAILED);
    }
    let remembered = remembered(&base, &run);
    confirm(global, &project.environment, &writes(&written(&plan)))?;
    let warehouse = project.open_warehouse(global, Missing::Make)?;
    if let Some(most) = arguments.max_cost {
        within_budget(project, &plan, warehouse.as_ref(), most)?;
    }
    let mut recorder = Recorder::create(&records_folder(&project.root), &run)?;
    warehouse.begin_run()?;
    warehouse.expect(&tables(&plan));
    warehouse.create_datasets(&datasets(&plan))?;
    let plan = Arc::new(plan);
    let notes = recorder.notes();
    let reuse = Reuse::new(Arc::clone(&plan), Arc::clone(&warehouse), &run, notes, base)?;
    let defaults = RunSettings::read(&project.root)?.defaults;
    let mut report = Report::new(printer);
    let mut documenter = Documenter::default();
    let options = RunOptions {
        run,
        started,
        environment: project.environment.name.clone(),
        arguments: words,
        assertions: assertion_policy(project, &arguments.assertions)?,
        gate: Some(Arc::new(reuse)),
        vertex: project.vertex(&warehouse)?,
        ..arguments.control.options(defaults.jobs)
    };
    let mut lineage = lineage(project, global, &plan, &*warehouse, arguments)?;
    let mut observers: Vec<&mut dyn Observer> = vec![&mut recorder, &mut report, &mut documenter];
    if let Some(lineage) = &mut lineage {
        observers.push(lineage);
    }
    let engine = Arc::clone(&warehouse);
    let summary = drive(plan, engine, options, &mut observers, printer)?;
    report.close();
    if recorder.is_whole() {
        forget(&*warehouse, &remembered, printer);
    }
    let unsent = lineage.and_then(OpenLineage::close);
    let late = (summary.status == RunStatus::TimedOut).then(|| out_of_time(&arguments.control));
    if let Some(mut document) = documenter.into_document() {
        document.warehouse = project.warehouse_name(global);
        document.record = recorder.path().display().to_string();
        let unrecorded = recorder.into_warning();
        let warnings: Vec<Diagnostic> = unrecorded.into_iter().chain(unsent).chain(late).collect();
        document
            .diagnostics
            .extend(warnings.iter().map(Finding::from));
        document.retry = retry(&summary, &document.run, global);
        report.end(&Ended {
            summary: &summary,
            document: &document,
            warnings,
            price_per_tib: project.environment.price_per_tib,
        });
    }
    Ok(match summary.status {
        RunStatus::Succeeded => exit::OK,
        RunStatus::Failed | RunStatus::TimedOut => exit::FAILED,
        RunStatus::Cancelled => exit::INTERRUPTED,
    })
}

/// Whether the unit tests of the planned actions pass
fn tests_pass(project: &Project, plan: &Plan, printer: &Printer) -> Result<bool, Diagnostic> {
    let actions = (0..plan.actions.len())
        .filter_map(|index| plan.action(index))
        .map(|action| action.target().clone());
    test_actions(&project.compilation, &actions.collect(), printer)
}

/// How assertions are taken, by the arguments and `sqlx-run.toml`
fn assertion_policy(
    project: &Project,
    arguments: &AssertionArguments,
) -> Result<AssertionPolicy, Diagnostic> {
    let settings = RunSettings::read(&project.root)?;
    let checked = arguments.assertions.map(Into::into).unwrap_or_default();
    AssertionPolicy::new(checked, arguments.store_failures).with_severities(&settings.assertions)
}

/// Who tells the run as OpenLineage events, where that is wanted
fn lineage(
    project: &Project,
    global: &GlobalArguments,
    plan: &Arc<Plan>,
    warehouse: &dyn Warehouse,
    arguments: &RunArguments,
) -> Result<Option<OpenLineage>, Diagnostic> {
    let Some(destination) = &arguments.openlineage else {
        return Ok(None);
    };
    let engine = match project.environment.engine {
        Engine::BigQuery => LineageEngine::BigQuery,
        Engine::Embedded => {
            let file = project.warehouse_file(global);
            let file = std::path::absolute(&file).unwrap_or(file);
            LineageEngine::DuckDb(file.display().to_string())
        }
    };
    OpenLineage::new(Arc::clone(plan), engine, warehouse, destination).map(Some)
}

/// What stopped a run that is out of time
fn out_of_time(control: &ControlArguments) -> Diagnostic {
    let limit = control.run_timeout.unwrap_or_default().as_secs_f64();
    Diagnostic::error(
        code::RUN_TIMED_OUT,
        format!("the run took longer than {limit}s"),
    )
    .help("allow it more time with `--run-timeout TIME`")
}

/// Lets the engine forget what the records know by now
fn forget(warehouse: &dyn Warehouse, runs: &BTreeSet<String>, printer: &Printer) {
    let runs: Vec<&str> = runs.iter().map(String::as_str).collect();
    if let Err(failure) = warehouse.end_run(&runs) {
        let message = failure.message;
        printer.note(&format!("the marks of what was done stay: {message}"));
    }
}

/// The words after the program's name
fn command_line() -> Vec<String> {
    std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// The command that does what a run has left undone
fn retry(summary: &RunSummary, run: &str, global: &GlobalArguments) -> Option<String> {
    let folder = global.directory.as_ref().map(|folder| {
        let folder = folder.to_string_lossy();
        match folder.contains(|letter: char| letter.is_whitespace() || letter == '\'') {
            true => format!("-C '{}' ", folder.replace('\'', "'\\''")),
            false => format!("-C {folder} "),
        }
    });
    (summary.status != RunStatus::Succeeded)
        .then(|| format!("sqlx-run run {}--resume {run}", folder.unwrap_or_default()))
}

fn drive(
    plan: Arc<Plan>,
    warehouse: Arc<dyn Warehouse>,
    options: RunOptions,
    observers: &mut [&mut dyn Observer],
    printer: &Printer,
) -> Result<RunSummary, Diagnostic> {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .max_blocking_threads(options.jobs + 8)
        .enable_all()
        .build()
        .map_err(|error| {
            Diagnostic::error(
                code::EXECUTION_FAILED,
                format!("no threads to run on: {error}"),
            )
        })?;
    let summary = threads.block_on(sqlx_runtime::run(
        plan,
        warehouse,
        options,
        observers,
        interrupted(printer),
    ));
    // a statement that did not stop when it should is not waited for
    threads.shutdown_background();
    Ok(summary)
}

/// Where the plan's actions write
fn written(plan: &Plan) -> Vec<Target> {
    (0..plan.actions.len())
        .filter_map(|index| plan.action(index))
        .filter(|action| match action {
            ActionRef::Operation(operation) => operation.has_output == Some(true),
            _ => action.kind() != ActionKind::Notebook,
        })
        .map(|action| action.target().clone())
        .collect()
}

/// Where tables and views go, whose statements depend on what stands there
fn tables(plan: &Plan) -> Vec<Target> {
    (0..plan.actions.len())
        .filter(|&index| !plan.actions[index].disabled)
        .filter_map(|index| plan.action(index))
        .filter(|action| {
            matches!(
                action.kind(),
                ActionKind::Table | ActionKind::View | ActionKind::Incremental
            )
        })
        .map(|action| action.target().clone())
        .collect()
}

/// One of the targets in each dataset
fn datasets(plan: &Plan) -> Vec<Target> {
    let mut targets = written(plan);
    let mut vertex = Vec::new();
    for action in (0..plan.actions.len()).filter_map(|index| plan.action(index)) {
        if action.kind().is_vertex() {
            vertex.push(action.target());
            targets.extend_from_slice(action.outputs());
        }
    }
    targets.retain(|target| !vertex.contains(&target));
    targets.sort();
    targets.dedup_by(|left, right| left.schema == right.schema && left.database == right.database);
    targets
}
