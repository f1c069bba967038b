//! What runs now, for how long, and how much is done: the last lines of a terminal

use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use sqlx_runtime::{ActionResult, ActionStatus};

/// Of more actions than this the longest running ones are shown
const SHOWN: usize = 8;

/// The last lines of a terminal
pub struct Progress {
    bar: ProgressBar,
    now: Arc<Mutex<Now>>,
}

#[derive(Default)]
struct Now {
    /// In the order in which they began
    running: Vec<Running>,
    failed: usize,
}

struct Running {
    action: String,
    begun: Instant,
    message: String,
}

impl Progress {
    /// Of that many actions
    pub fn new(actions: usize) -> Self {
        let now: Arc<Mutex<Now>> = Arc::default();
        let seen = Arc::clone(&now);
        let draw = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
            // a line that cannot be drawn is left out
            let _ = lock(&seen).draw(text);
        };
        let seen = Arc::clone(&now);
        let tally = move |_: &ProgressState, text: &mut dyn std::fmt::Write| {
            let failed = lock(&seen).failed;
            if failed > 0 {
                let _ = write!(text, ", {failed} failed");
            }
        };
        let style =
            ProgressStyle::with_template("{running}{bar:24} {pos} of {len}{tally}, {elapsed}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .with_key("running", draw)
                .with_key("tally", tally);
        let bar = ProgressBar::new(actions as u64).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, now }
    }

    /// An action begins
    pub fn start(&self, action: &str) {
        lock(&self.now).running.push(Running {
            action: action.to_owned(),
            begun: Instant::now(),
            message: String::new(),
        });
    }

    /// An action says how far it is
    pub fn tell(&self, action: &str, message: &str) {
        let mut now = lock(&self.now);
        if let Some(running) = now.running.iter_mut().find(|one| one.action == action) {
            message.clone_into(&mut running.message);
        }
    }

    /// An action ended
    pub fn end(&self, result: &ActionResult) {
        let mut now = lock(&self.now);
        now.running.retain(|one| one.action != result.action);
        now.failed += usize::from(result.status == ActionStatus::Failed);
        drop(now);
        self.bar.inc(1);
    }

    /// Does something while the lines are away
    pub fn suspend(&self, work: impl FnOnce()) {
        self.bar.suspend(work);
    }

    /// Takes the lines away
    pub fn close(self) {
        self.bar.finish_and_clear();
    }
}

impl Now {
    fn draw(&self, text: &mut dyn std::fmt::Write) -> std::fmt::Result {
        let width = usize::from(console::Term::stderr().size().1);
        for running in self.running.iter().take(SHOWN) {
            let elapsed = running.begun.elapsed().as_secs();
            let mut line = format!(
                "  {:>3}:{:02}  {}",
                elapsed / 60,
                elapsed % 60,
                running.action
            );
            if !running.message.is_empty() {
                write!(line, "  {}", running.message)?;
            }
            writeln!(text, "{}", console::truncate_str(&line, width, "…"))?;
        }
        match self.running.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => writeln!(text, "          and {more} more"),
        }
    }
}

fn lock(now: &Mutex<Now>) -> MutexGuard<'_, Now> {
    now.lock().unwrap_or_else(PoisonError::into_inner)
}
