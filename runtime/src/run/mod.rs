//! A run: a dispatcher that owns all state and tells what happens, and executors that run one action
//! each and report back

mod columns;
mod control;
mod dispatcher;
mod executor;
mod gate;
mod options;
mod repeatable;
mod state;
mod unit;

use std::sync::Arc;

use crate::event::{ActionResult, ActionStatus, Observer, RunStatus};
use crate::plan::Plan;
use crate::warehouse::Warehouse;

pub use gate::{Decision, Gate};
pub use options::RunOptions;
pub use unit::tasks;

/// Runs a plan: independent actions side by side, what depends on a failure is skipped
///
/// `interrupt` stops the run: what runs is stopped, the rest is cancelled; everything is told to `observers`
pub async fn run(
    plan: Arc<Plan>,
    warehouse: Arc<dyn Warehouse>,
    options: RunOptions,
    observers: &mut [&mut dyn Observer],
    interrupt: impl Future<Output = ()>,
) -> RunSummary {
    dispatcher::dispatch(plan, warehouse, options, observers, interrupt).await
}

/// What became of a run
#[derive(Debug, Clone)]
pub struct RunSummary {
    /// How it ended
    pub status: RunStatus,
    /// One per planned action, in the plan's order
    pub results: Vec<ActionResult>,
    /// Wall-clock seconds
    pub seconds: f64,
}

impl RunSummary {
    /// How many actions ended that way
    pub fn count(&self, status: ActionStatus) -> usize {
        self.results
            .iter()
            .filter(|result| result.status == status)
            .count()
    }
}
