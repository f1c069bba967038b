//! The rein on one running action: whoever holds it can stop the action, and both sides see why

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::warehouse::Interrupt;

/// Why an action is stopped
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The user, or the system, ends the run
    Interrupted,
    /// The run's time is over
    RunTimedOut,
    /// The action's own time is over
    TimedOut(Duration),
}

/// Stops one action, at most once
#[derive(Default)]
pub struct Control {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    stop: Option<Stop>,
    handle: Option<Arc<dyn Interrupt>>,
}

impl Control {
    /// Gives the control the handle of the session that the action uses; false when the action was
    /// stopped before it got here
    pub fn enter(&self, handle: Arc<dyn Interrupt>) -> bool {
        let mut state = self.lock();
        state.handle = Some(handle);
        state.stop.is_none()
    }

    /// The session is done
    pub fn leave(&self) {
        self.lock().handle = None;
    }

    /// Stops the action, unless it is being stopped already
    pub fn stop(&self, reason: Stop) {
        let handle = {
            let mut state = self.lock();
            if state.stop.is_some() {
                return;
            }
            state.stop = Some(reason);
            state.handle.clone()
        };
        if let Some(handle) = handle {
            handle.interrupt();
        }
        self.changed.notify_one();
    }

    /// Why it was stopped, if it was
    pub fn stopped(&self) -> Option<Stop> {
        self.lock().stop
    }

    /// Ends when the action is stopped; one task at a time may wait
    pub async fn wait(&self) {
        while self.stopped().is_none() {
            self.changed.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
