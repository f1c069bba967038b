//! What a run can take over from earlier ones: the gate of a resumed run and of one that skips what is
//! unchanged, and the notes by which later runs judge
//!
//! What is taken over must be what running would give. So an action is skipped only where its compiled
//! definition, the content of every table, model and file that it reads (through views, too), and the
//! content of what it made are the same as after it last succeeded, and where its SQL names nothing else
//! that may differ, such as the date.

mod definition;
mod history;
mod reads;
mod versions;
mod words;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use diagnostic::Diagnostic;
use sqlx_compiler::{ActionKind, ActionRef, Target};

use crate::event::ActionStatus;
use crate::plan::{Plan, display_name};
use crate::record::{ActionNote, Identity, Notes, RecordedAction, RecordedRun, RecordedStatus};
use crate::run::{Decision, Gate};
use crate::warehouse::{Engine, Warehouse};
pub use definition::definition;
pub use history::{History, Last};
use reads::{Names, Reads, is_view};
use versions::Versions;

/// Which earlier runs a run builds on
pub enum Base {
    /// None: everything selected is run
    Nothing,
    /// What this run did is done
    Resume(Box<RecordedRun>),
    /// What is unchanged since its last success is done
    Unchanged(History),
}

/// Decides what has to run, and notes what later runs decide by
pub struct Reuse {
    plan: Arc<Plan>,
    run: String,
    notes: Notes,
    base: Base,
    reads: Vec<Reads>,
    versions: Versions,
    /// Whether versions are noted, which costs a question each
    noting: bool,
    /// Positions of what has run
    ran: Mutex<HashSet<usize>>,
}

impl Reuse {
    /// For a plan that is run on a warehouse
    ///
    /// # Errors
    /// The warehouse cannot be asked what it has
    pub fn new(
        plan: Arc<Plan>,
        warehouse: Arc<dyn Warehouse>,
        run: &str,
        notes: Notes,
        base: Base,
    ) -> Result<Self, Diagnostic> {
        let noting = warehouse.engine() == Engine::Embedded || matches!(base, Base::Unchanged(_));
        let reads = match noting {
            true => {
                let tables = warehouse.tables()?;
                let names = Names::new(&plan.compilation.graph, &tables);
                (0..plan.actions.len())
                    .map(|index| {
                        let action = plan.action(index).filter(|it| !it.kind().is_vertex());
                        action.map(|action| names.reads(action))
                    })
                    .map(Option::unwrap_or_default)
                    .collect()
            }
            false => Vec::new(),
        };
        if let Base::Resume(base) = &base {
            let run = base.run.clone();
            notes.append(&ActionNote::RunResumes { run });
        }
        Ok(Self {
            plan,
            run: run.to_owned(),
            notes,
            base,
            reads,
            versions: Versions::new(warehouse),
            noting,
            ran: Mutex::default(),
        })
    }

    /// How many actions of the plan a resumed run has to run at least
    pub fn outstanding(plan: &Plan, base: &RecordedRun) -> usize {
        (0..plan.actions.len())
            .filter(|&index| {
                let same = |recorded: &RecordedAction| {
                    let now = plan.action(index).map(definition);
                    recorded.status == RecordedStatus::Disabled
                        || recorded.status == RecordedStatus::Done && recorded.definition == now
                };
                let planned = &plan.actions[index];
                !planned.disabled && !base.action(&planned.name).is_some_and(same)
            })
            .count()
    }

    /// What a resumed run has to do with an action
    fn resume(&self, base: &RecordedRun, index: usize, definition: &str) -> Decision {
        let planned = &self.plan.actions[index];
        let run = &base.run;
        let because = |reason: String| Decision::Run(Some(reason));
        let Some(recorded) = base.action(&planned.name) else {
            return because(format!("it was not part of {run}"));
        };
        match recorded.status {
            RecordedStatus::Done if recorded.definition.as_deref() != Some(definition) => {
                because(format!("its definition changed since {run}"))
            }
            RecordedStatus::Done => {
                let ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
                let again = planned.dependencies.iter().find(|it| ran.contains(it));
                match again {
                    Some(&dependency) => {
                        let name = &self.plan.actions[dependency].name;
                        because(format!("`{name}` was run again"))
                    }
                    None => Decision::Reuse(format!("done in {run}")),
                }
            }
            RecordedStatus::Begun => because(format!("{run} ended while it ran")),
            RecordedStatus::Failed => because(format!("it failed in {run}")),
            _ => because(format!("{run} did not get to it")),
        }
    }

    /// What a run that skips what is unchanged has to do with an action
    fn compare(&self, history: &History, index: usize, definition: &str) -> Decision {
        match self.change(history, index, definition) {
            Ok(last) => Decision::Reuse(format!("unchanged since {}", last.made_by())),
            Err(reason) => Decision::Run(Some(reason)),
        }
    }

    /// The last success that still holds, or what is different now
    fn change<'a>(
        &self,
        history: &'a History,
        index: usize,
        definition: &str,
    ) -> Result<&'a Last, String> {
        let name = &self.plan.actions[index].name;
        let action = self.plan.action(index).ok_or("nothing is known of it")?;
        let last = history.last(name).ok_or("it never ran")?;
        let recorded = &last.action;
        if recorded.status != RecordedStatus::Done {
            return Err(format!("it did not succeed in {}", last.run));
        }
        if self.plan.full_refresh && action.kind() == ActionKind::Incremental {
            return Err("a full refresh was asked for".to_owned());
        }
        if action.kind().is_vertex() {
            return Err("what is on Vertex AI is compared with what is declared".to_owned());
        }
        if let ActionRef::Operation(operation) = action
            && operation.has_output != Some(true)
        {
            return Err("an operation without output is run each time".to_owned());
        }
        let unnoted = || format!("{} noted no version of what it made", last.run);
        match recorded.definition.as_deref() {
            Some(known) if known == definition => {}
            Some(_) => return Err("its definition changed".to_owned()),
            None => return Err(unnoted()),
        }
        let reads = self.reads.get(index).ok_or_else(unnoted)?;
        if let Some(untold) = &reads.untold {
            return Err(untold.clone());
        }
        let noted = recorded.version.as_ref().ok_or_else(unnoted)?;
        match self.versions.of(action.target()) {
            Some(now) if now.text == *noted => {}
            Some(_) => return Err(format!("`{name}` was changed by another")),
            None => return Err(format!("`{name}` is gone")),
        }
        for (full, target) in &reads.targets {
            self.compare_input(history, recorded, full, target)?;
        }
        Ok(last)
    }

    fn compare_input(
        &self,
        history: &History,
        recorded: &RecordedAction,
        full: &str,
        target: &Target,
    ) -> Result<(), String> {
        let name = display_name(target);
        let Some(noted) = recorded.inputs.get(full) else {
            return Err(format!("it reads `{name}`, which it did not before"));
        };
        let now = self.versions.of(target);
        let (Some(noted), Some(now)) = (noted, &now) else {
            // a name that was none before and is none now, such as that of a common table expression
            return match (noted, now) {
                (None, None) => Ok(()),
                _ => Err(format!("input `{name}` changed")),
            };
        };
        if *noted != now.text {
            return Err(format!("input `{name}` changed"));
        }
        if now.is_view {
            return self.check_view(history, target, &name, &now.text);
        }
        Ok(())
    }

    /// What a view reads is known by its action, as long as the view is what the action makes
    fn check_view(
        &self,
        history: &History,
        target: &Target,
        name: &str,
        now: &str,
    ) -> Result<(), String> {
        let graph = &self.plan.compilation.graph;
        let Some(view) = graph
            .actions()
            .find(|action| action.target() == target && is_view(*action))
        else {
            return Err(format!("it reads the view `{name}`, which no action makes"));
        };
        let as_defined = history.last(&display_name(target)).is_some_and(|last| {
            last.action.status == RecordedStatus::Done
                && last.action.version.as_deref() == Some(now)
                && last.action.definition == Some(definition(view))
        });
        let planned = self.plan.actions.iter().any(|it| it.name == *name);
        match planned || as_defined {
            true => Ok(()),
            false => Err(format!("the view `{name}` is not what the project defines")),
        }
    }

    /// Under which name the engine knows an action's statements: an interrupted action goes on under its
    /// old one, so that what had been applied is not applied again
    fn identity_now(&self, index: usize, definition: &str) -> Identity {
        let name = &self.plan.actions[index].name;
        let interrupted = match &self.base {
            Base::Resume(base) => base.action(name).filter(|recorded| {
                recorded.status == RecordedStatus::Begun
                    && recorded.definition.as_deref() == Some(definition)
            }),
            _ => None,
        };
        interrupted
            .and_then(|recorded| recorded.identity.clone())
            .unwrap_or_else(|| Identity {
                run: self.run.clone(),
                attempt: 1,
            })
    }

    fn inputs(&self, index: usize) -> BTreeMap<String, Option<String>> {
        let Some(reads) = self.reads.get(index) else {
            return BTreeMap::new();
        };
        reads
            .targets
            .iter()
            .map(|(name, target)| (name.clone(), self.versions.of(target).map(|it| it.text)))
            .collect()
    }

    /// Passes on what an earlier run noted about an action
    fn carry(&self, index: usize) {
        let name = &self.plan.actions[index].name;
        let (recorded, run) = match &self.base {
            Base::Nothing => return,
            Base::Resume(base) => (base.action(name), base.run.as_str()),
            Base::Unchanged(history) => match history.last(name) {
                Some(last) => (Some(&last.action), last.run.as_str()),
                None => return,
            },
        };
        let Some(recorded) = recorded else { return };
        if let (Some(target), Some(definition), Some(identity)) =
            (&recorded.target, &recorded.definition, &recorded.identity)
        {
            self.notes.append(&ActionNote::ActionInputs {
                action: name.clone(),
                target: target.clone(),
                definition: definition.clone(),
                inputs: recorded.inputs.clone(),
                identity: identity.clone(),
            });
        }
        self.notes.append(&ActionNote::ActionOutput {
            action: name.clone(),
            version: recorded.version.clone(),
            run: recorded.made_by.clone().unwrap_or_else(|| run.to_owned()),
        });
    }
}

impl Gate for Reuse {
    fn decide(&self, index: usize) -> Decision {
        let Some(action) = self.plan.action(index) else {
            return Decision::Run(None);
        };
        let definition = definition(action);
        let decision = match &self.base {
            Base::Nothing => Decision::Run(None),
            Base::Resume(base) => self.resume(base, index, &definition),
            Base::Unchanged(history) => self.compare(history, index, &definition),
        };
        match &decision {
            Decision::Run(_) => {
                let mut ran = self.ran.lock().unwrap_or_else(PoisonError::into_inner);
                ran.insert(index);
                drop(ran);
                self.notes.append(&ActionNote::ActionInputs {
                    action: self.plan.actions[index].name.clone(),
                    target: action.target().clone(),
                    identity: self.identity_now(index, &definition),
                    inputs: self.inputs(index),
                    definition,
                });
            }
            Decision::Reuse(_) => self.carry(index),
        }
        decision
    }

    fn identity(&self, index: usize) -> Option<Identity> {
        let definition = definition(self.plan.action(index)?);
        Some(self.identity_now(index, &definition))
    }

    fn ended(&self, index: usize, status: ActionStatus) {
        let Some(action) = self.plan.action(index) else {
            return;
        };
        // statements of the user's own may have changed any table
        match action {
            ActionRef::Table(table) if table.pre_ops.is_empty() && table.post_ops.is_empty() => {
                self.versions.forget(action.target());
            }
            ActionRef::Assertion(_) => self.versions.forget(action.target()),
            _ => self.versions.forget_all(),
        }
        if !matches!(status, ActionStatus::Succeeded | ActionStatus::Warned) {
            return;
        }
        let version = match self.noting && !action.kind().is_vertex() {
            true => self
                .versions
                .of(action.target())
                .map(|version| version.text),
            false => None,
        };
        self.notes.append(&ActionNote::ActionOutput {
            action: self.plan.actions[index].name.clone(),
            version,
            run: self.run.clone(),
        });
    }
}
