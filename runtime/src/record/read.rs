//! Reading a record: what was asked for, how each action fared, and what was noted about it

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use diagnostic::{Diagnostic, code};
use serde::Deserialize as _;
use serde_json::Value as Json;
use sqlx_compiler::Target;

use super::FORMAT;
use super::line::{ActionNote, Head, Identity, Line, Started};

/// A run as its record tells it
#[derive(Debug, Clone)]
pub struct RecordedRun {
    /// Identifies it
    pub run: String,
    /// When it was asked for, RFC 3339; empty when it was killed before it began
    pub started: String,
    /// How it ended
    pub status: RecordStatus,
    /// Wall-clock seconds, where it ended
    pub seconds: Option<f64>,
    /// The environment of the settings, where one was chosen
    pub environment: Option<String>,
    /// What ran the SQL
    pub engine: Option<String>,
    /// What was asked for, as people read it
    pub selection: String,
    /// The words of a command line that asks for the same run again, after `sqlx-run run`; `None` in
    /// records of format 1
    pub arguments: Option<Vec<String>>,
    /// The run that it goes on with
    pub resumes: Option<String>,
    /// Actions of the project at that time
    pub actions_in_project: usize,
    /// The selected actions in dependency order
    pub actions: Vec<RecordedAction>,
}

/// How a run ended
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordStatus {
    /// No action failed
    Succeeded,
    /// At least one action failed
    Failed,
    /// Interrupted by its user
    Cancelled,
    /// Its own time was over
    TimedOut,
    /// Its process went away, or is still at work
    Unfinished,
}

impl RecordStatus {
    /// The word that people read
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed out",
            Self::Unfinished => "unfinished",
        }
    }
}

/// An action of a recorded run
#[derive(Debug, Clone)]
pub struct RecordedAction {
    /// `dataset.name`
    pub name: String,
    /// Such as `table`, `view`, `assertion`
    pub kind: String,
    /// The file that defined it
    pub file: String,
    /// How it fared
    pub status: RecordedStatus,
    /// Why it was run, where that was decided
    pub reason: Option<String>,
    /// Its result as the event had it, where it ended
    pub result: Option<Json>,
    /// Where it writes, where that was noted
    pub target: Option<Target>,
    /// A hash of its compiled definition
    pub definition: Option<String>,
    /// The versions of what it read
    pub inputs: BTreeMap<String, Option<String>>,
    /// The name under which the engine knows its statements, with the last attempt that began
    pub identity: Option<Identity>,
    /// The version of what it made, once it had succeeded
    pub version: Option<String>,
    /// The run that made it: an earlier one, where the action was taken over
    pub made_by: Option<String>,
}

/// How an action fared
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordedStatus {
    /// It had not begun
    Waiting,
    /// It had begun, and the record says no more
    Begun,
    /// Done, in this run or an earlier one
    Done,
    /// The project disabled it, or it runs elsewhere
    Disabled,
    /// Failed
    Failed,
    /// Not run, since something it depends on failed
    Skipped,
    /// Stopped or never begun
    Cancelled,
}

impl RecordedRun {
    /// Reads a record
    ///
    /// A last line that is cut is left out: that is how a killed process leaves it.
    ///
    /// # Errors
    /// The file cannot be read, is of a newer format, or a line in it is not what a run writes
    pub fn read(path: &Path, run: &str) -> Result<Self, Diagnostic> {
        let text = std::fs::read(path).map_err(|error| {
            Diagnostic::error(
                code::RUN_RECORD,
                format!(
                    "the run record `{}` cannot be read: {error}",
                    path.display()
                ),
            )
        })?;
        let mut reader = Reader::default();
        let whole = text.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
        // nothing at all is what a process leaves that is killed before it has written anything
        let lines = (whole > 0).then(|| text[..whole].split(|&byte| byte == b'\n'));
        for (index, line) in lines.into_iter().flatten().enumerate() {
            let read = match index {
                0 => reader.head(line, path)?,
                _ if line.is_empty() => Ok(()),
                _ => reader.line(line),
            };
            read.map_err(|error| corrupt(path, index + 1, &error))?;
        }
        Ok(reader.finish(run))
    }

    /// The action with a name
    pub fn action(&self, name: &str) -> Option<&RecordedAction> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// With what the run that this one resumes says of the actions that this one has not begun
    pub(super) fn on_top_of(mut self, earlier: &Self) -> Self {
        for action in &mut self.actions {
            let untouched = match action.status {
                RecordedStatus::Waiting | RecordedStatus::Skipped => true,
                RecordedStatus::Cancelled => action.identity.is_none(),
                _ => false,
            };
            if untouched && let Some(before) = earlier.action(&action.name) {
                *action = before.clone();
            }
        }
        self
    }

    /// How many actions fared that way
    pub fn count(&self, status: RecordedStatus) -> usize {
        let same = |action: &&RecordedAction| action.status == status;
        self.actions.iter().filter(same).count()
    }

    /// How many actions are still to be done
    pub fn outstanding(&self) -> usize {
        self.actions
            .iter()
            .filter(|action| !action.status.is_settled())
            .count()
    }
}

impl RecordedStatus {
    /// Whether nothing is left to be done
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Disabled)
    }
}

fn corrupt(path: &Path, line: usize, error: &serde_json::Error) -> Diagnostic {
    let mut message = error.to_string();
    // the line is the file's, not that of a text of one line
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    Diagnostic::error(
        code::RUN_RECORD_CORRUPT,
        format!(
            "line {line} of the run record `{}` is not what a run writes: {message}",
            path.display()
        ),
    )
    .help("the warehouse is not affected; remove the file if you do not need this run's record")
}

#[derive(Default)]
struct Reader {
    started: Started,
    actions: Vec<RecordedAction>,
    at: HashMap<String, usize>,
    finished: Option<(RecordStatus, f64)>,
    resumes: Option<String>,
}

impl Reader {
    fn head(
        &mut self,
        line: &[u8],
        path: &Path,
    ) -> Result<Result<(), serde_json::Error>, Diagnostic> {
        let head: Head = match serde_json::from_slice(line) {
            Ok(head) => head,
            Err(error) => return Ok(Err(error)),
        };
        if head.record != "sqlx-run" || head.format > FORMAT {
            return Err(Diagnostic::error(
                code::RUN_RECORD_NEWER,
                format!(
                    "the run record `{}` has format {}, and this program reads formats up to {FORMAT}",
                    path.display(),
                    head.format
                ),
            )
            .help("use the version of sqlx-run that wrote it, or a later one"));
        }
        Ok(Ok(()))
    }

    fn line(&mut self, line: &[u8]) -> Result<(), serde_json::Error> {
        let json: Json = serde_json::from_slice(line)?;
        match json["event"].as_str() {
            Some("run_resumes" | "action_inputs" | "action_output") => {
                self.note(ActionNote::deserialize(json)?)
            }
            _ => self.event(Line::deserialize(json)?),
        }
        Ok(())
    }

    fn event(&mut self, line: Line) {
        match line {
            Line::RunStarted(started) => self.start(started),
            Line::ActionStarted { action, reason } => self.set(&action, |action| {
                action.status = RecordedStatus::Begun;
                action.reason = reason;
            }),
            Line::ActionRetried { action } => self.set(&action, |action| {
                if let Some(identity) = &mut action.identity {
                    identity.attempt += 1;
                }
            }),
            Line::ActionFinished(result) => {
                let name = result["action"].as_str().unwrap_or_default().to_owned();
                self.set(&name, |action| {
                    action.status = status(result["status"].as_str().unwrap_or_default());
                    action.result = Some(result);
                });
            }
            Line::RunFinished { status, seconds } => {
                let status = match status.as_str() {
                    "succeeded" => RecordStatus::Succeeded,
                    "cancelled" => RecordStatus::Cancelled,
                    "timed_out" => RecordStatus::TimedOut,
                    _ => RecordStatus::Failed,
                };
                self.finished = Some((status, seconds));
            }
            Line::Other => {}
        }
    }

    fn start(&mut self, started: Started) {
        for (index, listed) in started.actions.iter().enumerate() {
            self.at.insert(listed.action.clone(), index);
            self.actions.push(RecordedAction {
                name: listed.action.clone(),
                kind: listed.kind.clone(),
                file: listed.file.clone(),
                status: RecordedStatus::Waiting,
                reason: None,
                result: None,
                target: None,
                definition: None,
                inputs: BTreeMap::new(),
                identity: None,
                version: None,
                made_by: None,
            });
        }
        self.started = started;
    }

    fn note(&mut self, note: ActionNote) {
        match note {
            ActionNote::RunResumes { run } => self.resumes = Some(run),
            ActionNote::ActionInputs {
                action,
                target,
                definition,
                inputs,
                identity,
            } => self.set(&action, |action| {
                action.target = Some(target);
                action.definition = Some(definition);
                action.inputs = inputs;
                action.identity = Some(identity);
            }),
            ActionNote::ActionOutput {
                action,
                version,
                run,
            } => self.set(&action, |action| {
                action.version = version;
                action.made_by = Some(run);
            }),
        }
    }

    fn set(&mut self, name: &str, change: impl FnOnce(&mut RecordedAction)) {
        let found = self.at.get(name).and_then(|&at| self.actions.get_mut(at));
        if let Some(action) = found {
            change(action);
        }
    }

    fn finish(self, run: &str) -> RecordedRun {
        RecordedRun {
            run: run.to_owned(),
            started: self.started.started,
            status: self
                .finished
                .map_or(RecordStatus::Unfinished, |(status, _)| status),
            seconds: self.finished.map(|(_, seconds)| seconds),
            environment: self.started.environment,
            engine: self.started.engine,
            selection: self.started.selection,
            arguments: self.started.arguments,
            actions_in_project: self.started.actions_in_project,
            resumes: self.resumes,
            actions: self.actions,
        }
    }
}

/// What an action's result says
fn status(word: &str) -> RecordedStatus {
    match word {
        "succeeded" | "warned" | "reused" => RecordedStatus::Done,
        "disabled" => RecordedStatus::Disabled,
        "failed" => RecordedStatus::Failed,
        "skipped" => RecordedStatus::Skipped,
        _ => RecordedStatus::Cancelled,
    }
}
