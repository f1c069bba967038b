//! What a run would send, as one JSON document in the shape of Dataform's execution graph

use std::path::Path;
use std::sync::Arc;

use diagnostic::{Diagnostic, code};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use sqlx_compiler::sql::{self, Task, quoted};
use sqlx_compiler::{
    ActionDescriptor, ActionKind, ActionRef, CompiledGraph, Hermeticity, ProjectConfig, Target,
};
use sqlx_runtime::warehouse::duckdb::{DuckDbOptions, DuckDbWarehouse};
use sqlx_runtime::warehouse::{self, Existing};
use sqlx_runtime::{names, new_run};

use crate::project::Project;

/// What a run would send, and what it knew
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionGraph<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    project_config: Option<&'a ProjectConfig>,
    run_config: RunConfig,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<Action<'a>>,
    warehouse_state: WarehouseState,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    declaration_targets: Vec<&'a Target>,
    jit_data: &'a Map<String, Json>,
}

/// How a run was asked for
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RunConfig {
    /// `--actions`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<String>,
    /// Whether incremental tables are rebuilt
    pub full_refresh: bool,
    /// `--include-deps`, if it was given
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_dependencies: Option<bool>,
    /// `--tags`
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How long the run may take
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_millis: Option<f64>,
    /// How long code that is compiled during the run may take
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jit_timeout_millis: Option<f64>,
    /// `--include-dependents`, if it was given
    #[serde(skip_serializing_if = "Option::is_none")]
    pub include_dependents: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Action<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tasks: Vec<SentTask>,
    r#type: &'static str,
    target: &'a Target,
    #[serde(skip_serializing_if = "Option::is_none")]
    table_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_descriptor: Option<&'a ActionDescriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hermeticity: Option<Hermeticity>,
    #[serde(skip_serializing_if = "<[Target]>::is_empty")]
    dependency_targets: &'a [Target],
}

#[derive(Debug, Serialize)]
struct SentTask {
    r#type: &'static str,
    statement: String,
}

#[derive(Debug, Default, Serialize)]
struct WarehouseState {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tables: Vec<TableState>,
}

#[derive(Debug, Serialize)]
struct TableState {
    target: Target,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<Field>,
    r#type: &'static str,
}

#[derive(Debug, Serialize)]
struct Field {
    name: String,
}

/// The warehouse as it stands; fresh when there is no file
pub struct Warehouse {
    opened: Option<Arc<dyn warehouse::Warehouse>>,
}

impl Warehouse {
    /// One that is open
    pub fn of(opened: Arc<dyn warehouse::Warehouse>) -> Self {
        Self {
            opened: Some(opened),
        }
    }

    /// Opens the file if it is there; none is made
    ///
    /// # Errors
    /// The file does not open
    pub fn open(project: &Project, file: &Path) -> Result<Self, Diagnostic> {
        if !file.exists() {
            return Ok(Self { opened: None });
        }
        let opened = DuckDbWarehouse::open(DuckDbOptions {
            file: Some(file.to_owned()),
            names: names(&project.compilation.graph),
            ..DuckDbOptions::default()
        })?;
        Ok(Self {
            opened: Some(Arc::new(opened)),
        })
    }

    fn existing(&self, target: &Target) -> Result<Existing, Diagnostic> {
        match &self.opened {
            Some(warehouse) => warehouse.existing(target),
            None => Ok(Existing::None),
        }
    }
}

/// What a run of the chosen actions would send: tables, operations, assertions, property graphs
///
/// # Errors
/// The warehouse cannot be asked, or an action's SQL is made by JavaScript during the run
pub fn execution_graph<'a>(
    graph: &'a CompiledGraph,
    chosen: &dyn Fn(&Target) -> bool,
    run_config: RunConfig,
    warehouse: &Warehouse,
) -> Result<ExecutionGraph<'a>, Diagnostic> {
    let mut actions = Vec::new();
    let mut state = WarehouseState::default();
    let (run, _) = new_run();
    let mut made = 0;
    let mut unique = || {
        made += 1;
        format!("{}_{made}", run.replace('-', "_"))
    };
    for action in graph.actions().filter(|action| chosen(action.target())) {
        let Some((kind, hermeticity)) = kind(action) else {
            continue;
        };
        refuse_jit_code(action)?;
        let existing = match action {
            ActionRef::Table(_) => warehouse.existing(action.target())?,
            _ => Existing::None,
        };
        let tasks = sql::tasks(
            action,
            existing.as_sql(),
            run_config.full_refresh,
            &mut unique,
        );
        state.tables.extend(table_state(action.target(), existing));
        actions.push(Action {
            tasks: sent(action, tasks),
            r#type: kind,
            target: action.target(),
            table_type: table_type(action),
            file_name: Some(action.file_name()).filter(|name| !name.is_empty()),
            action_descriptor: descriptor(action),
            hermeticity,
            dependency_targets: action.dependency_targets(),
        });
    }
    Ok(ExecutionGraph {
        project_config: graph.project_config.as_ref(),
        run_config,
        actions,
        warehouse_state: state,
        declaration_targets: graph.declarations.iter().map(|one| &one.target).collect(),
        jit_data: &graph.jit_data,
    })
}

impl ExecutionGraph<'_> {
    /// JSON as Dataform prints it
    pub fn to_json(&self) -> String {
        pretty_json(self)
    }
}

/// JSON as Dataform prints it: indented by four spaces, with two line ends after it
pub fn pretty_json(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    // these values have a form in JSON, so nothing fails
    let _ = value.serialize(&mut serializer);
    out.extend_from_slice(b"\n\n");
    String::from_utf8(out).unwrap_or_default()
}

/// What the execution graph calls an action, and what it may read; nothing for actions that no run sends
fn kind(action: ActionRef<'_>) -> Option<(&'static str, Option<Hermeticity>)> {
    let (kind, own, default) = match action {
        ActionRef::Table(table) => ("table", table.hermeticity, Hermeticity::Hermetic),
        ActionRef::Operation(operation) => {
            ("operation", operation.hermeticity, Hermeticity::NonHermetic)
        }
        ActionRef::Assertion(assertion) => {
            ("assertion", assertion.hermeticity, Hermeticity::Hermetic)
        }
        ActionRef::PropertyGraph(_) => return Some(("propertyGraph", None)),
        ActionRef::Declaration(_)
        | ActionRef::Notebook(_)
        | ActionRef::DataPreparation(_)
        | ActionRef::Vertex(_) => return None,
    };
    Some((kind, Some(own.unwrap_or(default))))
}

fn refuse_jit_code(action: ActionRef<'_>) -> Result<(), Diagnostic> {
    let code = match action {
        ActionRef::Table(table) => &table.jit_code,
        ActionRef::Operation(operation) => &operation.jit_code,
        ActionRef::Assertion(assertion) => &assertion.jit_code,
        _ => &None,
    };
    if code.is_none() || action.disabled() {
        return Ok(());
    }
    Err(Diagnostic::error(
        code::NOT_RUNNABLE,
        "actions with `jitCode` are not run yet: their SQL is made by JavaScript during the run",
    )
    .in_file(action.file_name()))
}

fn sent(action: ActionRef<'_>, tasks: Vec<Task>) -> Vec<SentTask> {
    if let ActionRef::PropertyGraph(graph) = action {
        let body = graph.graph_body.as_deref().unwrap_or_default();
        return vec![SentTask {
            r#type: "statement",
            statement: format!(
                "CREATE OR REPLACE PROPERTY GRAPH {} {body}",
                quoted(&graph.target)
            ),
        }];
    }
    tasks
        .into_iter()
        .map(|task| {
            let (r#type, statement) = match task {
                Task::Statement(statement) => ("statement", statement),
                Task::Assertion(statement) => ("assertion", statement),
            };
            SentTask {
                r#type,
                statement: statement.sql,
            }
        })
        .collect()
}

fn table_type(action: ActionRef<'_>) -> Option<&'static str> {
    let kinds = [ActionKind::Table, ActionKind::View, ActionKind::Incremental];
    Some(action.kind())
        .filter(|kind| kinds.contains(kind))
        .map(ActionKind::as_str)
}

fn descriptor(action: ActionRef<'_>) -> Option<&ActionDescriptor> {
    match action {
        ActionRef::Table(table) => table.action_descriptor.as_ref(),
        ActionRef::Operation(operation) => operation.action_descriptor.as_ref(),
        ActionRef::Assertion(assertion) => assertion.action_descriptor.as_ref(),
        _ => None,
    }
}

fn table_state(target: &Target, existing: Existing) -> Option<TableState> {
    let (r#type, columns) = match existing {
        Existing::None => return None,
        Existing::Table(columns) => ("TABLE", columns),
        Existing::View => ("VIEW", Vec::new()),
        Existing::MaterializedView => ("MATERIALIZED_VIEW", Vec::new()),
    };
    Some(TableState {
        target: target.clone(),
        fields: columns.into_iter().map(|name| Field { name }).collect(),
        r#type,
    })
}
