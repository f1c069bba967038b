//! How a run goes about it

use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};

use super::gate::Gate;
use crate::assertions::AssertionPolicy;
use crate::vertex::Vertex;

/// How a run goes about it
#[derive(Clone)]
pub struct RunOptions {
    /// Identifies the run
    pub run: String,
    /// When it was asked for, RFC 3339
    pub started: String,
    /// The environment of the settings, where one was chosen
    pub environment: Option<String>,
    /// The words of a command line that asks for the same run again
    pub arguments: Vec<String>,
    /// Actions at a time; at least 1
    pub jobs: usize,
    /// How often an action is tried again after an error that may pass
    pub retries: u32,
    /// Whether that holds for actions, too, that change something else when they run twice
    pub retry_operations: bool,
    /// The wait before the first retry; each further one is about twice as long, up to a minute, and a
    /// random part keeps actions that failed together from coming back together
    pub first_wait: Duration,
    /// How long an attempt at an action may take
    pub action_timeout: Option<Duration>,
    /// How long the run may take
    pub run_timeout: Option<Duration>,
    /// How long a stopped statement may take to end before it is left alone
    pub grace: Duration,
    /// Whether the first failure keeps further actions from beginning
    pub fail_fast: bool,
    /// How assertions are taken
    pub assertions: AssertionPolicy,
    /// Asked before each action, whether it has to run
    pub gate: Option<Arc<dyn Gate>>,
    /// Makes the Vertex AI actions; needed where the plan has some
    pub vertex: Option<Arc<Vertex>>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            run: String::new(),
            started: String::new(),
            environment: None,
            arguments: Vec::new(),
            jobs: 4,
            retries: 2,
            retry_operations: false,
            first_wait: Duration::from_secs(1),
            action_timeout: None,
            run_timeout: None,
            grace: Duration::from_secs(10),
            fail_fast: false,
            assertions: AssertionPolicy::default(),
            gate: None,
            vertex: None,
        }
    }
}

impl RunOptions {
    /// The waits between attempts at an action, as many as there are retries
    pub(super) fn waits(&self) -> impl Iterator<Item = Duration> + use<> {
        ExponentialBuilder::new()
            .with_min_delay(self.first_wait)
            .with_max_delay(Duration::from_secs(60))
            .with_max_times(self.retries as usize)
            .with_jitter()
            .build()
    }
}
