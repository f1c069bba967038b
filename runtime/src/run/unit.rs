//! One action on one session: its statements in order, and where a failure stands in the user's file

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use diagnostic::{Diagnostic, code};
use sqlx_compiler::sql::{self, Statement, Task};
use sqlx_compiler::{ActionKind, ActionRef};

use super::Running;
use crate::event::{ActionResult, ActionStatus};
use crate::place::locate;
use crate::plan::Plan;
use crate::warehouse::{Existing, Outcome, Progress, Session, SessionContext, SqlError, Warehouse};

/// What one action needs to run
pub struct Unit {
    pub plan: Arc<Plan>,
    pub warehouse: Arc<dyn Warehouse>,
    pub running: Running,
    pub run: String,
    pub index: usize,
}

/// What a successful action tells
#[derive(Default)]
struct Done {
    rows: Option<u64>,
    detail: Option<String>,
}

impl Unit {
    /// Runs the action to its end; never fails otherwise than in its result
    pub fn run(self, progress: &mut dyn FnMut(String)) -> ActionResult {
        let begun = Instant::now();
        let planned = &self.plan.actions[self.index];
        let outcome = match self.plan.action(self.index) {
            Some(action) => self.attempt(action, progress),
            None => Ok(Done::default()),
        };
        self.running.leave(self.index);
        let (status, done, diagnostic) = match outcome {
            Ok(done) => (ActionStatus::Succeeded, done, None),
            Err(_) if self.running.interrupted() => {
                (ActionStatus::Cancelled, Done::default(), None)
            }
            Err(failure) => {
                let failure = failure.of_action(&planned.name);
                (ActionStatus::Failed, Done::default(), Some(failure))
            }
        };
        ActionResult {
            action: planned.name.clone(),
            kind: planned.kind.as_str().to_owned(),
            status,
            rows: done.rows,
            detail: done.detail,
            seconds: begun.elapsed().as_secs_f64(),
            diagnostic,
        }
    }

    fn attempt(
        &self,
        action: ActionRef<'_>,
        progress: &mut dyn FnMut(String),
    ) -> Result<Done, Diagnostic> {
        // actions run side by side: what they make for a while is named apart
        let run = format!("{}_{}", self.run, self.index);
        let tasks = tasks(&*self.warehouse, action, self.plan.full_refresh, &run)?;
        let mut session = self.warehouse.session(&SessionContext {
            run: self.run.clone(),
            action: self.plan.actions[self.index].name.clone(),
            attempt: 1,
            ..SessionContext::default()
        })?;
        if !self.running.enter(self.index, session.interrupt_handle()) {
            return Err(Diagnostic::error(code::INTERRUPTED, "interrupted"));
        }
        let mut done = Done::default();
        for task in &tasks {
            match task {
                Task::Statement(statement) => {
                    let outcomes = self.execute(&mut *session, action, statement, progress)?;
                    done.note(outcomes);
                }
                Task::Assertion(statement) => {
                    let outcomes = self.execute(&mut *session, action, statement, progress)?;
                    self.judge(action, &outcomes)?;
                }
            }
        }
        Ok(done)
    }

    /// A table's statements become visible together, so that a failure leaves what was there
    fn execute(
        &self,
        session: &mut dyn Session,
        action: ActionRef<'_>,
        statement: &Statement,
        progress: &mut dyn FnMut(String),
    ) -> Result<Vec<Outcome>, Diagnostic> {
        let together = matches!(
            action.kind(),
            ActionKind::Table | ActionKind::View | ActionKind::Incremental
        );
        let mut tell = |news: Progress| progress(news.message);
        match together {
            true => session.execute_together(&statement.sql, &mut tell),
            false => session.execute(&statement.sql, &mut tell),
        }
        .map_err(|failure| self.locate(action, statement, failure))
    }

    /// An assertion holds when its query finds no rows
    fn judge(&self, action: ActionRef<'_>, outcomes: &[Outcome]) -> Result<(), Diagnostic> {
        let found = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Rows(rows) => match rows.rows.first().and_then(|row| row.first()) {
                Some(crate::warehouse::Cell::Int64(count)) => Some(*count),
                _ => None,
            },
            _ => None,
        });
        match found {
            Some(count) if count > 0 => {
                let name = &self.plan.actions[self.index].name;
                let rows = if count == 1 { "row" } else { "rows" };
                Err(Diagnostic::error(
                    code::ASSERTION_FAILED,
                    format!("the assertion found {count} {rows}"),
                )
                .in_file(action.file_name())
                .help(format!("its view lists them: SELECT * FROM `{name}`")))
            }
            _ => Ok(()),
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
    if jit_code(action) {
        return Err(Diagnostic::error(
            code::NOT_RUNNABLE,
            "actions with `jitCode` are not run yet: their SQL is made by JavaScript during the run",
        )
        .in_file(action.file_name()));
    }
    let is_table = matches!(
        action.kind(),
        ActionKind::Table | ActionKind::View | ActionKind::Incremental
    );
    let existing = if is_table {
        warehouse.existing(action.target())?
    } else {
        Existing::None
    };
    let mut made = 0;
    let mut unique = || {
        made += 1;
        format!("{}_{made}", run.replace('-', "_"))
    };
    Ok(sql::tasks(
        action,
        existing.as_sql(),
        full_refresh,
        &mut unique,
    ))
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
