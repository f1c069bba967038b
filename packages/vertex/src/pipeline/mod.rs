//! A graph as a definition that something else runs: a pipeline of Vertex AI (KFP), a DAG of Airflow, a workflow of
//! Google Cloud

mod airflow;
mod call;
mod kfp;
mod local;
mod ml;
mod submit;
mod workflows;

use std::collections::BTreeSet;

use diagnostic::{Diagnostic, code};
use sqlx_compiler::sql::{self, Existing, Task};
use sqlx_compiler::{ActionKind, ActionRef, CompiledGraph, Target, VertexAction, VertexResource};

pub use local::{FindServer, LocalPipelines, OpenTables};
pub use ml::{MlQuery, Work};
pub use submit::{Submission, job, submit};

/// The formats
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PipelineFormat {
    /// Vertex AI Pipelines: a KFP specification, schema 2.1.0, as JSON
    Kfp,
    /// A DAG of Apache Airflow, in Python
    Airflow,
    /// Google Cloud Workflows, as YAML
    Workflows,
}

/// What a pipeline is made of
#[derive(Debug, Clone)]
pub struct Pipeline<'a> {
    /// Lower-case letters, digits and `-`
    pub name: String,
    /// The Google Cloud project
    pub project: String,
    /// Where BigQuery's jobs run, such as `US`
    pub location: String,
    /// Where Vertex AI's resources are
    pub region: String,
    /// Where tasks put what they make: `gs://…`
    pub root: Option<String>,
    /// In dependency order
    pub steps: Vec<Step<'a>>,
    /// The datasets that the steps write to, as `project.dataset`
    pub datasets: Vec<String>,
}

/// The task that makes the datasets
const DATASETS: &str = "datasets";

/// An action in a pipeline
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// Lower-case letters, digits and `-`; unique in the pipeline
    pub id: String,
    /// `dataset.name`
    pub name: String,
    /// What it does
    pub work: Work<'a>,
    /// Positions of what it waits for
    pub dependencies: Vec<usize>,
}

/// An action that a pipeline is made of
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The action
    pub action: ActionRef<'a>,
    /// Positions, among the members, of what it waits for
    pub dependencies: &'a [usize],
}

impl<'a> Pipeline<'a> {
    /// Of a project's actions in dependency order; disabled ones are left out
    ///
    /// # Errors
    /// An action has no form in a pipeline
    pub fn new(
        name: &str,
        graph: &CompiledGraph,
        members: &[Member<'a>],
        full_refresh: bool,
    ) -> Result<Self, Diagnostic> {
        let config = graph.project_config.as_ref();
        let setting = |value: Option<&String>| value.cloned().unwrap_or_default();
        let project = setting(config.and_then(|config| config.default_database.as_ref()));
        let location = setting(config.and_then(|config| config.default_location.as_ref()));
        let regions: BTreeSet<&str> = members
            .iter()
            .filter_map(|member| match member.action {
                ActionRef::Vertex(action) => Some(action.location.as_str()),
                _ => None,
            })
            .collect();
        let mut pipeline = Self {
            name: identifier(name),
            region: regions
                .first()
                .map_or("us-central1", |region| *region)
                .to_owned(),
            project,
            location,
            root: None,
            steps: Vec::new(),
            datasets: datasets(members),
        };
        let mut places: Vec<Option<usize>> = Vec::with_capacity(members.len());
        let mut ids = BTreeSet::new();
        for member in members {
            let action = member.action;
            if action.disabled() || action.kind() == ActionKind::Declaration {
                places.push(None);
                continue;
            }
            let name = display(action.target());
            let mut id = identifier(&name);
            while !ids.insert(id.clone()) {
                id.push_str("-2");
            }
            let dependencies = member.dependencies.iter();
            let dependencies = dependencies.filter_map(|&at| places.get(at).copied().flatten());
            let step = Step {
                id,
                work: work(action, full_refresh)?,
                dependencies: dependencies.collect(),
                name,
            };
            places.push(Some(pipeline.steps.len()));
            pipeline.steps.push(step);
        }
        Ok(pipeline)
    }

    /// The definition in a format
    ///
    /// # Errors
    /// An action has no form in it
    pub fn render(&self, format: PipelineFormat) -> Result<String, Diagnostic> {
        match format {
            PipelineFormat::Kfp => {
                let spec = kfp::spec(self)?;
                let text = serde_json::to_string_pretty(&spec);
                text.map(|text| text + "\n")
                    .map_err(|error| unwritable(&error.to_string()))
            }
            PipelineFormat::Airflow => airflow::dag(self),
            PipelineFormat::Workflows => workflows::workflow(self),
        }
    }

    /// The specification of a pipeline of Vertex AI
    ///
    /// # Errors
    /// An action has no form in it
    pub fn spec(&self) -> Result<serde_json::Value, Diagnostic> {
        kfp::spec(self)
    }

    /// The statement that makes the datasets
    fn create_datasets(&self) -> Option<String> {
        let statements = self.datasets.iter();
        let statements: Vec<String> = statements
            .map(|dataset| format!("CREATE SCHEMA IF NOT EXISTS `{dataset}`;"))
            .collect();
        (!statements.is_empty()).then(|| statements.join("\n"))
    }

    /// The ids of what a step waits for: the datasets where nothing else, earlier deployments to the same endpoint
    fn before(&self, step: &Step<'_>) -> BTreeSet<String> {
        let dependencies = step.dependencies.iter();
        let mut before: BTreeSet<String> =
            dependencies.map(|&at| self.steps[at].id.clone()).collect();
        if let Work::Vertex(action) = step.work {
            for other in self.deployed_before(action) {
                let found = self.vertex_step(&other.target);
                before.extend(found.map(|(_, before, _)| before.id.clone()));
            }
        } else if before.is_empty() && !self.datasets.is_empty() {
            before.insert(DATASETS.to_owned());
        }
        before
    }

    /// The step of a Vertex AI action
    fn vertex_step(&self, target: &Target) -> Option<(usize, &Step<'a>, &'a VertexAction)> {
        self.steps
            .iter()
            .enumerate()
            .find_map(|(at, step)| match step.work {
                Work::Vertex(action) if action.target == *target => Some((at, step, action)),
                _ => None,
            })
    }

    /// The deployments to the endpoint of a deployment that come before it, in order
    fn deployed_before(&self, action: &VertexAction) -> Vec<&'a VertexAction> {
        let VertexResource::Deployment(own) = &action.resource else {
            return Vec::new();
        };
        let deployments = self.steps.iter().filter_map(|step| match step.work {
            Work::Vertex(other) => Some(other),
            _ => None,
        });
        deployments
            .take_while(|other| other.target != action.target)
            .filter(|other| {
                matches!(&other.resource, VertexResource::Deployment(it) if it.endpoint == own.endpoint)
            })
            .collect()
    }
}

/// What an action is in a pipeline
fn work<'a>(action: ActionRef<'a>, full_refresh: bool) -> Result<Work<'a>, Diagnostic> {
    let name = display(action.target());
    let refuse = |reason: &str, help: &str| {
        Err(
            Diagnostic::error(code::PIPELINE_UNSUPPORTED, format!("`{name}` {reason}"))
                .help(help)
                .in_file(action.file_name()),
        )
    };
    match action {
        ActionRef::Vertex(action) => return Ok(Work::Vertex(action)),
        ActionRef::Table(_) | ActionRef::Operation(_) | ActionRef::Assertion(_) => {}
        _ => {
            return refuse(
                &format!(
                    "is a {}, which has no task in a pipeline",
                    action.kind().as_str()
                ),
                "leave it out with `--exclude`",
            );
        }
    }
    if let ActionRef::Table(table) = action
        && action.kind() == ActionKind::Incremental
        && (!full_refresh || table.protected == Some(true))
    {
        return refuse(
            "is incremental: its statements depend on what stands when it runs",
            "compile the pipeline with `--full-refresh`, which rebuilds what is not protected, or leave it out with `--exclude`",
        );
    }
    if let Some(work) = ml::work(action) {
        return Ok(work);
    }
    let mut number = 0;
    let mut unique = || {
        number += 1;
        format!("pipeline_{number}")
    };
    let tasks = sql::sound_tasks(action, Existing::None, full_refresh, &mut unique);
    let statements: Vec<String> = tasks
        .into_iter()
        .map(|task| match task {
            Task::Statement(statement) => statement.sql.trim().to_owned(),
            Task::Assertion(_) => format!(
                "ASSERT NOT EXISTS (SELECT * FROM {}) AS '{name} found rows'",
                sql::quoted(action.target())
            ),
        })
        .map(|statement| statement.trim_end_matches(';').to_owned())
        .collect();
    Ok(Work::Query {
        sql: statements.join(";\n") + ";",
    })
}

/// The datasets that actions write to
fn datasets(members: &[Member<'_>]) -> Vec<String> {
    let mut found = BTreeSet::new();
    for member in members.iter().filter(|member| !member.action.disabled()) {
        let action = member.action;
        let own = match action {
            ActionRef::Table(_) | ActionRef::Assertion(_) => Some(action.target()),
            ActionRef::Operation(operation) => {
                Some(action.target()).filter(|_| operation.has_output == Some(true))
            }
            _ => None,
        };
        for target in own.into_iter().chain(action.outputs()) {
            if let Some(schema) = &target.schema {
                let database = target.database.as_ref();
                found.insert(match database {
                    Some(database) => format!("{database}.{schema}"),
                    None => schema.clone(),
                });
            }
        }
    }
    found.into_iter().collect()
}

fn display(target: &Target) -> String {
    match &target.schema {
        Some(schema) => format!("{schema}.{}", target.name),
        None => target.name.clone(),
    }
}

/// Lower-case letters, digits and `-`
fn identifier(name: &str) -> String {
    let signs = name
        .to_lowercase()
        .chars()
        .map(|sign| match sign {
            'a'..='z' | '0'..='9' => sign,
            _ => '-',
        })
        .collect::<String>();
    let words: Vec<&str> = signs.split('-').filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn unwritable(reason: &str) -> Diagnostic {
    Diagnostic::error(
        code::PIPELINE_UNSUPPORTED,
        format!("the pipeline cannot be written: {reason}"),
    )
}
