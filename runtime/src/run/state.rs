//! Where each action of a plan stands

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::control::{Control, Stop};
use crate::event::{ActionResult, ActionStatus};
use crate::plan::Plan;

/// Where each action of a plan stands
pub struct State {
    waiting_for: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    running: HashMap<usize, Arc<Control>>,
    results: Vec<Option<ActionResult>>,
}

impl State {
    /// Nothing has begun
    pub fn new(plan: &Plan) -> Self {
        let mut dependents = vec![Vec::new(); plan.actions.len()];
        for (index, action) in plan.actions.iter().enumerate() {
            for &dependency in &action.dependencies {
                dependents[dependency].push(index);
            }
        }
        let waiting_for: Vec<usize> = plan
            .actions
            .iter()
            .map(|action| action.dependencies.len())
            .collect();
        Self {
            ready: (0..waiting_for.len())
                .filter(|&index| waiting_for[index] == 0)
                .collect(),
            waiting_for,
            dependents,
            running: HashMap::new(),
            results: vec![None; plan.actions.len()],
        }
    }

    /// The next action whose dependencies have ended well, in the plan's order
    pub fn next(&mut self) -> Option<usize> {
        self.ready.pop_first()
    }

    /// Whether an action could begin
    pub fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// How many run
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// How an action ended, if it has
    pub fn result(&self, index: usize) -> Option<&ActionResult> {
        self.results.get(index)?.as_ref()
    }

    /// An action runs
    pub fn begin(&mut self, index: usize, control: Arc<Control>) {
        self.running.insert(index, control);
    }

    /// Stops everything that runs
    pub fn stop(&self, reason: Stop) {
        for control in self.running.values() {
            control.stop(reason);
        }
    }

    /// An action ended. Gives what can now never run, in the plan's order
    pub fn finish(&mut self, index: usize, result: ActionResult) -> BTreeSet<usize> {
        let status = result.status;
        self.running.remove(&index);
        self.results[index] = Some(result);
        match status {
            ActionStatus::Failed => return self.downstream(index),
            ActionStatus::Cancelled => {}
            ActionStatus::Succeeded
            | ActionStatus::Warned
            | ActionStatus::Reused
            | ActionStatus::Disabled
            | ActionStatus::Skipped => {
                for dependent in std::mem::take(&mut self.dependents[index]) {
                    self.waiting_for[dependent] -= 1;
                    if self.waiting_for[dependent] == 0 {
                        self.ready.insert(dependent);
                    }
                }
            }
        }
        BTreeSet::new()
    }

    /// An action will not run
    pub fn give_up(&mut self, index: usize, result: ActionResult) {
        self.results[index] = Some(result);
    }

    /// Actions that have not ended, in the plan's order
    pub fn outstanding(&self) -> Vec<usize> {
        (0..self.results.len())
            .filter(|&index| self.results[index].is_none())
            .collect()
    }

    /// Hands out the results of all that has ended, in the plan's order
    pub fn take_results(&mut self) -> Vec<ActionResult> {
        let results = std::mem::take(&mut self.results);
        results.into_iter().flatten().collect()
    }

    /// What hangs on an action and has not ended
    fn downstream(&self, index: usize) -> BTreeSet<usize> {
        let mut next = self.dependents[index].clone();
        let mut found = BTreeSet::new();
        while let Some(index) = next.pop() {
            if self.results[index].is_none() && found.insert(index) {
                next.extend(&self.dependents[index]);
            }
        }
        found
    }
}
