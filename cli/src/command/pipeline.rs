//! `pipeline`: the selected actions as a definition that something else runs

use std::sync::Arc;
use std::time::Duration;

use diagnostic::{Diagnostic, code};
use sqlx_runtime::{Plan, VertexPlace, new_run};
use vertex::client::{Client, ClientOptions, Failure, Stop};
use vertex::pipeline::{Member, Pipeline, PipelineFormat as Format, Submission, submit};
use vertex::resource::{PipelineJob, PipelineState};

use super::run;
use crate::arguments::{
    GlobalArguments, PipelineArguments, PipelineCommand, PipelineCompileArguments,
    PipelineContents, PipelineFormat, PipelineRunArguments, PipelineSubmitArguments,
};
use crate::exit;
use crate::printer::Printer;
use crate::project::{Project, root};
use crate::protection::confirm;
use crate::selection::selection;

/// How long one request may take
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Writes, sends or runs a pipeline
pub fn pipeline(global: &GlobalArguments, arguments: &PipelineArguments, printer: &Printer) -> u8 {
    let outcome = match &arguments.command {
        PipelineCommand::Compile(arguments) => compile(global, arguments, printer),
        PipelineCommand::Submit(arguments) => send(global, arguments, printer),
        PipelineCommand::Run(arguments) => run_here(global, arguments, printer),
    };
    match outcome {
        Ok(code) | Err(Stopped::Told(code)) => code,
        Err(Stopped::Because(diagnostic)) => {
            printer.diagnostic(&diagnostic);
            exit::of(&diagnostic)
        }
    }
}

/// Why a command ended early
enum Stopped {
    /// The reason has been told
    Told(u8),
    /// The reason
    Because(Box<Diagnostic>),
}

impl From<Diagnostic> for Stopped {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Because(Box::new(diagnostic))
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        failure.into_diagnostic().into()
    }
}

fn compile(
    global: &GlobalArguments,
    arguments: &PipelineCompileArguments,
    printer: &Printer,
) -> Result<u8, Stopped> {
    let project = Project::compile_clean(global, root(global), printer).map_err(Stopped::Told)?;
    let plan = plan(global, &project, &arguments.contents)?;
    let pipeline = contents(&plan, &arguments.contents)?;
    let text = pipeline.render(match arguments.format {
        PipelineFormat::Kfp => Format::Kfp,
        PipelineFormat::Airflow => Format::Airflow,
        PipelineFormat::Workflows => Format::Workflows,
    })?;
    let Some(path) = &arguments.output else {
        printer.data(&text);
        return Ok(exit::OK);
    };
    std::fs::write(path, text).map_err(|error| {
        let path = path.display();
        Diagnostic::error(
            code::OUTPUT_UNWRITABLE,
            format!("`{path}` cannot be written: {error}"),
        )
    })?;
    let count = pipeline.steps.len();
    printer.note(&format!("wrote {} with {count} actions", path.display()));
    Ok(exit::OK)
}

fn send(
    global: &GlobalArguments,
    arguments: &PipelineSubmitArguments,
    printer: &Printer,
) -> Result<u8, Stopped> {
    let project = Project::compile_clean(global, root(global), printer).map_err(Stopped::Told)?;
    let plan = plan(global, &project, &arguments.contents)?;
    let pipeline = contents(&plan, &arguments.contents)?;
    let count = pipeline.steps.len();
    confirm(
        global,
        &project.environment,
        &format!("sends a pipeline with {count} actions"),
    )?;
    let VertexPlace::Cloud { address, identity } = project.cloud()? else {
        return Err(Diagnostic::error(code::USAGE, "pipelines run on Google Cloud").into());
    };
    let client = Client::new(ClientOptions {
        address: address.unwrap_or_else(|| ClientOptions::google_address(&pipeline.region)),
        identity,
        request_timeout: REQUEST_TIMEOUT,
    })?;
    let (run, _) = new_run();
    let submission = Submission {
        id: format!("{}-{}", pipeline.name, run.to_lowercase()),
        service_account: arguments.service_account.clone(),
        network: arguments.network.clone(),
    };
    let stop = Stop::default();
    let mut job = submit(&client, &pipeline, &submission, &stop)?;
    printer.note(&format!("submitted {count} actions as `{}`", job.name));
    if arguments.wait {
        let over = |job: &PipelineJob| is_over(job.state);
        job = client.until(&job.name, &stop, over)?;
    }
    if printer.is_json() {
        printer.json(&serde_json::json!({"name": job.name, "state": job.state}));
    } else {
        printer.data(&format!("{}\n", job.name));
    }
    if !arguments.wait || job.state == PipelineState::Succeeded {
        return Ok(exit::OK);
    }
    let reason = job.error.map(|status| status.message).unwrap_or_default();
    let reason = match reason.as_str() {
        "" => job.state.name(),
        reason => reason,
    };
    let message = format!("the pipeline ended otherwise: {reason}");
    Err(Diagnostic::error(code::VERTEX_OPERATION_FAILED, message).into())
}

fn is_over(state: PipelineState) -> bool {
    matches!(
        state,
        PipelineState::Succeeded | PipelineState::Failed | PipelineState::Cancelled
    )
}

fn run_here(
    global: &GlobalArguments,
    arguments: &PipelineRunArguments,
    printer: &Printer,
) -> Result<u8, Stopped> {
    if !arguments.local {
        return Err(Diagnostic::error(code::USAGE, "say where the pipeline is to run")
            .help("`pipeline run --local` runs it on this machine, `pipeline submit` on Vertex AI")
            .into());
    }
    let global = GlobalArguments {
        embedded: true,
        ..global.clone()
    };
    Ok(run(&global, &arguments.run, printer))
}

fn plan(
    global: &GlobalArguments,
    project: &Project,
    contents: &PipelineContents,
) -> Result<Plan, Diagnostic> {
    let selection = selection(global, &contents.selection, project)?;
    Plan::new(
        Arc::clone(&project.compilation),
        selection,
        contents.full_refresh,
    )
}

/// The pipeline of a plan; what has no task, such as a notebook, has to be left out by its user
fn contents<'p>(plan: &'p Plan, contents: &PipelineContents) -> Result<Pipeline<'p>, Diagnostic> {
    let members: Vec<Member<'_>> = plan
        .actions
        .iter()
        .enumerate()
        .filter_map(|(index, planned)| {
            Some(Member {
                action: plan.action(index)?,
                dependencies: &planned.dependencies,
            })
        })
        .collect();
    let graph = &plan.compilation.graph;
    let config = graph.project_config.as_ref();
    let own_name = config.and_then(|config| config.default_database.as_deref());
    let name = contents.name.as_deref().or(own_name).unwrap_or("pipeline");
    let mut pipeline = Pipeline::new(name, graph, &members, plan.full_refresh)?;
    pipeline.root.clone_from(&contents.root);
    if let Some(region) = &contents.region {
        pipeline.region.clone_from(region);
    }
    if pipeline.steps.is_empty() {
        let message = "the selection has nothing for a pipeline";
        return Err(Diagnostic::error(code::NOTHING_SELECTED, message)
            .help("`sqlx-run list` with the same flags prints a selection"));
    }
    Ok(pipeline)
}
