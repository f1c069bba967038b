//! One attempt at one action, on one session: its statements in order, and where a failure stands in
//! the user's file

use std::ops::Range;
use std::sync::Arc;

use diagnostic::{Diagnostic, Severity, code};
use sqlx_compiler::sql::{self, Statement, Task};
use sqlx_compiler::{ActionKind, ActionRef, VertexAction};

use super::columns::after_schema_change;
use super::control::Control;
use super::repeatable::repeatable;
use crate::assertions::AssertionPolicy;
use crate::place::locate;
use crate::plan::Plan;
use crate::record::Identity;
use crate::vertex::{self, Vertex};
use crate::warehouse::{
    Atomicity, Existing, Metadata, Outcome, Progress, Session, SessionContext, SqlError,
    Statistics, Warehouse,
};

/// What one attempt needs
pub struct Unit<'a> {
    pub plan: &'a Plan,
    pub warehouse: &'a dyn Warehouse,
    pub control: &'a Arc<Control>,
    pub run: &'a str,
    /// The name under which the engine knows the statements
    pub identity: Identity,
    pub index: usize,
    pub assertions: &'a AssertionPolicy,
    /// Makes the Vertex AI actions
    pub vertex: Option<&'a Vertex>,
}

/// What became of an attempt
pub struct Attempt {
    /// What it did, or why it failed
    pub outcome: Result<Done, Failure>,
    /// What the engine used for it
    pub statistics: Statistics,
}

/// What a successful attempt tells
#[derive(Default)]
pub struct Done {
    /// Rows of a table, or rows that changed
    pub rows: Option<u64>,
    /// A fragment
    pub detail: Option<String>,
    /// What the user should look at, although nothing failed
    pub warning: Option<Box<Diagnostic>>,
}

/// Why an attempt failed
pub struct Failure {
    /// What is wrong and where
    pub diagnostic: Box<Diagnostic>,
    /// Whether another attempt may go better
    pub transient: bool,
    /// Whether another attempt leaves what one leaves
    pub repeatable: bool,
}

impl Attempt {
    /// The thread ended without a word
    pub fn lost() -> Self {
        let fault = Diagnostic::error(
            code::EXECUTION_FAILED,
            "the action ended without a result: a fault of this program",
        );
        Self {
            outcome: Err(fault.into()),
            statistics: Statistics::default(),
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            diagnostic: Box::new(diagnostic),
            transient: false,
            repeatable: false,
        }
    }
}

impl Unit<'_> {
    /// Runs the action's statements
    pub fn run(&self, progress: &mut dyn FnMut(String)) -> Attempt {
        let mut statistics = Statistics::default();
        let outcome = match self.plan.action(self.index) {
            Some(action) => self.perform(action, &mut statistics, progress),
            None => Ok(Done::default()),
        };
        Attempt {
            outcome,
            statistics,
        }
    }

    fn perform(
        &self,
        action: ActionRef<'_>,
        statistics: &mut Statistics,
        progress: &mut dyn FnMut(String),
    ) -> Result<Done, Failure> {
        if let ActionRef::Vertex(action) = action {
            return self.make(action, progress);
        }
        // actions run side by side: what they make for a while is named apart
        let unique = format!("{}_{}", self.run, self.index);
        let existing = existing(self.warehouse, action)?;
        let mut session = self.warehouse.session(&SessionContext {
            run: self.identity.run.clone(),
            action: self.plan.actions[self.index].name.clone(),
            attempt: self.identity.attempt,
            ..SessionContext::default()
        })?;
        if !self.control.enter(session.interrupt_handle()) {
            return Err(Diagnostic::error(code::INTERRUPTED, "interrupted").into());
        }
        let full_refresh = self.plan.full_refresh;
        // a session of its own: functions that it creates are not in the way of the statements
        let apart = || {
            let context = SessionContext {
                run: self.identity.run.clone(),
                action: format!("{} columns", self.plan.actions[self.index].name),
                attempt: self.identity.attempt,
                ..SessionContext::default()
            };
            self.warehouse.session(&context).ok()
        };
        let existing = after_schema_change(apart, action, full_refresh, existing);
        let tasks = statements(action, &existing, full_refresh, &unique);
        let done = self.work_off(action, &tasks, &mut *session, progress);
        statistics.add(&session.statistics());
        done
    }

    /// Makes what a Vertex AI action declares
    fn make(
        &self,
        action: &VertexAction,
        progress: &mut dyn FnMut(String),
    ) -> Result<Done, Failure> {
        let file = action.file_name.as_deref().unwrap_or_default();
        let vertex = self.vertex.ok_or_else(|| {
            Diagnostic::error(code::NOT_RUNNABLE, "this run makes no Vertex AI actions")
                .in_file(file)
        })?;
        let stop = vertex::Stop::default();
        if !self
            .control
            .enter(Arc::new(vertex::Interrupter(stop.clone())))
        {
            return Err(Diagnostic::error(code::INTERRUPTED, "interrupted").into());
        }
        let outcome = vertex
            .make(action, &stop, progress)
            .map_err(|failure| Failure {
                transient: failure.transient,
                // what is there already is found, so that making it twice leaves what once leaves
                repeatable: true,
                diagnostic: Box::new(failure.into_diagnostic().in_file(file)),
            })?;
        Ok(Done {
            rows: outcome.rows,
            detail: Some(vertex::told(&outcome)),
            warning: None,
        })
    }

    fn work_off(
        &self,
        action: ActionRef<'_>,
        tasks: &[Task],
        session: &mut dyn Session,
        progress: &mut dyn FnMut(String),
    ) -> Result<Done, Failure> {
        let mut done = Done::default();
        let metadata = Metadata::of(action);
        let written = |metadata: &Metadata| session.declare(action.target(), metadata);
        let written = metadata.as_ref().is_some_and(written);
        for task in tasks {
            match task {
                Task::Statement(statement) => {
                    let outcomes = self.execute(session, action, statement, progress)?;
                    done.note(outcomes);
                }
                Task::Assertion(statement) => {
                    let outcomes = self.execute(session, action, statement, progress)?;
                    let warning = self.judge(session, action, statement, &outcomes)?;
                    done.warning = warning.map(Box::new);
                }
            }
        }
        if let Some(metadata) = metadata.filter(|_| !written) {
            let described = self.warehouse.set_metadata(action.target(), &metadata);
            described.map_err(|failure| failure.in_file(action.file_name()))?;
        }
        Ok(done)
    }

    /// A table's statements become visible together, so that a failure leaves what was there; what a
    /// killed process had applied is not applied again
    fn execute(
        &self,
        session: &mut dyn Session,
        action: ActionRef<'_>,
        statement: &Statement,
        progress: &mut dyn FnMut(String),
    ) -> Result<Vec<Outcome>, Failure> {
        let atomicity = match action.kind() {
            ActionKind::Table | ActionKind::View | ActionKind::Incremental => {
                Some(Atomicity::Whole)
            }
            ActionKind::Operation => Some(Atomicity::ByStatement),
            // an assertion's statements leave the same behind however often they run
            _ => None,
        };
        let mut tell = |news: Progress| progress(news.message);
        match atomicity {
            Some(atomicity) => session.execute_once(&statement.sql, atomicity, &mut tell),
            None => session.execute(&statement.sql, &mut tell),
        }
        .map_err(|failure| Failure {
            transient: failure.transient,
            repeatable: repeatable(action, self.plan.full_refresh),
            diagnostic: Box::new(self.locate(action, statement, failure)),
        })
    }

    /// An assertion holds when its query finds no rows; one whose failure is a warning gives it
    fn judge(
        &self,
        session: &mut dyn Session,
        action: ActionRef<'_>,
        statement: &Statement,
        outcomes: &[Outcome],
    ) -> Result<Option<Diagnostic>, Failure> {
        let ActionRef::Assertion(assertion) = action else {
            return Ok(None);
        };
        let found = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Rows(rows) => match rows.rows.first().and_then(|row| row.first()) {
                Some(crate::warehouse::Cell::Int64(count)) => Some(*count),
                _ => None,
            },
            _ => None,
        });
        let judged = self
            .assertions
            .judge(session, assertion, found.unwrap_or_default())
            .map_err(|failure| Failure {
                transient: failure.transient,
                repeatable: true,
                diagnostic: Box::new(self.locate(action, statement, failure)),
            })?;
        match judged {
            Some(finding) if finding.severity == Severity::Error => Err(finding.into()),
            finding => Ok(finding),
        }
    }

    /// Points a failure into the `.sqlx`, or into the compiled SQL where that is the nearest
    fn locate(
        &self,
        action: ActionRef<'_>,
        statement: &Statement,
        failure: SqlError,
    ) -> Diagnostic {
        let whole = |failed: &Range<usize>| statement.first_line(failed);
        let span = failure
            .span
            .clone()
            .or_else(|| failure.statement.as_ref().and_then(whole));
        let name = &self.plan.actions[self.index].name;
        let diagnostic = failure.into_diagnostic();
        locate(
            &self.plan.compilation,
            action,
            name,
            statement,
            span,
            diagnostic,
        )
    }
}

/// The tasks of an action as the warehouse stands now
///
/// # Errors
/// The warehouse cannot be asked; the action is compiled only while it runs
pub fn tasks(
    warehouse: &dyn Warehouse,
    action: ActionRef<'_>,
    full_refresh: bool,
    run: &str,
) -> Result<Vec<Task>, Diagnostic> {
    let existing = existing(warehouse, action)?;
    Ok(statements(action, &existing, full_refresh, run))
}

/// What stands where a table's statements go
fn existing(warehouse: &dyn Warehouse, action: ActionRef<'_>) -> Result<Existing, Diagnostic> {
    if jit_code(action) {
        return Err(Diagnostic::error(
            code::NOT_RUNNABLE,
            "actions with `jitCode` are not run yet: their SQL is made by JavaScript during the run",
        )
        .in_file(action.file_name()));
    }
    match action.kind() {
        ActionKind::Table | ActionKind::View | ActionKind::Incremental => {
            warehouse.existing(action.target())
        }
        _ => Ok(Existing::None),
    }
}

fn statements(
    action: ActionRef<'_>,
    existing: &Existing,
    full_refresh: bool,
    run: &str,
) -> Vec<Task> {
    let mut made = 0;
    let mut unique = || {
        made += 1;
        format!("{}_{made}", run.replace('-', "_"))
    };
    sql::sound_tasks(action, existing.as_sql(), full_refresh, &mut unique)
}

fn jit_code(action: ActionRef<'_>) -> bool {
    match action {
        ActionRef::Table(table) => table.jit_code.is_some(),
        ActionRef::Operation(operation) => operation.jit_code.is_some(),
        ActionRef::Assertion(assertion) => assertion.jit_code.is_some(),
        _ => false,
    }
}

impl Done {
    /// The last count and the last training are what the action is remembered by
    fn note(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            match outcome {
                Outcome::Changed(rows) => self.rows = Some(rows),
                Outcome::Trained {
                    iterations,
                    loss,
                    warnings,
                } => {
                    let mut parts = vec![format!("{iterations} iterations, loss {loss:.4}")];
                    parts.extend(warnings);
                    self.detail = Some(parts.join("; "));
                }
                Outcome::Rows(_) | Outcome::Done => {}
            }
        }
    }
}
