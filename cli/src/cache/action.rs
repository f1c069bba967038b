//! One view on actions of a graph that was compiled and of one that was remembered

use std::borrow::Cow;

use sqlx_compiler::{ActionKind, ActionRef, Name, Snapshot, SnapshotAction};
use sqlx_runtime::display_name;

/// An action, as lists show it
#[derive(Clone, Copy)]
pub enum Action<'a> {
    /// Of a graph
    Compiled(ActionRef<'a>),
    /// Of a stored one
    Stored(&'a Snapshot<'a>, &'a SnapshotAction<'a>),
}

impl<'a> Action<'a> {
    /// What kind it is
    pub fn kind(self) -> ActionKind {
        match self {
            Self::Compiled(action) => action.kind(),
            Self::Stored(_, action) => action.kind,
        }
    }

    /// `dataset.name`
    pub fn name(self) -> String {
        match self {
            Self::Compiled(action) => display_name(action.target()),
            Self::Stored(_, action) => shown(&action.target),
        }
    }

    /// The file that defines it; empty where Dataform records none
    pub fn file_name(self) -> &'a str {
        match self {
            Self::Compiled(action) => action.file_name(),
            Self::Stored(_, action) => &action.file_name,
        }
    }

    /// Tags
    pub fn tags(self) -> Vec<&'a str> {
        match self {
            Self::Compiled(action) => action.tags().iter().map(String::as_str).collect(),
            Self::Stored(_, action) => action.tags.iter().map(Cow::as_ref).collect(),
        }
    }

    /// Whether a run leaves it out
    pub fn disabled(self) -> bool {
        match self {
            Self::Compiled(action) => action.disabled(),
            Self::Stored(_, action) => action.disabled,
        }
    }

    /// What it depends on, by names
    pub fn dependencies(self) -> Vec<String> {
        match self {
            Self::Compiled(action) => action
                .dependency_targets()
                .iter()
                .map(display_name)
                .collect(),
            Self::Stored(snapshot, action) => snapshot.dependencies(action).map(shown).collect(),
        }
    }
}

fn shown(name: &Name<'_>) -> String {
    match &name.schema {
        Some(dataset) => format!("{dataset}.{}", name.name),
        None => name.name.clone().into_owned(),
    }
}
