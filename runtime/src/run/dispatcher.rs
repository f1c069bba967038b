//! The dispatcher: owns where each action stands, decides what begins, and is the only one that tells
//! the observers, so that every event is in one order

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx_compiler::ActionKind;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::control::{Control, Stop};
use super::executor::{Executor, Message};
use super::state::State;
use super::{RunOptions, RunSummary};
use crate::assertions::CheckedAssertions;
use crate::event::{ActionResult, ActionStatus, Event, Observer, RunStatus, SCHEMA_VERSION};
use crate::plan::Plan;
use crate::warehouse::Warehouse;

/// Runs a plan to its end
pub async fn dispatch(
    plan: Arc<Plan>,
    warehouse: Arc<dyn Warehouse>,
    options: RunOptions,
    observers: &mut [&mut dyn Observer],
    interrupt: impl Future<Output = ()>,
) -> RunSummary {
    let (sender, receiver) = unbounded_channel();
    let options = Arc::new(options);
    let dispatcher = Dispatcher {
        state: State::new(&plan),
        executor: Arc::new(Executor {
            plan: Arc::clone(&plan),
            warehouse: Arc::clone(&warehouse),
            options: Arc::clone(&options),
            sender,
        }),
        plan,
        warehouse,
        options,
        observers,
        halt: None,
        begun: Instant::now(),
    };
    dispatcher.run(receiver, interrupt).await
}

/// Why nothing more begins
enum Halt {
    Interrupted,
    TimedOut,
    /// An action failed, and the first failure is to end the run
    Failed(String),
}

struct Dispatcher<'a, 'b> {
    plan: Arc<Plan>,
    warehouse: Arc<dyn Warehouse>,
    options: Arc<RunOptions>,
    executor: Arc<Executor>,
    observers: &'a mut [&'b mut dyn Observer],
    state: State,
    halt: Option<Halt>,
    begun: Instant,
}

impl Dispatcher<'_, '_> {
    async fn run(
        mut self,
        mut receiver: UnboundedReceiver<Message>,
        interrupt: impl Future<Output = ()>,
    ) -> RunSummary {
        self.tell(&Event::RunStarted {
            schema_version: SCHEMA_VERSION,
            run: self.options.run.clone(),
            started: self.options.started.clone(),
            engine: self.warehouse.engine().as_str().to_owned(),
            environment: self.options.environment.clone(),
            arguments: self.options.arguments.clone(),
            selection: self.plan.selection.to_string(),
            actions_in_project: self.plan.actions_in_project,
            actions: self.plan.infos(),
        });
        let mut interrupt = std::pin::pin!(interrupt);
        let mut time_over = std::pin::pin!(over(self.options.run_timeout));
        let mut stopped = false;
        loop {
            self.fill();
            if self.state.running() == 0 && (self.halt.is_some() || !self.state.has_ready()) {
                break;
            }
            tokio::select! {
                message = receiver.recv() => match message {
                    Some(message) => self.hear(message),
                    None => break,
                },
                () = &mut interrupt, if !stopped => {
                    stopped = true;
                    self.halt = Some(Halt::Interrupted);
                    self.state.stop(Stop::Interrupted);
                }
                () = &mut time_over, if !stopped => {
                    stopped = true;
                    self.halt = Some(Halt::TimedOut);
                    self.state.stop(Stop::RunTimedOut);
                }
            }
        }
        self.end()
    }

    /// Begins what can begin
    fn fill(&mut self) {
        while self.halt.is_none() && self.state.running() < self.options.jobs.max(1) {
            let Some(index) = self.state.next() else {
                return;
            };
            self.begin(index);
        }
    }

    /// Begins an action, or ends it at once
    fn begin(&mut self, index: usize) {
        let action = &self.plan.actions[index];
        if action.disabled {
            let result = self.unbegun(index, ActionStatus::Disabled, None);
            return self.finish(index, result);
        }
        if runs_in_cloud_only(action.kind) {
            let detail = "runs in Google Cloud only".to_owned();
            let result = self.unbegun(index, ActionStatus::Skipped, Some(detail));
            return self.finish(index, result);
        }
        if let Some(detail) = self.leaves_out(index) {
            let result = self.unbegun(index, ActionStatus::Skipped, Some(detail));
            return self.finish(index, result);
        }
        let control = Arc::new(Control::default());
        self.state.begin(index, Arc::clone(&control));
        tokio::spawn(Arc::clone(&self.executor).execute(index, control));
    }

    /// Why an assertion is not checked
    fn leaves_out(&self, index: usize) -> Option<String> {
        let action = &self.plan.actions[index];
        if action.kind != ActionKind::Assertion {
            return None;
        }
        let changed = |dependency: &usize| {
            let result = self.state.result(*dependency)?;
            let ran = matches!(
                result.status,
                ActionStatus::Succeeded | ActionStatus::Warned
            );
            (ran && result.rows != Some(0)).then_some(())
        };
        match self.options.assertions.checked {
            CheckedAssertions::All => None,
            CheckedAssertions::None => Some("no assertion is checked".to_owned()),
            CheckedAssertions::Changed => {
                let any = action.dependencies.iter().any(|one| changed(one).is_some());
                (!any).then(|| "nothing that it reads has changed in this run".to_owned())
            }
        }
    }

    fn hear(&mut self, message: Message) {
        match message {
            Message::Started { index, reason } => self.tell(&Event::ActionStarted {
                action: self.name(index),
                reason,
            }),
            Message::Progress { index, message } => self.tell(&Event::ActionProgress {
                action: self.name(index),
                message,
            }),
            Message::Retried {
                index,
                attempt,
                of,
                wait,
                diagnostic,
            } => self.tell(&Event::ActionRetried {
                action: self.name(index),
                attempt,
                of,
                after_seconds: wait.as_secs_f64(),
                diagnostic,
            }),
            Message::Finished { index, result } => self.finish(index, *result),
        }
    }

    /// Everything downstream of a failure is skipped at once, so that it is told in order
    fn finish(&mut self, index: usize, result: ActionResult) {
        self.tell_finished(&result);
        if result.status == ActionStatus::Failed && self.options.fail_fast && self.halt.is_none() {
            self.halt = Some(Halt::Failed(result.action.clone()));
        }
        for skipped in self.state.finish(index, result) {
            let detail = format!("{} failed", self.plan.actions[index].name);
            let result = self.unbegun(skipped, ActionStatus::Skipped, Some(detail));
            self.tell_finished(&result);
            self.state.give_up(skipped, result);
        }
    }

    fn end(mut self) -> RunSummary {
        let detail = match &self.halt {
            Some(Halt::TimedOut) => Some("the run's time was over".to_owned()),
            Some(Halt::Failed(action)) => Some(format!("{action} failed")),
            Some(Halt::Interrupted) | None => None,
        };
        for index in self.state.outstanding() {
            let result = self.unbegun(index, ActionStatus::Cancelled, detail.clone());
            self.tell_finished(&result);
            self.state.give_up(index, result);
        }
        let results = self.state.take_results();
        let failed = results
            .iter()
            .any(|result| result.status == ActionStatus::Failed);
        let status = match &self.halt {
            Some(Halt::Interrupted) => RunStatus::Cancelled,
            Some(Halt::TimedOut) => RunStatus::TimedOut,
            _ if failed => RunStatus::Failed,
            _ => RunStatus::Succeeded,
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

    /// The result of an action that never began
    fn unbegun(&self, index: usize, status: ActionStatus, detail: Option<String>) -> ActionResult {
        let action = &self.plan.actions[index];
        ActionResult {
            detail,
            ..ActionResult::new(&action.name, action.kind.as_str(), status)
        }
    }

    fn name(&self, index: usize) -> String {
        self.plan.actions[index].name.clone()
    }

    fn tell_finished(&mut self, result: &ActionResult) {
        self.tell(&Event::ActionFinished(Box::new(result.clone())));
    }

    fn tell(&mut self, event: &Event) {
        for observer in self.observers.iter_mut() {
            observer.observe(event);
        }
    }
}

/// Dataform runs these on Google Cloud, and its own command line leaves them out of a run, too
fn runs_in_cloud_only(kind: ActionKind) -> bool {
    matches!(
        kind,
        ActionKind::Notebook | ActionKind::DataPreparation | ActionKind::PropertyGraph
    )
}

/// Ends when the time is over; never without a limit
pub async fn over(limit: Option<Duration>) {
    match limit {
        Some(limit) => tokio::time::sleep(limit).await,
        None => std::future::pending().await,
    }
}
