//! What decides before an action whether it has to run: a resumed run and a run that skips what is
//! unchanged take actions over from earlier runs

use crate::event::ActionStatus;

/// Asked before each action, when all that it depends on has ended well
pub trait Gate: Send + Sync {
    /// Whether the action at this position of the plan has to run; called beside other actions, on a
    /// thread that may wait
    fn decide(&self, index: usize) -> Decision;

    /// Told how each action ended, before what depends on it is decided
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
