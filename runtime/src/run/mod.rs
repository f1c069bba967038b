//! A run: a dispatcher that owns all state and starts units, which run one action each and report back

mod unit;

pub use unit::tasks;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use diagnostic::{Diagnostic, code};
use sqlx_compiler::ActionKind;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::event::{ActionResult, ActionStatus, Event, Observer, RunStatus};
use crate::plan::Plan;
use crate::warehouse::{Interrupt, Warehouse};

/// How a run goes about it
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Actions at a time; at least 1
    pub jobs: usize,
    /// Identifies the run
    pub run: String,
    /// When it was asked for, RFC 3339
    pub started: String,
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
    let (sender, receiver) = unbounded_channel();
    let dispatcher = Dispatcher {
        state: State::new(&plan),
        running: Running::default(),
        plan,
        warehouse,
        sender,
        observers,
        begun: Instant::now(),
        options,
    };
    dispatcher.run(receiver, interrupt).await
}

/// Dataform runs these on Google Cloud, and its own command line leaves them out of a run, too
fn runs_in_cloud_only(kind: ActionKind) -> bool {
    matches!(
        kind,
        ActionKind::Notebook | ActionKind::DataPreparation | ActionKind::PropertyGraph
    )
}

/// From a unit to the dispatcher
enum Message {
    Progress {
        index: usize,
        message: String,
    },
    Finished {
        index: usize,
        result: Box<ActionResult>,
    },
}

/// What the running statements can be stopped by
#[derive(Clone, Default)]
struct Running(Arc<Mutex<RunningState>>);

#[derive(Default)]
struct RunningState {
    interrupted: bool,
    handles: HashMap<usize, Arc<dyn Interrupt>>,
}

impl Running {
    /// False when the run was interrupted before the action got here
    fn enter(&self, index: usize, handle: Arc<dyn Interrupt>) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.handles.insert(index, handle);
        !state.interrupted
    }

    fn leave(&self, index: usize) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.handles.remove(&index);
    }

    fn interrupted(&self) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .interrupted
    }

    fn interrupt(&self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.interrupted = true;
        for handle in state.handles.values() {
            handle.interrupt();
        }
    }
}

/// Where each action of the plan stands
struct State {
    waiting_for: Vec<usize>,
    dependents: Vec<Vec<usize>>,
    ready: BTreeSet<usize>,
    results: Vec<Option<ActionResult>>,
}

impl State {
    fn new(plan: &Plan) -> Self {
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
            results: vec![None; plan.actions.len()],
        }
    }
}

struct Dispatcher<'a, 'b> {
    plan: Arc<Plan>,
    warehouse: Arc<dyn Warehouse>,
    options: RunOptions,
    sender: UnboundedSender<Message>,
    observers: &'a mut [&'b mut dyn Observer],
    state: State,
    running: Running,
    begun: Instant,
}

impl Dispatcher<'_, '_> {
    async fn run(
        mut self,
        mut receiver: UnboundedReceiver<Message>,
        interrupt: impl Future<Output = ()>,
    ) -> RunSummary {
        self.tell(&Event::RunStarted {
            run: self.options.run.clone(),
            started: self.options.started.clone(),
            selection: self.plan.selection.to_string(),
            actions_in_project: self.plan.actions_in_project,
            actions: self.plan.infos(),
        });
        let mut active = 0;
        let mut interrupted = false;
        let mut interrupt = std::pin::pin!(interrupt);
        loop {
            while !interrupted && active < self.options.jobs.max(1) {
                let Some(index) = self.state.ready.pop_first() else {
                    break;
                };
                active += usize::from(self.begin(index));
            }
            if active == 0 && (interrupted || self.state.ready.is_empty()) {
                break;
            }
            tokio::select! {
                message = receiver.recv() => match message {
                    Some(Message::Progress { index, message }) => self.tell(&Event::ActionProgress {
                        action: self.plan.actions[index].name.clone(),
                        message,
                    }),
                    Some(Message::Finished { index, result }) => {
                        active -= 1;
                        self.finish(index, *result);
                    }
                    None => break,
                },
                () = &mut interrupt, if !interrupted => {
                    interrupted = true;
                    self.running.interrupt();
                }
            }
        }
        self.end(interrupted)
    }

    /// Starts an action, or ends it at once; true when a unit runs
    fn begin(&mut self, index: usize) -> bool {
        if self.plan.actions[index].disabled {
            let result = self.result(index, ActionStatus::Disabled, None);
            self.finish(index, result);
            return false;
        }
        if runs_in_cloud_only(self.plan.actions[index].kind) {
            let mut result = self.result(index, ActionStatus::Skipped, None);
            result.detail = Some("runs in Google Cloud only".to_owned());
            self.finish(index, result);
            return false;
        }
        self.tell(&Event::ActionStarted {
            action: self.plan.actions[index].name.clone(),
        });
        let unit = unit::Unit {
            plan: Arc::clone(&self.plan),
            warehouse: Arc::clone(&self.warehouse),
            running: self.running.clone(),
            run: self.options.run.clone(),
            index,
        };
        let sender = self.sender.clone();
        let lost = self.result(
            index,
            ActionStatus::Failed,
            Some(Diagnostic::error(
                code::EXECUTION_FAILED,
                "the action ended without a result: a fault of this program",
            )),
        );
        tokio::spawn(async move {
            let progress = sender.clone();
            let work = tokio::task::spawn_blocking(move || {
                unit.run(&mut |message| {
                    // a dispatcher that is gone needs no news
                    let _ = progress.send(Message::Progress { index, message });
                })
            });
            let result = Box::new(work.await.unwrap_or(lost));
            let _ = sender.send(Message::Finished { index, result });
        });
        true
    }

    fn finish(&mut self, index: usize, result: ActionResult) {
        self.tell(&Event::ActionFinished(Box::new(result.clone())));
        let status = result.status;
        self.state.results[index] = Some(result);
        match status {
            ActionStatus::Failed => self.skip_dependents(index),
            ActionStatus::Cancelled => {}
            ActionStatus::Succeeded | ActionStatus::Disabled | ActionStatus::Skipped => {
                for dependent in self.state.dependents[index].clone() {
                    self.state.waiting_for[dependent] -= 1;
                    if self.state.waiting_for[dependent] == 0 {
                        self.state.ready.insert(dependent);
                    }
                }
            }
        }
    }

    /// Everything downstream of a failure is skipped at once, so that it is told in order
    fn skip_dependents(&mut self, failed: usize) {
        let reason = self.plan.actions[failed].name.clone();
        let mut next = self.state.dependents[failed].clone();
        let mut skipped = BTreeSet::new();
        while let Some(index) = next.pop() {
            if self.state.results[index].is_none() && skipped.insert(index) {
                next.extend(&self.state.dependents[index]);
            }
        }
        for index in skipped {
            let mut result = self.result(index, ActionStatus::Skipped, None);
            result.detail = Some(format!("{reason} failed"));
            self.tell(&Event::ActionFinished(Box::new(result.clone())));
            self.state.results[index] = Some(result);
        }
    }

    fn end(mut self, interrupted: bool) -> RunSummary {
        for index in 0..self.plan.actions.len() {
            if self.state.results[index].is_none() {
                let result = self.result(index, ActionStatus::Cancelled, None);
                self.tell(&Event::ActionFinished(Box::new(result.clone())));
                self.state.results[index] = Some(result);
            }
        }
        let results: Vec<ActionResult> = std::mem::take(&mut self.state.results)
            .into_iter()
            .flatten()
            .collect();
        let failed = results
            .iter()
            .any(|result| result.status == ActionStatus::Failed);
        let status = if interrupted {
            RunStatus::Cancelled
        } else if failed {
            RunStatus::Failed
        } else {
            RunStatus::Succeeded
        };
        let seconds = self.begun.elapsed().as_secs_f64();
        self.tell(&Event::RunFinished {
            run: self.options.run.clone(),
            status,
            seconds,
        });
        RunSummary {
            status,
            results,
            seconds,
        }
    }

    fn result(
        &self,
        index: usize,
        status: ActionStatus,
        diagnostic: Option<Diagnostic>,
    ) -> ActionResult {
        let action = &self.plan.actions[index];
        ActionResult {
            action: action.name.clone(),
            kind: action.kind.as_str().to_owned(),
            status,
            rows: None,
            detail: None,
            seconds: 0.0,
            diagnostic,
        }
    }

    fn tell(&mut self, event: &Event) {
        for observer in self.observers.iter_mut() {
            observer.observe(event);
        }
    }
}
