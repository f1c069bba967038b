//! Does something again whenever a file of a project changes

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::{
    Config, Event, EventHandler, EventKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher,
};

use crate::exit;

/// How long nothing must change before it is done again
const QUIET: Duration = Duration::from_millis(100);

/// How long changes that keep coming put it off
const PATIENCE: Duration = Duration::from_millis(500);

/// How often it is looked whether the folder itself is still the same
const PULSE: Duration = Duration::from_secs(1);

/// Folders in a project that compiling does not read
const IGNORED: [&str; 2] = [".sqlx-run", ".git"];

/// Does `work`, and again after each change of a file below `root`, until it is interrupted; `say` is given a
/// line for people before each time. The folder may go away and come back.
///
/// Gives the exit code
pub fn watch(root: &Path, say: impl Fn(&str), mut work: impl FnMut()) -> u8 {
    let (sender, signals) = channel();
    end_on_interrupt(sender.clone());
    let mut watched = Watched::start(root, &sender);
    work();
    say("watching for changes; Ctrl-C ends it");
    loop {
        let changed = match signals.recv_timeout(PULSE) {
            Ok(Signal::Interrupted) => return exit::INTERRUPTED,
            Ok(Signal::Changed(paths)) => match gather(&signals, paths) {
                Some(paths) => paths,
                None => return exit::INTERRUPTED,
            },
            Err(RecvTimeoutError::Timeout) => BTreeSet::new(),
            Err(RecvTimeoutError::Disconnected) => return exit::FAILED,
        };
        let moved = watched.identity != identity(root);
        if moved {
            watched = Watched::start(root, &sender);
        }
        if moved || !changed.is_empty() {
            say(&describe(root, &changed));
            work();
        }
    }
}

enum Signal {
    Changed(Vec<PathBuf>),
    Interrupted,
}

/// The watching of one folder; it ends when this is dropped
struct Watched {
    identity: Option<Identity>,
    _watcher: Option<Box<dyn Watcher>>,
}

/// Tells a folder from another one in its place
type Identity = (PathBuf, u64);

impl Watched {
    fn start(root: &Path, sender: &Sender<Signal>) -> Self {
        Self {
            identity: identity(root),
            _watcher: watcher(root, sender),
        }
    }
}

fn identity(root: &Path) -> Option<Identity> {
    let place = std::fs::canonicalize(root).ok()?;
    Some((place.clone(), number(&std::fs::metadata(place).ok()?)))
}

#[cfg(unix)]
fn number(folder: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(folder)
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> u64 {
    0
}

/// Watches with what the system offers, or else by looking again and again
fn watcher(root: &Path, sender: &Sender<Signal>) -> Option<Box<dyn Watcher>> {
    let root = std::fs::canonicalize(root).ok()?;
    let system = RecommendedWatcher::new(handler(&root, sender), Config::default());
    if let Ok(mut system) = system
        && system.watch(&root, RecursiveMode::Recursive).is_ok()
    {
        return Some(Box::new(system));
    }
    let config = Config::default().with_poll_interval(PULSE);
    let mut poll = PollWatcher::new(handler(&root, sender), config).ok()?;
    poll.watch(&root, RecursiveMode::Recursive).ok()?;
    Some(Box::new(poll))
}

/// Passes on the changes that matter
fn handler(root: &Path, sender: &Sender<Signal>) -> impl EventHandler + use<> {
    let (root, sender) = (root.to_owned(), sender.clone());
    move |event: notify::Result<Event>| {
        let Ok(event) = event else {
            return;
        };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        let all = event.need_rescan() || event.paths.is_empty();
        let paths: Vec<PathBuf> = event
            .paths
            .into_iter()
            .filter(|path| matters(&root, path))
            .collect();
        if all || !paths.is_empty() {
            // nobody listens any more when the program ends
            let _ = sender.send(Signal::Changed(paths));
        }
    }
}

fn matters(root: &Path, path: &Path) -> bool {
    let within = path.strip_prefix(root).unwrap_or(path);
    match within.components().next() {
        Some(Component::Normal(first)) => !IGNORED.iter().any(|ignored| first == *ignored),
        _ => true,
    }
}

/// All that changes until it is quiet for a moment; `None` when interrupted
fn gather(signals: &Receiver<Signal>, first: Vec<PathBuf>) -> Option<BTreeSet<PathBuf>> {
    let end = Instant::now() + PATIENCE;
    let mut changed: BTreeSet<PathBuf> = first.into_iter().collect();
    loop {
        let left = end.saturating_duration_since(Instant::now()).min(QUIET);
        match signals.recv_timeout(left) {
            Ok(Signal::Changed(paths)) => changed.extend(paths),
            Ok(Signal::Interrupted) => return None,
            Err(_) => return Some(changed),
        }
        if left.is_zero() {
            return Some(changed);
        }
    }
}

fn describe(root: &Path, changed: &BTreeSet<PathBuf>) -> String {
    let root = std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let mut paths = changed
        .iter()
        .map(|path| path.strip_prefix(&root).unwrap_or(path));
    match (paths.next(), changed.len()) {
        (Some(path), 1) => format!("{} changed: compiling again", path.display()),
        (Some(path), count) => {
            format!(
                "{} and {} more changed: compiling again",
                path.display(),
                count - 1
            )
        }
        (None, _) => "the folder changed: compiling again".to_owned(),
    }
}

/// Sends a signal on Ctrl-C
fn end_on_interrupt(sender: Sender<Signal>) {
    let wait = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        if let Ok(runtime) = runtime
            && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
        {
            // nobody listens any more when the program ends
            let _ = sender.send(Signal::Interrupted);
        }
    };
    // without the thread, Ctrl-C ends the program at once
    let _ = std::thread::Builder::new()
        .name("interrupt".to_owned())
        .spawn(wait);
}
