//! What compiling gave, whether it was compiled now or remembered

use std::borrow::Cow;

use diagnostic::Diagnostic;
use sqlx_compiler::{Compilation, to_json};

use super::action::Action;
use super::entry::Entry;

/// What of the graph is printed
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The list of actions
    Actions,
    /// All of it, as JSON
    Json,
}

/// How much of an earlier compilation was of use
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reuse {
    /// All of it: nothing had changed
    All,
    /// All but the changed definitions
    Part,
    /// Nothing
    None,
}

/// A compiled project, to be printed
pub struct Compiled<'a> {
    /// What is wrong
    pub diagnostics: Cow<'a, [Diagnostic]>,
    /// What project code wrote on its console, line by line, with its level
    pub console: Vec<&'a str>,
    /// Whether something is wrong that is more than a warning
    pub has_errors: bool,
    /// How much of an earlier compilation was of use
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "what is printed never depends on it")
    )]
    pub reuse: Reuse,
    source: Source<'a>,
}

enum Source<'a> {
    Whole {
        compilation: &'a Compilation,
        text: Option<&'a str>,
    },
    Stored {
        entry: &'a Entry<'a>,
        text: Option<&'a str>,
    },
}

impl<'a> Compiled<'a> {
    /// A compilation, with its JSON where that has been made
    pub fn whole(compilation: &'a Compilation, text: Option<&'a str>) -> Self {
        Self {
            diagnostics: Cow::Borrowed(&compilation.diagnostics),
            console: compilation.console.iter().map(String::as_str).collect(),
            has_errors: compilation.has_errors(),
            reuse: Reuse::None,
            source: Source::Whole { compilation, text },
        }
    }

    /// An entry, with the JSON that was stored beside it and the findings about the settings
    pub fn stored(
        entry: &'a Entry<'a>,
        text: Option<&'a str>,
        warnings: Vec<Diagnostic>,
        reuse: Reuse,
    ) -> Self {
        Self {
            diagnostics: Cow::Owned(warnings),
            console: entry.console.iter().map(|line| &**line).collect(),
            has_errors: false,
            reuse,
            source: Source::Stored { entry, text },
        }
    }

    /// Whether there is no graph at all
    pub fn is_thrown(&self) -> bool {
        self.compilation()
            .is_some_and(|compilation| compilation.thrown.is_some())
    }

    /// The compilation, where the whole project was compiled
    pub fn compilation(&self) -> Option<&'a Compilation> {
        match self.source {
            Source::Whole { compilation, .. } => Some(compilation),
            Source::Stored { .. } => None,
        }
    }

    /// The actions in the order of the graph
    pub fn actions(&self) -> Box<dyn Iterator<Item = Action<'a>> + 'a> {
        match self.source {
            Source::Whole { compilation, .. } => {
                Box::new(compilation.graph.actions().map(Action::Compiled))
            }
            Source::Stored { entry, .. } => {
                let snapshot = &entry.snapshot;
                let actions = snapshot.in_order_of_graph();
                Box::new(actions.map(move |action| Action::Stored(snapshot, action)))
            }
        }
    }

    /// The graph as `dataform compile --json` prints it, piece by piece
    pub fn json(&self) -> Vec<Cow<'a, str>> {
        match self.source {
            Source::Whole { compilation, text } => match text {
                Some(text) => vec![Cow::Borrowed(text)],
                None => vec![Cow::Owned(to_json(&compilation.graph))],
            },
            Source::Stored { entry, text } => match (&entry.text, text) {
                (Some(graph), Some(text)) => graph.pieces(text),
                _ => Vec::new(),
            },
        }
    }
}
