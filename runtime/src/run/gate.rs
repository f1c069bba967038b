//! What decides before an action whether it has to run: a resumed run and a run that skips what is
//! unchanged take actions over from earlier runs

use crate::event::ActionStatus;
use crate::record::Identity;

/// Asked before each action, when all that it depends on has ended well
pub trait Gate: Send + Sync {
    /// Whether the action at this position of the plan has to run; called beside other actions, on a
    /// thread that may wait
    fn decide(&self, index: usize) -> Decision;

    /// Under which name the engine is to know the statements of an action that has to run: the name of an
    /// earlier run where an action goes on that was interrupted there; this run's, first attempt, unless given
    fn identity(&self, _index: usize) -> Option<Identity> {
        None
    }

    /// Told how each action that ran ended, before what depends on it is decided; called as
    /// [`Gate::decide`] is
    fn ended(&self, _index: usize, _status: ActionStatus) {}
}

/// What a gate says
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It has to run; with the reason, where there is more to say than that it was asked for
    Run(Option<String>),
    /// What an earlier run made still holds, for this reason: a fragment such as `unchanged since 20180612t…`
    Reuse(String),
}
