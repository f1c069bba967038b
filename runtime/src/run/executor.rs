//! The executor: one action from its start to its result, with its attempts, waits and time limits

use std::sync::Arc;
use std::time::{Duration, Instant};

use diagnostic::{Diagnostic, code};
use tokio::sync::mpsc::UnboundedSender;

use super::RunOptions;
use super::control::{Control, Stop};
use super::dispatcher::over;
use super::gate::Decision;
use super::unit::{Attempt, Failure, Unit};
use crate::event::{ActionResult, ActionStatus};
use crate::plan::Plan;
use crate::record::Identity;
use crate::warehouse::{Statistics, Warehouse};

/// From an executor to the dispatcher
pub enum Message {
    Started {
        index: usize,
        reason: Option<String>,
    },
    Progress {
        index: usize,
        message: String,
    },
    Retried {
        index: usize,
        attempt: u32,
        of: u32,
        wait: Duration,
        diagnostic: Box<Diagnostic>,
    },
    Finished {
        index: usize,
        result: Box<ActionResult>,
    },
}

/// What executing actions needs
pub struct Executor {
    pub plan: Arc<Plan>,
    pub warehouse: Arc<dyn Warehouse>,
    pub options: Arc<RunOptions>,
    pub sender: UnboundedSender<Message>,
}

/// How an action came out of its last attempt
enum Ending {
    /// Not run: what was there still holds
    Reused(String),
    /// It ran, well or not
    Ran(Attempt),
    /// It was stopped, and the statement did not end
    Abandoned,
}

impl Executor {
    /// Runs an action to its end; the result is the last message
    pub async fn execute(self: Arc<Self>, index: usize, control: Arc<Control>) {
        let begun = Instant::now();
        let mut waits = self.options.waits();
        let mut statistics = Statistics::default();
        let mut attempt = 1;
        let ending = loop {
            let ending = self.attempt(index, attempt, &control).await;
            let Ending::Ran(ran) = ending else {
                break ending;
            };
            statistics.add(&ran.statistics);
            let Err(failure) = &ran.outcome else {
                break Ending::Ran(ran);
            };
            if !self.may_repeat(failure) || control.stopped().is_some() {
                break Ending::Ran(ran);
            }
            let Some(wait) = waits.next() else {
                break Ending::Ran(ran);
            };
            self.send(Message::Retried {
                index,
                attempt,
                of: self.options.retries + 1,
                wait,
                diagnostic: failure.diagnostic.clone(),
            });
            tokio::select! {
                () = tokio::time::sleep(wait) => attempt += 1,
                () = control.wait() => break Ending::Ran(ran),
            }
        };
        let mut result = self.result(index, ending, control.stopped());
        result.seconds = begun.elapsed().as_secs_f64();
        if result.status != ActionStatus::Reused {
            result.attempts = attempt;
        }
        result.statistics = statistics;
        if result.status != ActionStatus::Reused {
            self.tell_gate(index, result.status).await;
        }
        let result = Box::new(result);
        self.send(Message::Finished { index, result });
    }

    /// Lets the gate look at what the action left, on a thread that may wait
    async fn tell_gate(&self, index: usize, status: ActionStatus) {
        if let Some(gate) = self.options.gate.clone() {
            let looked = tokio::task::spawn_blocking(move || gate.ended(index, status));
            // a gate that panics has nothing to say, and the action has ended all the same
            let _ = looked.await;
        }
    }

    /// The name under which the engine knows the statements of an attempt, counted from 1
    fn identity(&self, index: usize, attempt: u32) -> Identity {
        let gate = self.options.gate.as_ref();
        let first = gate.and_then(|gate| gate.identity(index));
        let first = first.unwrap_or_else(|| Identity {
            run: self.options.run.clone(),
            attempt: 1,
        });
        Identity {
            attempt: first.attempt + attempt - 1,
            ..first
        }
    }

    /// One attempt, on a thread that may wait; the gate is asked before the first
    async fn attempt(
        self: &Arc<Self>,
        index: usize,
        attempt: u32,
        control: &Arc<Control>,
    ) -> Ending {
        let work = tokio::task::spawn_blocking({
            let executor = Arc::clone(self);
            let control = Arc::clone(control);
            move || executor.attempt_here(index, attempt, &control)
        });
        tokio::select! {
            ending = work => ending.unwrap_or_else(|_| Ending::Ran(Attempt::lost())),
            () = self.abandon(control) => Ending::Abandoned,
        }
    }

    fn attempt_here(&self, index: usize, attempt: u32, control: &Arc<Control>) -> Ending {
        if attempt == 1 {
            let decision = match &self.options.gate {
                Some(gate) => gate.decide(index),
                None => Decision::Run(None),
            };
            match decision {
                Decision::Run(reason) => self.send(Message::Started { index, reason }),
                Decision::Reuse(reason) => return Ending::Reused(reason),
            }
        }
        let unit = Unit {
            plan: &self.plan,
            warehouse: &*self.warehouse,
            control,
            run: &self.options.run,
            identity: self.identity(index, attempt),
            index,
            assertions: &self.options.assertions,
            vertex: self.options.vertex.as_deref(),
        };
        let ran = unit.run(&mut |message| self.send(Message::Progress { index, message }));
        control.leave();
        Ending::Ran(ran)
    }

    /// Ends when an action that was stopped has had its time to end; stops it when its own time is over
    async fn abandon(&self, control: &Control) {
        tokio::select! {
            () = control.wait() => {}
            () = over(self.options.action_timeout) => {
                if let Some(limit) = self.options.action_timeout {
                    control.stop(Stop::TimedOut(limit));
                }
            }
        }
        tokio::time::sleep(self.options.grace).await;
    }

    fn may_repeat(&self, failure: &Failure) -> bool {
        failure.transient && (failure.repeatable || self.options.retry_operations)
    }

    fn result(&self, index: usize, ending: Ending, stopped: Option<Stop>) -> ActionResult {
        let planned = &self.plan.actions[index];
        let result = |status| ActionResult::new(&planned.name, planned.kind.as_str(), status);
        let failure = match ending {
            Ending::Reused(reason) => {
                return ActionResult {
                    detail: Some(reason),
                    ..result(ActionStatus::Reused)
                };
            }
            Ending::Ran(Attempt {
                outcome: Ok(done), ..
            }) => {
                let status = match &done.warning {
                    Some(_) => ActionStatus::Warned,
                    None => ActionStatus::Succeeded,
                };
                return ActionResult {
                    rows: done.rows,
                    detail: done.detail,
                    diagnostic: done
                        .warning
                        .map(|warning| (*warning).of_action(&planned.name)),
                    ..result(status)
                };
            }
            Ending::Ran(Attempt {
                outcome: Err(failure),
                ..
            }) => Some(failure),
            Ending::Abandoned => None,
        };
        let not_over = match failure {
            None => Some("its statement did not end when it was stopped".to_owned()),
            Some(_) => None,
        };
        match stopped {
            Some(Stop::Interrupted) => ActionResult {
                detail: not_over,
                ..result(ActionStatus::Cancelled)
            },
            Some(Stop::RunTimedOut) => ActionResult {
                detail: Some(not_over.unwrap_or_else(|| "the run's time was over".to_owned())),
                ..result(ActionStatus::Cancelled)
            },
            Some(Stop::TimedOut(limit)) => {
                let diagnostic = timed_out(limit)
                    .in_file(&planned.file)
                    .of_action(&planned.name);
                ActionResult {
                    detail: not_over,
                    diagnostic: Some(diagnostic),
                    ..result(ActionStatus::Failed)
                }
            }
            None => ActionResult {
                diagnostic: failure.map(|failure| self.explain(failure).of_action(&planned.name)),
                ..result(ActionStatus::Failed)
            },
        }
    }

    /// Says why an error that may pass was not tried again
    fn explain(&self, failure: Failure) -> Diagnostic {
        let held_back = failure.transient
            && !failure.repeatable
            && !self.options.retry_operations
            && self.options.retries > 0;
        let mut diagnostic = *failure.diagnostic;
        if held_back && diagnostic.help.is_none() {
            diagnostic.help = Some(
                "the error may pass, but running the action twice may not be the same as running it \
                 once; `--retry-operations` tries it again all the same"
                    .to_owned(),
            );
        }
        diagnostic
    }

    fn send(&self, message: Message) {
        // a dispatcher that is gone needs no news
        let _ = self.sender.send(message);
    }
}

fn timed_out(limit: Duration) -> Diagnostic {
    Diagnostic::error(
        code::ACTION_TIMED_OUT,
        format!("the action took longer than {}s", limit.as_secs_f64()),
    )
    .help("allow it more time with `--timeout TIME`")
}
