//! What the warehouse says that statements would read

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use sqlx_compiler::sql::{self, Role, Task};
use sqlx_compiler::{ActionKind, ActionRef, IncrementalStrategy, Table, TableType, Target};

use super::States;
use super::cost::Cost;
use crate::plan::{Plan, display_name};
use crate::settings::Environment;
use crate::warehouse::{Existing, Warehouse};

/// How many questions are asked at a time
const AT_A_TIME: usize = 16;

/// The cost of each action; nothing for those that nothing is sent for
pub fn costs(
    plan: &Plan,
    actions: &[ActionRef<'_>],
    states: &States,
    warehouse: &dyn Warehouse,
    environment: &Environment,
) -> Vec<Option<Cost>> {
    let estimator = Estimator {
        full_refresh: plan.full_refresh,
        // who pays for slots pays nothing for bytes
        price: Some(environment.price_per_tib).filter(|_| environment.reservation.is_none()),
        made: actions
            .iter()
            .filter(|one| makes_table(one))
            .map(|one| one.target())
            .collect(),
        tables: plan
            .compilation
            .graph
            .actions()
            .filter(makes_table)
            .map(ActionRef::target)
            .collect(),
        states,
        warehouse,
    };
    let next = AtomicUsize::new(0);
    let costs: Mutex<Vec<Option<Cost>>> = Mutex::new(vec![None; actions.len()]);
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(actions.len()) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(action) = actions.get(at) else {
                        break;
                    };
                    let cost = estimator.cost(*action);
                    let mut costs = costs.lock().unwrap_or_else(PoisonError::into_inner);
                    costs[at] = cost;
                }
            });
        }
    });
    costs.into_inner().unwrap_or_else(PoisonError::into_inner)
}

struct Estimator<'a> {
    full_refresh: bool,
    price: Option<f64>,
    /// What the run itself makes
    made: HashSet<&'a Target>,
    /// All that should be there for someone to read
    tables: HashSet<&'a Target>,
    states: &'a States,
    warehouse: &'a dyn Warehouse,
}

impl Estimator<'_> {
    fn cost(&self, action: ActionRef<'_>) -> Option<Cost> {
        if action.disabled() {
            return None;
        }
        let scripts = self.scripts(action)?;
        if !scripts.is_empty()
            && let Some(missing) = self.missing(action)
        {
            return Some(Cost::unknown(missing));
        }
        let mut bytes = 0u64;
        for script in scripts {
            match self.warehouse.estimate(&script) {
                Ok(Some(estimate)) => bytes = bytes.saturating_add(estimate.bytes),
                Ok(None) => return Some(Cost::unknown("the engine does not tell".to_owned())),
                Err(error) => return Some(Cost::unknown(format!("unknown: {}", error.message))),
            }
        }
        Some(Cost::of(bytes, self.price))
    }

    /// What is read and is not there
    fn missing(&self, action: ActionRef<'_>) -> Option<String> {
        let missing = action.dependency_targets().iter().find(|target| {
            self.tables.contains(target)
                && !target.name.contains('*')
                && self.states.get(target).is_none()
        })?;
        let name = display_name(missing);
        Some(match self.made.contains(missing) {
            true => format!("unknown until `{name}` exists"),
            false => format!("unknown: `{name}` does not exist, and is not selected"),
        })
    }

    /// What is asked about an action: what reads, without what must come before
    fn scripts(&self, action: ActionRef<'_>) -> Option<Vec<String>> {
        match action {
            ActionRef::Table(table) => Some(self.of_table(table)),
            ActionRef::Operation(operation) => Some(operation.queries.clone()),
            ActionRef::Assertion(assertion) => Some(assertion.query.iter().cloned().collect()),
            _ => None,
        }
    }

    fn of_table(&self, table: &Table) -> Vec<String> {
        let is_view = table.enum_type == Some(TableType::View);
        if is_view && table.materialized != Some(true) {
            return Vec::new();
        }
        let state = self.states.get(&table.target);
        let existing = state.map_or(Existing::None, |state| state.existing());
        let action = ActionRef::Table(table);
        let mut unique = || "plan".to_owned();
        let tasks = sql::tasks(action, existing.as_sql(), self.full_refresh, &mut unique);
        let Some(Task::Statement(statement)) = tasks.first() else {
            return Vec::new();
        };
        let has = |role: Role| statement.pieces.iter().any(|piece| piece.role == role);
        let scripted = table.incremental_strategy == Some(IncrementalStrategy::InsertOverwrite)
            && matches!(existing, Existing::Table(_));
        // a script is not estimated, nor is a statement that something stands in the way of
        if scripted || has(Role::Drop) {
            let grown = table
                .incremental_query
                .clone()
                .filter(|query| !query.is_empty());
            let query = match scripted && !self.full_refresh {
                true => grown.or_else(|| table.query.clone()),
                false => table.query.clone(),
            };
            return query.into_iter().collect();
        }
        let builds = statement
            .pieces
            .iter()
            .filter(|piece| piece.role == Role::Build);
        builds
            .map(|piece| statement.sql[piece.range.clone()].to_owned())
            .collect()
    }
}

/// Whether there is something to read once it has run
fn makes_table(action: &ActionRef<'_>) -> bool {
    match action {
        ActionRef::Operation(operation) => operation.has_output == Some(true),
        _ => matches!(
            action.kind(),
            ActionKind::Table
                | ActionKind::View
                | ActionKind::Incremental
                | ActionKind::Declaration
        ),
    }
}
